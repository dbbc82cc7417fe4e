import { reasonOf } from '../errors.js';

/** Standard output, or standard error, for a command. */
export interface Output {
  /** Writes a text as it is. */
  readonly write: (text: string) => void;
  /** Resolves when what was written has gone out, or never will. */
  readonly flushed: () => Promise<void>;
  /** Why something was lost, such as a full disk; undefined also when whoever read has simply gone. */
  readonly failure: () => string | undefined;
}

/**
 * A stream of this process, whatever becomes of it: `voxgraph nodes | head -1` is no fault, and a call whose listener on standard output
 * has gone is stopped in order, as by SIGTERM, so that its files are completed.
 */
export function standardOutput(stream: NodeJS.WriteStream): Output {
  let broken = false;
  let failure: string | undefined;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (broken) return;
    broken = true;
    if (error.code !== 'EPIPE') failure = reasonOf(error);
    // Commands that run on have a handler; others are about to end.
    if (stream === process.stdout) process.emit('SIGTERM', 'SIGTERM');
  });
  return {
    write: (text) => {
      if (!broken) stream.write(text);
    },
    flushed: async () => {
      if (!broken) await new Promise<void>((done) => void stream.write('', () => done()));
      // An error is told behind the callback.
      await new Promise((done) => setImmediate(done));
    },
    failure: () => failure,
  };
}
