import { describe, expect, it } from 'vitest';
import { phaseFor, untilBeatMs } from '../../src/time/phase.js';

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

describe('untilBeatMs', () => {
  it('ends with a beat, up to 20 ms sooner, and never at once', () => {
    for (let nowUs = 0; nowUs < 60_000; nowUs += 313)
      for (const delayMs of [20, 33.5, 100, 500]) {
        const until = untilBeatMs(nowUs, delayMs);
        const dueUs = nowUs + until * 1000;
        expect(Math.abs(dueUs - Math.round(dueUs / 20_000) * 20_000)).toBeLessThan(1e-3);
        expect(until).toBeGreaterThan(0);
        expect(until).toBeLessThanOrEqual(delayMs + 1e-9);
        expect(until).toBeGreaterThan(delayMs - 20);
      }
  });

  it('leaves what is shorter than the way to the next beat as it is', () => {
    expect(untilBeatMs(21_000, 12)).toBe(12);
    expect(untilBeatMs(21_000, 19)).toBe(19);
    expect(untilBeatMs(40_000, 0)).toBe(0);
  });
});
