import { PlanarQueue } from './planar-queue.js';

/** Where one segment fades into the next: 10 ms. */
const OVERLAP = 480;

/** How far from its ideal place a segment may be taken, to either side: 10 ms, so that a period of 50 Hz is within reach. */
const REACH = 480;

/** The coarse search looks at the mean of so many samples. */
const COARSE = 4;

/** Shapes of a stretcher. */
export interface TimeStretchShape {
  /** Samples from one splice to the next: 1920 (40 ms) suits music, 960 speech and short delays. */
  readonly hopSamples: number;
}

/**
 * Makes sound longer or shorter without changing its pitch: WSOLA (W. Verhelst, M. Roelands, "An overlap-add technique based on
 * waveform similarity (WSOLA) for high quality time-scale modification of speech", ICASSP 1993) with flat segments and short
 * overlaps, as SoundTouch has them. Each segment begins where the input resembles most what would have followed the one before.
 *
 * At tempo 1 it gives what it got, to the bit. Input goes to {@link input}, output is taken from {@link output}; {@link work} does what can be done.
 */
export class TimeStretch {
  /** What comes in. */
  readonly input: PlanarQueue;
  /** What goes out. */
  readonly output: PlanarQueue;
  /** How fast the input is used up: 2 is twice as fast. Takes effect with the next segment. */
  tempo = 1;
  readonly #hop: number;
  readonly #tail: Float32Array[];
  readonly #mixed: Float32Array[];
  readonly #coarseTail = new Float32Array(OVERLAP / COARSE);
  readonly #coarseInput = new Float32Array((2 * REACH + OVERLAP) / COARSE);
  /** Position of the input queue's first sample, from the very beginning. */
  #queueAt = 0;
  /** Ideal position of the next segment. */
  #next = 0;
  /** Where the last segment would go on. */
  #natural = 0;
  #begun = false;

  constructor(channels: number, { hopSamples }: TimeStretchShape) {
    this.#hop = hopSamples;
    const planes = (length: number) => Array.from({ length: channels }, () => new Float32Array(length));
    this.input = new PlanarQueue(channels, 16_384);
    this.output = new PlanarQueue(channels, 16_384);
    this.#tail = planes(OVERLAP);
    this.#mixed = planes(OVERLAP);
  }

  /** The most input that is in it, in samples, before it gives anything for it. */
  get lookahead(): number {
    return REACH + this.#hop + OVERLAP;
  }

  /** Position in the input, in samples from the beginning, of what is next put out. */
  get position(): number {
    return this.#next;
  }

  /** Begins anew at once, as if nothing had come before. */
  reset(): void {
    this.input.clear();
    this.output.clear();
    this.#queueAt = 0;
    this.#next = 0;
    this.#natural = 0;
    this.#begun = false;
  }

