// A stereo buffer that is a circle: what is written past its end goes on at its start, so that it loops without a seam.

export const RATE = 48_000;

/** Random numbers in −1…1 that are the same every time (mulberry32). */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

/** The frequency of a MIDI note number, in hertz. */
export const hertz = (note) => 440 * 2 ** ((note - 69) / 12);

export class Loop {
  constructor(samples) {
    this.length = samples;
    this.planes = [new Float32Array(samples), new Float32Array(samples)];
  }

  /**
   * Adds a sound. `sample(i)` gives its i-th sample, for `samples` samples from `atSec` on; `pan` goes from −1 (left) to 1, with
   * equal power.
   */
  add(atSec, samples, gain, pan, sample) {
    const [left, right] = this.planes;
    const angle = ((pan + 1) * Math.PI) / 4;
    const l = gain * Math.cos(angle) * Math.SQRT2;
    const r = gain * Math.sin(angle) * Math.SQRT2;
    let at = Math.round(atSec * RATE) % this.length;
    for (let i = 0; i < samples; i++) {
      const x = sample(i);
      left[at] += l * x;
      right[at] += r * x;
      if (++at === this.length) at = 0;
    }
  }

  /** Adds another loop, scaled. */
  mix(other, gain) {
    for (let c = 0; c < 2; c++) {
      const to = this.planes[c];
      const from = other.planes[c];
      for (let i = 0; i < to.length; i++) to[i] += gain * from[i];
    }
  }

  /** Runs `step(left, right, out)` over the circle twice and keeps the second round: its memory then comes from the loop's own end. */
  process(step) {
    const [left, right] = this.planes;
    const result = new Loop(this.length);
    const out = [0, 0];
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < this.length; i++) {
        step(left[i], right[i], out);
        if (round === 0) continue;
        result.planes[0][i] = out[0];
        result.planes[1][i] = out[1];
      }
    }
    return result;
  }
}
