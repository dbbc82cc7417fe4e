import { VoxError } from '../errors.js';
import type { LoadOptions } from '../graph/load.js';
import { createRegistry, type Registry } from '../graph/registry.js';
import { builtinNodes } from '../nodes/index.js';
import { declarePlugins } from '../plugins/declared.js';
import type { CliIo } from './io.js';
import { setUpPlugins, type PluginArgs, type PluginSetup } from './plugin-setup.js';

/** What a graph is checked with. */
export type GraphCheck = Pick<LoadOptions, 'registry' | 'plugins' | 'pluginProblems' | 'pluginSupply'>;

/** What the graph commands check against; `main` passes it, and tests pass their own. */
export interface GraphEnvironment {
  /** The node types without those of plugins that graphs name. */
  readonly registry: Registry;
  /** The names of the installed plugins; undefined: not known, so that none is called missing. */
  readonly plugins?: readonly string[];
  /** What a graph file is checked with: its plugins are imported, and nothing of them runs. Default: the above. */
  readonly declare?: (file: string) => Promise<GraphCheck>;
}

/** The shipped node types, and the plugins that graphs and `voxgraph.config` name. */
export async function builtinEnvironment(io: CliIo, args: PluginArgs = {}): Promise<GraphEnvironment> {
  const registry = createRegistry(builtinNodes);
  return pluginEnvironment(io, registry, await setUpPlugins(io, args));
}

/** An environment with the plugins of a config, and those that graphs name. */
export function pluginEnvironment(io: CliIo, registry: Registry, { loader, config }: PluginSetup): GraphEnvironment {
  const installed = config.installs.map(({ definition }) => definition);
  const nodes = installed.flatMap((definition) => definition.nodes).filter(({ type }) => !registry.get(type));
  return {
    registry: nodes.length > 0 ? createRegistry([...registry.list(), ...nodes]) : registry,
    plugins: installed.map(({ name }) => name),
    declare: async (file) => (await declarePlugins(file, io.cwd, { registry, installed, loader })).check,
  };
}

/** What a graph file is checked with in an environment. */
export async function checkOf(environment: GraphEnvironment, file: string): Promise<GraphCheck> {
  if (environment.declare) return environment.declare(file);
  const { registry, plugins } = environment;
  return { registry, ...(plugins && { plugins }) };
}

/** The node types of a graph file, those of its plugins among them. @throws VoxError with what is wrong with its plugins. */
export async function checkedTypes(file: string, environment: GraphEnvironment): Promise<GraphCheck> {
  const check = await checkOf(environment, file);
  const [first, ...more] = [...(check.pluginProblems?.values() ?? [])].flat();
  if (first) throw new VoxError(first, ...more);
  return check;
}
