import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { problem, type Problem } from '../../errors.js';

/** Of what a command writes to its standard error, the end is kept. */
const STDERR_BYTES = 4096;
const STDERR_LINES = 3;

/** The standard output of a command that runs in a process group of its own, without a shell. */
export class CommandOutput {
  /** What went wrong, once it has ended. */
  failure: Problem | undefined;
  /** True when it has ended and everything it wrote was taken. */
  over = false;
  readonly #command: string;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #changed: () => void;
  #chunk: Buffer | undefined;
  #closed = false;
  #stderr = '';
  #stopped = false;

  /**
   * Starts it.
   *
   * @param args its arguments, as they are. @param changed called when bytes have come, and at its end.
   */
  constructor(command: string, args: readonly string[], changed: () => void) {
    this.#command = command;
    this.#changed = changed;
    // Loaded on first use: few graphs start commands.
    const { spawn } = process.getBuiltinModule('node:child_process');
    this.#child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, windowsHide: true });
    this.#child.stdout.on('data', (chunk: Buffer) => {
      // Nothing more is read until this is used up: then the pipe fills, and the command waits.
      this.#child.stdout.pause();
      this.#chunk = chunk;
      changed();
    });
    this.#child.stderr.on('data', (chunk: Buffer) => (this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_BYTES)));
    this.#child.on('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ENOENT' ? 'no such command is installed' : error.message;
      this.#end(problem('PROCESS_FAILED', { command, how: 'cannot be started: ', reason }));
    });
    this.#child.on('close', (code, signal) => this.#end(this.#failureOf(code, signal)));
  }

  /** Its process id; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Takes up to `size` of the bytes that have come; undefined when there are none now. */
  take(size: number): Buffer | undefined {
    const chunk = this.#chunk;
    if (!chunk) return undefined;
    const taken = chunk.subarray(0, size);
    this.#chunk = taken.length < chunk.length ? chunk.subarray(size) : undefined;
    if (!this.#chunk) {
      if (this.#closed) this.over = true;
      else this.#child.stdout.resume();
    }
    return taken;
  }

  /** Ends it and whatever it started. Idempotent. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#chunk = undefined;
    const { pid } = this.#child;
    // Also after its own end: what it started lives in its group.
    if (pid !== undefined) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // The whole group has ended already.
        this.#child.kill('SIGKILL');
      }
    }
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
  }

  #end(failure: Problem | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.failure = failure;
    this.over = this.#chunk === undefined;
    this.#changed();
  }

  #failureOf(code: number | null, signal: NodeJS.Signals | null): Problem | undefined {
    if (code === 0) return undefined;
    const how = code === null ? `was ended by ${signal}` : `ended with code ${code}`;
    const lines = this.#stderr.split(/\r?\n/).filter((line) => line.trim() !== '');
    const said = lines.slice(-STDERR_LINES).join(' / ');
    return problem('PROCESS_FAILED', { command: this.#command, how, reason: said === '' ? '' : `: ${said}` });
  }
}
