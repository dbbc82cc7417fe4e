import type { ReadStream } from 'node:tty';

/** Asks somebody at a terminal, or whoever writes to standard input, line by line; undefined: nobody answers any more. */
export type Ask = (question: string, options?: { readonly hidden?: boolean }) => Promise<string | undefined>;

/**
 * Asks on the process's own terminal. A hidden answer is not shown while it is typed. Answers that come through a pipe may all be there at
 * once, so lines wait for their questions.
 */
export function askOn(
  input: ReadStream | NodeJS.ReadStream,
  write: (text: string) => void,
): { readonly ask: Ask; close(): void } {
  const lines: string[] = [];
  const waiting: ((line: string | undefined) => void)[] = [];
  let [rest, ended, hidden] = ['', false, false];
  const give = (line: string): void => {
    const next = waiting.shift();
    if (next) next(line);
    else lines.push(line);
  };
  const end = (): void => {
    ended = true;
    for (const next of waiting.splice(0)) next(undefined);
  };
  const hear = (chunk: string): void => {
    if (!hidden) return text(chunk);
    // In raw mode the keys come one by one, and nothing is done with them.
    for (const key of chunk) {
      if (key === '\u0003' || key === '\u0004') {
        reveal();
        process.emit('SIGINT', 'SIGINT');
        end();
      } else if (key === '\r' || key === '\n') {
        reveal();
        text('\n');
      } else if (key === '\u007f' || key === '\b') rest = rest.slice(0, -1);
      else rest += key;
    }
  };
  const text = (chunk: string): void => {
    const parts = (rest + chunk).split(/\r?\n/);
    rest = parts.pop()!;
    for (const part of parts) give(part);
  };
  const reveal = (): void => {
    if (!hidden) return;
    hidden = false;
    input.setRawMode(false);
    write('\n');
  };
  input.setEncoding('utf8');
  input.on('data', hear);
  input.on('end', end);
  return {
    ask: (question, options = {}) => {
      write(question);
      if (options.hidden && input.isTTY) {
        hidden = true;
        input.setRawMode(true);
      }
      const line = lines.shift();
      if (line !== undefined || ended) {
        reveal();
        return Promise.resolve(line);
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
    close: () => {
      reveal();
      input.off('data', hear);
      input.off('end', end);
      input.pause();
    },
  };
}
