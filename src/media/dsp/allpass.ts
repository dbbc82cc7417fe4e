/** Below −160 dB a sample counts as nothing, above +120 dB it is broken: neither goes round. */
const TINY = 1e-8;
const HUGE = 1e6;

/**
 * Schroeder's all-pass for one channel: `v = x + g·v[n−d]`, `y = v[n−d] − g·v`. Every frequency passes with the same level, but an impulse
 * becomes many (M. R. Schroeder, "Natural Sounding Artificial Reverberation", 1962).
 */
export class Allpass {
  readonly #line: Float32Array<ArrayBuffer>;
  readonly #gain: number;
  #at = 0;

  /** @param delay in samples. @param gain below 1. */
  constructor(delay: number, gain: number) {
    this.#line = new Float32Array(delay);
    this.#gain = gain;
  }

  /** Filters in place. */
  run(plane: Float32Array, count: number): void {
    const line = this.#line;
    const gain = this.#gain;
    const size = line.length;
    let at = this.#at;
    for (let done = 0; done < count;) {
      // Up to where the line wraps.
      const end = done + Math.min(count - done, size - at);
      for (; done < end; done++, at++) {
        const late = line[at]!;
        const v = plane[done]! + gain * late;
        const magnitude = v < 0 ? -v : v;
        const kept = magnitude > TINY && magnitude < HUGE ? v : 0;
        line[at] = kept;
        plane[done] = late - gain * kept;
      }
      if (at === size) at = 0;
    }
    this.#at = at;
  }

  /** Forgets everything. */
  clear(): void {
    this.#line.fill(0);
  }
}
