import { Oscillator } from './oscillator.js';
import type { Ramp } from './ramp.js';
import { VECTOR_SAMPLES, vectorUnit } from './vector/vector-unit.js';

/**
 * Multiplies a signal by a sine: each frequency f becomes f − c and f + c. The metallic voice of early television robots.
 * The sine's phase is kept across frames.
 */
export class RingModulator {
  readonly #carrier = new Oscillator();

  /** Lets `samples` of silence pass. */
  skip(samples: number, frequencyHz: number): void {
    this.#carrier.skip(samples, frequencyHz);
  }

  /** Writes the carrier of the next samples; the same for every channel. Does not advance the ramp. */
  carrier(frequencyHz: Ramp, out: Float32Array): void {
    if (frequencyHz.settled) return this.#carrier.sines(frequencyHz.target, out);
    const n = out.length;
    for (let i = 0; i < n; i++) out[i] = this.#carrier.next('sine', frequencyHz.at(i + 1));
  }
}

/** `out = a × b`, sample by sample. */
export function multiply(a: Float32Array, b: Float32Array, out: Float32Array): void {
  for (let at = 0; at < out.length; at += VECTOR_SAMPLES) {
    const count = Math.min(VECTOR_SAMPLES, out.length - at);
    vectorUnit.loadA(a, at, count);
    vectorUnit.loadB(b, at, count);
    vectorUnit.into(out, at, count);
    vectorUnit.multiply(count);
    vectorUnit.store(out, at, count);
  }
}
