import { afterEach, describe, expect, it, vi } from 'vitest';
import { createRealtimeScheduler, monotonicClock, threadWaker } from '../../src/time/index.js';

const timeouts = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

/** A waker whose thread runs. */
async function running() {
  const clock = monotonicClock();
  const wakes: number[] = [];
  const waker = threadWaker(clock, () => wakes.push(clock.nowUs()));
  await vi.waitFor(
    () => {
      waker.wakeAt(clock.nowUs() + 1000);
      expect(waker.name).toBe('thread');
    },
    { timeout: 20_000, interval: 5 },
  );
  waker.idle();
  wakes.length = 0;
  return { clock, waker, wakes };
}

describe('threadWaker', () => {
  it('starts no thread for what is far away', () => {
    const waker = threadWaker(monotonicClock(), () => {});
    waker.wakeAt(10e6);
    expect(waker.name).toBe('timer');
    waker.close();
  });

  it('wakes after the deadline, once per request, and never inside the request', async () => {
    const { clock, waker, wakes } = await running();
    for (let i = 1; i <= 5; i++) {
      const dueUs = clock.nowUs() + 500;
      waker.wakeAt(dueUs);
      expect(wakes).toHaveLength(i - 1);
      await vi.waitFor(() => expect(wakes).toHaveLength(i), { timeout: 20_000, interval: 1 });
      expect(wakes[i - 1]).toBeGreaterThanOrEqual(dueUs);
    }
    waker.close();
  });

  it('keeps the process alive only while something waits, and does nothing after close', async () => {
    const before = timeouts();
    const { waker } = await running();
    const idle = timeouts();
    expect(idle).toBeLessThanOrEqual(before + 1);
    waker.wakeAt(1e12);
    expect(timeouts()).toBe(idle + 1);
    waker.idle();
    expect(timeouts()).toBe(idle);
    waker.wakeAt(1e12);
    waker.close();
    waker.wakeAt(0);
    expect(timeouts()).toBe(idle);
  });

  it('drives a real-time ticker from before its thread is up until it is stopped', async () => {
    const scheduler = createRealtimeScheduler();
    const indexes: number[] = [];
    const ticker = scheduler.every({ periodUs: 2000, maxBurst: 1000, onTick: (t) => indexes.push(t.index) });
    await vi.waitFor(() => expect(indexes.length).toBeGreaterThan(100), { timeout: 20_000 });
    ticker.stop();
    scheduler.close();
    expect(indexes.every((index, i) => i === 0 || index > indexes[i - 1]!)).toBe(true);
    expect(ticker.stats().ticks).toBe(indexes.length);
  });
});

describe('when the thread is held up', () => {
  afterEach(() => void vi.useRealTimers());

  it('a timer wakes in its place, not before the deadline and only once', async () => {
    let nowUs = 0;
    const wakes: number[] = [];
    const waker = threadWaker({ nowUs: () => nowUs }, () => wakes.push(nowUs));
    await vi.waitFor(
      () => {
        waker.wakeAt(nowUs + 1000);
        expect(waker.name).toBe('thread');
      },
      { timeout: 20_000, interval: 5 },
    );
    waker.idle();
    wakes.length = 0;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    // On its own clock the thread has to wait for hours.
    waker.wakeAt(nowUs + 3600e6);
    vi.advanceTimersByTime(3600e3 + 1);
    // The timer was early: the clock has not come so far.
    expect(wakes).toEqual([]);
    nowUs += 3600e6;
    vi.advanceTimersByTime(3600e3 + 1);
    expect(wakes).toEqual([nowUs]);
    vi.advanceTimersByTime(1e9);
    expect(wakes).toHaveLength(1);
    waker.wakeAt(nowUs + 3600e6);
    waker.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
