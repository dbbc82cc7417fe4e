import { dirname, resolve } from 'node:path';
import { pluginEntries } from '../graph/load.js';
import { BUILTIN_PLUGINS } from '../plugins/builtin/index.js';
import { describePlugin, type PluginDeclaration } from '../plugins/plugin-info.js';
import type { PluginDefinition } from '../plugins/plugin-types.js';
import type { CliIo } from './io.js';
import { setUpPlugins } from './plugin-setup.js';

/** Which plugins are meant. */
export interface DeclaredArgs {
  /** Those that a graph file names, besides those of the config. */
  readonly graph?: string;
  /** The config file. */
  readonly config?: string;
  /** One by name, besides those of the config. */
  readonly plugin?: string;
}

/**
 * What the plugins declare that are there without a running engine: those of voxgraph's own, of the config, and of a graph file. Nothing of
 * them runs but their modules' top level.
 * @throws VoxError with what is wrong with them.
 */
export async function declaredPlugins({ graph, config: file, plugin }: DeclaredArgs, io: CliIo): Promise<PluginDeclaration[]> {
  const { loader, config } = await setUpPlugins(io, { ...(file !== undefined && { config: file }) });
  const found = new Map<string, PluginDefinition>(config.installs.map(({ definition }) => [definition.name, definition]));
  const entries = graph === undefined ? [] : pluginEntries(graph, { cwd: io.cwd });
  const baseDir = graph === undefined ? io.cwd : dirname(resolve(io.cwd, graph));
  for (const { name, from } of entries) {
    if (from === undefined && found.has(name)) continue;
    const { definition } = await loader.load({ name, baseDir, ...(from !== undefined && { from }) });
    found.set(name, definition);
  }
  if (graph === undefined && plugin === undefined) {
    for (const [name, load] of Object.entries(BUILTIN_PLUGINS)) if (!found.has(name)) found.set(name, await load());
  }
  if (plugin !== undefined && !found.has(plugin)) {
    const { definition } = await loader.load({ name: plugin, baseDir });
    found.set(plugin, definition);
  }
  return [...found.values()].map(describePlugin).sort((a, b) => (a.name < b.name ? -1 : 1));
}
