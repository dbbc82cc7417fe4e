import { dirname, resolve } from 'node:path';
import { VoxError, problem, reasonOf, voxError, type Problem } from '../errors.js';
import type { NodeDefinition } from '../graph/define-node.js';
import { pluginEntries, type LoadOptions, type PluginEntry } from '../graph/load.js';
import type { Plan } from '../graph/plan-types.js';
import { createRegistry, nearestHint, type Registry } from '../graph/registry.js';
import type { LoadedPlugin, PluginLoader } from './loader-types.js';
import type { PluginDefinition } from './plugin-types.js';

/** Where plugins are looked for. */
export interface DeclareOptions {
  /** The node types without plugins. */
  readonly registry: Registry;
  /** The engine's plugins; an entry of their name without `from` means them. */
  readonly installed: readonly PluginDefinition[];
  /** Imports the others. Absent: there are no others. */
  readonly loader?: PluginLoader;
  /** Whether others than the installed ones may be imported: all, none, or these. Default true. */
  readonly mayImport?: boolean | ((entry: PluginEntry) => boolean);
  /** What the graph file holds, where that is known. Default: it is read. */
  readonly text?: string;
}

/** The declarations of the plugins that a graph asks for. None of their code but the modules' own top level has run. */
export interface DeclaredPlugins {
  /** The graph's own, by name; those of the engine are not in it. */
  readonly own: ReadonlyMap<string, LoadedPlugin>;
  /** What the graph is checked and planned with. */
  readonly check: Required<Pick<LoadOptions, 'registry' | 'plugins' | 'pluginProblems' | 'pluginSupply'>>;
}

/** Imports the plugins that a graph file asks for, so that it can be checked. Never rejects: what is wrong is found by that check. */
export async function declarePlugins(path: string, cwd: string, options: DeclareOptions): Promise<DeclaredPlugins> {
  const { text } = options;
  return declare(pluginEntries(path, { cwd, ...(text !== undefined && { text }) }), dirname(resolve(cwd, path)), options);
}

/** Imports the plugins of a plan. @throws VoxError with everything that is wrong with them. */
export async function declarePlanned({ plugins, baseDir }: Plan, options: DeclareOptions): Promise<DeclaredPlugins> {
  const entries = Object.entries(plugins).map(([name, { from, enabled }]) => ({
    name,
    enabled,
    ...(from !== undefined && { from }),
  }));
  const declared = await declare(entries, baseDir, options);
  const [first, ...more] = [...declared.check.pluginProblems.values()].flat();
  if (first) throw new VoxError(first, ...more);
  return declared;
}

async function declare(entries: readonly PluginEntry[], baseDir: string, options: DeclareOptions): Promise<DeclaredPlugins> {
  const { registry, installed, loader, mayImport = true } = options;
  const own = new Map<string, LoadedPlugin>();
  const problems = new Map<string, readonly Problem[]>();
  const names = installed.map(({ name }) => name);
  for (const entry of entries) {
    const { name, from, enabled } = entry;
    if (from === undefined && names.includes(name)) continue;
    try {
      if (typeof mayImport === 'function' && !mayImport(entry))
        throw voxError('TEXT_FORBIDDEN', { what: `the plugin "${name}"` });
      if (!loader || !mayImport) throw voxError('UNKNOWN_PLUGIN', { plugin: name, hint: nearestHint(name, names) });
      own.set(name, await loader.load({ name, baseDir, ...(from !== undefined && { from }) }));
    } catch (error) {
      // One that is switched off need not be there.
      if (enabled) problems.set(name, problemsOf(name, error));
    }
  }
  const definitions = new Map<string, PluginDefinition>([
    ...installed.map((definition) => [definition.name, definition] as const),
    ...[...own].map(([name, { definition }]) => [name, definition] as const),
  ]);
  return {
    own,
    check: {
      registry: withNodes(
        registry,
        [...definitions.values()].flatMap(({ nodes }) => nodes),
      ),
      plugins: [...definitions.keys()],
      pluginProblems: problems,
      pluginSupply: { find: (name) => definitions.get(name) },
    },
  };
}

function problemsOf(plugin: string, error: unknown): readonly Problem[] {
  return error instanceof VoxError ? error.problems : [problem('PLUGIN_LOAD_FAILED', { plugin, reason: reasonOf(error) })];
}

/** The same types and those of plugins. One that is taken stays as it is; loading the plugin will say so. */
function withNodes(registry: Registry, nodes: readonly NodeDefinition[]): Registry {
  const fresh = nodes.filter(({ type }) => !registry.get(type));
  if (fresh.length === 0) return registry;
  const once = new Map([...registry.list(), ...fresh].map((definition) => [definition.type, definition]));
  return createRegistry(once.values());
}
