import { basename } from 'node:path';
import type { Engine } from '../engine.js';
import { problem, reasonOf, VoxError, type Problem } from '../errors.js';
import type { PluginLoader } from '../plugins/loader-types.js';
import type { Cancel, Scheduler } from '../time/scheduler.js';
import { watchFile } from './graph-watch.js';

/** Files that are saved within so many milliseconds are one change. */
const TOGETHER_MS = 50;

/** What {@link watchPlugins} needs. */
export interface WatchPluginsOptions {
  /** Whose plugins. */
  readonly engine: Engine;
  /** What imported them. */
  readonly loader: PluginLoader;
  /** The engine's clock. */
  readonly scheduler: Scheduler;
  /** Shows what is wrong; the plugin goes on as it was. */
  readonly show: (problems: readonly Problem[]) => void;
}

/**
 * Watches the files of the plugins that came from files, and those that they import, and swaps a plugin whose files have changed while
 * everything runs.
 *
 * @returns ends it.
 */
export function watchPlugins({ engine, loader, scheduler, show }: WatchPluginsOptions): () => void {
  /** Watched files, with the plugins' main files that they belong to. */
  const users = new Map<string, Set<string>>();
  const stops = new Map<string, () => void>();
  const changed = new Set<string>();
  let soon: Cancel | undefined;
  let working: Promise<void> = Promise.resolve();
  let over = false;

  const watch = (file: string, main: string): void => {
    const known = users.get(file);
    if (known) return void known.add(main);
    users.set(file, new Set([main]));
    stops.set(file, watchFile(file, scheduler, { changed: () => touched(file), lost: () => gone(file) }));
  };
  const touched = (file: string): void => {
    for (const main of users.get(file)!) changed.add(main);
    soon?.();
    soon = scheduler.after(TOGETHER_MS, () => {
      const mains = [...changed];
      changed.clear();
      // One after the other: each sees what the one before it left.
      for (const main of mains) working = working.then(() => reload(main));
    });
  };
  const gone = (file: string): void => show([problem('PLUGIN_FILE_MISSING', { file: basename(file) })]);
  const reload = async (main: string): Promise<void> => {
    if (over) return;
    try {
      const { definition, from } = await loader.reload(main, (file) => watch(file, main));
      for (const { key } of engine.plugins().filter((plugin) => plugin.from === main))
        await engine.reloadPlugin(key, definition, from);
    } catch (error) {
      if (!over) show(error instanceof VoxError ? error.problems : [problem('INTERNAL', { reason: reasonOf(error) })]);
    }
  };
  const look = (): void => {
    for (const { from, files } of loader.present()) for (const file of files) watch(file, from);
  };

  look();
  // A changed graph may bring plugins of its own.
  const subscription = engine.events$.subscribe(({ type }) => {
    if (type === 'plugin.loaded') look();
  });
  return () => {
    over = true;
    subscription.unsubscribe();
    soon?.();
    for (const stop of stops.values()) stop();
  };
}
