import { SAMPLE_RATE } from '../format.js';

/** What a feedback network sounds like. */
export interface FeedbackNetworkSettings {
  /** Distance between the walls in metres: sets how far the echoes are apart. */
  readonly roomMeters: number;
  /** Time in which low and middle frequencies fall by 60 dB, in seconds. */
  readonly decaySec: number;
  /** Frequency that falls by 60 dB in half of that time, in hertz; higher ones fall faster. */
  readonly dampingHz: number;
}

const LINES = 8;
const SPEED_OF_SOUND = 343;
/** Lengths over the time from wall to wall; spread so that no echo meets another. */
const RATIOS = [0.63, 0.73, 0.83, 0.95, 1.07, 1.21, 1.37, 1.57];
/** The largest room, in metres. */
export const MAX_ROOM_METERS = 40;
/** The smallest, in metres. */
export const MIN_ROOM_METERS = 2;

const SIZE = 2 ** Math.ceil(Math.log2((MAX_ROOM_METERS / SPEED_OF_SOUND) * SAMPLE_RATE * 1.6 + 512));
const MASK = SIZE - 1;
/** Samples worked on at once: fewer than the shortest line has. */
const BLOCK = 64;
/** New settings arrive within 10 ms. */
const CHANGE_SAMPLES = SAMPLE_RATE / 100;

/** Below −160 dB a sample counts as nothing, above +120 dB it is broken. */
const TINY = 1e-8;
const HUGE = 1e6;
const NORM = 1 / Math.sqrt(LINES);

/**
 * A feedback delay network: eight delay lines, each with a filter that makes it die away in time, fed back onto one another through a
 * Hadamard matrix, which loses no energy. (J.-M. Jot, A. Chaigne, "Digital Delay Networks for Designing Artificial Reverberators", AES
 * Convention 90, 1991.) Each line's filter is a gain of 10^(−3·length/decay) and a one-pole low-pass with half the decay at the damping
 * frequency, so that the time does not depend on which lines a sound goes through.
 */
export class FeedbackNetwork {
  readonly #rings: Float32Array[];
  readonly #blocks: Float32Array[];
  /** Lengths in samples: those it comes from and those it goes to. */
  #before = new Int32Array(LINES);
  #delays = new Int32Array(LINES);
  /** Per line the low-pass's input gain, coefficient and state. */
  readonly #gains = new Float64Array(LINES);
  readonly #poles = new Float64Array(LINES);
  readonly #states = new Float64Array(LINES);
  readonly #gainsTo = new Float64Array(LINES);
  readonly #polesTo = new Float64Array(LINES);
  readonly #gainSteps = new Float64Array(LINES);
  readonly #poleSteps = new Float64Array(LINES);
  /** Samples until the newest settings have arrived. */
  #changing = 0;
  #next: FeedbackNetworkSettings | undefined;
  #write = 0;
  /** How many of the newest samples are nothing in every line. */
  #zeros = Infinity;
  #longest = 0;

  /** @param settings see {@link set}. */
  constructor(settings: FeedbackNetworkSettings) {
    this.#rings = Array.from({ length: LINES }, () => new Float32Array(SIZE));
    this.#blocks = Array.from({ length: LINES }, () => new Float32Array(BLOCK));
    this.#aim(settings);
    this.#gains.set(this.#gainsTo);
    this.#poles.set(this.#polesTo);
    this.#before.set(this.#delays);
    this.#changing = 0;
  }

