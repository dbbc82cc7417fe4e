import { describe, expect, it } from 'vitest';
import { createVirtualScheduler, type TickInfo } from '../../src/time/index.js';

describe('moving time', () => {
  it('runs callbacks in time order, nested ones included, each at its own time', () => {
    const s = createVirtualScheduler();
    const log: [string, number][] = [];
    const note = (name: string) => () => void log.push([name, s.nowUs()]);
    s.after(30, note('c'));
    s.after(10, () => {
      note('a')();
      s.after(10, note('b'));
      s.after(30, note('d'));
      s.after(0, note('a2'));
    });
    s.advanceBy(39);
    expect(log).toEqual([
      ['a', 10_000],
      ['a2', 10_000],
      ['b', 20_000],
      ['c', 30_000],
    ]);
    expect(s.nowUs()).toBe(39_000);
    s.advanceBy(1);
    expect(log.at(-1)).toEqual(['d', 40_000]);
    expect(s.now()).toBe(40);
  });

  it('never runs inside the scheduling call, and runs what is due on advanceBy(0)', () => {
    const s = createVirtualScheduler();
    let ran = 0;
    s.after(0, () => ran++);
    expect(ran).toBe(0);
    s.advanceBy(0);
    expect(ran).toBe(1);
  });

  it('never goes back', () => {
    const s = createVirtualScheduler();
    s.advanceTo(5000);
    s.advanceTo(1000);
    s.advanceBy(-3);
    s.advanceTo(NaN);
    expect(s.nowUs()).toBe(5000);
    const at: number[] = [];
    s.at(1000, () => at.push(s.nowUs()));
    s.advanceTo(0);
    expect(at).toEqual([5000]);
  });

  it.each([
    [NaN, 0],
    [-5, 0],
    [0.0004, 1],
    [1.5, 1500],
    [2 ** 32, 2 ** 32 * 1000],
  ])('a delay of %d ms is due at %d µs', (delayMs, dueUs) => {
    const s = createVirtualScheduler();
    const at: number[] = [];
    s.after(delayMs, () => at.push(s.nowUs()));
    s.flush();
    expect(at).toEqual([dueUs]);
  });

  it('an infinite delay never ends and holds nothing', () => {
    const s = createVirtualScheduler();
    const cancel = s.after(Infinity, () => expect.unreachable());
    s.at(Infinity, () => expect.unreachable());
    expect(s.flush()).toBe(0);
    cancel();
  });

  it('flush is bounded', () => {
    const s = createVirtualScheduler();
    const ticker = s.every({ periodUs: 1000, onTick: () => {} });
    expect(s.flush(25)).toBe(25);
    expect(ticker.stats().ticks).toBe(25);
    expect(s.nowUs()).toBe(24_000);
  });

  it('names a callback that stops time', () => {
    const s = createVirtualScheduler();
    const again = (): void => void s.after(0, again);
    s.after(7, again);
    expect(() => s.advanceBy(10)).toThrow(/stands still at 7 ms/);
  });
});

describe('cancelling', () => {
  it('works before, during and after', () => {
    const s = createVirtualScheduler();
    const log: string[] = [];
    const first = s.after(1, () => {
      log.push('first');
      first();
      second();
    });
    const second = s.after(1, () => log.push('second'));
    const never = s.after(1, () => log.push('never'));
    never();
    never();
    s.flush();
    first();
    expect(log).toEqual(['first']);
  });
});

