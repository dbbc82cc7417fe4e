import { vectorUnit } from '../../media/dsp/vector/vector-unit.js';

/** Shortest and longest piece that is cut or repeated: 2.5 and 10 ms at 48 kHz. */
const MIN_LAG = 120;
const MAX_LAG = 480;
/** Samples needed ahead to look for a piece. */
export const STRETCH_WINDOW = 2 * MAX_LAG;
const COARSE = 4;
/** Every fourth sample of the window. Only for the time of a call. */
const thinned = new Float32Array(STRETCH_WINDOW / COARSE);

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
  for (let i = 0; i < thinned.length; i++) thinned[i] = x[at + i * COARSE]!;
  vectorUnit.loadA(thinned, 0, thinned.length);
  const near = COARSE * vectorUnit.mostAlike(MAX_LAG / COARSE, MIN_LAG / COARSE, MAX_LAG / COARSE);
  vectorUnit.loadA(x, at, STRETCH_WINDOW);
  const lag = vectorUnit.mostAlike(MAX_LAG, Math.max(MIN_LAG, near - COARSE + 1), Math.min(MAX_LAG, near + COARSE - 1));
  return { lag, correlation: likeness(x, at, lag), power: vectorUnit.energy(STRETCH_WINDOW) / STRETCH_WINDOW };
}

function likeness(x: Float32Array, at: number, lag: number): number {
  let cross = 0;
  let a = 1e-9;
  let b = 1e-9;
  const end = at + MAX_LAG;
  for (let i = at; i < end; i++) {
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
