import { resolve as resolvePath } from 'node:path';
import type { Engine, GraphSession } from '../engine.js';
import { problem, type Problem } from '../errors.js';
import type { ParamValue } from '../graph/file.js';
import { checkGraphFile } from '../graph/load.js';
import type { PluginLoader } from '../plugins/loader-types.js';
import type { Scheduler } from '../time/scheduler.js';
import { renderProblems } from './commands/check.js';
import { watchFile } from './graph-watch.js';
import type { CliIo } from './io.js';
import { watchPlugins } from './plugin-watch.js';
import { renderProblem } from './problems.js';

/** What {@link followFiles} needs. */
export interface FollowOptions {
  /** The runs of the one graph. */
  readonly sessions: readonly GraphSession[];
  /** The graph file, and its params. */
  readonly args: { readonly file: string; readonly params?: Readonly<Record<string, ParamValue>> };
  /** Where they run. */
  readonly engine: Engine;
  /** What imported the plugins. */
  readonly loader: PluginLoader;
  /** The engine's clock. */
  readonly scheduler: Scheduler;
  /** Where mistakes are shown. */
  readonly io: CliIo;
}

/**
 * Changes the running graphs whenever their file is saved, and plugins whenever theirs are. What is wrong with a file is shown, and what
 * ran before goes on.
 *
 * @returns ends it.
 */
export function followFiles({ sessions, args, engine, loader, scheduler, io }: FollowOptions): () => void {
  const { file, params } = args;
  const show = (problems: readonly Problem[], text?: string) => {
    for (const found of problems) io.stderr(renderProblem(found, text, io.color));
    io.stderr('The graph goes on as it was.\n');
  };
  const change = async (text: string): Promise<void> => {
    const { check } = await engine.declare(file, io.cwd);
    const { plan, problems } = checkGraphFile(file, { ...check, params, cwd: io.cwd });
    if (!plan) return show(problems, text);
    // What became of it, also when it failed, is an event.
    await Promise.all(sessions.map((session) => session.change(plan).catch(() => {})));
  };
  let changing: Promise<void> = Promise.resolve();
  const stopGraph = watchFile(resolvePath(io.cwd, file), scheduler, {
    changed: (text) => {
      changing = changing.then(() => change(text));
    },
    lost: () => show([problem('GRAPH_NOT_FOUND', { file })]),
  });
  const stopPlugins = watchPlugins({
    engine,
    loader,
    scheduler,
    show: (problems) => io.stderr(`${renderProblems(problems, io)}The plugin goes on as it was.\n`),
  });
  return () => {
    stopGraph();
    stopPlugins();
  };
}
