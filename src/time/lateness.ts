/** How late things ran, in microseconds. */
export interface LatenessSummary {
  /** How many samples. */
  readonly count: number;
  /** Arithmetic mean. */
  readonly meanUs: number;
  /** Half of the samples were at most this late (within 6.25 %, see {@link Lateness}). */
  readonly p50Us: number;
  /** 99 of 100 samples were at most this late (within 6.25 %). */
  readonly p99Us: number;
  /** The worst sample, exact. */
  readonly maxUs: number;
}

const SUB_BITS = 4;
const SUB = 1 << SUB_BITS;
/** 16 exact buckets, then 16 per power of two up to 2^31 µs (36 minutes). */
const BUCKETS = SUB + (31 - SUB_BITS) * SUB;
const LARGEST = 2 ** 31 - 1;

/**
 * A histogram of fixed size whose buckets grow with the value, 16 per power of two, after HdrHistogram
 * (http://hdrhistogram.org): relative error at most 1/16, nothing allocated per sample.
 */
export class Lateness {
  // Doubles, not uint32: 50 samples a second overflow 2^32 within three years of running.
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #sum = 0;
  #max = 0;

  /** Adds one sample; negative and NaN count as 0, more than 36 minutes as 36 minutes (the maximum stays exact). */
  record(lateUs: number): void {
    const value = lateUs > 0 ? lateUs : 0;
    const bucket = bucketOf(value);
    this.#counts[bucket] = this.#counts[bucket]! + 1;
    this.#count++;
    this.#sum += value;
    if (value > this.#max) this.#max = value;
  }

  /** The value that the given share (0…1) of the samples does not exceed; 0 without samples. */
  percentileUs(share: number): number {
    if (this.#count === 0) return 0;
    const rank = Math.max(1, Math.ceil(this.#count * Math.min(1, share)));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket]!;
      if (seen >= rank) return Math.min(this.#max, upperBound(bucket));
    }
    return this.#max;
  }

  /** Everything as plain data. */
  summary(): LatenessSummary {
    return {
      count: this.#count,
      meanUs: this.#count === 0 ? 0 : this.#sum / this.#count,
      p50Us: this.percentileUs(0.5),
      p99Us: this.percentileUs(0.99),
      maxUs: this.#max,
    };
  }

  /** Forgets all samples. */
  reset(): void {
    this.#counts.fill(0);
    this.#count = this.#sum = this.#max = 0;
  }
}

function bucketOf(value: number): number {
  const whole = value >= LARGEST ? LARGEST : Math.floor(value);
  if (whole < SUB) return whole;
  const exponent = 31 - Math.clz32(whole);
  return (exponent - SUB_BITS + 1) * SUB + ((whole >> (exponent - SUB_BITS)) & (SUB - 1));
}

function upperBound(bucket: number): number {
  if (bucket < SUB) return bucket;
  const shift = (bucket >> SUB_BITS) - 1;
  return (SUB + (bucket & (SUB - 1)) + 1) * 2 ** shift - 1;
}
