import { RAMP_SAMPLES } from './ramp.js';

/**
 * The shape of a change-over. `linear`: the amplitudes of both sides add up to 1, right for two versions of the same sound.
 * `equal-power`: their powers do (sine and cosine), right for sounds that have nothing to do with each other.
 */
export const FADE_CURVES = ['equal-power', 'linear'] as const;

/** One of {@link FADE_CURVES}. */
export type FadeCurve = (typeof FADE_CURVES)[number];

/** A gain that goes to a target in a given number of samples, from wherever it is, so that a fade may be changed under way. */
export class Fade {
  #from: number;
  #to: number;
  #done = 0;
  #length = 0;
  #curve: FadeCurve = 'linear';

  /** @param value where it stands at first. */
  constructor(value: number) {
    this.#from = value;
    this.#to = value;
  }

  /** Where it is going, or stands. */
  get target(): number {
    return this.#to;
  }

  /** Where it is now: what the last sample got. */
  get value(): number {
    return this.at(0);
  }

  /** True when it stands at its target. */
  get settled(): boolean {
    return this.#done >= this.#length;
  }

  /**
   * Starts towards a new target; the same target again changes nothing.
   *
   * @param samples how long the way takes, default 10 ms.
   * @param curve with `equal-power` a rise follows a sine and a fall a cosine.
   */
  to(target: number, samples: number = RAMP_SAMPLES, curve: FadeCurve = 'linear'): void {
    if (target === this.#to) return;
    this.#from = this.value;
    this.#to = target;
    this.#done = 0;
    this.#length = Math.max(1, Math.round(samples));
    this.#curve = curve;
  }

  /** The value of the `k`-th sample from now; the next one is 1. */
  at(k: number): number {
    const place = this.#done + k;
    if (place >= this.#length) return this.#to;
    const t = place / this.#length;
    return this.#from + (this.#to - this.#from) * this.#shape(t);
  }

  /** Moves on by `samples`. */
  advance(samples: number): void {
    this.#done = Math.min(this.#length, this.#done + samples);
  }

  #shape(t: number): number {
    if (this.#curve === 'linear') return t;
    const angle = (t * Math.PI) / 2;
    return this.#to > this.#from ? Math.sin(angle) : 1 - Math.cos(angle);
  }
}
