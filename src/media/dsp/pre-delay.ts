import { Ramp } from './ramp.js';

/** One channel, so many samples later; a new delay is faded to within 10 ms. */
export class PreDelay {
  readonly #ring: Float32Array<ArrayBuffer>;
  readonly #mask: number;
  readonly #arrived = new Ramp(1);
  #write = 0;
  #before: number;
  #delay: number;
  #wanted: number;
  #zeros = Infinity;

  /** @param longest the longest delay there may be, in samples. @param delay the first one. */
  constructor(longest: number, delay: number) {
    const size = 2 ** Math.ceil(Math.log2(longest + 1));
    this.#ring = new Float32Array(size);
    this.#mask = size - 1;
    this.#before = this.#delay = this.#wanted = delay;
  }

  /** True when nothing waits in it. */
  get empty(): boolean {
    return this.#zeros > this.#mask;
  }

  /** Sets the delay. One that is being faded to is arrived at first. */
  set(delay: number): void {
    this.#wanted = delay;
  }

  /** Delays the first `count` samples of `input` into `out`; the two may be the same. What is not finite becomes 0. */
  run(input: Float32Array, out: Float32Array, count: number): void {
    const settled = this.#arrived.settled && this.#wanted === this.#delay;
    if (settled) this.#runSteady(input, out, count);
    else this.#runChanging(input, out, count);
  }

  #runSteady(input: Float32Array, out: Float32Array, count: number): void {
    const ring = this.#ring;
    const mask = this.#mask;
    const delay = this.#delay;
    let write = this.#write;
    let zeros = this.#zeros;
    for (let i = 0; i < count; i++) {
      const x = input[i]!;
      const kept = x - x === 0 ? x : 0;
      ring[write] = kept;
      zeros = kept === 0 ? zeros + 1 : 0;
      out[i] = ring[(write - delay) & mask]!;
      write = (write + 1) & mask;
    }
    this.#write = write;
    this.#zeros = zeros;
  }

  #runChanging(input: Float32Array, out: Float32Array, count: number): void {
    const ring = this.#ring;
    const mask = this.#mask;
    for (let i = 0; i < count; i++) {
      if (this.#arrived.settled && this.#wanted !== this.#delay) this.#begin();
      const x = input[i]!;
      const kept = x - x === 0 ? x : 0;
      ring[this.#write] = kept;
      this.#zeros = kept === 0 ? this.#zeros + 1 : 0;
      this.#arrived.advance(1);
      const a = ring[(this.#write - this.#before) & mask]!;
      const b = ring[(this.#write - this.#delay) & mask]!;
      out[i] = a + (b - a) * this.#arrived.value;
      this.#write = (this.#write + 1) & mask;
    }
  }

  /** Forgets everything that waits. */
  clear(): void {
    this.#ring.fill(0);
    this.#zeros = Infinity;
    this.#before = this.#delay = this.#wanted;
    this.#arrived.jump(1);
  }

  #begin(): void {
    this.#before = this.#delay;
    this.#delay = this.#wanted;
    this.#arrived.jump(0);
    this.#arrived.to(1);
  }
}