  /** Changes how it sounds, within 10 ms, or 20 if it is changing already; what sounds in it sounds on. */
  set(settings: FeedbackNetworkSettings): void {
    if (this.#changing > 0) this.#next = settings;
    else this.#aim(settings);
  }

  /** True when nothing sounds in it any more. */
  get empty(): boolean {
    return this.#zeros > this.#longest;
  }

  /** Takes two channels and gives two, the reverberation alone: `left` and `right` are replaced by it. */
  run(left: Float32Array, right: Float32Array, count: number): void {
    for (let done = 0; done < count;) {
      const room = Math.min(count - done, BLOCK, SIZE - this.#write);
      // Cut where a change ends, so that it does not depend on the frames.
      const n = this.#changing > 0 ? Math.min(room, this.#changing) : room;
      for (let k = 0; k < LINES; k++) this.#readLine(k, n);
      this.#mix(left, right, done, n);
      this.#write = (this.#write + n) & MASK;
      if (this.#changing > 0) this.#advance(n);
      done += n;
    }
  }

  /** Forgets everything that sounds, and arrives at its settings. */
  clear(): void {
    for (const ring of this.#rings) ring.fill(0);
    this.#states.fill(0);
    this.#zeros = Infinity;
    while (this.#changing > 0) this.#advance(this.#changing);
  }

  /** What comes out of one line, filtered, into its block. */
  #readLine(k: number, n: number): void {
    const ring = this.#rings[k]!;
    const block = this.#blocks[k]!;
    const from = this.#write - this.#delays[k]!;
    const changing = this.#changing;
    let gain = this.#gains[k]!;
    let pole = this.#poles[k]!;
    let state = this.#states[k]!;
    if (changing === 0) {
      const start = from & MASK;
      // Up to where the ring wraps, and from its beginning.
      const first = Math.min(n, SIZE - start);
      for (let i = 0; i < first; i++) {
        state = gain * ring[start + i]! + pole * state;
        block[i] = state;
      }
      for (let i = first; i < n; i++) {
        state = gain * ring[start + i - SIZE]! + pole * state;
        block[i] = state;
      }
    } else {
      const gainStep = this.#gainSteps[k]!;
      const poleStep = this.#poleSteps[k]!;
      const old = this.#write - this.#before[k]!;
      const done = CHANGE_SAMPLES - changing;
      for (let i = 0; i < n; i++) {
        const arrived = (done + i + 1) / CHANGE_SAMPLES;
        const a = ring[(old + i) & MASK]!;
        const b = ring[(from + i) & MASK]!;
        gain += gainStep;
        pole += poleStep;
        state = gain * (a + (b - a) * arrived) + pole * state;
        block[i] = state;
      }
      this.#gains[k] = gain;
      this.#poles[k] = pole;
    }
    this.#states[k] = Math.abs(state) > TINY && Math.abs(state) < HUGE ? state : 0;
  }

  /** Through the matrix, with the input, back into the lines. */
  #mix(left: Float32Array, right: Float32Array, at: number, n: number): void {
    const [r0, r1, r2, r3, r4, r5, r6, r7] = this.#rings as Eight;
    const [b0, b1, b2, b3, b4, b5, b6, b7] = this.#blocks as Eight;
    let zeros = this.#zeros;
    for (let i = 0; i < n; i++) {
      const s0 = b0[i]!;
      const s1 = b1[i]!;
      const s2 = b2[i]!;
      const s3 = b3[i]!;
      const s4 = b4[i]!;
      const s5 = b5[i]!;
      const s6 = b6[i]!;
      const s7 = b7[i]!;
      const l = left[at + i]!;
      const r = right[at + i]!;
      // Even lines are heard left and odd ones right; the matrix makes all of them sound in all.
      left[at + i] = s0 - s2 + s4 - s6;
      right[at + i] = s1 - s3 + s5 - s7;
      const a0 = s0 + s1;
      const a1 = s0 - s1;
      const a2 = s2 + s3;
      const a3 = s2 - s3;
      const a4 = s4 + s5;
      const a5 = s4 - s5;
      const a6 = s6 + s7;
      const a7 = s6 - s7;
      const c0 = a0 + a2;
      const c1 = a1 + a3;
      const c2 = a0 - a2;
      const c3 = a1 - a3;
      const c4 = a4 + a6;
      const c5 = a5 + a7;
      const c6 = a4 - a6;
      const c7 = a5 - a7;
      const w0 = (c0 + c4) * NORM + l;
      const w1 = (c1 + c5) * NORM + r;
      const w2 = (c2 + c6) * NORM - l;
      const w3 = (c3 + c7) * NORM - r;
      const w4 = (c0 - c4) * NORM + l;
      const w5 = (c1 - c5) * NORM + r;
      const w6 = (c2 - c6) * NORM - l;
      const w7 = (c3 - c7) * NORM - r;
      const size =
        Math.abs(w0) + Math.abs(w1) + Math.abs(w2) + Math.abs(w3) + Math.abs(w4) + Math.abs(w5) + Math.abs(w6) + Math.abs(w7);
      // Nothing, too small to hear, broken: the lines then get zeros, so that tails end and what is broken does not go round.
      const kept = size > TINY && size < HUGE ? 1 : 0;
      zeros = kept === 1 ? 0 : zeros + 1;
      const to = this.#write + i;
      r0[to] = kept === 1 ? w0 : 0;
      r1[to] = kept === 1 ? w1 : 0;
      r2[to] = kept === 1 ? w2 : 0;
      r3[to] = kept === 1 ? w3 : 0;
      r4[to] = kept === 1 ? w4 : 0;
      r5[to] = kept === 1 ? w5 : 0;
      r6[to] = kept === 1 ? w6 : 0;
      r7[to] = kept === 1 ? w7 : 0;
    }
    this.#zeros = zeros;
  }

  #aim({ roomMeters, decaySec, dampingHz }: FeedbackNetworkSettings): void {
    this.#before.set(this.#delays);
    const wall = (roomMeters / SPEED_OF_SOUND) * SAMPLE_RATE;
    const cos = Math.cos((2 * Math.PI * dampingHz) / SAMPLE_RATE);
    for (let k = 0; k < LINES; k++) {
      const delay = primeFrom(Math.round(wall * RATIOS[k]!));
      const round = 10 ** ((-3 * delay) / (decaySec * SAMPLE_RATE));
      const pole = poleFor(round, cos);
      this.#delays[k] = delay;
      this.#polesTo[k] = pole;
      this.#gainsTo[k] = round * (1 - pole);
      this.#gainSteps[k] = (this.#gainsTo[k]! - this.#gains[k]!) / CHANGE_SAMPLES;
      this.#poleSteps[k] = (pole - this.#poles[k]!) / CHANGE_SAMPLES;
    }
    this.#longest = Math.max(...this.#delays, ...this.#before);
    this.#changing = CHANGE_SAMPLES;
  }

  #advance(n: number): void {
    this.#changing -= n;
    if (this.#changing > 0) return;
    // The sums of steps are near enough, but the same settings shall be the same numbers.
    this.#gains.set(this.#gainsTo);
    this.#poles.set(this.#polesTo);
    const next = this.#next;
    this.#next = undefined;
    if (next) this.#aim(next);
  }
}

type Eight = [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];

/** The mean share of its energy that a low sound keeps in one round: what a steady sound builds up to depends on it. */
export function roundEnergy({ roomMeters, decaySec }: FeedbackNetworkSettings): number {
  const seconds = roomMeters / SPEED_OF_SOUND;
  return RATIOS.reduce((sum, ratio) => sum + 10 ** ((-6 * seconds * ratio) / decaySec), 0) / LINES;
}

/**
 * The pole p of the low-pass (1 − p) / (1 − p·z⁻¹) that lets through `share` at the frequency of which the cosine is given: the smaller
 * solution of (1 − p)² = share² · (1 − 2p·cos + p²).
 */
function poleFor(share: number, cos: number): number {
  const square = share * share;
  // A round that loses nothing needs no filter, and would divide by zero.
  if (square > 1 - 1e-9) return 0;
  const b = (1 - square * cos) / (1 - square);
  return b - Math.sqrt(b * b - 1);
}

function primeFrom(n: number): number {
  for (let candidate = Math.max(3, n | 1); ; candidate += 2) {
    let prime = true;
    for (let d = 3; d * d <= candidate && prime; d += 2) prime = candidate % d !== 0;
    if (prime) return candidate;
  }
}
