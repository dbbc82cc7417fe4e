import { SAMPLE_RATE } from '../format.js';

/**
 * The five numbers of a second-order filter, already divided by a0:
 * `y[n] = b0·x[n] + b1·x[n−1] + b2·x[n−2] − a1·y[n−1] − a2·y[n−2]`.
 */
export interface BiquadCoefficients {
  /** Factor of the sample. */
  readonly b0: number;
  /** Factor of the sample before. */
  readonly b1: number;
  /** Factor of the one before that. */
  readonly b2: number;
  /** Factor of the last result, subtracted. */
  readonly a1: number;
  /** Factor of the result before that, subtracted. */
  readonly a2: number;
}

/** The shapes of {@link biquadCoefficients}. */
export type BiquadKind = 'lowpass' | 'highpass' | 'bandpass' | 'notch' | 'peaking' | 'lowshelf' | 'highshelf';

/**
 * Coefficients by Robert Bristow-Johnson's "Cookbook formulae for audio EQ biquad filter coefficients" (W3C Note "Audio EQ Cookbook",
 * 2021). The band-pass has a peak gain of 0 dB.
 *
 * @param frequencyHz corner or centre, above 0 and below 24 kHz.
 * @param q quality; 0.7071 gives a flat low- or high-pass.
 * @param gainDb for peaking and shelves only.
 */
export function biquadCoefficients(kind: BiquadKind, frequencyHz: number, q: number, gainDb = 0): BiquadCoefficients {
  const w = (2 * Math.PI * frequencyHz) / SAMPLE_RATE;
  const cos = Math.cos(w);
  const alpha = Math.sin(w) / (2 * q);
  const a = Math.pow(10, gainDb / 40);
  switch (kind) {
    case 'lowpass':
      return normal((1 - cos) / 2, 1 - cos, (1 - cos) / 2, 1 + alpha, -2 * cos, 1 - alpha);
    case 'highpass':
      return normal((1 + cos) / 2, -(1 + cos), (1 + cos) / 2, 1 + alpha, -2 * cos, 1 - alpha);
    case 'bandpass':
      return normal(alpha, 0, -alpha, 1 + alpha, -2 * cos, 1 - alpha);
    case 'notch':
      return normal(1, -2 * cos, 1, 1 + alpha, -2 * cos, 1 - alpha);
    case 'peaking':
      return normal(1 + alpha * a, -2 * cos, 1 - alpha * a, 1 + alpha / a, -2 * cos, 1 - alpha / a);
    case 'lowshelf':
    case 'highshelf': {
      // The two shelves are mirror images: only the sign of the cosine terms differs.
      const s = kind === 'lowshelf' ? 1 : -1;
      const root = 2 * Math.sqrt(a) * alpha;
      return normal(
        a * (a + 1 - s * (a - 1) * cos + root),
        s * 2 * a * (a - 1 - s * (a + 1) * cos),
        a * (a + 1 - s * (a - 1) * cos - root),
        a + 1 + s * (a - 1) * cos + root,
        s * -2 * (a - 1 + s * (a + 1) * cos),
        a + 1 + s * (a - 1) * cos - root,
      );
    }
  }
}

function normal(b0: number, b1: number, b2: number, a0: number, a1: number, a2: number): BiquadCoefficients {
  return { b0: b0 / a0, b1: b1 / a0, b2: b2 / a0, a1: a1 / a0, a2: a2 / a0 };
}

/** The gain of a filter at a frequency, as a linear factor. */
export function biquadGain(c: BiquadCoefficients, frequencyHz: number): number {
  const w = (2 * Math.PI * frequencyHz) / SAMPLE_RATE;
  const numerator = Math.hypot(c.b0 + c.b1 * Math.cos(w) + c.b2 * Math.cos(2 * w), c.b1 * Math.sin(w) + c.b2 * Math.sin(2 * w));
  const denominator = Math.hypot(1 + c.a1 * Math.cos(w) + c.a2 * Math.cos(2 * w), c.a1 * Math.sin(w) + c.a2 * Math.sin(2 * w));
  return numerator / denominator;
}

/** A second-order filter of one channel (transposed direct form II, which keeps its precision at low frequencies). */
export class Biquad {
  #s1 = 0;
  #s2 = 0;

  /** True when no sound is left in it. */
  get empty(): boolean {
    return this.#s1 === 0 && this.#s2 === 0;
  }

  /** Filters `input` into `out`; the two may be the same array. A state that is not finite, or too small to hear, is reset. */
  run(c: BiquadCoefficients, input: Float32Array, out: Float32Array): void {
    const { b0, b1, b2, a1, a2 } = c;
    const n = out.length;
    let s1 = this.#s1;
    let s2 = this.#s2;
    for (let i = 0; i < n; i++) {
      const x = input[i]!;
      const y = b0 * x + s1;
      s1 = b1 * x - a1 * y + s2;
      s2 = b2 * x - a2 * y;
      out[i] = y;
    }
    const alive = s1 - s1 === 0 && s2 - s2 === 0 && Math.abs(s1) + Math.abs(s2) > 1e-12;
    this.#s1 = alive ? s1 : 0;
    this.#s2 = alive ? s2 : 0;
  }
}
