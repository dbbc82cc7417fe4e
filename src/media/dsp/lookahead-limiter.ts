import { SAMPLE_RATE, dbToLinear } from '../format.js';
import { allFinite } from './finite.js';
import { within } from './soft-limit.js';
import { SlidingMinimum } from './sliding-minimum.js';
import { interpolatedPeak, TRUE_PEAK_BOUND, TRUE_PEAK_TAPS } from './true-peak.js';

/** How a limiter behaves; all of it may change while it runs. */
export interface LimiterSettings {
  /** What is never exceeded, in decibels below full scale. */
  readonly ceilingDb: number;
  /** Time constant of the gain's way back, in milliseconds. */
  readonly releaseMs: number;
  /** Whether what lies between the samples is kept below the ceiling too. */
  readonly truePeak: boolean;
}

/** Gains are multiples of one over this, so that adding and subtracting them is exact and a running sum never drifts. */
const PER_QUANTUM = 2 ** 40;
/** So near to 1 the gain is 1: 0.0001 dB. */
const SETTLED = 1 - 1e-5;

/**
 * A limiter that looks ahead: the signal comes out `delay` samples later, and the gain has gone down before a peak arrives, along a line
 * and not by a jump.
 *
 * For each sample the gain that its peak needs is known `delay` samples ahead. The smallest of those in reach is held, goes back
 * exponentially, and is averaged over a little less than the reach. No average of values that are all small enough is too large, so
 * the ceiling holds by construction; one comparison per sample takes care of rounding. All channels get the same gain. In true-peak
 * mode the needed gain also counts what the filter of ITU-R BS.1770-4, Annex 2 finds between samples; the averages are so much shorter than the
 * reach that the gain stands still over all twelve samples such a value is made of.
 */
export class LookaheadLimiter {
  /** By how many samples the signal is delayed. */
  readonly delay: number;
  readonly #average: number;
  readonly #minimum: SlidingMinimum;
  /** The last so many held gains, and their sum. */
  readonly #recent: Float64Array;
  #recentAt = 0;
  #sum: number;
  /** The held gain with its way back. */
  #held = 1;
  /** Samples until every gain in reach is 1 again, at the latest; 0: nothing is limited. */
  #busy = 0;
  /** The waiting samples, then the newest frame; one line per channel. */
  #lines: Float32Array[] = [];
  /** How many of the newest samples are silence. */
  #zeros = Infinity;
  #needed = new Float64Array(0);

  #ceiling = 1;
  #release = 0;
  #truePeak = false;
  /** The ceiling of what is coming out, which may have been let in under a higher one. */
  #clip = 1;
  #clipHolds = 0;

  /** @param delay how far it looks ahead, in samples, at least 32. @param settings see {@link set}. */
  constructor(delay: number, settings: LimiterSettings) {
    this.delay = delay;
    this.#average = delay + 1 - TRUE_PEAK_TAPS;
    this.#minimum = new SlidingMinimum(delay + 1);
    this.#recent = new Float64Array(this.#average).fill(1);
    this.#sum = this.#average;
    this.set(settings);
    this.#clip = this.#ceiling;
  }

