import { interval, map, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createRealtimeScheduler, type Scheduler, type TickInfo } from '../../src/time/index.js';
import { FakeMachine } from './fake-waker.js';

function setUp(): { machine: FakeMachine; scheduler: Scheduler; errors: unknown[] } {
  const machine = new FakeMachine();
  const errors: unknown[] = [];
  const scheduler = createRealtimeScheduler({ clock: machine.clock, waker: machine.waker, onError: (e) => errors.push(e) });
  return { machine, scheduler, errors };
}

describe('alarm', () => {
  it('is off while nothing is scheduled', () => {
    const { machine, scheduler } = setUp();
    expect(machine.alarmUs).toBeUndefined();
    const cancel = scheduler.after(10, () => {});
    expect(machine.alarmUs).toBe(10_000);
    cancel();
    expect(machine.alarmUs).toBeUndefined();
    expect(machine.asked).toBe(1);
  });

  it('follows the earliest deadline', () => {
    const { machine, scheduler } = setUp();
    scheduler.after(10, () => {});
    const cancel = scheduler.after(5, () => {});
    expect(machine.alarmUs).toBe(5000);
    scheduler.after(20, () => {});
    expect(machine.asked).toBe(2);
    cancel();
    expect(machine.alarmUs).toBe(10_000);
  });

  it('is set once per wake-up, whatever the callbacks schedule', () => {
    const { machine, scheduler } = setUp();
    for (let i = 0; i < 10; i++) scheduler.every({ periodUs: 20_000, startUs: 0, onTick: () => {} });
    machine.runTo(0);
    const asked = machine.asked;
    machine.runTo(100_000);
    expect(machine.asked - asked).toBe(5);
  });

  it('that goes off early runs nothing and is set again', () => {
    const { machine, scheduler } = setUp();
    let ran = 0;
    scheduler.after(10, () => ran++);
    machine.nowUs = 9999;
    machine.wake();
    expect(ran).toBe(0);
    expect(machine.alarmUs).toBe(10_000);
    machine.runTo(10_000);
    expect(ran).toBe(1);
  });

  it('takes delays beyond 2^31 ms', () => {
    const { machine, scheduler } = setUp();
    let ran = 0;
    scheduler.after(2 ** 33, () => ran++);
    expect(machine.alarmUs).toBe(2 ** 33 * 1000);
    machine.runTo(2 ** 33 * 1000 - 1);
    expect(ran).toBe(0);
    machine.runTo(2 ** 33 * 1000);
    expect(ran).toBe(1);
  });
});

describe('one wake-up', () => {
  it('leaves what callbacks schedule for now to the next one', () => {
    const { machine, scheduler } = setUp();
    let ran = 0;
    const again = (): void => {
      ran++;
      scheduler.after(0, again);
    };
    scheduler.after(0, again);
    machine.wake();
    expect(ran).toBe(1);
    machine.wake();
    expect(ran).toBe(2);
    expect(machine.alarmUs).toBe(0);
  });

  it('runs everything that is due in order', () => {
    const { machine, scheduler } = setUp();
    const log: string[] = [];
    scheduler.after(2, () => log.push('c'));
    scheduler.after(1, () => log.push('a'));
    scheduler.after(1, () => log.push('b'));
    scheduler.after(3, () => log.push('late'));
    machine.nowUs = 2500;
    machine.wake();
    expect(log).toEqual(['a', 'b', 'c']);
    expect(machine.alarmUs).toBe(3000);
  });
});

