import { SAMPLE_RATE, dbToLinear, linearToDb } from '../format.js';

/** How a ducker behaves. */
export interface DuckerSettings {
  /** The voice's RMS level, over about 10 ms, above which it counts as speech: decibels below full scale. */
  readonly thresholdDb: number;
  /** How far the bed goes down, in decibels: 0 or less. */
  readonly depthDb: number;
  /** How long all the way down takes, in milliseconds. */
  readonly attackMs: number;
  /** How long all the way up takes, in milliseconds. */
  readonly releaseMs: number;
  /** How long it stays down after the last speech, in milliseconds, so that it does not pump between words. */
  readonly holdMs: number;
}

/** Share of a new sample in the mean square: a time constant of 10 ms. */
const SMOOTHING = 1 - Math.exp(-1 / (0.01 * SAMPLE_RATE));
/** A mean square that counts as nothing: −140 dB. */
const NOTHING = 1e-14;

/**
 * Follows a voice and says how loud the bed under it may be. The gain moves on a straight line in decibels, as ears have it.
 * Every sample's state follows from the one before, whatever the frame size.
 */
export class Ducker {
  #square = 0;
  #hold = 0;
  #gain = 1;
  #threshold = 0;
  #floor = 1;
  #down = 1;
  #up = 1;
  #holdSamples = 0;

  /** @param settings how it behaves; {@link set} changes it. */
  constructor(settings: DuckerSettings) {
    this.set(settings);
  }

  /** Changes its behaviour; the gain goes on from where it is. */
  set({ thresholdDb, depthDb, attackMs, releaseMs, holdMs }: DuckerSettings): void {
    this.#threshold = dbToLinear(thresholdDb) ** 2;
    this.#floor = dbToLinear(depthDb);
    // From wherever it is, so that a smaller depth is reached in time as well.
    const way = Math.max(1, -depthDb, -linearToDb(this.#gain));
    this.#down = dbToLinear(-way / Math.max(1, samples(attackMs)));
    this.#up = dbToLinear(way / Math.max(1, samples(releaseMs)));
    this.#holdSamples = samples(holdMs);
  }

  /** The gain now. */
  get gain(): number {
    return this.#gain;
  }

  /** True when the bed is at full level and nothing of the voice lingers: silence then changes nothing. */
  get idle(): boolean {
    return this.#gain === 1 && this.#square === 0 && this.#hold === 0;
  }

  /** Listens to a frame of the voice (no planes: silence) and writes the bed's gain for each of its samples. */
  run(voice: readonly Float32Array[], gains: Float32Array): void {
    const n = gains.length;
    const a = voice[0];
    const b = voice[1] ?? a;
    const threshold = this.#threshold;
    const floor = this.#floor;
    const down = this.#down;
    const up = this.#up;
    const holdSamples = this.#holdSamples;
    let square = this.#square;
    let hold = this.#hold;
    let gain = this.#gain;
    for (let i = 0; i < n; i++) {
      if (a !== undefined) {
        const x = a[i]!;
        const y = b![i]!;
        const loudest = Math.max(x * x, y * y);
        // What is not finite would never fade from the mean.
        square += SMOOTHING * ((loudest < 1e6 ? loudest : 0) - square);
      } else square -= SMOOTHING * square;
      if (square < NOTHING) square = 0;

      if (square > threshold) hold = holdSamples + 1;
      else if (hold > 0) hold--;

      const target = hold > 0 ? floor : 1;
      if (gain > target) gain = Math.max(target, gain * down);
      else if (gain < target) gain = Math.min(target, gain * up);
      gains[i] = gain;
    }
    this.#square = square;
    this.#hold = hold;
    this.#gain = gain;
  }
}

function samples(ms: number): number {
  return Math.round((ms * SAMPLE_RATE) / 1000);
}
