import type { PacketDecoder } from '../../media/opus/decoder.js';
import type { OpusUnit } from '../../media/opus/units.js';
import { OPUS_LOOKAHEAD_SAMPLES } from '../../media/av/opus-head.js';
import { FRAME_SAMPLES } from '../../media/format.js';
import { createAudioFrame, type AudioFrame } from '../../media/frame.js';
import type { FrameDecoder } from './coded-frame.js';

/** How many units are remembered, before and behind the present one; a power of two. */
const SIZE = 64;
/** A decoder that begins in the middle is fed so many units before: 80 ms for itself, 120 ms that an encoder may ask for. */
const PREROLL = 10;

/**
 * The newest units of an Opus stream, decoded on demand.
 *
 * Frame n is what an encoder must be given so that its packet n decodes to what packet n of the stream decodes to: an encoder's packets
 * are late by its lookahead (312 samples), so the frame is the end of what unit n decodes to and the first 312 samples of unit n + 1.
 * That is why copied and encoded packets may follow each other.
 */
export class UnitRing implements FrameDecoder {
  readonly #decoder: PacketDecoder;
  readonly #channels: 1 | 2;
  readonly #units: (OpusUnit | undefined)[] = new Array<OpusUnit | undefined>(SIZE).fill(undefined);
  /** Interleaved samples of the units that were decoded. */
  readonly #sound: (Float32Array | undefined)[] = new Array<Float32Array | undefined>(SIZE).fill(undefined);
  /** Units that begin a new round or follow a jump: the one before them does not lead into them. */
  readonly #anew = new Set<number>();
  #next = 0;
  /** The unit the decoder has been fed last; −1: none. */
  #fed = -1;

  /** @param decoder for the same number of channels. */
  constructor(decoder: PacketDecoder, channels: 1 | 2) {
    this.#decoder = decoder;
    this.#channels = channels;
  }

  /** The number that the next unit gets. */
  get next(): number {
    return this.#next;
  }

  /** Takes the next unit. @param anew it does not follow on the one before. */
  push(unit: OpusUnit, anew: boolean): void {
    const at = this.#next % SIZE;
    this.#units[at] = unit;
    this.#sound[at] = undefined;
    this.#anew.delete(this.#next - SIZE);
    if (anew) this.#anew.add(this.#next);
    this.#next++;
  }

  /** A unit that is still remembered. */
  unit(sequence: number): OpusUnit | undefined {
    return this.#holds(sequence) ? this.#units[sequence % SIZE] : undefined;
  }

  decode(sequence: number, planes: readonly Float32Array[]): void {
    this.#feedUpTo(sequence + 1);
    const here = this.#soundOf(sequence);
    const after = this.#anew.has(sequence + 1) ? undefined : this.#soundOf(sequence + 1);
    const channels = this.#channels;
    const split = FRAME_SAMPLES - OPUS_LOOKAHEAD_SAMPLES;
    for (let c = 0; c < channels; c++) {
      const plane = planes[c]!;
      let from = OPUS_LOOKAHEAD_SAMPLES * channels + c;
      for (let i = 0; i < split; i++, from += channels) plane[i] = here?.[from] ?? 0;
      from = c;
      for (let i = split; i < FRAME_SAMPLES; i++, from += channels) plane[i] = after?.[from] ?? 0;
    }
  }

  before(sequence: number, count: number): readonly AudioFrame[] {
    // The decoder is behind: it is brought here, by way of the frames that are wanted.
    if (this.#fed < sequence) this.#feedUpTo(sequence);
    const frames: AudioFrame[] = [];
    for (let at = sequence - count; at < sequence; at++) {
      if (!this.#soundOf(at)) continue;
      const frame = createAudioFrame(this.#channels);
      this.decode(at, frame.planes);
      frame.silent = false;
      frames.push(frame);
    }
    return frames;
  }

  #holds(sequence: number): boolean {
    return sequence >= 0 && sequence < this.#next && sequence >= this.#next - SIZE;
  }

  #soundOf(sequence: number): Float32Array | undefined {
    return this.#holds(sequence) ? this.#sound[sequence % SIZE] : undefined;
  }

  #feedUpTo(sequence: number): void {
    const last = Math.min(sequence, this.#next - 1);
    if (last <= this.#fed) return;
    let from = this.#fed + 1;
    // Further behind than its memory reaches: what lies between would change nothing.
    if (last - from > PREROLL) from = last - PREROLL - 1;
    from = Math.max(from, this.#next - SIZE, 0);
    // Inside a long frame nothing begins.
    while (from < last && this.#units[from % SIZE]!.span === 0) from++;
    for (let at = from; at <= last; at++) this.#feed(at);
  }

  #feed(sequence: number): void {
    const unit = this.#units[sequence % SIZE]!;
    const samples = FRAME_SAMPLES * this.#channels;
    if (unit.span > 0) {
      const parts = unit.decode.map((packet) => this.#decoder.decode(packet));
      const whole = parts.length === 1 ? parts[0] : joined(parts);
      for (let i = 0; i < unit.span && sequence + i < this.#next; i++)
        this.#sound[(sequence + i) % SIZE] = unit.span === 1 ? whole : whole?.subarray(i * samples, (i + 1) * samples);
    }
    this.#fed = sequence;
  }
}

function joined(parts: readonly (Float32Array | undefined)[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + (part?.length ?? 0), 0));
  let at = 0;
  for (const part of parts) {
    if (part) whole.set(part, at);
    at += part?.length ?? 0;
  }
  return whole;
}
