import { crossfade } from '../../media/dsp/crossfade.js';
import type { AudioOutcome } from '../../media/av/audio-reader.js';
import type { MediaInfo } from '../../media/av/media-info.js';
import { OPUS_LOOKAHEAD_SAMPLES } from '../../media/av/opus-head.js';
import type { OpusReader } from '../../media/av/opus-reader.js';
import { FRAME_SAMPLES, samplesToUs, usToSamples } from '../../media/format.js';
import { OpusUnits, type OpusUnit } from '../../media/opus/units.js';
import { CodedFrame } from './coded-frame.js';
import type { Deck, DeckFrame } from './deck.js';
import { UnitRing } from './unit-ring.js';

/** How many frames are read ahead, as a deck of decoded frames does. */
const DEPTH = 4;
/** Packets before a sought position that settle a decoder: 200 ms. */
const PREROLL_SAMPLES = usToSamples(200_000);
/** So long frames are decoded ahead, between ticks, after somebody wanted their samples: a second. */
const DECODE_AHEAD_FRAMES = 50;

interface CodedSlot extends DeckFrame {
  readonly frame: CodedFrame;
  sequence: number;
}

/**
 * An open Opus file with a few packets read ahead, in the place of a {@link Deck}: its frames are coded, and decoded only for who reads
 * their samples. Its beat is the file's packets, so a position is kept to within 10 ms, and a loop loses what its last packet holds
 * less than 20 ms: there the end is faded into the beginning.
 */
export class OpusDeck implements Pick<Deck, keyof Deck> {
  loop: boolean;
  /** Local files are never late. */
  readonly remote = undefined;
  /** None. */
  readonly pictures = undefined;
  readonly #reader: OpusReader;
  readonly #ring: UnitRing;
  readonly #cutter = new OpusUnits();
  readonly #slots: CodedSlot[];
  readonly #startSample: number;
  readonly #endSample: number;
  /** Units that were read and not yet made frames, with where their frames begin. */
  readonly #waiting: { readonly sequence: number; readonly position: number; readonly looped: boolean }[] = [];
  #first = 0;
  #count = 0;
  #read = false;
  #drained = false;
  #looped = false;
  #anew = true;
  /** Where the frame of the next unit begins, in samples; NaN: where the file says. */
  #position = NaN;
  /** Frames before it are only there to settle the decoder. */
  #target: number;
  #decodeAhead = 0;
  #last: CodedSlot | undefined;

