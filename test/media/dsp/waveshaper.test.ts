import { describe, expect, it } from 'vitest';
import { CLIP_SHAPES, Waveshaper, type ClipShape } from '../../../src/media/dsp/waveshaper.js';
import { noise } from '../../nodes/support/signals.js';

/** The curves themselves, as the doc comment states them. */
const curves: Readonly<Record<ClipShape, (u: number) => number>> = {
  soft: (u) => (Math.abs(u) >= 1.5 ? Math.sign(u) : u - (4 * u ** 3) / 27),
  hard: (u) => Math.max(-1, Math.min(1, u)),
};

const driven = (samples: number, peak: number) => Float64Array.from(noise(samples, peak));

describe.each(CLIP_SHAPES)('Waveshaper, %s', (shape) => {
  it('is the curve averaged over the line between two samples, by numerical integration within 1e-5', () => {
    const input = driven(500, 4);
    const out = new Float64Array(500);
    new Waveshaper().run(input, shape, out);
    for (let i = 1; i < 500; i++) {
      let mean = 0;
      for (let k = 0; k < 2000; k++)
        mean += curves[shape](input[i - 1]! + ((input[i]! - input[i - 1]!) * (k + 0.5)) / 2000) / 2000;
      expect(Math.abs(out[i]! - mean)).toBeLessThan(1e-5);
    }
  });

  it('is exact where the signal hardly moves', () => {
    for (const step of [0, 1e-9, 9e-6, 1.1e-5, 1e-4]) {
      const input = Float64Array.from({ length: 100 }, (_, i) => 0.8 + i * step);
      const out = new Float64Array(100);
      new Waveshaper().run(input, shape, out);
      for (let i = 1; i < 100; i++) expect(Math.abs(out[i]! - curves[shape]((input[i]! + input[i - 1]!) / 2))).toBeLessThan(1e-7);
    }
  });

  it('gives the same bit for bit in blocks of any length, and recovers from NaN and infinity', () => {
    const input = driven(4800, 3);
    const whole = new Float64Array(4800);
    new Waveshaper().run(input, shape, whole);
    const shaper = new Waveshaper();
    const parts = new Float64Array(4800);
    for (let at = 0; at < 4800; at += 96) {
      shaper.run(input.subarray(at, at + 96), shape, parts.subarray(at, at + 96));
      shaper.advance(input.subarray(at, at + 96));
    }
    expect(parts).toEqual(whole);
    for (const bad of [NaN, Infinity]) {
      shaper.advance(Float64Array.of(0.1, bad));
      expect(shaper.empty).toBe(true);
      shaper.run(input, shape, whole);
      expect(whole.every(Number.isFinite)).toBe(true);
    }
  });
});
