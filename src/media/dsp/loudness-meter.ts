import { LoudnessSteps, lufsToPower, powerToLufs, STEP_SAMPLES } from './loudness-steps.js';

/** Steps in a block of 400 ms and in a short-term window of 3 s. */
const BLOCK_STEPS = 4;
const SHORT_TERM_STEPS = 30;

/** Blocks below −70 LUFS never count. */
const ABSOLUTE_GATE = lufsToPower(-70);
/** Blocks 10 LU below the mean do not count either; for the loudness range 20 LU. */
const RELATIVE_GATE = 0.1;
const RANGE_GATE = 0.01;

/**
 * Measures loudness by ITU-R BS.1770-4 and EBU R 128: integrated with both gates (EBU Tech 3341), momentary (400 ms), short-term (3 s)
 * and the loudness range (EBU Tech 3342). Takes 48 kHz; mono counts as two equal channels.
 */
export class LoudnessMeter {
  readonly #steps = new LoudnessSteps((power) => this.#step(power));
  /** The last steps, by their number. */
  readonly #ring = new Float64Array(SHORT_TERM_STEPS);
  #count = 0;
  /** Powers of the blocks, and of the short-term windows, above the absolute gate. */
  readonly #blocks: number[] = [];
  readonly #windows: number[] = [];
  #loudestBlock = 0;

  /** Listens to the first `count` samples of the planes, one or two. */
  push(planes: readonly Float32Array[], count: number = planes[0]?.length ?? 0): void {
    this.#steps.push(planes, 0, count);
  }

  /** Loudness of the last 400 ms in LUFS. */
  get momentaryLufs(): number {
    return powerToLufs(this.#mean(BLOCK_STEPS));
  }

  /** Loudness of the last 3 s in LUFS. */
  get shortTermLufs(): number {
    return powerToLufs(this.#mean(SHORT_TERM_STEPS));
  }

  /** The largest momentary loudness so far in LUFS. */
  get maxMomentaryLufs(): number {
    return powerToLufs(this.#loudestBlock);
  }

  /**
   * Loudness of everything so far in LUFS, gated; −Infinity when nothing is above −70 LUFS. A signal too short for a block counts as it is.
   */
  integratedLufs(): number {
    if (this.#count < BLOCK_STEPS) return this.#briefLufs();
    const gate = mean(this.#blocks) * RELATIVE_GATE;
    return powerToLufs(mean(this.#blocks.filter((power) => power > gate)));
  }

  /** The loudness range in LU: between the 10th and the 95th percentile of the short-term loudness; 0 when it is too short to tell. */
  rangeLu(): number {
    const gate = mean(this.#windows) * RANGE_GATE;
    const heard = this.#windows.filter((power) => power >= gate).sort((a, b) => a - b);
    if (heard.length < 2) return 0;
    const at = (share: number) => powerToLufs(heard[Math.round((heard.length - 1) * share)]!);
    return at(0.95) - at(0.1);
  }

  #step(power: number): void {
    this.#ring[this.#count++ % SHORT_TERM_STEPS] = power;
    if (this.#count >= BLOCK_STEPS) {
      const block = this.#mean(BLOCK_STEPS);
      if (block > ABSOLUTE_GATE) this.#blocks.push(block);
      if (block > this.#loudestBlock) this.#loudestBlock = block;
    }
    if (this.#count >= SHORT_TERM_STEPS) {
      const window = this.#mean(SHORT_TERM_STEPS);
      if (window > ABSOLUTE_GATE) this.#windows.push(window);
    }
  }

  /** The mean of the newest steps, as far as there are any. */
  #mean(steps: number): number {
    const n = Math.min(steps, this.#count);
    let sum = 0;
    for (let k = 1; k <= n; k++) sum += this.#ring[(this.#count - k) % SHORT_TERM_STEPS]!;
    return n === 0 ? 0 : sum / n;
  }

  #briefLufs(): number {
    const { partialPower, partialSamples } = this.#steps;
    const whole = this.#count * STEP_SAMPLES;
    const total = whole + partialSamples;
    const power = total === 0 ? 0 : (this.#mean(BLOCK_STEPS) * whole + partialPower * partialSamples) / total;
    return power > ABSOLUTE_GATE ? powerToLufs(power) : -Infinity;
  }
}

function mean(powers: readonly number[]): number {
  let sum = 0;
  for (const power of powers) sum += power;
  return powers.length === 0 ? 0 : sum / powers.length;
}
