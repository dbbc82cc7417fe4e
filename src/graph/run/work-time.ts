/**
 * What nodes take of a beat: some beats are timed, by a clock that is read whenever one node's code ends and another's begins.
 * @module
 */

/** What a node took in each of the last timed beats. */
export interface WorkStats {
  /** Half of the timed beats took it so long at most, in microseconds. */
  readonly p50Us: number;
  /** 99 of 100 did. */
  readonly p99Us: number;
  /** How many beats these figures are made of: the last 512 to 1024 that were timed. */
  readonly beats: number;
}

/** One beat in so many is timed. */
export const TIMED_EACH = 8;

/** Steps of the scale: four to each doubling, from 32 ns to 1 s; so figures are right to a tenth. */
const STEPS_PER_DOUBLING = 4;
const LOWEST_US = 0.032;
const STEPS = 25 * STEPS_PER_DOUBLING;
/** Beats after which the oldest half is forgotten. */
const GENERATION = 512;

/** What one node took, counted by steps of a logarithmic scale of fixed size: nothing is allocated after the first beat. */
export class WorkTime {
  /** In the beat that is being timed, in microseconds. */
  spentUs = 0;
  /** Whether it has worked in that beat. */
  worked = false;
  #present: Uint16Array | undefined;
  #past: Uint16Array | undefined;
  #count = 0;
  #pastCount = 0;

  /** Counts what it took in the beat that was timed. */
  count(): void {
    this.#present ??= new Uint16Array(STEPS);
    const step = Math.floor(Math.log2(Math.max(this.spentUs, LOWEST_US) / LOWEST_US) * STEPS_PER_DOUBLING);
    this.#present[Math.min(step, STEPS - 1)]!++;
    this.spentUs = 0;
    this.worked = false;
    if (++this.#count < GENERATION) return;
    const emptied = this.#past ?? new Uint16Array(STEPS);
    this.#past = this.#present;
    this.#pastCount = this.#count;
    this.#present = emptied.fill(0);
    this.#count = 0;
  }

  /** The figures; undefined before the first beat that was timed. */
  stats(): WorkStats | undefined {
    const beats = this.#count + this.#pastCount;
    return beats === 0 ? undefined : { p50Us: this.#quantile(0.5, beats), p99Us: this.#quantile(0.99, beats), beats };
  }

  #quantile(share: number, beats: number): number {
    let left = Math.ceil(share * beats);
    for (let step = 0; step < STEPS; step++) {
      left -= (this.#present?.[step] ?? 0) + (this.#past?.[step] ?? 0);
      // The middle of the step.
      if (left <= 0) return Number((LOWEST_US * 2 ** ((step + 0.5) / STEPS_PER_DOUBLING)).toPrecision(3));
    }
    return 0;
  }
}

/** Whether the present beat is timed. Read in hot places: a variable costs less there than anything else. */
export let timing = false;
let clock: () => number = () => 0;
let present: WorkTime | undefined;
let sinceUs = 0;
const worked: WorkTime[] = [];

/** Runs a beat in which it is noted what each node takes. One within another that is timed already is part of that. */
export function timeBeat(nowUs: () => number, beat: () => void): void {
  if (timing) return beat();
  clock = nowUs;
  present = undefined;
  sinceUs = clock();
  timing = true;
  try {
    beat();
  } finally {
    timing = false;
    for (let i = 0; i < worked.length; i++) worked[i]!.count();
    worked.length = 0;
  }
}

/** From now on time is that of `time`; of nobody, if undefined. Returns whose it was, for {@link backTo}. Only while {@link timing}. */
export function timeOf(time: WorkTime | undefined): WorkTime | undefined {
  const before = present;
  backTo(time);
  if (time && !time.worked) {
    time.worked = true;
    worked.push(time);
  }
  return before;
}

/** From now on time is again that of `time`. */
export function backTo(time: WorkTime | undefined): void {
  const nowUs = clock();
  if (present) present.spentUs += nowUs - sinceUs;
  sinceUs = nowUs;
  present = time;
}
