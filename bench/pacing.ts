/**
 * How late 20 ms ticks are, by the way the real-time scheduler waits, on an idle and on a busy machine.
 *
 *     npm run build && node --experimental-strip-types bench/pacing.ts [--seconds 5] [--repeats 2] [--drivers timer,thread]
 *
 * Prints one JSON line per run: lateness in milliseconds, CPU of the measured process in percent of one core. Drivers alternate
 * within each repeat, each in a process of its own. Loads: `one` ticker without work; `forty` tickers in 8 slots of the 20 ms,
 * each busy for 140 µs, which is what decoding an MP3 and encoding Opus costs. Busy machine: that many endless loops beside.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { createRealtimeScheduler, phaseFor, threadWaker, timerWaker } from '../dist/time/index.js';
import type { Clock, Waker, WakerFactory } from '../dist/time/index.js';

const PERIOD_US = 20_000;
const WORK_US = 140;

/**
 * Node's timer and, for what is near, a loop of setImmediate: exact, but busy.
 *
 * @param spinMs so long before the deadline the loop begins. @param nearMs a deadline nearer than this is not given to the timer
 * at all. With 0 for `spinMs` the timer is rounded up to whole milliseconds and wakes at once.
 */
function spinWaker(name: string, spinMs: number, nearMs: number): WakerFactory {
  return (clock, onWake) => {
    let timeout: NodeJS.Timeout | undefined;
    let immediate: NodeJS.Immediate | undefined;
    let dueUs = Infinity;
    const spin = (): void => {
      if (clock.nowUs() >= dueUs) onWake();
      else immediate = setImmediate(spin);
    };
    const idle = (): void => {
      clearTimeout(timeout);
      clearImmediate(immediate);
    };
    return {
      name,
      wakeAt(us) {
        idle();
        dueUs = us;
        const waitMs = (us - clock.nowUs()) / 1000 - spinMs;
        if (waitMs <= nearMs) immediate = setImmediate(spin);
        else if (spinMs === 0) timeout = setTimeout(onWake, Math.ceil(waitMs));
        else timeout = setTimeout(spin, waitMs);
      },
      idle,
      close: idle,
    };
  };
}

const WAITER = `
const { workerData, parentPort } = require('node:worker_threads');
const { words, due } = workerData;
const nowUs = () => Number(process.hrtime.bigint()) / 1000;
let fired = -1;
for (;;) {
  const turn = Atomics.load(words, 0);
  const at = due[0];
  if (at === -1) break;
  const wait = at - nowUs();
  if (turn !== fired && wait <= 0) {
    fired = turn;
    parentPort.postMessage(0);
  }
  Atomics.wait(words, 0, turn, turn === fired ? Infinity : wait / 1000);
}`;

/** A thread that sleeps in Atomics.wait and wakes this one by a message; `threadWaker` uses Atomics.waitAsync instead. */
function messageWaker(clock: Clock, onWake: () => void): Waker {
  const words = new Int32Array(new SharedArrayBuffer(4));
  const due = new Float64Array(new SharedArrayBuffer(8));
  due[0] = Infinity;
  const offsetUs = Number(process.hrtime.bigint()) / 1000 - clock.nowUs();
  const worker = new Worker(WAITER, { eval: true, workerData: { words, due } });
  worker.unref();
  let keepAlive: NodeJS.Timeout | undefined;
  const set = (us: number): void => {
    due[0] = us;
    Atomics.add(words, 0, 1);
    Atomics.notify(words, 0);
  };
  worker.on('message', onWake);
  return {
    name: 'message',
    wakeAt(us) {
      keepAlive ??= setInterval(() => {}, 2 ** 31 - 1);
      set(us + offsetUs);
    },
    idle() {
      clearInterval(keepAlive);
      keepAlive = undefined;
      set(Infinity);
    },
    close() {
      clearInterval(keepAlive);
      set(-1);
    },
  };
}

const DRIVERS: Record<string, WakerFactory> = {
  timer: timerWaker,
  ceil: spinWaker('ceil', 0, 0),
  'ceil-near': spinWaker('ceil-near', 0, 0.3),
  spin1: spinWaker('spin1', 1, 1),
  spin2: spinWaker('spin2', 2, 1),
  message: messageWaker,
  thread: threadWaker,
};

const LOADS: Record<string, { tickers: number; workUs: number }> = {
  one: { tickers: 1, workUs: 0 },
  forty: { tickers: 40, workUs: WORK_US },
};

function measure(driver: string, load: string, seconds: number): void {
  const { tickers, workUs } = LOADS[load]!;
  const samples: number[] = [];
  let skipped = 0;
  const scheduler = createRealtimeScheduler({ waker: DRIVERS[driver]! });
  scheduler.after(500, () => {
    const startUs = scheduler.nowUs();
    const cpu = process.cpuUsage();
    for (let i = 0; i < tickers; i++) {
      scheduler.every({
        periodUs: PERIOD_US,
        phaseUs: phaseFor(i, PERIOD_US),
        startUs: 0,
        onTick: (tick) => {
          samples.push(tick.lateUs);
          skipped += tick.skipped;
          const endUs = scheduler.nowUs() + workUs;
          while (workUs > 0 && scheduler.nowUs() < endUs);
        },
      });
    }
    scheduler.after(seconds * 1000, () => {
      const { user, system } = process.cpuUsage(cpu);
      const wallUs = scheduler.nowUs() - startUs;
      scheduler.close();
      samples.sort((a, b) => a - b);
      const at = (share: number): number => Math.round(samples[Math.floor((samples.length - 1) * share)]! / 10) / 100;
      const result = { driver, load, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1), ticks: samples.length, skipped };
      console.log(JSON.stringify({ ...result, cpuPercent: Math.round(((user + system) / wallUs) * 1000) / 10 }));
    });
  });
}

function run(args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--experimental-strip-types', '--no-warnings', import.meta.filename, ...args]);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.pipe(process.stderr);
    child.on('error', reject);
    child.on('close', (code, signal) =>
      code === 0 ? resolve(text.trim()) : reject(new Error(`run ended with ${code ?? signal}`)),
    );
  });
}

function hog(): ChildProcess {
  return spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    repeats: { type: 'string', default: '2' },
    drivers: { type: 'string', default: Object.keys(DRIVERS).join() },
    loads: { type: 'string', default: Object.keys(LOADS).join() },
    busy: { type: 'string', default: [0, 1, availableParallelism()].join() },
    measure: { type: 'boolean', default: false },
  },
});

if (values.measure) measure(values.drivers, values.loads, Number(values.seconds));
else {
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    for (const busy of values.busy.split(',').map(Number)) {
      const hogs = Array.from({ length: busy }, hog);
      try {
        for (const load of values.loads.split(',')) {
          for (const driver of values.drivers.split(',')) {
            const line = await run(['--measure', '--drivers', driver, '--loads', load, '--seconds', values.seconds]);
            console.log(JSON.stringify({ busy, repeat, ...(JSON.parse(line) as object) }));
          }
        }
      } finally {
        for (const child of hogs) child.kill('SIGKILL');
      }
    }
  }
}
