import { SAMPLE_RATE } from '../format.js';

const BLOCK = SAMPLE_RATE / 50;

/** Minima of half a second each; together they look back over four. */
const WINDOW_BLOCKS = 25;
const WINDOWS = 8;

/** The least of two hundred blocks of steady noise lies so far below its mean. */
const BIAS_DB = 0.5;

/**
 * Finds the level of the noise under speech as the quietest 20 ms of the last four seconds: minimum statistics (R. Martin, "Noise power
 * spectral density estimation based on optimal smoothing and minimum statistics", IEEE Trans. 2001), for the whole band. Digital
 * silence does not count.
 */
export class NoiseFloor {
  readonly #minima: number[] = [];
  #sum = 0;
  #filled = 0;
  #blocks = 0;
  #least = Infinity;

  /** The level of the noise in dBFS (root mean square); undefined until 20 ms of sound were heard. */
  get levelDb(): number | undefined {
    const least = Math.min(this.#least, ...this.#minima);
    return least === Infinity ? undefined : 10 * Math.log10(least) + BIAS_DB;
  }

  /** Takes samples: of several channels, the mean of their powers. Returns true when a block has been completed. */
  add(planes: readonly Float32Array[]): boolean {
    let completed = false;
    const count = planes[0]?.length ?? 0;
    for (let at = 0; at < count;) {
      const take = Math.min(BLOCK - this.#filled, count - at);
      for (const plane of planes) for (let i = at; i < at + take; i++) this.#sum += plane[i]! * plane[i]!;
      at += take;
      this.#filled += take;
      if (this.#filled < BLOCK) continue;
      this.#block(this.#sum / BLOCK / planes.length);
      completed = true;
    }
    return completed;
  }

  #block(power: number): void {
    this.#filled = 0;
    this.#sum = 0;
    if (!(power > 1e-12) || power === Infinity) return;
    this.#least = Math.min(this.#least, power);
    if (++this.#blocks < WINDOW_BLOCKS) return;
    this.#blocks = 0;
    this.#minima.push(this.#least);
    if (this.#minima.length > WINDOWS) this.#minima.shift();
    this.#least = Infinity;
  }
}
