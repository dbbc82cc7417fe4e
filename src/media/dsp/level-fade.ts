import { dbToLinear, linearToDb } from '../format.js';

/**
 * How a fade gets louder; getting softer it is the same backwards. With FFmpeg's names: `linear` (`tri`) a straight line;
 * `equal-power` (`qsin`) a quarter of a sine, for fading one sound into another; `s-curve` (`hsin`) half a sine, gentle at both ends;
 * `exponential` (`exp`) a straight line in decibels, from −100 dB.
 */
export const LEVEL_CURVES = ['linear', 'equal-power', 's-curve', 'exponential'] as const;

/** One of {@link LEVEL_CURVES}. */
export type LevelCurve = (typeof LEVEL_CURVES)[number];

/** What is at or below this level is silence. */
export const SILENT_DB = -100;

/** A level in decibels as a factor: 0 at {@link SILENT_DB} and below. */
export function levelFactor(db: number): number {
  return db <= SILENT_DB ? 0 : dbToLinear(db);
}

/**
 * A gain that goes to a level in any time on one of the curves of FFmpeg's `afade`. Each value is computed from the ends of its way,
 * so that it does not depend on the frame size.
 */
export class LevelFade {
  #from: number;
  #to: number;
  #done = 0;
  #length = 0;
  #curve: LevelCurve = 'linear';

  /** @param value the factor it stands at first. */
  constructor(value: number) {
    this.#from = value;
    this.#to = value;
  }

  /** Where it is going, or stands. */
  get target(): number {
    return this.#to;
  }

  /** True when it stands. */
  get settled(): boolean {
    return this.#done >= this.#length;
  }

  /** Sets out for a factor from wherever it is, to be there in `samples`. */
  to(target: number, samples: number, curve: LevelCurve): void {
    this.#from = this.at(0);
    this.#to = target;
    this.#done = 0;
    this.#length = samples;
    this.#curve = curve;
  }

  /** The factor of the `k`-th sample from now; the next one is 0. */
  at(k: number): number {
    const place = this.#done + k;
    if (place >= this.#length) return this.#to;
    const t = place / this.#length;
    const from = this.#from;
    const to = this.#to;
    if (this.#curve === 'exponential') return exponential(from, to, t);
    return to >= from ? from + (to - from) * rise(this.#curve, t) : to + (from - to) * rise(this.#curve, 1 - t);
  }

  /** Moves on by `samples`. */
  advance(samples: number): void {
    this.#done = Math.min(this.#length, this.#done + samples);
  }
}

function rise(curve: Exclude<LevelCurve, 'exponential'>, t: number): number {
  switch (curve) {
    case 'linear':
      return t;
    case 'equal-power':
      return Math.sin((t * Math.PI) / 2);
    case 's-curve':
      return (1 - Math.cos(t * Math.PI)) / 2;
  }
}

function exponential(from: number, to: number, t: number): number {
  const fromDb = Math.max(SILENT_DB, linearToDb(from));
  const toDb = Math.max(SILENT_DB, linearToDb(to));
  return dbToLinear(fromDb + (toDb - fromDb) * t);
}
