import type { Problem } from '../../errors.js';
import { problem } from '../../errors.js';
import { createAudioFrame, type AudioFrame } from '../../media/frame.js';
import { withChannels } from './channels.js';
import type { Deck } from './deck.js';
import { QueueBuffer } from './queue-buffer.js';
import type { QueueTrackEntry } from './queue-state.js';
import type { TrackPictures } from './track-pictures.js';

/** How a track is read. */
export interface QueueTrackSettings {
  /** Channels it is converted to. */
  readonly channels: 1 | 2;
  /** How many samples are decoded ahead, besides the silence that may be at its end, so that its end is known that long before. */
  readonly aheadSamples: number;
  /** Magnitude up to which a sample is silence to be trimmed; undefined: nothing is trimmed. */
  readonly silence?: {
    readonly threshold: number;
    readonly limitSamples: number;
    readonly start: boolean;
    readonly end: boolean;
  };
}

/** Frames beyond what was asked for: 80 ms, as in a deck. */
const RESERVE_FRAMES = 4;

/** Frames decoded in one go between two ticks: some 0.2 ms of work, and eight times as fast as they are heard. */
const SLICE_FRAMES = 8;

/** A track of a queue, open, with what comes next of it decoded ahead. */
export class QueueTrack {
  /** The queue's entry it is made from. */
  readonly entry: QueueTrackEntry;
  /** Samples heard so far; 0 until it has started. */
  heard = 0;
  /** Its pictures, once they are being opened. */
  pictures: TrackPictures | undefined;
  /** On the way to a position that was asked for. */
  seeking = false;
  readonly #deck: Deck;
  readonly #buffer: QueueBuffer;
  readonly #settings: QueueTrackSettings;
  readonly #aheadFrames: number;
  readonly #scratch: AudioFrame;
  /** Silence at the start is still to be passed over, at most so many samples. */
  #toTrim: number;
  /** Samples at its end that are not played, once that is known. */
  #cut = -1;
  #closed = false;
  #onClose: (() => void) | undefined;

  /** @param deck the open file; the track closes it. */
  constructor(entry: QueueTrackEntry, deck: Deck, settings: QueueTrackSettings) {
    this.entry = entry;
    this.#deck = deck;
    this.#settings = settings;
    this.#buffer = new QueueBuffer(settings.channels, settings.silence?.threshold ?? -1);
    const { aheadSamples, silence } = settings;
    this.#aheadFrames = Math.ceil((aheadSamples + (silence?.end ? silence.limitSamples : 0)) / 960) + RESERVE_FRAMES;
    this.#scratch = createAudioFrame(settings.channels);
    this.#toTrim = settings.silence?.start ? settings.silence.limitSamples : 0;
  }

  /** What the file says about itself. */
  get info(): Deck['info'] {
    return this.#deck.info;
  }

