import { SAMPLE_RATE } from '../format.js';

/** The shapes an oscillator draws. */
export type Waveform = 'sine' | 'square' | 'triangle' | 'saw';

/** Every waveform, for option schemas. */
export const WAVEFORMS = ['sine', 'square', 'triangle', 'saw'] as const satisfies readonly Waveform[];

/**
 * A periodic signal of peak amplitude 1 whose frequency may change at any sample without a jump, since only the phase is kept.
 *
 * The steps of square and saw are rounded by a two-sample polynomial (PolyBLEP; V. Välimäki, A. Huovilainen, "Antialiasing
 * Oscillators in Subtractive Synthesis", IEEE Signal Processing Magazine 24(2), 2007), which puts aliases well below the
 * harmonics; the corners of the triangle, whose harmonics fall off twice as fast, are rounded the same way one order up (PolyBLAMP).
 */
export class Oscillator {
  /** Position in the period, 0…1. */
  #phase = 0;

  /** Lets `samples` pass unheard. */
  skip(samples: number, frequencyHz: number): void {
    const phase = this.#phase + (samples * frequencyHz) / SAMPLE_RATE;
    this.#phase = phase - Math.floor(phase);
  }

  /**
   * Fills `out` with a sine of a steady frequency in Hz: a point that turns by the same angle each sample. One turn costs four
   * multiplications where a sine costs twenty; beginning anew from the phase with each call keeps it from drifting.
   */
  sines(frequencyHz: number, out: Float32Array): void {
    const start = 2 * Math.PI * this.#phase;
    const angle = (2 * Math.PI * frequencyHz) / SAMPLE_RATE;
    const turnSin = Math.sin(angle);
    const turnCos = Math.cos(angle);
    let sin = Math.sin(start);
    let cos = Math.cos(start);
    for (let i = 0; i < out.length; i++) {
      out[i] = sin;
      const next = sin * turnCos + cos * turnSin;
      cos = cos * turnCos - sin * turnSin;
      sin = next;
    }
    this.skip(out.length, frequencyHz);
  }

  /** The next sample at a frequency in Hz, which must be at least 0 and below half of 48 kHz. */
  next(waveform: Waveform, frequencyHz: number): number {
    const step = frequencyHz / SAMPLE_RATE;
    const phase = this.#phase;
    const after = phase + step;
    this.#phase = after >= 1 ? after - 1 : after;
    switch (waveform) {
      case 'sine':
        return Math.sin(2 * Math.PI * phase);
      case 'saw':
        // Starts at 0 and rises, so that a start from silence does not click.
        return saw(half(phase), step);
      case 'square':
        return square(phase, step);
      case 'triangle':
        return triangle(phase, step);
    }
  }
}

function half(phase: number): number {
  return phase >= 0.5 ? phase - 0.5 : phase + 0.5;
}

function saw(phase: number, step: number): number {
  return 2 * phase - 1 - polyBlep(phase, step);
}

function square(phase: number, step: number): number {
  return (phase < 0.5 ? 1 : -1) + polyBlep(phase, step) - polyBlep(half(phase), step);
}

function triangle(phase: number, step: number): number {
  // Shifted by a quarter so that it starts at 0 and rises: corners at a quarter and three quarters.
  const shifted = phase >= 0.75 ? phase - 0.75 : phase + 0.25;
  const naive = shifted < 0.5 ? 4 * shifted - 1 : 3 - 4 * shifted;
  return naive + 8 * step * (polyBlamp(shifted, step) - polyBlamp(half(shifted), step));
}

/** What a rising step of 2 at phase 0 misses to be band-limited, in the two samples around it. */
function polyBlep(phase: number, step: number): number {
  if (phase < step) {
    const t = phase / step;
    return t + t - t * t - 1;
  }
  if (phase > 1 - step) {
    const t = (phase - 1) / step;
    return t * t + t + t + 1;
  }
  return 0;
}

/** The integral of {@link polyBlep}: what a corner at phase 0 misses, per unit of slope change and sample. */
function polyBlamp(phase: number, step: number): number {
  if (phase < step) {
    const t = phase / step - 1;
    return (-t * t * t) / 6;
  }
  if (phase > 1 - step) {
    const t = (phase - 1) / step + 1;
    return (t * t * t) / 6;
  }
  return 0;
}
