// A call in another process, which is measured.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { short } from './result.ts';
import type { CallFigures } from '../workloads/call-child.ts';

/** What a call did in some seconds. */
export interface Phase {
  /** Of one core. */
  readonly cpuPercent: number;
  readonly rssMb: number;
  readonly heapMb: number;
  readonly beats: number;
  readonly skipped: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** A call that plays a graph in a process of its own, so that nothing else is counted. */
export class MeasuredCall {
  readonly #child: ChildProcess;
  readonly port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** Starts it. @param graph a graph file. */
  static async start(graph: string): Promise<MeasuredCall> {
    const child = fork(join(import.meta.dirname, '../workloads/call-child.ts'), [graph], { stdio: 'inherit' });
    const gone = once(child, 'exit').then(([code]) => {
      throw new Error(`the call's process ended with ${String(code)}`);
    });
    const [{ port }] = (await Promise.race([once(child, 'message'), gone])) as [{ port: number }];
    gone.catch(() => {});
    return new MeasuredCall(child, port);
  }

  /** What it does in so many seconds; `each` is called ten times a second. */
  async measure(seconds: number, each: () => void = () => {}): Promise<Phase> {
    await this.#ask();
    for (let n = 0; n < 10 * seconds; n++) {
      each();
      await pause(100);
    }
    const { cpuMs, wallMs, rssMb, heapMb, beats, skipped, p50Us, p99Us, maxUs } = await this.#ask();
    const ms = (us: number) => short(us / 1000);
    return {
      cpuPercent: short((cpuMs / wallMs) * 100),
      rssMb: Math.round(rssMb),
      heapMb: Math.round(heapMb),
      beats,
      skipped,
      p50Ms: ms(p50Us),
      p99Ms: ms(p99Us),
      maxMs: ms(maxUs),
    };
  }

  /** Something of so many bytes is said in it: a fact for all who read its feed. */
  say(bytes: number): void {
    this.#child.send({ type: 'say', bytes });
  }

  /** Ends it. */
  async end(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.send({ type: 'end' });
    await gone;
  }

  async #ask(): Promise<CallFigures> {
    this.#child.send({ type: 'figures' });
    return ((await once(this.#child, 'message')) as [CallFigures])[0];
  }
}

/** Waits. */
export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
