import { describe, expect, it } from 'vitest';
import { add, averageInto, sumInto } from '../../../src/media/dsp/mix.js';
import { constant } from '../../nodes/support/signals.js';

describe('mix', () => {
  it('sums any number of inputs, and none to silence', () => {
    for (let count = 0; count <= 11; count++) {
      const out = constant(5, 9);
      sumInto(
        out,
        Array.from({ length: 12 }, (_, k) => constant(5, 2 ** k)),
        count,
      );
      expect([...out]).toEqual(Array(5).fill(2 ** count - 1));
    }
  });

  it('adds and averages', () => {
    const out = Float32Array.of(1, 2);
    add(out, Float32Array.of(3, -4));
    expect([...out]).toEqual([4, -2]);
    averageInto(out, Float32Array.of(1, 0), Float32Array.of(0, -1));
    expect([...out]).toEqual([0.5, -0.5]);
  });
});
