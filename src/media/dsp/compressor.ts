import { SAMPLE_RATE, dbToLinear } from '../format.js';

/** How a compressor behaves. */
export interface CompressorSettings {
  /** Peak level above which it turns down, in decibels below full scale. */
  readonly thresholdDb: number;
  /** How many decibels more in give one decibel more out, above the threshold; at least 1. */
  readonly ratio: number;
  /** Time constant of turning down, in milliseconds. */
  readonly attackMs: number;
  /** Time constant of coming back, in milliseconds. */
  readonly releaseMs: number;
  /** Width of the bend around the threshold, in decibels; 0 is a corner. */
  readonly kneeDb: number;
}

/** A reduction below this many decibels is none: 0.00001 dB lies below the precision of a sample. */
const NOTHING_DB = 1e-5;
/** Levels above +120 dB come from something broken, and the gain must not stay low for minutes after. */
const HUGE = 1e6;

const DB_PER_NEPER = 20 / Math.LN10;
const NEPER_PER_DB = Math.LN10 / 20;

/**
 * The gain of a feed-forward compressor in the logarithmic domain, all channels by the loudest: the level goes through the static
 * curve with its soft knee, and the reduction through the "smooth, decoupled" peak detector, so that attack and release are the same
 * at every level and nothing needs to be known ahead. Source: D. Giannoulis, M. Massberg, J. D. Reiss, "Digital Dynamic Range
 * Compressor Design – A Tutorial and Analysis", J. Audio Eng. Soc. 60 (6), 2012, equations 4 and 17.
 */
export class Compressor {
  #threshold = 0;
  #slope = 0;
  #knee = 0;
  /** The level where the bend begins, linear: below it there is no logarithm to be taken. */
  #from = 1;
  #attack = 0;
  #release = 0;
  /** Reduction after the release stage, and after both, in decibels, 0 or more. */
  #held = 0;
  #reduction = 0;

  /** @param settings how it behaves; {@link set} changes it. */
  constructor(settings: CompressorSettings) {
    this.set(settings);
  }

  /** Changes its behaviour; the reduction goes on from where it is and follows with attack and release. */
  set({ thresholdDb, ratio, attackMs, releaseMs, kneeDb }: CompressorSettings): void {
    this.#threshold = thresholdDb;
    this.#slope = 1 - 1 / ratio;
    this.#knee = kneeDb;
    this.#from = dbToLinear(thresholdDb - kneeDb / 2);
    this.#attack = Math.exp(-1000 / (attackMs * SAMPLE_RATE));
    this.#release = Math.exp(-1000 / (releaseMs * SAMPLE_RATE));
  }

  /** How far it turns down now, in decibels: 0 or more. */
  get reductionDb(): number {
    return this.#reduction;
  }

  /** True when nothing is turned down: what stays below {@link from} then passes unchanged. */
  get idle(): boolean {
    return this.#reduction === 0 && this.#held === 0;
  }

  /** The peak level up to which nothing happens, as a factor of full scale. */
  get from(): number {
    return this.#from;
  }

  /** The static curve: by how much a steady level is turned down, both in decibels. */
  curveDb(levelDb: number): number {
    const over = levelDb - this.#threshold;
    const half = this.#knee / 2;
    if (over <= -half) return 0;
    if (over >= half) return this.#slope * over;
    return (this.#slope * (over + half) * (over + half)) / (2 * this.#knee);
  }

  /** Listens to a frame and writes the gain for each of its samples, as factors of at most 1. */
  run(planes: readonly Float32Array[], gains: Float32Array): void {
    const a = planes[0]!;
    const b = planes[1] ?? a;
    const n = gains.length;
    const attack = this.#attack;
    const release = this.#release;
    const from = this.#from;
    let held = this.#held;
    let reduction = this.#reduction;
    for (let i = 0; i < n; i++) {
      const x = Math.abs(a[i]!);
      const y = Math.abs(b[i]!);
      const level = x > y ? x : y;
      const wanted = level > from && level < HUGE ? this.curveDb(Math.log(level) * DB_PER_NEPER) : 0;
      const released = release * held + (1 - release) * wanted;
      held = wanted > released ? wanted : released;
      reduction = attack * reduction + (1 - attack) * held;
      if (held < NOTHING_DB && reduction < NOTHING_DB) {
        held = 0;
        reduction = 0;
      }
      gains[i] = reduction === 0 ? 1 : Math.exp(-reduction * NEPER_PER_DB);
    }
    this.#held = held;
    this.#reduction = reduction;
  }

  /** As {@link run} with `samples` of silence, at once: both stages decay by known powers. */
  skip(samples: number): void {
    if (this.idle) return;
    const attack = this.#attack ** samples;
    const release = this.#release ** samples;
    const apart = this.#attack - this.#release;
    // The sum of the geometric series that the first stage feeds into the second.
    const fed = Math.abs(apart) < 1e-12 ? samples * attack : (this.#release * (attack - release)) / apart;
    this.#reduction = attack * this.#reduction + (1 - this.#attack) * this.#held * fed;
    this.#held *= release;
    if (this.#held < NOTHING_DB && this.#reduction < NOTHING_DB) {
      this.#held = 0;
      this.#reduction = 0;
    }
  }
}
