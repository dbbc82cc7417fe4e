import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A program that is spoken to in JSON, one object a line, by `id` and `op`; it ends when its standard input does. */
export class ForeignPeer {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { done: (answer: never) => void; failed: (error: Error) => void }>();
  readonly #gone: Promise<void>;
  #last = 0;

  constructor(program: string, args: readonly string[]) {
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      const { id, error, ...answer } = JSON.parse(line) as { id: number; error?: string };
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.done(answer as never);
      else waiting?.failed(new Error(error));
    });
    this.#gone = new Promise((done) => {
      this.#child.once('error', (error) => this.#end(error, done));
      this.#child.once('exit', (code, signal) => this.#end(new Error(`the peer ended with ${code ?? signal}`), done));
    });
    // What it does not read any more is no fault of the test.
    this.#child.stdin!.on('error', () => {});
  }

  /** The process, for figures of its cost. */
  get pid(): number {
    return this.#child.pid!;
  }

  /** Asks it to do something. @throws Error with what the peer said went wrong. */
  ask<T = unknown>(op: string, fields: Readonly<Record<string, unknown>> = {}): Promise<T> {
    const id = ++this.#last;
    return new Promise<T>((done, failed) => {
      this.#waiting.set(id, { done, failed });
      this.#child.stdin!.write(`${JSON.stringify({ id, op, ...fields })}\n`);
    });
  }

  async close(): Promise<void> {
    this.#child.stdin!.end();
    const cancel = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await this.#gone;
    clearTimeout(cancel);
  }

  #end(error: Error, done: () => void): void {
    for (const { failed } of this.#waiting.values()) failed(error);
    this.#waiting.clear();
    done();
  }
}
