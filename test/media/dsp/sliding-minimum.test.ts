import { expect, it } from 'vitest';
import { SlidingMinimum } from '../../../src/media/dsp/sliding-minimum.js';
import { noise } from '../../nodes/support/signals.js';

it.each([1, 2, 7, 64, 241])('SlidingMinimum of %i values is the smallest of them', (window) => {
  const values = [...noise(3000, 1, window)].map((x) => Math.min(1, Math.abs(x) * 1.3));
  const minimum = new SlidingMinimum(window);
  const got = Float64Array.from(values);
  // In pieces, as frames come.
  for (let at = 0; at < values.length; at += 77) minimum.run(got.subarray(at, at + 77), Math.min(77, values.length - at));
  values.forEach((_, i) => expect(got[i]).toBe(Math.min(1, ...values.slice(Math.max(0, i - window + 1), i + 1))));
});