  /** Samples that can be heard now. */
  get available(): number {
    return Math.max(0, this.#buffer.available - Math.max(0, this.#cut));
  }

  /** Samples until its end; Infinity while that is further away than what is decoded. */
  get left(): number {
    return this.#drained ? this.available : Infinity;
  }

  /** True when it can begin to sound, or will never. */
  get ready(): boolean {
    return this.#toTrim === 0 && (this.#buffer.available > 0 || this.#drained);
  }

  /** Where in its file the next sample is, in microseconds. */
  get positionUs(): number {
    return this.#buffer.positionUs ?? this.#deck.positionUs;
  }

  /** Where in its pictures the next sample is, in microseconds. */
  get pictureUs(): number {
    const { streamPictures } = this;
    return this.positionUs - (streamPictures ? (this.#buffer.shiftUs ?? streamPictures.shiftUs()) : 0);
  }

  /** Pictures that come with its sound. */
  get streamPictures(): Deck['pictures'] {
    return this.#deck.pictures;
  }

  /** True for what comes from the network. */
  get remote(): boolean {
    return this.#deck.remote !== undefined;
  }

  /** True once it was closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Its pictures are on their way. @param onClose told when the track is closed. */
  show(pictures: TrackPictures, onClose: () => void): void {
    this.pictures = pictures;
    this.#onClose = onClose;
  }

  /** How long it is by what the file says and what was asked for, in microseconds; undefined when nobody knows. */
  get endUs(): number | undefined {
    const { durationUs } = this.#deck.info;
    const endUs = this.entry.endSec === undefined ? undefined : this.entry.endSec * 1e6;
    if (durationUs === undefined) return endUs;
    return endUs === undefined ? durationUs : Math.min(endUs, durationUs);
  }

  /** How long it still plays, in microseconds; undefined when nobody knows for sure. */
  get leftUs(): number | undefined {
    if (this.#drained) return (this.available * 1_000_000) / 48_000;
    const { endUs } = this;
    if (endUs === undefined || !this.#deck.info.durationExact) return undefined;
    return Math.max(0, endUs - this.positionUs);
  }

  /** What ended it early, once everything of it was decoded. */
  get failure(): Problem | undefined {
    const { outcome } = this.#deck;
    return outcome?.kind === 'failed' ? (outcome.problem ?? problem(outcome.code, outcome.data)) : undefined;
  }

  /**
   * Decodes ahead: a slice of work, or as much as it is to hold.
   *
   * @param patient true: all of it now.
   */
  fill(patient: boolean): void {
    if (this.#closed) return;
    const limit = patient ? Infinity : SLICE_FRAMES;
    for (let done = 0; done < limit && this.#buffer.frames < this.#wantedFrames && !this.#drained; done++) {
      this.#deck.fill(undefined, patient);
      const taken = this.#deck.take();
      if (!taken) break;
      const frame = withChannels(taken.frame, this.#settings.channels, this.#scratch);
      this.#buffer.push(frame, taken.samples, taken.positionUs, this.streamPictures?.shiftUs());
      this.seeking = false;
      if (this.#toTrim > 0) this.#trimStart();
    }
    if (this.#drained && this.#cut < 0) this.#trimEnd();
  }

  /** True for what is made while it is heard: it cannot be sought in. */
  get live(): boolean {
    return this.#deck.remote?.live === true;
  }

  /** Tells a live track whether it is heard; after a pause it goes on in the present. */
  suspend(paused: boolean): void {
    this.#deck.suspend(paused);
    if (this.live && !paused) this.#buffer.clear();
  }

  /** Resolves when more of it has come; undefined when nothing needs to be waited for, as in a local file. */
  arrived(): Promise<void> | undefined {
    return this.#drained || this.#closed ? undefined : this.#deck.remote?.arrived();
  }

  /** Copies what comes next, or `from` samples later, without taking it out; says whether there may be sound in it. */
  copy(planes: readonly Float32Array[], at: number, count: number, from = 0): boolean {
    return this.#buffer.copy(planes, at, from, count);
  }

  /** Takes out what was heard. */
  skip(count: number): void {
    this.heard += count;
    this.#buffer.skip(count);
  }

  /** Goes to a position of the file, in microseconds. Nothing is trimmed from there on but its end. */
  seek(positionUs: number): void {
    this.#buffer.clear();
    this.#toTrim = 0;
    this.#cut = -1;
    this.seeking = true;
    this.#deck.seek(positionUs);
  }

  /** Frees the file. */
  close(): void {
    if (!this.#closed) this.#onClose?.();
    this.#closed = true;
    this.#buffer.clear();
    this.#deck.close();
  }

  get #drained(): boolean {
    return this.#deck.ended;
  }

  /** While silence is passed over, one more frame than that is always wanted. */
  get #wantedFrames(): number {
    return this.#toTrim > 0 ? Infinity : this.#aheadFrames;
  }

  #trimStart(): void {
    const silence = this.#buffer.silenceAhead();
    const count = Math.min(silence, this.#toTrim);
    const found = silence < this.#buffer.available;
    // Nothing but silence so far: a track that ends like this keeps it.
    if (!found && count < this.#toTrim) return;
    this.#buffer.skip(count);
    this.#toTrim = 0;
  }

  #trimEnd(): void {
    const { silence } = this.#settings;
    this.#toTrim = 0;
    this.#cut = silence?.end && this.#buffer.heardSound ? Math.min(this.#buffer.silenceBehind(), silence.limitSamples) : 0;
  }
}
