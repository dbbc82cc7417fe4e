/** Stage 1 of ITU-R BS.1770-4, Annex 1, table 1: a high shelf, the head's effect. At 48 kHz. */
const SHELF = {
  b0: 1.53512485958697,
  b1: -2.69169618940638,
  b2: 1.19839281085285,
  a1: -1.69065929318241,
  a2: 0.73248077421585,
} as const;

/** Stage 2, table 2: a high-pass whose numerator is 1, −2, 1. */
const HIGH_PASS = { a1: -1.99004745483398, a2: 0.99007225036621 } as const;

/** A filter state below this, squared into a power, is under −240 dB. */
const TINY = 1e-12;

/**
 * The K-weighting of ITU-R BS.1770-4 for one channel, straight to its sum of squares: that is all loudness needs. Both filters run in
 * one loop in double precision.
 */
export class KWeighting {
  #s1 = 0;
  #s2 = 0;
  #t1 = 0;
  #t2 = 0;

  /** The sum of the squares of the weighted samples `plane[from … to)`. NaN when one is not finite; the filter then begins anew. */
  energy(plane: Float32Array, from: number, to: number): number {
    const { b0, b1, b2, a1, a2 } = SHELF;
    const { a1: c1, a2: c2 } = HIGH_PASS;
    let s1 = this.#s1;
    let s2 = this.#s2;
    let t1 = this.#t1;
    let t2 = this.#t2;
    let sum = 0;
    for (let i = from; i < to; i++) {
      const x = plane[i]!;
      const y = b0 * x + s1;
      s1 = b1 * x + s2 - a1 * y;
      s2 = b2 * x - a2 * y;
      const z = y + t1;
      t1 = t2 - 2 * y - c1 * z;
      t2 = y - c2 * z;
      sum += z * z;
    }
    const size = Math.abs(s1) + Math.abs(s2) + Math.abs(t1) + Math.abs(t2);
    const alive = size > TINY && size < Infinity;
    this.#s1 = alive ? s1 : 0;
    this.#s2 = alive ? s2 : 0;
    this.#t1 = alive ? t1 : 0;
    this.#t2 = alive ? t2 : 0;
    return sum;
  }

  /** True when nothing of the signal is left in it. */
  get empty(): boolean {
    return this.#s1 === 0 && this.#s2 === 0 && this.#t1 === 0 && this.#t2 === 0;
  }

  /** Goes on from the state of another. */
  copyFrom(other: KWeighting): void {
    this.#s1 = other.#s1;
    this.#s2 = other.#s2;
    this.#t1 = other.#t1;
    this.#t2 = other.#t2;
  }

  /** Begins anew. */
  reset(): void {
    this.#s1 = this.#s2 = this.#t1 = this.#t2 = 0;
  }
}
