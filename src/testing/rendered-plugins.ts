import type { NodeEvent } from '../graph/context.js';
import type { PluginMedia } from '../graph/plugin-media.js';
import { PluginRoster } from '../graph/run/plugin-roster.js';
import type { Scheduler } from '../time/scheduler.js';
import type { RenderedPlugin } from './rendered.js';

/** The plugins of a rendering, which come from a test and not from modules. */
export function rosterOf(
  scheduler: Scheduler,
  event: (event: NodeEvent) => void,
): { readonly plugins: PluginRoster; readonly setPlugins: (plugins: readonly RenderedPlugin[]) => void } {
  const modules = new Map<string, PluginMedia>();
  const names = new Map<PluginMedia, string>();
  const plugins = new PluginRoster({
    graph: 'graph',
    scheduler,
    supply: { find: (module) => modules.get(module) },
    clock: undefined,
    event,
    onError: (error) => {
      throw error;
    },
  });
  const moduleOf = (media: PluginMedia): string => {
    let module = names.get(media);
    if (module === undefined) {
      module = `${media.name}#${names.size}`;
      names.set(media, module);
      modules.set(module, media);
    }
    return module;
  };
  const setPlugins = (list: readonly RenderedPlugin[]): void =>
    plugins.set(
      list.map(({ plugin, config = {} }) => {
        const { name } = plugin;
        return { plugin: name, key: name, module: moduleOf(plugin), enabled: true, config };
      }),
    );
  return { plugins, setPlugins };
}
