import type { AudioOutcome, AudioReader, RemoteControl } from '../../media/av/audio-reader.js';
import { samplesToUs } from '../../media/format.js';
import { createAudioFrame, frameSamples, type AudioFrame } from '../../media/frame.js';

/** A frame that was read ahead. */
export interface DeckFrame {
  /** The frame; valid until the deck is filled again. */
  readonly frame: AudioFrame;
  /** How many of its samples are the file's: all, but in its last frame, which is filled up with zeros. */
  samples: number;
  /** Where in the file its first sample is, in microseconds. */
  positionUs: number;
  /** True when the file began anew within it. */
  looped: boolean;
}

/** How many frames are read ahead: 80 ms, which outlasts a burst of ticks after a stall. */
const DEPTH = 4;

/** How many decoded frames on the way to a sought position are worth one go: a second of sound, about a millisecond of work. */
const SLICE = 48;

/** An open file with a few frames read ahead, which can go round without a gap. */
export class Deck {
  readonly #reader: AudioReader;
  readonly #startUs: number;
  readonly #slots: DeckFrame[];
  #loop = false;
  #first = 0;
  #count = 0;
  #drained = false;
  /** It began anew, and no frame could say so yet. */
  #wentRound = false;

  /**
   * @param reader the open file; the deck closes it.
   * @param startUs where a loop begins anew, in microseconds.
   * @param loop whether it does.
   */
  constructor(reader: AudioReader, startUs: number, loop: boolean) {
    this.#reader = reader;
    this.#startUs = startUs;
    this.loop = loop;
    this.#slots = Array.from({ length: DEPTH }, () => ({
      frame: createAudioFrame(reader.channels),
      samples: 0,
      positionUs: 0,
      looped: false,
    }));
  }

  /** Whether it begins anew at its end. */
  get loop(): boolean {
    return this.#loop;
  }

  set loop(loop: boolean) {
    this.#loop = loop;
    this.remote?.loopTo(loop ? this.#startUs : undefined);
  }

  /** Set when frames may be late, since they come from the network. */
  get remote(): RemoteControl | undefined {
    return this.#reader.remote;
  }

  /** What the file says about itself. */
  get info(): AudioReader['info'] {
    return this.#reader.info;
  }

  /** Pictures that come with the sound, where they were asked for. */
  get pictures(): AudioReader['pictures'] {
    return this.#reader.pictures;
  }

  /** True when every frame was taken and there are no more. */
  get ended(): boolean {
    return this.#drained && this.#count === 0;
  }

  /** How it ended. */
  get outcome(): AudioOutcome | undefined {
    return this.#reader.outcome;
  }

  /** Where the next frame begins, in microseconds. */
  get positionUs(): number {
    return this.#count > 0 ? this.#slots[this.#first]!.positionUs : this.#reader.positionUs;
  }

  /** True when a frame waits or none will come any more; false after a seek until the position is reached. */
  get ready(): boolean {
    return this.#count > 0 || this.#drained;
  }

  /**
   * Reads ahead until so many frames wait; by default as many as it holds. On the way to a sought position, which in a file
   * without an index may be long, it does one slice and leaves the rest for the next time.
   *
   * @param patient true: all of it now.
   */
  fill(frames: number = DEPTH, patient = false): void {
    while (this.#count < frames && !this.#drained) {
      if (!this.#reader.approach(patient ? Infinity : SLICE)) return;
      const slot = this.#slots[(this.#first + this.#count) % DEPTH]!;
      if (this.#read(slot)) this.#count++;
      // Gone round, and what follows has not come yet.
      else if (this.remote && this.#reader.outcome === undefined) return;
      else this.#drained = true;
    }
  }

  /** Resolves when {@link Deck.ready} is true. Local files need no waiting. */
  async whenReady(): Promise<void> {
    for (this.fill(1, true); !this.ready && this.remote; this.fill(1, true)) await this.remote.arrived();
  }

  /** Tells a live stream whether it is heard; after a pause it goes on in the present. */
  suspend(paused: boolean): void {
    const { remote } = this;
    if (!remote?.live) return;
    remote.suspend(paused);
    if (!paused) this.#count = 0;
  }

  /** Takes the next frame; undefined when none waits. */
  take(): DeckFrame | undefined {
    if (this.#count === 0) return undefined;
    const slot = this.#slots[this.#first]!;
    this.#first = (this.#first + 1) % DEPTH;
    this.#count--;
    return slot;
  }

  /** Puts the frame back that was taken last; only while nothing was filled or sought since. */
  putBack(): void {
    this.#first = (this.#first + DEPTH - 1) % DEPTH;
    this.#count++;
  }

  /** Goes to a position of the file, in microseconds, and forgets what was read ahead. */
  seek(positionUs: number): void {
    this.#count = 0;
    this.#drained = false;
    this.#reader.seek(positionUs);
  }

  /** Frees the file. */
  close(): void {
    this.#count = 0;
    this.#drained = true;
    this.#reader.close();
  }

  /** The reader fills a frame unless the file ends in it: then a loop fills the rest from the file's beginning. */
  #read(slot: DeckFrame): boolean {
    const { frame } = slot;
    const wanted = frameSamples(frame);
    slot.positionUs = this.#reader.positionUs;
    slot.looped = this.#wentRound;
    this.#wentRound = false;
    let written = this.#reader.read(frame);
    while (written < wanted && this.loop && !this.#failed) {
      this.#reader.seek(this.#startUs);
      if (written === 0) slot.positionUs = this.#startUs;
      slot.looped = true;
      const more = this.#readBehind(frame, written);
      // The rest has not come yet; it is read when it has.
      if (this.remote && this.#reader.outcome === undefined) {
        written += more;
        this.#wentRound = written === 0;
        break;
      }
      // A file without a single sample would go round for ever.
      if (more === 0) break;
      if (written + more < wanted && !this.#failed) {
        this.#repeat(frame, written, more);
        slot.samples = wanted;
        return true;
      }
      written += more;
    }
    slot.samples = written;
    return written > 0;
  }

  get #failed(): boolean {
    return this.#reader.outcome?.kind === 'failed';
  }

  /** All of a loop is in the frame, and the file at its end: the rest is copied, since going back costs as much for one sample as for many. */
  #repeat(frame: AudioFrame, start: number, length: number): void {
    const wanted = frameSamples(frame);
    for (const plane of frame.planes) for (let i = start + length; i < wanted; i++) plane[i] = plane[i - length]!;
    this.#reader.seek(this.#startUs + samplesToUs((wanted - start) % length));
  }

  #readBehind(frame: AudioFrame, written: number): number {
    const rest = createAudioFrame(0);
    rest.planes = frame.planes.map((plane) => plane.subarray(written));
    const more = this.#reader.read(rest);
    frame.silent &&= rest.silent;
    return more;
  }
}
