import { SAMPLE_RATE } from '../format.js';

/** Length of the way to silence: 5 ms. */
export const EDGE_SAMPLES = SAMPLE_RATE / 200;

/**
 * Takes the edge off a signal that stops in the middle, when nobody could know before: a straight line leads from its last sample to zero.
 * It costs no delay, since nothing of the signal itself is faded.
 */
export class DryEdge {
  readonly #last: Float64Array;

  /** @param channels planes of the signal. */
  constructor(channels: number) {
    this.#last = new Float64Array(channels);
  }

  /** Notes what was given, to lead on from its last samples. */
  gave(planes: readonly Float32Array[]): void {
    for (let c = 0; c < this.#last.length; c++) {
      const plane = planes[c];
      this.#last[c] = plane === undefined ? 0 : finite(plane[plane.length - 1]!);
    }
  }

  /** What was given ended in silence, or in what cannot be looked into. */
  reset(): void {
    this.#last.fill(0);
  }

  /**
   * Fills what is missing: the way to zero, then silence.
   *
   * @param from the first missing sample; 0: all of it, so that the way begins at what {@link DryEdge.gave} was told last.
   * @returns whether any of it is sound.
   */
  runDry(planes: readonly Float32Array[], from = 0): boolean {
    let sounds = false;
    for (let c = 0; c < planes.length; c++) {
      const plane = planes[c]!;
      const last = from > 0 ? finite(plane[from - 1]!) : (this.#last[c] ?? 0);
      const until = last === 0 ? from : Math.min(plane.length, from + EDGE_SAMPLES);
      for (let i = from; i < until; i++) plane[i] = last * (1 - (i - from + 1) / EDGE_SAMPLES);
      plane.fill(0, until);
      if (until > from) sounds = true;
    }
    return sounds;
  }
}

/** What is not finite must not live on. */
function finite(sample: number): number {
  return sample - sample === 0 ? sample : 0;
}
