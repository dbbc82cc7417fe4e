import {
  asyncScheduler,
  auditTime,
  bufferTime,
  debounceTime,
  delay,
  interval,
  map,
  type Observable,
  observeOn,
  sampleTime,
  type SchedulerAction,
  Subject,
  take,
  throttleTime,
  timeInterval,
  timeout,
  timer,
  timestamp,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createOfflineScheduler, createRealtimeScheduler, createVirtualScheduler, type Scheduler } from '../../src/time/index.js';
import { FakeMachine } from './fake-waker.js';

/** Each scheduler with a way to let so many milliseconds pass. */
const schedulers: { name: string; make(): { s: Scheduler; pass(ms: number): Promise<void> } }[] = [
  {
    name: 'virtual',
    make: () => {
      const s = createVirtualScheduler();
      return { s, pass: (ms) => Promise.resolve(s.advanceBy(ms)) };
    },
  },
  {
    name: 'offline',
    make: () => {
      const s = createOfflineScheduler();
      return { s, pass: (ms) => s.run(s.nowUs() + ms * 1000) };
    },
  },
  {
    name: 'realtime',
    make: () => {
      const machine = new FakeMachine();
      const s = createRealtimeScheduler({ clock: machine.clock, waker: machine.waker });
      return { s, pass: (ms) => Promise.resolve(machine.runTo(machine.nowUs + ms * 1000)) };
    },
  },
];

describe.each(schedulers)('$name', ({ make }) => {
  /** What comes out, as `value@ms`, until `ms` have passed. */
  async function play(ms: number, build: (s: Scheduler) => Observable<unknown>): Promise<string[]> {
    const { s, pass } = make();
    const log: string[] = [];
    build(s).subscribe({
      next: (value) => log.push(`${JSON.stringify(value)}@${s.now()}`),
      error: (error: Error) => log.push(`${error.name}@${s.now()}`),
      complete: () => log.push(`end@${s.now()}`),
    });
    await pass(ms);
    return log;
  }

  /** Emits 0, 1, 2 … at these milliseconds. */
  const at = (s: Scheduler, ...times: number[]): Observable<number> => {
    const subject = new Subject<number>();
    times.forEach((ms, i) => s.after(ms, () => subject.next(i)));
    return subject;
  };

  it('timer', async () => {
    expect(await play(60, (s) => timer(15, 20, s).pipe(take(3)))).toEqual(['0@15', '1@35', '2@55', 'end@55']);
  });

  it('timer(0) comes later than the subscription, at the same time', async () => {
    const { s, pass } = make();
    let came = false;
    timer(0, s).subscribe(() => (came = true));
    expect(came).toBe(false);
    await pass(0);
    expect(came).toBe(true);
  });

  it('interval', async () => {
    expect(await play(50, (s) => interval(20, s))).toEqual(['0@20', '1@40']);
  });

  it('delay', async () => {
    expect(await play(50, (s) => at(s, 1, 5, 5).pipe(delay(30, s)))).toEqual(['0@31', '1@35', '2@35']);
  });

  it('debounceTime', async () => {
    expect(await play(60, (s) => at(s, 1.1, 5.3, 9.7, 40).pipe(debounceTime(10, s)))).toEqual(['2@19.7', '3@50']);
  });

  it('throttleTime with both edges', async () => {
    const out = await play(60, (s) => at(s, 1, 2, 3, 30).pipe(throttleTime(10, s, { leading: true, trailing: true })));
    expect(out).toEqual(['0@1', '2@11', '3@30']);
  });

  it('bufferTime', async () => {
    expect(await play(25, (s) => at(s, 1, 2, 13).pipe(bufferTime(10, null, Infinity, s)))).toEqual(['[0,1]@10', '[2]@20']);
  });

  it('auditTime and sampleTime', async () => {
    expect(await play(40, (s) => at(s, 1, 2, 20).pipe(auditTime(10, s)))).toEqual(['1@11', '2@30']);
    expect(await play(30, (s) => at(s, 1, 2, 13).pipe(sampleTime(10, s)))).toEqual(['1@10', '2@20']);
  });

  it('timeout', async () => {
    expect(await play(60, (s) => at(s, 5, 9).pipe(timeout({ each: 10, scheduler: s })))).toEqual([
      '0@5',
      '1@9',
      'TimeoutError@19',
    ]);
  });

  it('observeOn, timestamp and timeInterval', async () => {
    const stamps = await play(30, (s) =>
      at(s, 5, 15).pipe(
        observeOn(s, 2),
        timestamp(s),
        map((t) => t.timestamp),
      ),
    );
    expect(stamps).toEqual(['7@7', '17@17']);
    const gaps = await play(30, (s) =>
      at(s, 5, 15).pipe(
        timeInterval(s),
        map((t) => t.interval),
      ),
    );
    expect(gaps).toEqual(['5@5', '10@15']);
  });

  it('unsubscribing ends it, from outside and from inside', async () => {
    const { s, pass } = make();
    const seen: number[] = [];
    const subscription = interval(10, s).subscribe((i) => seen.push(i));
    interval(10, s).subscribe(function (this: void, i) {
      seen.push(100 + i);
      if (i === 1) subscription.unsubscribe();
    });
    await pass(45);
    expect(seen).toEqual([0, 100, 1, 101, 102, 103]);
  });
});

describe('schedule', () => {
  it('hands the state on and lets work reschedule itself, as asyncScheduler does', () => {
    const s = createVirtualScheduler();
    const seen: [number, number][] = [];
    const subscription = s.schedule(
      function (this: SchedulerAction<number>, state: number) {
        seen.push([state, s.now()]);
        if (state < 3) this.schedule(state + 1, 5);
      },
      2,
      1,
    );
    s.advanceBy(100);
    expect(seen).toEqual([
      [1, 2],
      [2, 7],
      [3, 12],
    ]);
    expect(subscription.closed).toBe(asyncScheduler.schedule(() => {}).closed);
  });

  it('replaces a run that still waits', () => {
    const s = createVirtualScheduler();
    const seen: string[] = [];
    const action = s.schedule<string>((state) => seen.push(`${state}@${s.now()}`), 5, 'old') as SchedulerAction<string>;
    action.schedule('new', 8);
    s.advanceBy(20);
    expect(seen).toEqual(['new@8']);
  });

  it('unsubscribed inside its work, it cannot be scheduled again', () => {
    const s = createVirtualScheduler();
    let ran = 0;
    s.schedule(function () {
      ran++;
      this.unsubscribe();
      this.schedule(undefined, 1);
    }, 1);
    s.advanceBy(20);
    expect(ran).toBe(1);
  });

  it('reports what its work throws and unsubscribes it', () => {
    const errors: unknown[] = [];
    const s = createVirtualScheduler({ onError: (e) => errors.push(e) });
    const action = s.schedule(function () {
      this.schedule(undefined, 1);
      throw new Error('work');
    }, 1);
    s.advanceBy(20);
    expect(errors.map(String)).toEqual(['Error: work']);
    expect(action.closed).toBe(true);
  });

  it('waits for ever on an infinite delay', () => {
    const s = createVirtualScheduler();
    timer(Infinity, s).subscribe(() => expect.unreachable());
    expect(s.flush()).toBe(0);
  });
});