describe('ticker after a stall', () => {
  const record = (machine: FakeMachine, scheduler: Scheduler, maxBurst?: number) => {
    const ticks: TickInfo[] = [];
    const ticker = scheduler.every({ periodUs: 20_000, ...(maxBurst ? { maxBurst } : {}), onTick: (t) => ticks.push({ ...t }) });
    machine.runTo(0);
    return { ticks, ticker };
  };

  it('catches up in one burst up to the limit', () => {
    const { machine, scheduler } = setUp();
    const { ticks, ticker } = record(machine, scheduler);
    machine.nowUs = 105_000;
    machine.wake();
    expect(ticks.map((t) => [t.index, t.dueUs, t.lateUs, t.skipped])).toEqual([
      [0, 0, 0, 0],
      [1, 20_000, 85_000, 0],
      [2, 40_000, 65_000, 0],
      [3, 60_000, 45_000, 0],
      [4, 80_000, 25_000, 0],
      [5, 100_000, 5000, 0],
    ]);
    expect(machine.alarmUs).toBe(120_000);
    expect(ticker.stats()).toMatchObject({ ticks: 6, skipped: 0, bursts: 1, lateness: { maxUs: 85_000 } });
  });

  it('skips the oldest beyond the limit and counts them', () => {
    const { machine, scheduler } = setUp();
    const { ticks, ticker } = record(machine, scheduler);
    machine.nowUs = 1_000_000;
    machine.wake();
    expect(ticks.slice(1).map((t) => [t.index, t.skipped])).toEqual([
      [46, 45],
      [47, 0],
      [48, 0],
      [49, 0],
      [50, 0],
    ]);
    expect(ticker.stats()).toMatchObject({ ticks: 6, skipped: 45, bursts: 1 });
    machine.runTo(1_100_000);
    expect(ticker.stats()).toMatchObject({ ticks: 11, skipped: 45, bursts: 1 });
  });

  it('with a limit of 1 never bursts', () => {
    const { machine, scheduler } = setUp();
    const { ticks, ticker } = record(machine, scheduler, 1);
    machine.nowUs = 65_000;
    machine.wake();
    expect(ticks.map((t) => [t.index, t.skipped])).toEqual([
      [0, 0],
      [3, 2],
    ]);
    expect(ticker.stats()).toMatchObject({ ticks: 2, skipped: 2, bursts: 0 });
  });

  it('can be stopped from inside the burst', () => {
    const { machine, scheduler } = setUp();
    const seen: number[] = [];
    const ticker = scheduler.every({
      periodUs: 20_000,
      onTick: (t) => {
        seen.push(t.index);
        if (t.index === 2) ticker.stop();
      },
    });
    machine.nowUs = 80_000;
    machine.wake();
    expect(seen).toEqual([0, 1, 2]);
    expect(machine.alarmUs).toBeUndefined();
  });

  it('ends the burst when the scheduler is closed inside it', () => {
    const { machine, scheduler } = setUp();
    const seen: number[] = [];
    scheduler.every({
      periodUs: 20_000,
      onTick: (t) => {
        seen.push(t.index);
        if (t.index === 1) scheduler.close();
      },
    });
    machine.nowUs = 80_000;
    machine.wake();
    expect(seen).toEqual([0, 1]);
    expect(machine.closed).toBe(true);
  });

  it('does not repeat deadlines that pass while a tick works', () => {
    const { machine, scheduler } = setUp();
    const seen: number[] = [];
    scheduler.every({
      periodUs: 20_000,
      onTick: (t) => {
        seen.push(t.index);
        machine.nowUs += 30_000;
      },
    });
    machine.wake();
    expect(seen).toEqual([0]);
    machine.wake();
    expect(seen).toEqual([0, 1]);
    machine.wake();
    expect(seen).toEqual([0, 1, 2, 3]);
  });
});

describe('faults and the end', () => {
  it('a throwing callback reaches onError and breaks nothing else', () => {
    const { machine, scheduler, errors } = setUp();
    const log: string[] = [];
    scheduler.after(1, () => {
      throw new Error('one');
    });
    scheduler.after(1, () => log.push('next'));
    const ticker = scheduler.every({
      periodUs: 1000,
      onTick: () => {
        throw new Error('tick');
      },
    });
    machine.runTo(2000);
    expect(log).toEqual(['next']);
    expect(ticker.stats().ticks).toBe(3);
    expect(errors.map(String)).toEqual(['Error: tick', 'Error: one', 'Error: tick', 'Error: tick']);
  });

  it('warns once when there is no onError', async () => {
    const machine = new FakeMachine();
    const scheduler = createRealtimeScheduler({ clock: machine.clock, waker: machine.waker });
    const warnings: Error[] = [];
    const listener = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listener);
    scheduler.every({
      periodUs: 1000,
      onTick: () => {
        throw new Error('unheard');
      },
    });
    machine.runTo(5000);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listener);
    expect(warnings.map((w) => w.message)).toEqual(['unheard']);
  });

  it('runs nothing after close, whoever asks', () => {
    const { machine, scheduler } = setUp();
    let ran = 0;
    const count = (): void => void ran++;
    scheduler.after(1, () => scheduler.close());
    scheduler.after(1, count);
    machine.runTo(1000);
    scheduler.after(0, count)();
    scheduler.at(0, count);
    scheduler.every({ periodUs: 1000, onTick: count }).stop();
    expect(scheduler.schedule(count).closed).toBe(true);
    scheduler.close();
    machine.runTo(10_000);
    machine.wake();
    expect(ran).toBe(0);
    expect(machine.alarmUs).toBeUndefined();
  });

  it('does not wait for what is held, and takes its rejection', async () => {
    const { machine, scheduler } = setUp();
    let ran = 0;
    scheduler.hold(Promise.reject(new Error('source')));
    scheduler.hold(new Promise(() => {}));
    scheduler.after(1, () => ran++);
    machine.runTo(1000);
    await Promise.resolve();
    expect(ran).toBe(1);
  });
});

describe('RxJS interval in real time', () => {
  it('does not drift when every wake-up is late', () => {
    const { machine, scheduler } = setUp();
    const at: number[] = [];
    interval(20, scheduler)
      .pipe(
        take(5),
        map(() => machine.nowUs),
      )
      .subscribe((us) => at.push(us));
    for (let due = machine.alarmUs; due !== undefined; due = machine.alarmUs) {
      machine.nowUs = due + 700;
      machine.wake();
    }
    expect(at).toEqual([20_700, 40_700, 60_700, 80_700, 100_700]);
  });

  it('does not make up for missed periods', () => {
    const { machine, scheduler } = setUp();
    const at: number[] = [];
    interval(20, scheduler)
      .pipe(take(3))
      .subscribe(() => at.push(machine.nowUs));
    machine.nowUs = 90_000;
    machine.wake();
    machine.runTo(200_000);
    expect(at).toEqual([90_000, 110_000, 130_000]);
  });
});
