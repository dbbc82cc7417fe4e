import { resolve } from 'node:path';
import { Observable } from 'rxjs';
import { reasonOf } from '../../../errors.js';
import type { EngineCommand } from '../../../events/command.js';
import { definePlugin } from '../../define-plugin.js';
import { loggingConfig, type LoggingConfig } from './config.js';
import { isWanted, lineOf } from './line.js';
import { RotatingFile, StandardError } from './log-file.js';
import { LogWriter } from './log-writer.js';
import type { PluginContext } from '../../plugin-types.js';
import { perInstance } from '../support/per-instance.js';

type Context = PluginContext<LoggingConfig, undefined>;

/** A file that cannot be written is told of no more often than this. */
const COMPLAIN_MS = 60_000;

const writersOf = perInstance((ctx: Context) => {
  let complainedMs = -Infinity;
  let present: { readonly key: string; readonly writer: LogWriter } | undefined;
  const closing = new Set<Promise<void>>();
  const close = (): void => {
    if (!present) return;
    const done = present.writer.close().finally(() => closing.delete(done));
    closing.add(done);
    present = undefined;
  };
  const failed = (error: unknown): void => {
    if (ctx.nowMs() - complainedMs < COMPLAIN_MS) return;
    complainedMs = ctx.nowMs();
    ctx.log.warn('Lines of the log could not be written.', { reason: reasonOf(error) });
  };
  return {
    /** The writer for a config. */
    for: ({ file, maxBytes, keep, maxPendingBytes }: LoggingConfig): LogWriter => {
      const key = JSON.stringify([file, maxBytes, keep, maxPendingBytes]);
      if (present?.key === key) return present.writer;
      close();
      const sink = file === undefined ? new StandardError(ctx.scheduler) : new RotatingFile(resolve(file), maxBytes, keep);
      const writer = new LogWriter(sink, maxPendingBytes, ctx.scheduler, failed);
      present = { key, writer };
      return writer;
    },
    close: async (): Promise<void> => {
      close();
      await Promise.all(closing);
    },
  };
});

/** `logging`: events as lines. */
export default definePlugin({
  name: 'logging',
  version: '1.0.0',
  description: 'Writes what happens to standard error or to a file, as lines or NDJSON, without secrets.',
  config: loggingConfig,
  setup: (ctx) => {
    ctx.defer(() => writersOf(ctx).close());
  },
  reactions: ({ events$, ctx }) =>
    new Observable<EngineCommand>(() =>
      events$.subscribe((event) => {
        const { config } = ctx;
        if (!isWanted(event, config)) return;
        const dropped = (count: number): string =>
          config.format === 'ndjson'
            ? `${JSON.stringify({ time: new Date(event.atMs).toISOString(), level: 'warn', type: 'log.dropped', count })}\n`
            : `${new Date(event.atMs).toISOString()} warn  log.dropped count=${count}\n`;
        writersOf(ctx).for(config).add(lineOf(event, config), dropped);
      }),
    ),
});