  /** Makes as many segments as the input allows. */
  work(): void {
    const { input } = this;
    for (;;) {
      const ideal = Math.round(this.#next);
      const used = Math.ceil(this.#hop * this.tempo);
      if (this.#queueAt + input.length < ideal + Math.max(this.lookahead, used)) return;
      this.#segment(this.#begun ? this.#bestStart(ideal) : ideal);
      this.#next += this.#hop * this.tempo;
      const keepFrom = Math.min(Math.round(this.#next) - REACH, this.#natural);
      const gone = Math.max(0, Math.min(keepFrom - this.#queueAt, input.length));
      input.drop(gone);
      this.#queueAt += gone;
    }
  }

  /** Puts out one segment that begins at `start`, and keeps what follows it for the next overlap. */
  #segment(start: number): void {
    const { input, output } = this;
    const at = input.start + start - this.#queueAt;
    const planes = input.planes;
    if (this.#begun && start !== this.#natural) {
      for (let c = 0; c < planes.length; c++) {
        const plane = planes[c]!;
        const tail = this.#tail[c]!;
        const mixed = this.#mixed[c]!;
        for (let i = 0; i < OVERLAP; i++) {
          const share = (i + 0.5) / OVERLAP;
          mixed[i] = tail[i]! * (1 - share) + plane[at + i]! * share;
        }
      }
      output.push(this.#mixed, 0, OVERLAP);
      output.push(planes, at + OVERLAP, this.#hop - OVERLAP);
    } else output.push(planes, at, this.#hop);
    this.#tail.forEach((tail, c) => tail.set(planes[c]!.subarray(at + this.#hop, at + this.#hop + OVERLAP)));
    this.#natural = start + this.#hop;
    this.#begun = true;
  }

  /** The start within reach of `ideal` whose first samples resemble the tail most. */
  #bestStart(ideal: number): number {
    // What follows by itself is the best there is, and at tempo 1 always within reach.
    if (this.tempo === 1 && Math.abs(this.#natural - ideal) <= REACH) return this.#natural;
    const first = Math.max(ideal - REACH, this.#queueAt);
    const base = this.input.start + first - this.#queueAt;
    const range = ideal + REACH - first;
    const coarse = this.#coarseInput;
    const tail = this.#coarseTail;
    const length = tail.length;
    decimate(this.#tail, 0, tail);
    // Out of silence every place is as good.
    if (isZero(tail)) return ideal;
    decimate(this.input.planes, base, coarse.subarray(0, Math.floor((range + OVERLAP) / COARSE)));
    const steps = Math.floor(range / COARSE);
    let best = 0;
    let bestLikeness = -Infinity;
    for (let s = 0; s <= steps; s++) {
      const likeness = resemblance(tail, 0, coarse, s, length);
      if (likeness > bestLikeness) {
        bestLikeness = likeness;
        best = s;
      }
    }
    let start = best * COARSE;
    bestLikeness = -Infinity;
    const to = Math.min(range, best * COARSE + COARSE);
    for (let s = Math.max(0, best * COARSE - COARSE); s <= to; s++) {
      let likeness = 0;
      for (let c = 0; c < this.#tail.length; c++)
        likeness += resemblance(this.#tail[c]!, 0, this.input.planes[c]!, base + s, OVERLAP);
      if (likeness > bestLikeness) {
        bestLikeness = likeness;
        start = s;
      }
    }
    return first + start;
  }
}

function isZero(samples: Float32Array): boolean {
  for (const sample of samples) if (sample !== 0) return false;
  return true;
}

/** Sums of `COARSE` samples over all channels. */
function decimate(planes: readonly Float32Array[], from: number, out: Float32Array): void {
  out.fill(0);
  for (const plane of planes) {
    for (let i = 0, at = from; i < out.length; i++, at += COARSE) {
      out[i]! += plane[at]! + plane[at + 1]! + plane[at + 2]! + plane[at + 3]!;
    }
  }
}

/** Correlation of two stretches of samples, a multiple of four long, over the root of the second's energy. */
function resemblance(a: Float32Array, fromA: number, b: Float32Array, fromB: number, length: number): number {
  // Several sums, so that additions need not wait for each other.
  let p0 = 0;
  let p1 = 0;
  let p2 = 0;
  let p3 = 0;
  let e0 = 1e-9;
  let e1 = 0;
  for (let i = 0; i < length; i += 4) {
    const y0 = b[fromB + i]!;
    const y1 = b[fromB + i + 1]!;
    const y2 = b[fromB + i + 2]!;
    const y3 = b[fromB + i + 3]!;
    p0 += a[fromA + i]! * y0;
    p1 += a[fromA + i + 1]! * y1;
    p2 += a[fromA + i + 2]! * y2;
    p3 += a[fromA + i + 3]! * y3;
    e0 += y0 * y0 + y1 * y1;
    e1 += y2 * y2 + y3 * y3;
  }
  return (p0 + p1 + p2 + p3) / Math.sqrt(e0 + e1);
}
