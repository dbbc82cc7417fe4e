import type { Clock } from './clock.js';
import { timerWaker } from './timer-waker.js';
import type { Waker } from './waker.js';

/** Indices of the shared words: `TURN` rises with every request, `WOKEN` with every wake-up. */
const TURN = 0;
const WOKEN = 1;

/** Instead of a deadline: the thread ends. */
const END = -1;

/** setTimeout's longest; then it only keeps the process alive. */
const LONGEST_MS = 2 ** 31 - 1;

/** How much later than the thread the timer is, in milliseconds: it must not make a second wake-up of each that is in time. */
const SPARE_MS = 1;

/** Who only waits for longer than this is served by a timer well enough, and saves the thread's 15 MB. */
const NEAR_US = 100_000;

// Source text and not a file: it must be found from dist/, from src/ under a test runner and inside a bundle.
const THREAD = `
const { words, due } = require('node:worker_threads').workerData;
const wake = () => { Atomics.add(words, ${WOKEN}, 1); Atomics.notify(words, ${WOKEN}); };
wake();
let served = 0;
for (;;) {
  const turn = Atomics.load(words, ${TURN});
  const atUs = due[0];
  if (atUs === ${END}) break;
  let waitMs = Infinity;
  if (turn !== served) {
    waitMs = (atUs - Number(process.hrtime.bigint()) / 1000) / 1000;
    if (waitMs <= 0) { served = turn; waitMs = Infinity; wake(); }
  }
  Atomics.wait(words, ${TURN}, turn, waitMs);
}`;

/**
 * Waits in a thread that sleeps in `Atomics.wait`, exact to microseconds, and wakes this one by `Atomics.waitAsync`. The thread
 * starts with the first request for a time less than 100 ms ahead that may not be late; until it is up, and if it cannot start or dies, {@link timerWaker} does the waiting. It never
 * keeps the process alive by itself and needs no ending before `process.exit`.
 *
 * On a busy machine the thread itself may have to wait for a core, and this one would wait behind it. So a timer is set beside it, for a
 * millisecond or two later; whichever is first wakes, and the other is too late to matter.
 */
export function threadWaker(clock: Clock, onWake: () => void): Waker {
  return new ThreadWaker(clock, onWake);
}

class ThreadWaker implements Waker {
  readonly #clock: Clock;
  readonly #onWake: () => void;
  readonly #timer: Waker;
  readonly #words = new Int32Array(new SharedArrayBuffer(8));
  readonly #due = new Float64Array(new SharedArrayBuffer(8));
  #state: 'unstarted' | 'starting' | 'running' | 'failed' | 'closed' = 'unstarted';
  #spare: NodeJS.Timeout | undefined;
  #dueUs = Infinity;
  #lenient = false;

  constructor(clock: Clock, onWake: () => void) {
    this.#clock = clock;
    this.#onWake = () => {
      this.#dueUs = Infinity;
      onWake();
    };
    this.#timer = timerWaker(clock, this.#onWake);
  }

  get name(): string {
    return this.#state === 'running' ? 'thread' : 'timer';
  }

  wakeAt(dueUs: number, lenient = false): void {
    if (this.#state === 'closed') return;
    // The thread must not wake for what was asked of it before.
    if (lenient && !this.#lenient && this.#state === 'running') this.idle();
    this.#dueUs = dueUs;
    this.#lenient = lenient;
    if (!lenient && this.#state === 'unstarted' && dueUs - this.#clock.nowUs() < NEAR_US) this.#start();
    if (lenient || this.#state !== 'running') {
      this.#timer.wakeAt(dueUs, lenient);
      return;
    }
    this.#timer.idle();
    // The threads share only hrtime. Its reading comes second: the thread must rather be late than early, which costs a turn.
    const waitUs = dueUs - this.#clock.nowUs();
    this.#tell(Number(process.hrtime.bigint()) / 1000 + waitUs);
    this.#setSpare(waitUs);
  }

  idle(): void {
    this.#timer.idle();
    clearTimeout(this.#spare);
    this.#spare = undefined;
    if (this.#dueUs === Infinity) return;
    this.#dueUs = Infinity;
    if (this.#state === 'running') this.#tell(Infinity);
  }

  close(): void {
    this.idle();
    const started = this.#state === 'starting' || this.#state === 'running';
    this.#state = 'closed';
    if (started) this.#tell(END);
  }

  #tell(atUs: number): void {
    this.#due[0] = atUs;
    Atomics.add(this.#words, TURN, 1);
    Atomics.notify(this.#words, TURN);
  }

  #setSpare(waitUs: number): void {
    clearTimeout(this.#spare);
    this.#spare = setTimeout(this.#spared, Math.min(LONGEST_MS, Math.max(0, Math.ceil(waitUs / 1000)) + SPARE_MS));
  }

  /** Timers count from the beginning of a turn of the loop, which may be long: it can be early. */
  readonly #spared = (): void => {
    if (this.#dueUs === Infinity) return;
    const waitUs = this.#dueUs - this.#clock.nowUs();
    if (waitUs > 0) this.#setSpare(waitUs);
    else this.#onWake();
  };

  #start(): void {
    this.#state = 'starting';
    this.#listen();
    try {
      const workerData = { words: this.#words, due: this.#due };
      // Loaded here: a render, and most commands, never wait for a time.
      const { Worker } = process.getBuiltinModule('node:worker_threads');
      // Without the process's own flags: a loader or an inspector of the main program must not run in here too.
      const worker = new Worker(THREAD, { eval: true, workerData, execArgv: [], name: 'voxgraph-waker' });
      worker.unref();
      worker.on('error', () => this.#fail());
      worker.on('exit', () => this.#fail());
    } catch {
      this.#state = 'failed';
    }
  }

  #fail(): void {
    if (this.#state === 'closed' || this.#state === 'failed') return;
    const dueUs = this.#dueUs;
    this.idle();
    this.#state = 'failed';
    if (dueUs < Infinity) this.wakeAt(dueUs, this.#lenient);
  }

  #listen(): void {
    const woken = Atomics.waitAsync(this.#words, WOKEN, Atomics.load(this.#words, WOKEN)).value;
    if (typeof woken === 'string') queueMicrotask(() => this.#woken());
    else void woken.then(() => this.#woken());
  }

  #woken(): void {
    if (this.#state === 'closed' || this.#state === 'failed') return;
    this.#listen();
    if (this.#state === 'running') {
      // A wake-up for a request that was taken back meanwhile finds nothing waiting.
      if (this.#dueUs < Infinity) this.#onWake();
      return;
    }
    this.#state = 'running';
    const dueUs = this.#dueUs;
    this.#timer.idle();
    if (dueUs < Infinity) this.wakeAt(dueUs, this.#lenient);
  }
}
