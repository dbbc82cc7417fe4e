import { describe, expect, it } from 'vitest';
import { createRealtimeScheduler, type Ticker } from '../../src/time/index.js';
import { FakeMachine } from './fake-waker.js';

const PERIOD_US = 20_000;

/** A ticker on a machine moved by hand; each tick with the moment at which it ran. */
function setUp(phaseUs = 0, lenient = false) {
  const machine = new FakeMachine();
  const scheduler = createRealtimeScheduler({ clock: machine.clock, waker: machine.waker });
  const ticks: { index: number; dueUs: number; lateUs: number; atUs: number }[] = [];
  const ticker: Ticker = scheduler.every({
    periodUs: PERIOD_US,
    startUs: 0,
    phaseUs,
    lenient,
    onTick: ({ index, dueUs, lateUs }) => ticks.push({ index, dueUs, lateUs, atUs: machine.nowUs }),
  });
  const moments = (): number[] => [...new Set(ticks.map(({ atUs }) => atUs))];
  return { machine, scheduler, ticks, ticker, moments };
}

describe('ticks that run together', () => {
  it('share the wake-up of the last, each with its own deadline, none late', () => {
    const { machine, ticks, ticker, moments } = setUp();
    machine.runTo(0);
    ticker.pace?.(5, false);
    machine.runTo(279_999);
    expect(moments()).toEqual([0, 80_000, 180_000]);
    expect(ticks.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(ticks.map(({ dueUs }) => dueUs)).toEqual(ticks.map(({ index }) => index * PERIOD_US));
    expect(ticks.every(({ lateUs }) => lateUs === 0)).toBe(true);
    expect(ticker.stats()).toMatchObject({ ticks: 10, skipped: 0, bursts: 0 });
  });

  it('end at the same times as those of a ticker that began at another', () => {
    const machine = new FakeMachine();
    const scheduler = createRealtimeScheduler({ clock: machine.clock, waker: machine.waker });
    const moments = new Set<number>();
    for (const beginUs of [0, 30_000, 70_000]) {
      machine.runTo(beginUs);
      const ticker = scheduler.every({ periodUs: PERIOD_US, startUs: 0, onTick: () => moments.add(machine.nowUs) });
      ticker.pace?.(5, true);
    }
    machine.runTo(400_000);
    expect([...moments]).toEqual([80_000, 180_000, 280_000, 380_000]);
  });

  it('are no excuse: a late wake-up makes the last of them late, and a stall costs what it always did', () => {
    const { machine, ticks, ticker } = setUp();
    machine.runTo(0);
    ticker.pace?.(5, false);
    machine.nowUs = 83_000;
    machine.wake();
    expect(ticks.map(({ lateUs }) => lateUs)).toEqual([0, 0, 0, 0, 3000]);
    machine.nowUs = 400_000;
    machine.wake();
    // Of ticks 5 to 20 the newest five.
    expect(ticks.slice(5).map(({ index }) => index)).toEqual([16, 17, 18, 19, 20]);
    expect(ticker.stats()).toMatchObject({ skipped: 11, bursts: 1 });
  });

  it('can be caught up with, and each runs once', () => {
    const { machine, ticks, ticker, moments } = setUp();
    machine.runTo(0);
    ticker.pace?.(5, false);
    machine.runTo(50_000);
    ticker.catchUp?.();
    expect(ticks.map(({ index }) => index)).toEqual([0, 1, 2]);
    ticker.catchUp?.();
    machine.runTo(200_000);
    expect(ticks.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(moments()).toEqual([0, 50_000, 80_000, 180_000]);
    expect(ticker.stats()).toMatchObject({ skipped: 0, bursts: 0 });
    machine.nowUs = 290_000;
    // Its wake-up is late: it does not come before what was asked for now.
    ticker.catchUp?.();
    expect(ticks.at(-1)).toMatchObject({ index: 14, lateUs: 10_000 });
  });

  it('part again, at once and from within a tick', () => {
    const { machine, ticks, ticker, moments } = setUp();
    machine.runTo(0);
    ticker.pace?.(5, false);
    machine.runTo(50_000);
    ticker.catchUp?.();
    ticker.pace?.(1, false);
    expect(machine.alarmUs).toBe(60_000);
    machine.runTo(120_000);
    expect(moments().slice(2)).toEqual([60_000, 80_000, 100_000, 120_000]);
    expect(ticks.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('stop with the ticker', () => {
    const { machine, ticks, ticker } = setUp();
    machine.runTo(0);
    ticker.pace?.(5, false);
    ticker.stop();
    ticker.catchUp?.();
    ticker.pace?.(1, true);
    machine.runTo(500_000);
    expect(ticks).toHaveLength(1);
    expect(machine.alarmUs).toBeUndefined();
  });
});

describe('wake-ups', () => {
  it('may be late while no ticker needs them exact', () => {
    const { machine, scheduler, ticker } = setUp(0, true);
    expect(machine.lenient).toBe(true);
    const exact = scheduler.every({ periodUs: PERIOD_US, startUs: 0, phaseUs: 5000, onTick: () => {} });
    expect(machine.lenient).toBe(false);
    machine.runTo(40_000);
    expect(machine.lenient).toBe(false);
    exact.stop();
    exact.stop();
    expect(machine.lenient).toBe(true);
    ticker.pace?.(1, false);
    expect(machine.lenient).toBe(false);
    ticker.stop();
    scheduler.after(30, () => {});
    expect(machine.lenient).toBe(true);
  });
});
