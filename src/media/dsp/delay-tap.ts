/** The ring is longer than needed by so much, so that the edge of what it remembers can be made smooth: 10 ms. */
const EDGE = 480;

/** The last so many samples of one channel, to be read with a delay. What is not a number is remembered as 0. */
export class DelayTap {
  #ring: Float32Array<ArrayBuffer>;
  #write = 0;
  /** How many of the newest samples are exactly 0. */
  #zeros = Infinity;

  /** @param reach the longest delay plus the longest block asked for so far, in samples. */
  constructor(reach: number) {
    this.#ring = new Float32Array(sizeFor(reach));
  }

  /** Makes room, keeping what is in it. */
  reserve(reach: number): void {
    const old = this.#ring;
    if (sizeFor(reach) <= old.length) return;
    this.#ring = new Float32Array(sizeFor(reach));
    this.#ring.set(old.subarray(this.#write));
    this.#ring.set(old.subarray(0, this.#write), old.length - this.#write);
    this.#write = old.length;
    // A longer delay will meet the beginning of what is remembered.
    for (let i = 0; i < EDGE; i++) this.#ring[i] = this.#ring[i]! * (i / EDGE);
  }

  /** A tap of the same content. */
  clone(): DelayTap {
    const copy = new DelayTap(this.#ring.length - EDGE);
    copy.#ring.set(this.#ring);
    copy.#write = this.#write;
    copy.#zeros = this.#zeros;
    return copy;
  }

  /** Remembers a block; `silent`: its samples are all 0. */
  write(input: Float32Array, silent: boolean): void {
    const ring = this.#ring;
    const mask = ring.length - 1;
    const n = input.length;
    if (silent && this.#zeros > mask) {
      this.#write = (this.#write + n) & mask;
      return;
    }
    let at = this.#write;
    let zeros = this.#zeros;
    for (let i = 0; i < n; i++) {
      const x = input[i]!;
      const kept = x - x === 0 ? x : 0;
      ring[at] = kept;
      zeros = kept === 0 ? zeros + 1 : 0;
      at = (at + 1) & mask;
    }
    this.#write = at;
    this.#zeros = zeros;
  }

  /** Whether the newest `samples` samples are all 0. */
  silentFor(samples: number): boolean {
    return this.#zeros >= samples;
  }

  /** The newest block with a delay: `out[i]` was remembered `delay` samples before the newest block's `i`-th. */
  read(out: Float32Array, delay: number): void {
    const ring = this.#ring;
    const n = out.length;
    const from = (this.#write - n - delay) & (ring.length - 1);
    const first = Math.min(n, ring.length - from);
    out.set(ring.subarray(from, from + first));
    if (first < n) out.set(ring.subarray(0, n - first), first);
  }

  /** As {@link read}, on the way from one delay to another: `share(k)` of the new one in the `k`-th sample from 1. */
  readMoving(out: Float32Array, before: number, after: number, share: (k: number) => number): void {
    const ring = this.#ring;
    const mask = ring.length - 1;
    const n = out.length;
    for (let i = 0; i < n; i++) {
      const old = ring[(this.#write - n - before + i) & mask]!;
      const fresh = ring[(this.#write - n - after + i) & mask]!;
      out[i] = old + (fresh - old) * share(i + 1);
    }
  }
}

/** A power of two above the reach and the edge, so that positions wrap by a mask. */
function sizeFor(reach: number): number {
  return 2 ** Math.ceil(Math.log2(reach + EDGE + 1));
}
