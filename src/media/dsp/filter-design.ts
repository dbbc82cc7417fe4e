import { SAMPLE_RATE } from '../format.js';
import { biquadCoefficients, biquadGain, type BiquadCoefficients } from './biquad.js';

/** The steepness of a filter: 2 falls by 12 dB an octave (a band-pass 6 dB on each side), 4 by twice that. */
export type FilterOrder = 2 | 4;

/** The qualities of the two sections of a fourth-order Butterworth filter: 1 / (2 cos 22.5°) and 1 / (2 cos 67.5°). */
const BUTTERWORTH_Q = [0.5411961001461969, 1.3065629648763766] as const;

/**
 * A low- or high-pass as second-order sections. With q 0.7071 it is a Butterworth filter of its order; at the corner its gain is q, in
 * either order, so that more of it is a resonance there.
 */
export function passSections(
  kind: 'lowpass' | 'highpass',
  frequencyHz: number,
  q: number,
  order: FilterOrder,
): BiquadCoefficients[] {
  if (order === 2) return [biquadCoefficients(kind, frequencyHz, q)];
  const [low, high] = BUTTERWORTH_Q;
  return [biquadCoefficients(kind, frequencyHz, low), biquadCoefficients(kind, frequencyHz, high * q * Math.SQRT2)];
}

/**
 * A band-pass as second-order sections, 0 dB at its centre and −3 dB at the edges of a band `frequencyHz / q` wide. The fourth order is
 * the Butterworth band-pass, flat within the band: two sections on either side of the centre.
 *
 * Its poles: the low-pass s² + √2·s + 1 with s replaced by q·(s + 1/s), which gives two pairs of the same quality at w and 1/w times
 * the centre; and the bilinear transform with the centre prewarped (A. V. Oppenheim, R. W. Schafer, "Discrete-Time Signal
 * Processing", chapter 7).
 */
export function bandpassSections(frequencyHz: number, q: number, order: FilterOrder): BiquadCoefficients[] {
  if (order === 2) return [biquadCoefficients('bandpass', frequencyHz, q)];
  const { place, quality } = bandpassPoles(q);
  const centre = Math.tan((Math.PI * frequencyHz) / SAMPLE_RATE);
  const section = (w: number) => biquadCoefficients('bandpass', (Math.atan(centre * w) * SAMPLE_RATE) / Math.PI, quality);
  const [low, high] = [section(1 / place), section(place)];
  const gain = 1 / (biquadGain(low, frequencyHz) * biquadGain(high, frequencyHz));
  return [{ ...low, b0: low.b0 * gain, b1: low.b1 * gain, b2: low.b2 * gain }, high];
}

/** The upper pole pair of s² − (p/q)·s + 1 = 0 for the Butterworth pole p = e^(j·135°): its distance from 0 and its quality. */
function bandpassPoles(q: number): { place: number; quality: number } {
  const half = { re: -Math.SQRT1_2 / (2 * q), im: Math.SQRT1_2 / (2 * q) };
  // The root of (p/2q)² − 1.
  const square = { re: half.re * half.re - half.im * half.im - 1, im: 2 * half.re * half.im };
  const size = Math.hypot(square.re, square.im);
  const root = { re: Math.sqrt((size + square.re) / 2), im: Math.sign(square.im) * Math.sqrt((size - square.re) / 2) };
  // Of the two solutions the one further out; the other is its inverse.
  const [a, b] = [
    { re: half.re + root.re, im: half.im + root.im },
    { re: half.re - root.re, im: half.im - root.im },
  ];
  const pole = Math.hypot(a.re, a.im) >= Math.hypot(b.re, b.im) ? a : b;
  const place = Math.hypot(pole.re, pole.im);
  return { place, quality: place / (-2 * pole.re) };
}
