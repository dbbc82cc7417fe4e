import { expect, it } from 'vitest';
import { monotonicClock, wallTimeMs } from '../../src/time/clock.js';

it('gives whole microseconds that never fall, from 0', () => {
  const clock = monotonicClock();
  let last = clock.nowUs();
  expect(last).toBeGreaterThanOrEqual(0);
  for (let i = 0; i < 1000; i++) {
    const now = clock.nowUs();
    expect(Number.isInteger(now)).toBe(true);
    expect(now).toBeGreaterThanOrEqual(last);
    last = now;
  }
});

it('gives the wall clock in milliseconds since 1970', () => {
  expect(Math.abs(wallTimeMs() - Date.now())).toBeLessThan(60_000);
});
