import { VECTOR_SAMPLES, vectorUnit } from './vector/vector-unit.js';

/** Below −160 dB a sample counts as nothing: this ends every tail, and keeps denormal numbers, which are slow, out of loops. */
const TINY = 1e-8;
/** Above +120 dB something is broken, and what is broken must not go round for ever. */
const HUGE = 1e6;

/** The line is longer than its delay by so much, so that the edge of what it remembers can be made smooth: 10 ms. */
const EDGE = 480;

/** What a line that feeds back may keep of a sample: nothing that is NaN, infinite, absurd or too small to hear. */
export function keepable(x: number): number {
  const magnitude = Math.abs(x);
  return magnitude > TINY && magnitude < HUGE ? x : 0;
}

/**
 * The last so many samples of one channel, fed back onto itself: `line[n] = x[n] + feedback · line[n − delay]`, and
 * `y[n] = dry · x[n] + wet · line[n − delay]`.
 *
 * With no feedback this is FFmpeg's `aecho` with one tap (`aecho=1:1:<delay>:<wet>`): one repeat. With feedback f, the repeats have the
 * levels wet, wet·f, wet·f² …
 */
export class EchoLine {
  #ring: Float32Array<ArrayBuffer>;
  #mask: number;
  #write = 0;
  /** How many of the newest samples are exactly 0. */
  #zeros = Infinity;

  /** @param delay the longest delay asked for so far, in samples. */
  constructor(delay: number) {
    this.#ring = new Float32Array(sizeFor(delay));
    this.#mask = this.#ring.length - 1;
  }

  /** True when nothing is left to be heard of what went in. */
  get empty(): boolean {
    return this.#zeros > this.#mask;
  }

  /** Makes room for a longer delay, keeping what is in the line. */
  reserve(delay: number): void {
    const size = sizeFor(delay);
    const old = this.#ring;
    if (size <= old.length) return;
    this.#ring = new Float32Array(size);
    this.#mask = size - 1;
    this.#ring.set(old.subarray(this.#write));
    this.#ring.set(old.subarray(0, this.#write), old.length - this.#write);
    this.#write = old.length;
    // A longer delay will meet the beginning of what is remembered, which lies behind every delay so far.
    for (let i = 0; i < EDGE; i++) this.#ring[i] = this.#ring[i]! * (i / EDGE);
    // The new room is zero, but it is older than what was there.
    if (this.#zeros >= old.length) this.#zeros = Infinity;
  }

  /** A line of the same content. */
  clone(): EchoLine {
    const copy = new EchoLine(this.#ring.length - 1 - EDGE);
    copy.#ring.set(this.#ring);
    copy.#write = this.#write;
    copy.#zeros = this.#zeros;
    return copy;
  }

  /** Runs with steady values. `input` and `out` may not be the same array. */
  run(input: Float32Array, out: Float32Array, delay: number, dry: number, wet: number, feedback: number): void {
    const ring = this.#ring;
    const size = ring.length;
    const n = out.length;
    let write = this.#write;
    for (let done = 0; done < n;) {
      const read = (write - delay) & this.#mask;
      // Up to where a position wraps, and not so far that what is written overtakes what is to be read.
      const count = Math.min(n - done, size - write, size - read, size - delay, VECTOR_SAMPLES);
      if (feedback !== 0 || !addRepeat(ring, read, write, input, out, done, count, dry, wet))
        feedBack(ring, read, write, input, out, done, count, dry, wet, feedback);
      write = (write + count) & this.#mask;
      done += count;
    }
    this.#write = write;
    this.#zeros = this.#newestZeros(n);
  }

  /**
   * Runs while values change: `at(i)` is called for each sample and returns a reused object. Two taps, so that a new delay is
   * faded to rather than jumped to.
   */
  runChanging(input: Float32Array, out: Float32Array, at: (i: number) => EchoValues): void {
    const ring = this.#ring;
    const mask = this.#mask;
    const n = out.length;
    for (let i = 0; i < n; i++) {
      const v = at(i);
      const x = input[i]!;
      const before = ring[(this.#write - v.delayBefore) & mask]!;
      const after = ring[(this.#write - v.delay) & mask]!;
      const late = before + (after - before) * v.arrived;
      const kept = keepable(x + v.feedback * late);
      ring[this.#write] = kept;
      this.#zeros = kept === 0 ? this.#zeros + 1 : 0;
      this.#write = (this.#write + 1) & mask;
      out[i] = v.dry * x + v.wet * late;
    }
  }

  /** How many of the newest samples are 0 now that `n` more were written. */
  #newestZeros(n: number): number {
    const ring = this.#ring;
    for (let k = 1; k <= n; k++) if (ring[(this.#write - k) & this.#mask] !== 0) return k - 1;
    return this.#zeros + n;
  }
}

/**
 * Writes `count` samples from index `at` of the frame into the ring, and `out = dry · input + wet · late`. What goes round once needs
 * no pruning as long as it is a number; false, with nothing done, when a sample is none.
 */
function addRepeat(
  ring: Float32Array,
  read: number,
  write: number,
  input: Float32Array,
  out: Float32Array,
  at: number,
  count: number,
  dry: number,
  wet: number,
): boolean {
  vectorUnit.loadA(input, at, count);
  if (!vectorUnit.finite(count)) return false;
  // First, since a short delay reads what is being written.
  ring.set(count === input.length ? input : input.subarray(at, at + count), write);
  vectorUnit.loadB(ring, read, count);
  vectorUnit.into(out, at, count);
  vectorUnit.mix(count, dry, wet);
  vectorUnit.store(out, at, count);
  return true;
}

/** As {@link addRepeat} with feedback: sample by sample, since a short delay reads what was just written. */
function feedBack(
  ring: Float32Array,
  read: number,
  write: number,
  input: Float32Array,
  out: Float32Array,
  at: number,
  count: number,
  dry: number,
  wet: number,
  feedback: number,
): void {
  for (let i = 0; i < count; i++) {
    const x = input[at + i]!;
    const late = ring[read + i]!;
    ring[write + i] = keepable(x + feedback * late);
    out[at + i] = dry * x + wet * late;
  }
}

/** The values of one sample while they change. */
export interface EchoValues {
  /** The delay it comes from, in samples. */
  delayBefore: number;
  /** The delay it goes to, in samples. */
  delay: number;
  /** How much of the new delay is heard: 0…1. */
  arrived: number;
  /** Factor of the signal itself. */
  dry: number;
  /** Factor of the first repeat. */
  wet: number;
  /** Factor from each repeat to the next; below 1. */
  feedback: number;
}

/** A power of two above the delay and the edge, so that positions wrap by a mask. */
function sizeFor(delay: number): number {
  return 2 ** Math.ceil(Math.log2(delay + EDGE + 1));
}
