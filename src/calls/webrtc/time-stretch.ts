/** Shortest and longest piece that is cut or repeated: 2.5 and 10 ms at 48 kHz. */
const MIN_LAG = 120;
const MAX_LAG = 480;
/** Samples needed ahead to look for a piece. */
export const STRETCH_WINDOW = 2 * MAX_LAG;
const COARSE = 4;

/** A length after which the signal repeats itself. */
export interface Period {
  /** In samples. */
  readonly lag: number;
  /** Normalised correlation of the two halves, −1…1. */
  readonly correlation: number;
  /** Mean square of the looked-at samples. */
  readonly power: number;
}

/**
 * Finds the lag at which `x[at …]` resembles itself best, coarsely at a quarter of the rate and then exactly: the search of
 * WSOLA (Verhelst and Roelands, 1993).
 *
 * @param x has at least `STRETCH_WINDOW` samples from `at` on.
 */
export function findPeriod(x: Float32Array, at: number): Period {
  let best = MIN_LAG;
  let bestScore = -Infinity;
  for (let lag = MIN_LAG; lag <= MAX_LAG; lag += COARSE) {
    const score = similarity(x, at, lag, COARSE);
    if (score > bestScore) {
      bestScore = score;
      best = lag;
    }
  }
  const from = Math.max(MIN_LAG, best - COARSE + 1);
  const to = Math.min(MAX_LAG, best + COARSE - 1);
  bestScore = -Infinity;
  for (let lag = from; lag <= to; lag++) {
    const score = similarity(x, at, lag, 1);
    if (score > bestScore) {
      bestScore = score;
      best = lag;
    }
  }
  let power = 0;
  for (let i = 0; i < STRETCH_WINDOW; i++) power += x[at + i]! * x[at + i]!;
  return { lag: best, correlation: bestScore, power: power / STRETCH_WINDOW };
}

function similarity(x: Float32Array, at: number, lag: number, step: number): number {
  let cross = 0;
  let a = 1e-9;
  let b = 1e-9;
  const end = at + MAX_LAG;
  for (let i = at; i < end; i += step) {
    const p = x[i]!;
    const q = x[i + lag]!;
    cross += p * q;
    a += p * p;
    b += q * q;
  }
  return cross / Math.sqrt(a * b);
}

/**
 * Cuts `lag` samples out by overlap-add: the first period fades into the second. In place.
 *
 * @param x the signal; `x[at … end)` is what is to come.
 * @returns the new end.
 */
export function shorten(x: Float32Array, at: number, end: number, lag: number): number {
  for (let i = 0; i < lag; i++) {
    const w = (i + 0.5) / lag;
    x[at + i] = x[at + i]! * (1 - w) + x[at + i + lag]! * w;
  }
  x.copyWithin(at + lag, at + 2 * lag, end);
  return end - lag;
}

/**
 * Plays `lag` samples twice by overlap-add. In place; `x` must have room for `lag` more samples behind `end`.
 *
 * @returns the new end.
 */
export function lengthen(x: Float32Array, at: number, end: number, lag: number): number {
  // [first period][second fading back into the first][second …]
  x.copyWithin(at + 2 * lag, at + lag, end);
  for (let i = 0; i < lag; i++) {
    const w = (i + 0.5) / lag;
    x[at + lag + i] = x[at + 2 * lag + i]! * (1 - w) + x[at + i]! * w;
  }
  return end + lag;
}
