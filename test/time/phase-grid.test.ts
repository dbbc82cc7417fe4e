import { describe, expect, it } from 'vitest';
import { createRealtimeScheduler, phaseFor, type Scheduler } from '../../src/time/index.js';
import { FakeMachine } from './fake-waker.js';

const PERIOD_US = 20_000;

/** Eight tickers, one a slot, that each take so long; `wakes` are the moments at which any ticked, of the last period. */
function setUp(work: { us: number }, gathered = true) {
  const machine = new FakeMachine();
  const scheduler: Scheduler = createRealtimeScheduler({ clock: machine.clock, waker: machine.waker });
  const ticks: { ticker: number; index: number; dueUs: number; lateUs: number }[] = [];
  for (let ticker = 0; ticker < 8; ticker++)
    scheduler.every({
      periodUs: PERIOD_US,
      startUs: 0,
      phaseUs: phaseFor(ticker, PERIOD_US),
      gathered,
      onTick: ({ index, dueUs, lateUs }) => {
        ticks.push({ ticker, index, dueUs, lateUs });
        machine.nowUs += work.us;
      },
    });
  const slots = (): number => new Set(ticks.slice(-8).map(({ dueUs }) => dueUs % PERIOD_US)).size;
  return { machine, scheduler, ticks, slots };
}

describe('gathered tickers', () => {
  it('share wake-ups, ever more of them, while all of their work is little, and spread when it is not', () => {
    const work = { us: 100 };
    const { machine, slots } = setUp(work);
    const seen: number[] = [];
    for (let second = 1; second <= 6; second++) {
      machine.runTo(second * 1_060_000);
      seen.push(slots());
    }
    expect(seen).toEqual([4, 2, 1, 1, 1, 1]);
    work.us = 900;
    for (let second = 7; second <= 12; second++) {
      machine.runTo(second * 1_060_000);
      seen.push(slots());
    }
    expect(seen.slice(6)).toEqual([1, 2, 4, 8, 8, 8]);
  });

  it('stay as they are between little and much', () => {
    const work = { us: 100 };
    const { machine, slots } = setUp(work);
    machine.runTo(5_000_000);
    work.us = 650;
    machine.runTo(10_000_000);
    expect(slots()).toBe(1);
  });

  it('lose and double no tick, and are never due later than by their own phase, nor in another period', () => {
    const work = { us: 100 };
    const { machine, ticks } = setUp(work);
    for (let second = 1; second <= 20; second++) {
      work.us = second % 8 < 4 ? 50 : 1200;
      machine.runTo(second * 1_000_000);
    }
    for (let ticker = 0; ticker < 8; ticker++) {
      const own = ticks.filter((tick) => tick.ticker === ticker);
      expect(own.map(({ index }) => index)).toEqual(own.map((_, i) => i));
      for (const { index, dueUs } of own) {
        const nominalUs = index * PERIOD_US + phaseFor(ticker, PERIOD_US);
        expect(dueUs).toBeLessThanOrEqual(nominalUs);
        expect(Math.floor(dueUs / PERIOD_US)).toBe(index);
      }
    }
    // Late by no more than the work of the others.
    expect(Math.max(...ticks.map(({ lateUs }) => lateUs))).toBeLessThan(10_000);
  });

  it('that did not ask for it keep their phases', () => {
    const { machine, slots } = setUp({ us: 10 }, false);
    machine.runTo(5_000_000);
    expect(slots()).toBe(8);
  });
});
