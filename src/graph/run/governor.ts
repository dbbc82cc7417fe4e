import type { NodeEvent } from '../context.js';

/** What one beat cost. */
export interface BeatCost {
  /** How late it began, in microseconds. */
  readonly lateUs: number;
  /** How many beats were given up right before it. */
  readonly skipped: number;
  /** How long its work took, in microseconds. */
  readonly workUs: number;
}

/** Work that can be left out. */
export interface SheddingStep {
  /** Such as `meters`. */
  readonly name: string;
  /** Leaves it out; false when there is nothing to leave out, so that the next step is taken at once. */
  shed(): boolean;
  /** Takes it up again. */
  restore(): void;
}

/** A beat is heavy when it begins half a period late, follows skipped ones, or works for seven tenths of the period. */
const LATE_US = 10_000;
const HEAVY_US = 14_000;
/** A second of beats is judged together; a quarter of them heavy is overload. */
const WINDOW = 50;
const HEAVY_BEATS = 13;
/** What was left out is taken up again after ten seconds without a heavy beat that worked for less than two fifths of the period. */
const CALM_WINDOWS = 10;
const CALM_US = 8000;

/**
 * Decides from the cost of the beats when a graph must do less and when it may do more again: one step in a second at most, in the order
 * given; back in reverse order, much later than it went, so that it does not swing. Nothing but counts: the same costs give the same steps.
 */
export class OverloadGovernor {
  readonly #shed: SheddingStep[] = [];
  #beats = 0;
  #heavy = 0;
  #skipped = 0;
  #workUs = 0;
  #lateUs = 0;
  #calm = 0;

  /**
   * @param steps in the order in which they are left out.
   * @param event told `governor.shed` and `governor.restored` with the figures.
   */
  constructor(
    private readonly steps: readonly SheddingStep[],
    private readonly event: (event: NodeEvent) => void,
  ) {}

  /** One beat happened. */
  beat({ lateUs, skipped, workUs }: BeatCost): void {
    this.#beats++;
    this.#skipped += skipped;
    this.#workUs += workUs;
    this.#lateUs = Math.max(this.#lateUs, lateUs);
    if (lateUs >= LATE_US || skipped > 0 || workUs >= HEAVY_US) this.#heavy++;
    if (this.#heavy >= HEAVY_BEATS) this.#less();
    else if (this.#beats >= WINDOW) this.#judge();
  }

  #judge(): void {
    const calm = this.#heavy === 0 && this.#workUs / this.#beats < CALM_US;
    this.#calm = calm ? this.#calm + 1 : 0;
    if (this.#calm >= CALM_WINDOWS) {
      this.#calm = 0;
      const step = this.#shed.pop();
      if (step) {
        step.restore();
        this.#tell('governor.restored', step);
      }
    }
    this.#begin();
  }

  #less(): void {
    this.#calm = 0;
    const step = this.steps.find((one) => !this.#shed.includes(one) && one.shed());
    if (step) {
      this.#shed.push(step);
      this.#tell('governor.shed', step);
    }
    this.#begin();
  }

  #begin(): void {
    this.#beats = this.#heavy = this.#skipped = this.#workUs = this.#lateUs = 0;
  }

  #tell(type: string, { name }: SheddingStep): void {
    const figures = { beats: this.#beats, heavy: this.#heavy, skipped: this.#skipped, maxLateUs: this.#lateUs };
    this.event({ type, step: name, ...figures, meanWorkUs: Math.round(this.#workUs / this.#beats) });
  }
}