  /**
   * @param reader the open file; the deck closes it.
   * @param startUs where it begins, and a loop begins anew. @param endUs where it ends; undefined: with the file.
   */
  constructor(reader: OpusReader, channels: 1 | 2, startUs: number, endUs: number | undefined, loop: boolean) {
    this.#reader = reader;
    this.#ring = new UnitRing(reader.decoder, channels);
    this.loop = loop;
    this.#startSample = usToSamples(startUs);
    const { durationUs = Infinity } = reader.info;
    this.#endSample = Math.min(usToSamples(durationUs), endUs === undefined ? Infinity : usToSamples(endUs));
    this.#target = this.#startSample;
    this.#slots = Array.from({ length: DEPTH + 1 }, () => ({
      frame: new CodedFrame(channels, this.#ring),
      samples: FRAME_SAMPLES,
      positionUs: 0,
      looped: false,
      sequence: 0,
    }));
    if (startUs > 0) this.#go(this.#startSample);
  }

  get info(): MediaInfo {
    return this.#reader.info;
  }

  get ended(): boolean {
    return this.#drained && this.#count === 0;
  }

  get outcome(): AudioOutcome | undefined {
    return this.#reader.outcome;
  }

  get positionUs(): number {
    if (this.#count > 0) return this.#slots[this.#first]!.positionUs;
    return samplesToUs(this.#waiting[0]?.position ?? this.#target);
  }

  get ready(): boolean {
    return this.#count > 0 || this.#drained;
  }

  fill(frames: number = DEPTH): void {
    while (this.#count < frames && !this.#drained) this.#fillOne();
    if (this.#last?.frame.decoded) this.#decodeAhead = DECODE_AHEAD_FRAMES;
    this.#last = undefined;
    if (this.#decodeAhead === 0) return;
    this.#decodeAhead--;
    for (let i = 0; i < this.#count; i++) void this.#slots[(this.#first + i) % this.#slots.length]!.frame.planes;
  }

  whenReady(): Promise<void> {
    this.fill(1);
    return Promise.resolve();
  }

  suspend(): void {}

  take(): DeckFrame | undefined {
    if (this.#count === 0) return undefined;
    const slot = this.#slots[this.#first]!;
    this.#first = (this.#first + 1) % this.#slots.length;
    this.#count--;
    this.#last = slot;
    return slot;
  }

  putBack(): void {
    this.#first = (this.#first + this.#slots.length - 1) % this.#slots.length;
    this.#count++;
  }

  seek(positionUs: number): void {
    this.#count = 0;
    this.#waiting.length = 0;
    this.#drained = false;
    this.#looped = false;
    this.#go(Math.max(0, usToSamples(positionUs)));
  }

  close(): void {
    this.#count = 0;
    this.#drained = true;
    this.#reader.close();
  }

  /** Goes to a position; what lies before it settles the decoder. */
  #go(position: number): void {
    this.#cutter.reset();
    this.#anew = true;
    this.#position = NaN;
    this.#target = position;
    this.#read = false;
    if (!this.#reader.seek(position - PREROLL_SAMPLES)) this.#drained = true;
  }

  /** Makes the next frame, or finds that there is none. A frame needs the unit behind it. */
  #fillOne(): void {
    while (this.#waiting.length < 2 && !this.#read) this.#readUnits();
    const next = this.#waiting.shift();
    if (!next) {
      this.#drained = true;
      return;
    }
    const after = this.#waiting[0];
    const slot = this.#slots[(this.#first + this.#count) % this.#slots.length]!;
    this.#become(slot, next.sequence, next.position);
    slot.looped = next.looped;
    slot.samples = Math.max(1, Math.min(FRAME_SAMPLES, this.#endSample - next.position));
    if (after?.looped) this.#fadeIntoBeginning(slot, after.sequence);
    this.#count++;
  }

  #become(slot: CodedSlot, sequence: number, position: number): void {
    const unit = this.#ring.unit(sequence)!;
    slot.frame.become(sequence, unit.coded, unit.channels);
    slot.sequence = sequence;
    slot.positionUs = samplesToUs(Math.max(0, position));
  }

  /** The last frame of a round: what is left of the end goes over into the first frame of the next, which it uses up. */
  #fadeIntoBeginning(slot: CodedSlot, first: number): void {
    const { planes } = slot.frame;
    const left = slot.samples;
    const beginning = planes.map(() => new Float32Array(FRAME_SAMPLES));
    this.#ring.decode(first, beginning);
    planes.forEach((plane, c) => {
      const fresh = beginning[c]!;
      const faded = new Float32Array(left);
      crossfade(plane.subarray(0, left), fresh.subarray(0, left), faded);
      plane.set(fresh);
      plane.set(faded);
    });
    slot.frame.changed();
    slot.samples = FRAME_SAMPLES;
    slot.looped = true;
    this.#waiting.shift();
  }

  #readUnits(): void {
    const packet = this.#reader.read();
    if (!packet) return this.#atEnd();
    if (Number.isNaN(this.#position)) this.#position = this.#reader.position + OPUS_LOOKAHEAD_SAMPLES;
    this.#cutter.push(packet, this.#takeUnit);
    if (this.#position >= this.#endSample) this.#atEnd();
  }

  readonly #takeUnit = (unit: OpusUnit): void => {
    const position = this.#position;
    if (position + PREROLL_SAMPLES < this.#target) {
      // A seek may land seconds early; the ring still holds what was heard before it.
      this.#position += FRAME_SAMPLES;
      return;
    }
    const sequence = this.#ring.next;
    this.#ring.push(unit, this.#anew);
    this.#anew = false;
    this.#position += FRAME_SAMPLES;
    // The packet nearest to where it shall begin; every unit of the pre-skip but the last ends before the first sample.
    if (position + FRAME_SAMPLES / 2 <= this.#target || position >= this.#endSample + OPUS_LOOKAHEAD_SAMPLES) return;
    this.#waiting.push({ sequence, position, looped: this.#looped });
    this.#looped = false;
  };

  #atEnd(): void {
    const failed = this.#reader.outcome?.kind === 'failed';
    // A round in which nothing came would go round for ever.
    if (this.loop && !failed && !this.#looped) {
      this.#go(this.#startSample);
      this.#looped = true;
      if (!this.#drained) return;
    }
    this.#read = true;
  }
}