  /** Changes its behaviour. A lower ceiling holds for what goes in from now on. */
  set({ ceilingDb, releaseMs, truePeak }: LimiterSettings): void {
    // The next smaller number that a sample can be.
    const ceiling = Math.fround(dbToLinear(ceilingDb) * (1 - 2 ** -23));
    if (ceiling < this.#clip) this.#clipHolds = this.delay;
    else this.#clip = ceiling;
    this.#ceiling = ceiling;
    this.#release = 1 - Math.exp(-1000 / (releaseMs * SAMPLE_RATE));
    this.#truePeak = truePeak;
  }

  /** True when nothing waits to come out. */
  get empty(): boolean {
    return this.#zeros >= this.delay;
  }

  /** The gain of the newest sample that came out, as a factor of at most 1. */
  get gain(): number {
    return this.#sum / this.#average;
  }

  /** Takes a frame and gives as many samples, `delay` later. `input` and `output` may be the same planes. */
  run(input: readonly Float32Array[], output: readonly Float32Array[]): void {
    const n = output[0]!.length;
    const channels = output.length;
    this.#load(input, channels, n);
    const needed = this.#needs(channels, n);
    if (this.#busy > 0 || needed) this.#limit(output, n);
    else for (let c = 0; c < channels; c++) output[c]!.set(this.#lines[c]!.subarray(0, n));
    this.#countClip(n);
    for (const line of this.#lines) line.copyWithin(0, n, n + this.delay);
    this.#countZeros(n);
  }

  /** As {@link run} with silence while it is {@link empty}, at once: the gain goes its way back. */
  skip(samples: number): void {
    this.#zeros += samples;
    this.#countClip(samples);
    if (this.#busy === 0) return;
    if (this.#needed.length < samples) this.#needed = new Float64Array(samples);
    this.#needed.fill(1);
    this.#follow(samples);
    this.#settle();
  }

  /** Forgets the waiting samples, as after a jump of the signal; the gain goes its way back as ever. */
  forget(): void {
    for (const line of this.#lines) line.fill(0);
    this.#zeros = Infinity;
  }

  /** Puts the frame behind the waiting samples. What is not a number becomes 0. */
  #load(input: readonly Float32Array[], channels: number, n: number): void {
    const { delay } = this;
    if (this.#lines.length > channels) this.#lines.length = channels;
    for (let c = 0; c < channels; c++) {
      let line = this.#lines[c];
      // A second channel that appears goes on from what the first has.
      const before = line ?? this.#lines[0];
      if (line?.length !== delay + n) {
        line = new Float32Array(delay + n);
        if (before) line.set(before.subarray(0, delay));
        this.#lines[c] = line;
      }
      line.set(input[c]!, delay);
      if (allFinite(line, delay)) continue;
      for (let i = delay; i < delay + n; i++) if (!Number.isFinite(line[i])) line[i] = 0;
    }
    if (this.#needed.length !== n) this.#needed = new Float64Array(n);
  }

  /** Writes the gain that each new sample needs; false, with nothing written, when none needs any. */
  #needs(channels: number, n: number): boolean {
    const { delay } = this;
    const ceiling = this.#ceiling;
    const needed = this.#needed;
    const careful = this.#truePeak ? ceiling / TRUE_PEAK_BOUND : ceiling;
    const reach = this.#truePeak ? TRUE_PEAK_TAPS - 1 : 0;
    let any = false;
    for (let c = 0; c < channels; c++) {
      const line = this.#lines[c]!;
      const first = firstBeyond(line, careful, delay - reach);
      // The last sample that could lift anything above the ceiling.
      let loudAt = first;
      for (let at = first; at < delay + n; at++) {
        const x = Math.abs(line[at]!);
        if (x > careful) loudAt = at;
        if (at < delay || at - loudAt > reach) continue;
        let peak = x;
        if (reach > 0) {
          const between = interpolatedPeak(line, at - reach);
          if (between > peak) peak = between;
        }
        if (peak <= ceiling) continue;
        if (!any) needed.fill(1);
        any = true;
        const gain = ceiling / peak;
        if (gain < needed[at - delay]!) needed[at - delay] = gain;
      }
    }
    if (!any && this.#busy > 0) needed.fill(1);
    return any;
  }

  #limit(output: readonly Float32Array[], n: number): void {
    const needed = this.#needed;
    this.#follow(n);
    const clip = this.#clip;
    for (let c = 0; c < output.length; c++) {
      const line = this.#lines[c]!;
      const plane = output[c]!;
      for (let i = 0; i < n; i++) {
        const y = Math.fround(line[i]! * needed[i]!);
        plane[i] = y > clip ? clip : y < -clip ? -clip : y;
      }
    }
    this.#settle();
  }

  /** Makes the gains of the samples that come out of those that the newest ones need: held, led back, averaged. */
  #follow(n: number): void {
    const gains = this.#needed;
    const recent = this.#recent;
    const average = this.#average;
    const release = this.#release;
    let held = this.#held;
    let sum = this.#sum;
    let at = this.#recentAt;
    let last = -1;
    for (let i = 0; i < n; i++) if (gains[i]! < 1) last = i;
    this.#minimum.run(gains, n);
    for (let i = 0; i < n; i++) {
      const smallest = gains[i]!;
      held = quantized(smallest <= held ? smallest : held + release * (smallest - held));
      if (held > SETTLED && smallest === 1) held = 1;
      if (held < 1) last = i;
      sum += held - recent[at]!;
      recent[at] = held;
      if (++at === average) at = 0;
      gains[i] = sum / average;
    }
    this.#held = held;
    this.#sum = sum;
    this.#recentAt = at;
    this.#busy = last < 0 ? this.#busy - n : average + this.delay + 1 - (n - 1 - last);
  }

  /** Every gain is 1 again: nothing needs to be computed until the next peak. */
  #settle(): void {
    if (this.#busy > 0) return;
    this.#busy = 0;
    this.#minimum.clear();
  }

  #countClip(n: number): void {
    if (this.#clipHolds === 0) return;
    this.#clipHolds = Math.max(0, this.#clipHolds - n);
    if (this.#clipHolds === 0) this.#clip = this.#ceiling;
  }

  /** Counts silence among the newest samples, as far as it matters. */
  #countZeros(n: number): void {
    let zeros = Infinity;
    for (const line of this.#lines) {
      let k = 0;
      // The waiting samples are at the line's beginning now.
      while (k < this.delay && line[this.delay - 1 - k] === 0) k++;
      zeros = Math.min(zeros, k);
    }
    this.#zeros = zeros >= this.delay ? Math.max(zeros, this.#zeros + n) : zeros;
  }
}

/** The first index from `from` on of a sample beyond ±limit; the length when there is none. */
function firstBeyond(line: Float32Array, limit: number, from: number): number {
  const end = line.length;
  if (within(line, limit, from)) return end;
  for (let i = from; i < end; i++) {
    const x = line[i]!;
    if (x > limit || x < -limit) return i;
  }
  return end;
}

/** The next lower multiple of the quantum. */
function quantized(gain: number): number {
  return Math.floor(gain * PER_QUANTUM) / PER_QUANTUM;
}
