import { describe, expect, it } from 'vitest';
import { Biquad, biquadCoefficients } from '../../../src/media/dsp/biquad.js';
import { FilterChain, MOST_SECTIONS } from '../../../src/media/dsp/filter-chain.js';
import { largestDifference, noise } from '../../nodes/support/signals.js';

const SECTIONS = [
  biquadCoefficients('peaking', 25, 2, 6),
  biquadCoefficients('lowshelf', 120, 0.7, -4),
  biquadCoefficients('highpass', 30, 0.7),
  biquadCoefficients('notch', 5000, 3),
  biquadCoefficients('highshelf', 9000, 0.7, 5),
];

/** The same by the plain filter, one section after another. */
function plain(input: Float32Array, sections: typeof SECTIONS): Float32Array {
  let signal = Float64Array.from(input);
  for (const { b0, b1, b2, a1, a2 } of sections) {
    let s1 = 0;
    let s2 = 0;
    signal = signal.map((x) => {
      const y = b0 * x + s1;
      s1 = b1 * x - a1 * y + s2;
      s2 = b2 * x - a2 * y;
      return y;
    });
  }
  return Float32Array.from(signal);
}

describe('FilterChain', () => {
  it('filters both channels as the same sections one by one, for any number of them', () => {
    const [left, right] = [noise(5000, 0.5, 1), noise(5000, 0.5, 2)];
    for (let count = 0; count <= SECTIONS.length; count++) {
      const out = [new Float32Array(5000), new Float32Array(5000)];
      const sections = SECTIONS.slice(0, count);
      new FilterChain(sections).run([left, right], out);
      expect(largestDifference(out[0]!, plain(left, sections))).toBeLessThan(2e-7);
      expect(largestDifference(out[1]!, plain(right, sections))).toBeLessThan(2e-7);
    }
    const single = new Float32Array(5000);
    new Biquad().run(SECTIONS[0]!, left, single);
    expect(largestDifference(single, plain(left, SECTIONS.slice(0, 1)))).toBeLessThan(2e-7);
  });

  it('gives the same bit for bit in blocks of any length, in place or not', () => {
    const input = [noise(4805, 0.5, 3), noise(4805, 0.5, 4)];
    const whole = input.map((plane) => new Float32Array(plane.length));
    new FilterChain(SECTIONS).run(input, whole);
    for (const size of [1, 7, 960]) {
      const parts = input.map((plane) => plane.slice());
      const chain = new FilterChain(SECTIONS);
      for (let at = 0; at < 4805; at += size) {
        const block = parts.map((plane) => plane.subarray(at, at + size));
        chain.run(block, block);
      }
      expect(parts).toEqual(whole);
    }
  });

  it('lets a channel that comes later go on from the first one', () => {
    const input = noise(1920);
    const whole = new Float32Array(1920);
    new FilterChain(SECTIONS).run([input], [whole]);
    const chain = new FilterChain(SECTIONS);
    chain.run([input.subarray(0, 960)], [new Float32Array(960)]);
    const out = [new Float32Array(960), new Float32Array(960)];
    chain.run([input.subarray(960), input.subarray(960)], out);
    expect(out[1]).toEqual(whole.subarray(960));
  });

  it('is empty at first and when its tail has died, one channel after the other', () => {
    const chain = new FilterChain([biquadCoefficients('bandpass', 500, 4)]);
    expect(chain.empty).toBe(true);
    const out = [new Float32Array(960), new Float32Array(960)];
    chain.run([new Float32Array(960), noise(960)], out);
    expect(chain.empty).toBe(false);
    const silence = [new Float32Array(960), new Float32Array(960)];
    for (let i = 0; i < 50; i++) chain.run(silence, out);
    expect(chain.empty).toBe(true);
    expect(out[1]!.some((x) => x !== 0)).toBe(false);
  });

  it('recovers from NaN and infinity in one channel, and the other does not notice', () => {
    const bad = noise(960);
    bad[10] = NaN;
    bad[20] = Infinity;
    const good = noise(960, 0.5, 5);
    const chain = new FilterChain(SECTIONS);
    const out = [new Float32Array(960), new Float32Array(960)];
    chain.run([bad, good], out);
    expect(largestDifference(out[1]!, plain(good, SECTIONS))).toBeLessThan(2e-7);
    chain.run([noise(960), good], out);
    expect(out[0]!.every(Number.isFinite)).toBe(true);
  });

  it('refuses more sections than there is room for', () => {
    const many = Array.from({ length: MOST_SECTIONS + 1 }, () => SECTIONS[0]!);
    expect(() => new FilterChain(many)).toThrow(RangeError);
    const out = [new Float32Array(960)];
    new FilterChain(many.slice(1)).run([noise(960)], out);
    const wanted = plain(noise(960), many.slice(1));
    expect(largestDifference(out[0]!, wanted)).toBeLessThan(1e-5);
  });
});
