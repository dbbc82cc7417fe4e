import { SAMPLE_RATE } from '../format.js';

/** Samples between two looks at the sine itself and at the frequency: 1.3 ms. */
const BLOCK = 64;

/**
 * A low-frequency oscillator: sine and cosine of one phase, which runs on whatever the frequency does.
 *
 * Between two blocks a rotation by a fixed angle gives the next sample (four multiplications instead of a sine); each block
 * begins with the sine itself, so that errors do not add up. Blocks are counted from the first sample, so the same samples come
 * out bit for bit whatever the frame size.
 */
export class Lfo {
  /** How often it goes round, in Hz. A change is taken at the next block. */
  frequencyHz: number;
  /** Phase where the present block began, in turns. */
  #phase: number;
  #step = 0;
  #at = BLOCK;
  #sin = 0;
  #cos = 1;
  #stepSin = 0;
  #stepCos = 1;
  #started = false;

  /** @param phase where it starts, in turns. */
  constructor(frequencyHz: number, phase = 0) {
    this.frequencyHz = frequencyHz;
    this.#phase = phase;
  }

  /** Writes the next `sines.length` samples. `cosines` are a quarter turn ahead. */
  fill(sines: Float64Array, cosines: Float64Array): void {
    const n = sines.length;
    for (let i = 0; i < n;) {
      if (this.#at === BLOCK) this.#begin();
      const count = Math.min(n - i, BLOCK - this.#at);
      let sin = this.#sin;
      let cos = this.#cos;
      const stepSin = this.#stepSin;
      const stepCos = this.#stepCos;
      for (const end = i + count; i < end; i++) {
        sines[i] = sin;
        cosines[i] = cos;
        const next = sin * stepCos + cos * stepSin;
        cos = cos * stepCos - sin * stepSin;
        sin = next;
      }
      this.#sin = sin;
      this.#cos = cos;
      this.#at += count;
    }
  }

  /** Lets `samples` pass unheard. */
  skip(samples: number): void {
    for (let left = samples; left > 0;) {
      if (this.#at === BLOCK) this.#begin();
      const count = Math.min(left, BLOCK - this.#at);
      // Whole blocks need no samples; the last one may be gone on with.
      for (let i = 0; i < count && count < BLOCK; i++) {
        const next = this.#sin * this.#stepCos + this.#cos * this.#stepSin;
        this.#cos = this.#cos * this.#stepCos - this.#sin * this.#stepSin;
        this.#sin = next;
      }
      this.#at += count;
      left -= count;
    }
  }

  #begin(): void {
    if (this.#started) this.#phase += this.#step * BLOCK;
    this.#started = true;
    this.#phase -= Math.floor(this.#phase);
    this.#step = this.frequencyHz / SAMPLE_RATE;
    this.#at = 0;
    this.#sin = Math.sin(2 * Math.PI * this.#phase);
    this.#cos = Math.cos(2 * Math.PI * this.#phase);
    this.#stepSin = Math.sin(2 * Math.PI * this.#step);
    this.#stepCos = Math.cos(2 * Math.PI * this.#step);
  }
}
