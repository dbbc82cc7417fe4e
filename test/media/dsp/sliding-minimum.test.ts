import { expect, it } from 'vitest';
import { SlidingMinimum } from '../../../src/media/dsp/sliding-minimum.js';
import { noise } from '../../nodes/support/signals.js';

it.each([1, 2, 7, 64, 241])('SlidingMinimum of %i values is the smallest of them', (window) => {
  const values = [...noise(3000, 1, window)].map((x) => Math.min(1, Math.abs(x) * 1.3));
  const minimum = new SlidingMinimum(window);
  values.forEach((value, i) => {
    expect(minimum.next(value)).toBe(Math.min(1, ...values.slice(Math.max(0, i - window + 1), i + 1)));
  });
});
