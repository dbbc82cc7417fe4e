import type { Clock } from './clock.js';
import type { Waker } from './waker.js';

/** setTimeout takes a signed 32-bit number of milliseconds and fires at once beyond it. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Waits with Node's own timers: `setTimeout`, and `setImmediate` for what is due already. It can wake up to 1 ms early,
 * because libuv counts in whole milliseconds.
 */
export function timerWaker(clock: Clock, onWake: () => void): Waker {
  let timeout: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  const idle = (): void => {
    clearTimeout(timeout);
    clearImmediate(immediate);
    timeout = immediate = undefined;
  };
  return {
    name: 'timer',
    wakeAt(dueUs, lenient = false) {
      idle();
      const waitMs = (dueUs - clock.nowUs()) / 1000;
      if (waitMs <= 0) immediate = setImmediate(onWake);
      else timeout = setTimeout(onWake, Math.min(LONGEST_MS, lenient ? Math.ceil(waitMs) : waitMs));
    },
    idle,
    close: idle,
  };
}