describe('ticker', () => {
  it('ticks on absolute deadlines, never late, with one reused object', () => {
    const s = createVirtualScheduler();
    s.advanceBy(7);
    const seen: number[] = [];
    const objects = new Set<TickInfo>();
    const ticker = s.every({
      periodUs: 20_000,
      phaseUs: 2500,
      onTick: (t) => {
        objects.add(t);
        seen.push(t.dueUs);
        expect([t.lateUs, t.skipped, t.index, s.nowUs()]).toEqual([0, 0, seen.length - 1, t.dueUs]);
      },
    });
    s.advanceBy(80);
    expect(seen).toEqual([9500, 29_500, 49_500, 69_500]);
    expect(objects.size).toBe(1);
    ticker.stop();
    ticker.stop();
    s.advanceBy(80);
    expect(ticker.stats()).toMatchObject({ ticks: 4, skipped: 0, bursts: 0 });
  });

  it('with a fractional period stays exact for hours', () => {
    const s = createVirtualScheduler();
    const last = { index: 0, dueUs: 0 };
    s.every({ periodUs: 1e6 / 30, onTick: (t) => Object.assign(last, t) });
    s.flush(1);
    s.advanceTo(60e6);
    expect(last).toMatchObject({ index: 1800, dueUs: 60_000_000 });
  });

  it('with a past startUs begins at the first deadline that is not past', () => {
    const s = createVirtualScheduler();
    s.advanceTo(45_000);
    const seen: [number, number][] = [];
    s.every({ periodUs: 20_000, startUs: 0, phaseUs: 5000, onTick: (t) => seen.push([t.index, t.dueUs]) });
    s.every({ periodUs: 20_000, startUs: 0, onTick: (t) => seen.push([t.index, t.dueUs]) });
    s.advanceTo(80_000);
    expect(seen).toEqual([
      [0, 45_000],
      [0, 60_000],
      [1, 65_000],
      [1, 80_000],
    ]);
  });

  it.each([
    { periodUs: 0 },
    { periodUs: -1 },
    { periodUs: NaN },
    { periodUs: Infinity },
    { periodUs: 1000, phaseUs: NaN },
    { periodUs: 1000, startUs: Infinity },
    { periodUs: 1000, maxBurst: 0 },
    { periodUs: 1000, maxBurst: NaN },
  ])('refuses %o', (options) => {
    const s = createVirtualScheduler();
    expect(() => s.every({ ...options, onTick: () => {} })).toThrow(expect.objectContaining({ code: 'OPTION_OUT_OF_RANGE' }));
    expect(s.flush()).toBe(0);
  });
});

describe('faults', () => {
  it('are thrown by the call that moved time, after the rest has run', () => {
    const s = createVirtualScheduler();
    let ran = 0;
    s.after(1, () => {
      throw new Error('first');
    });
    s.after(2, () => {
      throw new Error('second');
    });
    s.after(3, () => ran++);
    expect(() => s.advanceBy(5)).toThrow('first');
    expect(ran).toBe(1);
    expect(s.nowUs()).toBe(5000);
    expect(() => s.advanceBy(5)).not.toThrow();
  });

  it('go to onError instead if there is one', () => {
    const errors: unknown[] = [];
    const s = createVirtualScheduler({ onError: (e) => errors.push(e) });
    s.after(1, () => {
      throw new Error('first');
    });
    s.advanceBy(5);
    expect(errors).toHaveLength(1);
  });
});

describe('promises', () => {
  it('settle waits for what is held, also when that rejects or holds more', async () => {
    const s = createVirtualScheduler();
    const log: string[] = [];
    s.hold(
      Promise.resolve().then(() => {
        log.push('first');
        s.hold(
          new Promise((_resolve, reject) => setImmediate(() => reject(new Error('second')))).finally(() => log.push('second')),
        );
      }),
    );
    await s.settle();
    expect(log).toEqual(['first', 'second']);
    expect(s.nowUs()).toBe(0);
  });

  it('play lets continuations schedule at the time they ran', async () => {
    const s = createVirtualScheduler();
    const at: number[] = [];
    const sleep = (ms: number): Promise<void> => new Promise((resolve) => s.after(ms, resolve));
    void (async () => {
      for (let i = 0; i < 3; i++) {
        await sleep(10);
        at.push(s.nowUs());
      }
    })();
    await s.play(25);
    expect(at).toEqual([10_000, 20_000]);
    expect(s.nowUs()).toBe(25_000);
    await s.play(5);
    expect(at).toEqual([10_000, 20_000, 30_000]);
  });
});

it('runs nothing after close', () => {
  const s = createVirtualScheduler();
  s.after(1, () => s.close());
  s.after(1, () => expect.unreachable());
  s.every({ periodUs: 1, phaseUs: 1000, onTick: () => expect.unreachable() });
  s.advanceBy(10);
  s.after(1, () => expect.unreachable());
  expect(s.flush()).toBe(0);
});
