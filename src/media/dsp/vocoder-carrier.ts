import { SAMPLE_RATE } from '../format.js';
import { biquadCoefficients, biquadGain, type BiquadCoefficients } from './biquad.js';

/** Number of bands. Twenty follow speech well enough to be understood; more would resolve the speaker's own pitch. */
export const VOCODER_BANDS = 20;

const LOWEST_HZ = 90;
const HIGHEST_HZ = 9_000;
/** Centres a fixed ratio apart, and as wide as that: neighbours meet at their −3 dB points (each stage at −1.5 dB). */
const RATIO = (HIGHEST_HZ / LOWEST_HZ) ** (1 / (VOCODER_BANDS - 1));
const STAGE_Q = (Math.sqrt(RATIO) / (RATIO - 1)) * Math.sqrt(Math.SQRT2 - 1);
/** Harmonics a band lets through less than this are left out of its carrier. */
const INAUDIBLE = 0.003;
/** So far from its centre a band lets next to nothing through: there is no need to compute how little. */
const OUT_OF_REACH = 3;
/** The RMS of a sine over its mean magnitude. */
const MEAN_TO_RMS = Math.PI / (2 * Math.SQRT2);
/** Carriers kept for the next vocoder of the same pitch; the lowest takes 192 kB. */
const MOST_KEPT = 8;

/** One band of the vocoder. */
export interface VocoderBand {
  /** Its centre, in hertz. */
  readonly centreHz: number;
  /** One of its two stages. */
  readonly filter: BiquadCoefficients;
}

/** One period of the carrier, as each band lets it through, with the level set so that loudness stays what it was. Not to be changed. */
export type Carrier = readonly Float32Array[];

/** The bands, from the lowest to the highest. */
export const vocoderBands: readonly VocoderBand[] = Array.from({ length: VOCODER_BANDS }, (_, k) => {
  const centreHz = LOWEST_HZ * RATIO ** k;
  return { centreHz, filter: biquadCoefficients('bandpass', centreHz, STAGE_Q) };
});

/** By period, the one used last at the end. */
const kept = new Map<number, Carrier>();

/**
 * The carrier of a pitch; vocoders of one pitch share it, since every personal mix brings a vocoder of its own in the middle of a call.
 * The period is a whole number of samples.
 *
 * @param carrierHz 20 to 1000.
 */
export function carrierOf(carrierHz: number): Carrier {
  const period = Math.round(SAMPLE_RATE / carrierHz);
  const carrier = kept.get(period) ?? makeCarrier(period);
  kept.delete(period);
  kept.set(period, carrier);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
  return carrier;
}

/**
 * Its harmonics are equally strong and have the phases of M. R. Schroeder, "Synthesis of Low-Peak-Factor Signals and Binary Sequences with
 * Low Autocorrelation", IEEE Trans. Inf. Theory 16(1), 1970: a pulse train of the same spectrum would be all peaks.
 */
function makeCarrier(period: number): Carrier {
  const baseHz = SAMPLE_RATE / period;
  const harmonics = Math.floor((HIGHEST_HZ * RATIO) / baseHz);
  const cosine = Float64Array.from({ length: period }, (_, i) => Math.cos((2 * Math.PI * i) / period));
  const sine = Float64Array.from({ length: period }, (_, i) => Math.sin((2 * Math.PI * i) / period));
  const harmonic = new Float64Array(period);
  const tables = vocoderBands.map(() => new Float32Array(period));
  const powers = vocoderBands.map(() => 0);
  for (let h = 1; h <= harmonics; h++) {
    fillHarmonic(harmonic, cosine, sine, h, (-Math.PI * h * (h - 1)) / harmonics);
    for (let k = 0; k < VOCODER_BANDS; k++) {
      const gain = harmonicGain(vocoderBands[k]!, h * baseHz, baseHz);
      if (gain === 0) continue;
      addScaled(tables[k]!, harmonic, gain);
      powers[k] = powers[k]! + (gain * gain) / 2;
    }
  }
  // Each band at an RMS of 1, for the envelope to scale; a band between two harmonics stays without a carrier.
  tables.forEach((table, k) => powers[k]! > 0 && scaleBy(table, 1 / Math.sqrt(powers[k]!)));
  const level = noiseLevel(tables);
  for (const table of tables) scaleBy(table, level);
  return tables;
}

/** How strong a harmonic is in a band; 0: not at all. */
function harmonicGain({ centreHz, filter }: VocoderBand, hz: number, baseHz: number): number {
  const nearest = Math.abs(hz - centreHz) <= baseHz / 2;
  if (!nearest && (hz > centreHz * OUT_OF_REACH || hz * OUT_OF_REACH < centreHz)) return 0;
  // Twice as steep as the ear of the band: neighbours then add up to an even carrier, and tables cost nothing.
  const gain = biquadGain(filter, hz) ** 4;
  return gain < INAUDIBLE && !nearest ? 0 : gain;
}

/** `out[i] = cos(2π·h·i/period + phase)`, from one period of a cosine and a sine. */
function fillHarmonic(out: Float64Array, cosine: Float64Array, sine: Float64Array, h: number, phase: number): void {
  const period = out.length;
  const re = Math.cos(phase);
  const im = Math.sin(phase);
  for (let i = 0, at = 0; i < period; i++) {
    out[i] = re * cosine[at]! - im * sine[at]!;
    at += h;
    if (at >= period) at -= period;
  }
}

function addScaled(out: Float32Array, input: Float64Array, gain: number): void {
  const n = out.length;
  for (let i = 0; i < n; i++) out[i] = out[i]! + gain * input[i]!;
}

function scaleBy(table: Float32Array, factor: number): void {
  const n = table.length;
  for (let i = 0; i < n; i++) table[i] = table[i]! * factor;
}

/** The factor that makes white noise, as far as the bands hear it, come out as strong as it went in. */
function noiseLevel(tables: Carrier): number {
  bandLevels ??= vocoderBands.map(({ filter, centreHz }) => Math.sqrt(noisePower(filter, centreHz)));
  const period = tables[0]!.length;
  let power = 0;
  for (let i = 0; i < period; i++) {
    let x = 0;
    for (let k = 0; k < VOCODER_BANDS; k++) x += bandLevels[k]! * tables[k]![i]!;
    power += (x * x) / period;
  }
  // The follower measures mean magnitude; the tables have an RMS of 1.
  return Math.sqrt((HIGHEST_HZ - LOWEST_HZ) / power) * MEAN_TO_RMS;
}

let bandLevels: readonly number[] | undefined;

/**
 * What two stages of a band let through of noise with a power of 1 per hertz: by Parseval's theorem the energy of their impulse
 * response, times half the sample rate.
 */
function noisePower({ b0, a1, a2 }: BiquadCoefficients, centreHz: number): number {
  // It has died away after some thirty periods of the centre.
  const samples = Math.ceil((30 * SAMPLE_RATE) / centreHz);
  let energy = 0;
  let [x1, x2, y1, y2, z1, z2] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < samples; i++) {
    const x = i === 0 ? 1 : 0;
    const y = b0 * (x - x2) - a1 * y1 - a2 * y2;
    const z = b0 * (y - y2) - a1 * z1 - a2 * z2;
    energy += z * z;
    x2 = x1;
    x1 = x;
    y2 = y1;
    y1 = y;
    z2 = z1;
    z1 = z;
  }
  return (energy * SAMPLE_RATE) / 2;
}
