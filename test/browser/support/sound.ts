import { goertzelDb, rmsDb } from '../../../src/media/dsp/measure.js';

const RATE = 48_000;

/** Cuts samples into windows of `windowMs`. */
export function windows(pcm: Float32Array, windowMs: number): Float32Array[] {
  const size = Math.round((windowMs * RATE) / 1000);
  return Array.from({ length: Math.floor(pcm.length / size) }, (_, i) => pcm.subarray(i * size, (i + 1) * size));
}

/** The longest time in which the level stays under `belowDb` (RMS), in milliseconds, to 5 ms. */
export function longestGapMs(pcm: Float32Array, belowDb: number): number {
  let longest = 0;
  let present = 0;
  for (const window of windows(pcm, 5)) {
    present = rmsDb(window) < belowDb ? present + 5 : 0;
    longest = Math.max(longest, present);
  }
  return longest;
}

/** The share, 0…1, of 100 ms windows that hold little but this frequency: it makes up their level to within `withinDb`. */
export function toneShare(pcm: Float32Array, frequencyHz: number, withinDb: number): number {
  const all = windows(pcm, 100);
  // The amplitude of a sine is 3 dB above its RMS.
  const good = all.filter((window) => goertzelDb(window, frequencyHz, RATE) - 3.01 > rmsDb(window) - withinDb);
  return good.length / all.length;
}

/** Level of one frequency, as the amplitude of its sine in dB of full scale. */
export function toneDb(pcm: Float32Array, frequencyHz: number): number {
  return goertzelDb(pcm, frequencyHz, RATE);
}

/**
 * The usual level of a tone in a long recording: the median over 100 ms. A browser that stretches time on a busy machine breaks the phase,
 * which a single measurement over seconds would take for a lower level.
 */
export function steadyToneDb(pcm: Float32Array, frequencyHz: number): number {
  const levels = windows(pcm, 100)
    .map((window) => toneDb(window, frequencyHz))
    .toSorted((a, b) => a - b);
  return levels[Math.floor(levels.length / 2)] ?? -Infinity;
}
