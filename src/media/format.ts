/**
 * The one audio format inside a graph: 48 kHz planar Float32, 20 ms a frame.
 * Every source converts to it and every sink from it, so that nodes never meet another.
 * @module
 */

/** Samples per second and channel of every audio frame in a graph, in Hz. */
export const SAMPLE_RATE = 48_000;

/** Length of one audio frame and of one tick of an audio clock domain, in microseconds. */
export const FRAME_US = 20_000;

/** Samples per channel of one 20 ms frame: 960. */
export const FRAME_SAMPLES = (SAMPLE_RATE * FRAME_US) / 1_000_000;

/** The time `samples` samples take at 48 kHz, in microseconds. */
export function samplesToUs(samples: number): number {
  return Math.round((samples * 1_000_000) / SAMPLE_RATE);
}

/** The number of whole samples in `us` microseconds at 48 kHz. */
export function usToSamples(us: number): number {
  return Math.round((us * SAMPLE_RATE) / 1_000_000);
}

/** The linear factor of a gain in decibels; 0 dB is 1, −6.02 dB about 0.5. */
export function dbToLinear(db: number): number {
  return Math.pow(10, db / 20);
}

/** The gain in decibels of a linear factor; 0 gives −Infinity. */
export function linearToDb(linear: number): number {
  return 20 * Math.log10(linear);
}
