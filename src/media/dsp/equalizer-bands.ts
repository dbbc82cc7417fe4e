import { biquadCoefficients, type BiquadCoefficients, type BiquadKind } from './biquad.js';

/** The bands of a 15-band graphic equalizer, two thirds of an octave apart, in Hz: those of Lavalink. */
export const GRAPHIC_BANDS_HZ = [25, 40, 63, 100, 160, 250, 400, 630, 1000, 1600, 2500, 4000, 6300, 10_000, 16_000] as const;

/** The quality of a band as wide as they are apart: 1 / (2 sinh(ln 2 / 2 · 2/3)). */
const GRAPHIC_Q = 1 / (2 * Math.sinh(Math.LN2 / 3));

/** Each type of a parametric band and the filter of the cookbook it is. */
const KINDS = {
  peaking: 'peaking',
  'low-shelf': 'lowshelf',
  'high-shelf': 'highshelf',
  'low-pass': 'lowpass',
  'high-pass': 'highpass',
  notch: 'notch',
  'band-pass': 'bandpass',
} as const satisfies Record<string, BiquadKind>;

/** What a parametric band may be. */
export type BandType = keyof typeof KINDS;

/** Every {@link BandType}, for option schemas. */
export const BAND_TYPES = Object.keys(KINDS) as [BandType, ...BandType[]];

/** One band of a parametric equalizer. */
export interface EqualizerBand {
  /** Its shape. */
  readonly type: BandType;
  /** Corner or centre in Hz. */
  readonly frequencyHz: number;
  /** Gain at the centre, or of the shelf, in decibels; not used by the other types. */
  readonly gainDb: number;
  /** Quality: centre over width. */
  readonly q: number;
}

/**
 * The filters of an equalizer: one for each band that changes anything, so that a peak or shelf of 0 dB costs nothing.
 *
 * @param gainsDb of {@link GRAPHIC_BANDS_HZ}, from the lowest; those that are missing are 0.
 */
export function equalizerSections(bands: readonly EqualizerBand[], gainsDb: readonly number[]): BiquadCoefficients[] {
  const graphic = gainsDb.map((gainDb, k) => ({
    type: 'peaking' as const,
    frequencyHz: GRAPHIC_BANDS_HZ[k]!,
    gainDb,
    q: GRAPHIC_Q,
  }));
  return [...graphic, ...bands]
    .filter(({ type, gainDb }) => gainDb !== 0 || !(type === 'peaking' || type === 'low-shelf' || type === 'high-shelf'))
    .map(({ type, frequencyHz, q, gainDb }) => biquadCoefficients(KINDS[type], frequencyHz, q, gainDb));
}
