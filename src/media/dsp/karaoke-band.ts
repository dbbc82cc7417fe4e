import { SAMPLE_RATE } from '../format.js';
import type { BiquadCoefficients } from './biquad.js';

/**
 * The resonance that karaoke filters give back of the middle, so that bass and drums stay: two poles, about 0 dB at its centre. That of
 * Lavalink (lavadsp, `KaraokeConverter`).
 *
 * @param widthHz of the band; its poles are at a radius of e^(−π·width/rate).
 */
export function karaokeBand(bandHz: number, widthHz: number): BiquadCoefficients {
  const c = Math.exp((-2 * Math.PI * widthHz) / SAMPLE_RATE);
  const b = ((-4 * c) / (1 + c)) * Math.cos((2 * Math.PI * bandHz) / SAMPLE_RATE);
  const a = Math.sqrt(Math.max(0, 1 - (b * b) / (4 * c))) * (1 - c);
  return { b0: a, b1: 0, b2: 0, a1: b, a2: c };
}
