import { describe, expect, it } from 'vitest';
import { VECTOR_SAMPLES, vectorUnit as unit } from '../../../../src/media/dsp/vector/vector-unit.js';

/** Reproducible samples in −1…1. */
function noise(length: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 1_073_741_824 - 1;
  });
}

function result(n: number): Float32Array {
  const out = new Float32Array(n);
  unit.store(out, 0, n);
  return out;
}

// One vector, frames, a length that is no multiple of four, and the longest.
describe.each([1, 3, 4, 5, 960, 961, VECTOR_SAMPLES])('%i samples', (n) => {
  const a = noise(n, 3);
  const b = noise(n, 7);
  const load = (): void => {
    unit.loadA(a, 0, n);
    unit.loadB(b, 0, n);
  };

  it('are scaled, mixed, multiplied and added up as single-precision arithmetic says', () => {
    const f = Math.fround;
    load();
    unit.scale(n, 0.3);
    expect(result(n)).toEqual(a.map((x) => x * f(0.3)));
    unit.mix(n, 0.9, -0.4);
    expect(result(n)).toEqual(a.map((x, i) => f(x * f(0.9)) + f(b[i]! * f(-0.4))));
    unit.multiply(n);
    expect(result(n)).toEqual(a.map((x, i) => x * b[i]!));
    unit.clear(n);
    unit.accumulate(n);
    unit.accumulate(n);
    expect(result(n)).toEqual(a.map((x) => x + x));
  });

  it('are interleaved, and found within full scale', () => {
    load();
    expect(unit.interleave(n)).toBe(true);
    expect(result(2 * n)).toEqual(Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? a : b)[i >> 1]!));
  });

  it.each([NaN, Infinity, -Infinity, 1.0001, -1.0001])('tell %f at the end apart', (odd) => {
    const spoiled = a.slice();
    spoiled[n - 1] = odd;
    unit.loadA(spoiled, 0, n);
    unit.loadB(b, 0, n);
    expect(unit.finite(n)).toBe(Number.isFinite(odd));
    expect(unit.within(n, 1)).toBe(false);
    expect(unit.within(n, 1.001)).toBe(Math.abs(odd) < 1.001);
    expect(unit.interleave(n)).toBe(false);
    unit.loadA(b, 0, n);
    unit.loadB(spoiled, 0, n);
    expect(unit.finite(n)).toBe(true);
    expect(unit.interleave(n)).toBe(false);
  });

  it('are filtered as a second-order section filters, two channels at once, and remember it', () => {
    load();
    const sections = Float64Array.of(0.5, 0.25, 0.125, -0.5, 0.25);
    const states = Float64Array.of(1, -1, 0.5, -0.5);
    unit.biquads(n, sections, states);
    const second = new Float32Array(n);
    unit.storeSecond(second, 0, n);
    [a, b].forEach((input, c) => {
      let s1 = c === 0 ? 1 : -1;
      let s2 = s1 / 2;
      const wanted = input.map((x) => {
        const y = 0.5 * x + s1;
        s1 = 0.25 * x + s2 + 0.5 * y;
        s2 = 0.125 * x - 0.25 * y;
        return y;
      });
      expect(c === 0 ? result(n) : second).toEqual(wanted);
      expect([states[c], states[c + 2]]).toEqual([s1, s2]);
    });
  });

  it('have the energy of their squares', () => {
    load();
    const wanted = a.reduce((sum, x) => sum + x * x, 0);
    expect(Math.abs(unit.energy(n) - wanted)).toBeLessThan(1e-9 * Math.max(1, wanted));
  });
});

it('takes and gives parts of longer arrays, and nothing left over from longer operands', () => {
  const long = noise(2000);
  unit.loadA(new Float32Array(2000).fill(NaN), 0, 2000);
  unit.loadA(long, 100, 5);
  expect(unit.finite(5)).toBe(true);
  unit.scale(5, 2);
  const out = new Float32Array(10).fill(9);
  unit.store(out, 3, 5);
  expect([...out]).toEqual([9, 9, 9, ...long.subarray(100, 105).map((x) => 2 * x), 9, 9]);
});
