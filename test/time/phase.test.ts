import { expect, it } from 'vitest';
import { phaseFor } from '../../src/time/phase.js';

it('spreads the first eight in bit-reversed order over eight slots', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7].map((i) => phaseFor(i, 20_000))).toEqual([0, 10_000, 5000, 15_000, 2500, 12_500, 7500, 17_500]);
});

it('gives 40 tickers five to a slot', () => {
  const slots = new Map<number, number>();
  for (let i = 0; i < 40; i++) slots.set(phaseFor(i, 20_000), (slots.get(phaseFor(i, 20_000)) ?? 0) + 1);
  expect([...slots.values()]).toEqual(Array(8).fill(5));
});

it('stays below the period and whole for odd periods', () => {
  for (let i = 0; i < 16; i++) {
    const phase = phaseFor(i, 1e6 / 30);
    expect(Number.isInteger(phase)).toBe(true);
    expect(phase).toBeLessThan(1e6 / 30);
  }
});
