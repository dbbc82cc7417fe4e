import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { timerWaker } from '../../src/time/index.js';

let nowUs = 0;
const clock = { nowUs: () => nowUs };

/** Lets the mocked timers and the clock go on together. */
function pass(ms: number): void {
  nowUs += ms * 1000;
  vi.advanceTimersByTime(ms);
}

describe('timerWaker', () => {
  beforeEach(() => {
    nowUs = 0;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate'] });
  });
  afterEach(() => void vi.useRealTimers());

  it('wakes once per request', () => {
    const onWake = vi.fn();
    const waker = timerWaker(clock, onWake);
    waker.wakeAt(20_000);
    pass(18);
    expect(onWake).toHaveBeenCalledTimes(0);
    pass(5);
    expect(onWake).toHaveBeenCalledTimes(1);
    pass(100);
    expect(onWake).toHaveBeenCalledTimes(1);
  });

  it('is not early where it may be late, which would cost another wake-up', () => {
    const wakes: number[] = [];
    const waker = timerWaker(clock, () => wakes.push(nowUs));
    for (let i = 1; i <= 20; i++) {
      waker.wakeAt(nowUs + 19_300, true);
      for (let ms = 0; ms < 21; ms++) pass(1);
      expect(wakes).toHaveLength(i);
    }
    expect(wakes.every((at, i) => at >= i * 21_000 + 19_300 && at <= i * 21_000 + 21_000)).toBe(true);
  });

  it('never wakes inside wakeAt, not even for a past deadline', () => {
    const onWake = vi.fn();
    timerWaker(clock, onWake).wakeAt(-5);
    expect(onWake).toHaveBeenCalledTimes(0);
    pass(0);
    expect(onWake).toHaveBeenCalledTimes(1);
  });

  it('knows only the last request', () => {
    const onWake = vi.fn();
    const waker = timerWaker(clock, onWake);
    waker.wakeAt(0);
    waker.wakeAt(5000);
    waker.wakeAt(50_000);
    pass(40);
    expect(onWake).toHaveBeenCalledTimes(0);
    pass(15);
    expect(onWake).toHaveBeenCalledTimes(1);
  });

  it('does not fire at once for what is beyond 2^31 ms', () => {
    const onWake = vi.fn();
    timerWaker(clock, onWake).wakeAt(2 ** 32 * 1000);
    pass(10_000);
    expect(onWake).toHaveBeenCalledTimes(0);
  });

  it.each(['idle', 'close'] as const)('%s leaves nothing behind', (end) => {
    const onWake = vi.fn();
    const waker = timerWaker(clock, onWake);
    waker.wakeAt(5000);
    waker[end]();
    waker.wakeAt(0);
    waker[end]();
    expect(vi.getTimerCount()).toBe(0);
    pass(10);
    expect(onWake).toHaveBeenCalledTimes(0);
  });
});

it('keeps the process alive only while something waits', () => {
  const count = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = count();
  const waker = timerWaker({ nowUs: () => 0 }, () => {});
  expect(count()).toBe(before);
  waker.wakeAt(1e9);
  expect(count()).toBe(before + 1);
  waker.idle();
  expect(count()).toBe(before);
});
