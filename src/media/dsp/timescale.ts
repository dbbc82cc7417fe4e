import { TimeStretch, type TimeStretchShape } from './time-stretch.js';
import { VariableResampler } from './variable-resampler.js';

/** How time and pitch of sound are changed, each as a factor; 1 changes nothing. */
export interface TimescaleFactors {
  /** How fast it goes, at the same pitch. */
  readonly speed: number;
  /** How high it sounds, at the same speed. */
  readonly pitch: number;
  /** Both together, as a tape that runs faster. */
  readonly rate: number;
}

/**
 * Speed, pitch and rate of sound, each by itself: it is stretched in time by speed/pitch and then played faster by pitch·rate. Samples go
 * in by {@link push} and come out by {@link pull}, sooner or later; factors may change at any moment without a click.
 */
export class Timescale {
  readonly #stretch: TimeStretch;
  readonly #resampler: VariableResampler;
  #factors: TimescaleFactors = { speed: 1, pitch: 1, rate: 1 };
  #pushed = 0;
  #finished = false;

  constructor(channels: number, shape: TimeStretchShape) {
    this.#stretch = new TimeStretch(channels, shape);
    this.#resampler = new VariableResampler(channels);
  }

  /** The present factors. */
  get factors(): TimescaleFactors {
    return this.#factors;
  }

  set factors(factors: TimescaleFactors) {
    this.#factors = factors;
    this.#stretch.tempo = factors.speed / factors.pitch;
    this.#resampler.ratio = factors.pitch * factors.rate;
  }

  /** Input samples used for one output sample. */
  get consumption(): number {
    return this.#factors.speed * this.#factors.rate;
  }

  /** Position in the input, in samples since the beginning, of the next output sample. */
  get position(): number {
    const stretched = this.#resampler.waiting;
    return Math.min(this.#pushed, Math.max(0, this.#stretch.position - stretched * this.#stretch.tempo));
  }

  /** Takes `count` samples. */
  push(planes: readonly Float32Array[], count: number): void {
    this.#stretch.input.push(planes, 0, count);
    this.#pushed += count;
    this.#move();
  }

  /** Says that nothing more will come; the rest can be pulled, and it ends where the input did. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#flush();
  }

  /** Writes at most `count` samples from index `to` of `target` on; returns how many there were. */
  pull(target: readonly Float32Array[], to: number, count: number): number {
    if (!this.#finished) return this.#resampler.pull(target, to, count);
    const rest = Math.round((this.#pushed - this.position) / this.consumption);
    const wanted = Math.max(0, Math.min(count, rest));
    let got = this.#resampler.pull(target, to, wanted);
    while (got < wanted) {
      this.#flush();
      got += this.#resampler.pull(target, to + got, wanted - got);
    }
    return got;
  }

  /** Begins anew. `past` is the sound just before, if it shall go on from it. */
  reset(past: readonly Float32Array[] = []): void {
    this.#stretch.reset();
    this.#resampler.reset(past);
    this.#pushed = 0;
    this.#finished = false;
  }

  #flush(): void {
    this.#stretch.input.pushSilence(2 * this.#stretch.lookahead);
    this.#move();
  }

  #move(): void {
    const { output } = this.#stretch;
    this.#stretch.work();
    this.#resampler.input.push(output.planes, output.start, output.length);
    output.clear();
  }
}
