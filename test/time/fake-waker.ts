import type { Clock, WakerFactory } from '../../src/time/index.js';

/** A clock and a waker that a test moves by hand, for the real-time scheduler. */
export class FakeMachine {
  nowUs = 0;
  /** What was asked last; undefined when idle. */
  alarmUs: number | undefined;
  /** Whether that may be late. */
  lenient = false;
  /** How often `wakeAt` was called. */
  asked = 0;
  closed = false;
  #onWake = (): void => {};

  readonly clock: Clock = { nowUs: () => this.nowUs };

  readonly waker: WakerFactory = (_clock, onWake) => {
    this.#onWake = onWake;
    return {
      name: 'fake',
      wakeAt: (dueUs, lenient = false) => {
        this.alarmUs = dueUs;
        this.lenient = lenient;
        this.asked++;
      },
      idle: () => (this.alarmUs = undefined),
      close: () => {
        this.alarmUs = undefined;
        this.closed = true;
      },
    };
  };

  /** Moves to `us`, waking exactly when asked to. */
  runTo(us: number): void {
    while (this.alarmUs !== undefined && this.alarmUs <= us) {
      this.nowUs = Math.max(this.nowUs, this.alarmUs);
      this.wake();
    }
    this.nowUs = us;
  }

  /** Wakes now, whether it was asked or not. */
  wake(): void {
    this.alarmUs = undefined;
    this.#onWake();
  }
}
