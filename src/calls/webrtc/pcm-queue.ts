/** Decoded samples waiting to be played: planar, at 48 kHz, never reallocated. */
export class PcmQueue {
  /** One plane per channel; what is to come is `planes[c][start … end)`. */
  readonly planes: Float32Array[];
  /** First sample to be played. */
  start = 0;
  /** One behind the last. */
  end = 0;

  /** @param capacity most samples it can hold; more are refused. */
  constructor(
    channels: number,
    readonly capacity: number,
  ) {
    this.planes = Array.from({ length: channels }, () => new Float32Array(capacity));
  }

  /** Samples per channel that are waiting. */
  get length(): number {
    return this.end - this.start;
  }

  /** Appends interleaved samples of the same channel count; what does not fit is left out. */
  pushInterleaved(samples: Float32Array): void {
    const channels = this.planes.length;
    this.makeRoom(samples.length / channels);
    const count = Math.min(samples.length / channels, this.capacity - this.end);
    if (channels === 1) {
      this.planes[0]!.set(count < samples.length ? samples.subarray(0, count) : samples, this.end);
    } else {
      for (let c = 0; c < channels; c++) {
        const plane = this.planes[c]!;
        for (let i = 0, from = c; i < count; i++, from += channels) plane[this.end + i] = samples[from]!;
      }
    }
    this.end += count;
  }

  /** Moves what is waiting to the front when fewer than `samples` fit behind it. */
  makeRoom(samples: number): void {
    if (this.end + samples <= this.capacity || this.start === 0) return;
    for (const plane of this.planes) plane.copyWithin(0, this.start, this.end);
    this.end -= this.start;
    this.start = 0;
  }

  /** Takes `count` samples into `out`'s planes; there must be as many. */
  take(out: readonly Float32Array[], count: number): void {
    this.planes.forEach((plane, c) => out[c]!.set(plane.subarray(this.start, this.start + count)));
    this.start += count;
    if (this.start === this.end) this.start = this.end = 0;
  }

  /** Forgets everything. */
  clear(): void {
    this.start = this.end = 0;
  }
}
