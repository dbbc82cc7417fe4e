import type { StereoGains } from './stereo-matrix.js';

/**
 * The gains that place a mono sound between left (−1) and right (1) with constant power: cosine and sine, −3 dB each in the middle. Both
 * inputs of the matrix are the sound.
 */
export function monoPan(pan: number): StereoGains {
  const angle = ((pan + 1) * Math.PI) / 4;
  return { leftToLeft: Math.cos(angle), leftToRight: 0, rightToLeft: 0, rightToRight: Math.sin(angle) };
}

/**
 * The gains that move a stereo sound towards left (−1) or right (1): the far side is moved over with constant power, the near one stays,
 * so that in the middle nothing changes and at the ends both sides are heard on one (StereoPannerNode; W3C "Web Audio API", "Panning
 * Algorithm", equal-power).
 */
export function stereoPan(pan: number): StereoGains {
  if (pan === 0) return { leftToLeft: 1, leftToRight: 0, rightToLeft: 0, rightToRight: 1 };
  const angle = ((pan < 0 ? pan + 1 : pan) * Math.PI) / 2;
  return pan < 0
    ? { leftToLeft: 1, leftToRight: 0, rightToLeft: Math.cos(angle), rightToRight: Math.sin(angle) }
    : { leftToLeft: Math.cos(angle), leftToRight: Math.sin(angle), rightToLeft: 0, rightToRight: 1 };
}
