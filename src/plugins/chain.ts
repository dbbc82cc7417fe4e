import type { PluginChain } from '../graph/plugin-media.js';
import type { JsonObject } from '../events/json.js';
import type { PluginInstance } from './instance.js';
import { orderPlugins, type Orderable } from './order.js';

/** What a graph says about a plugin of the engine, for its own operators only. */
export interface ChainOverride {
  /** False: it does not work in this graph. */
  readonly enabled: boolean;
  /** 0: as the engine has it. */
  readonly priority: number;
  /** As written; undefined: as the engine has it. */
  readonly config?: JsonObject;
}

/**
 * The plugins whose operators run in a graph, in order: the engine's and its own.
 *
 * @param present those that are loaded.
 * @param overrides what the graph says about the engine's, by name.
 */
export function chainOf(
  graph: string,
  present: readonly PluginInstance[],
  overrides: ReadonlyMap<string, ChainOverride>,
): PluginChain {
  const here = present.filter(({ scope }) => scope.graph === undefined || scope.graph === graph);
  const orderable = here.map((instance) => {
    const { definition, scope } = instance;
    const override = scope.graph === undefined ? overrides.get(definition.name) : undefined;
    return {
      // A graph's own plugin may have the name of one of the engine's.
      ...asOrderable(instance),
      name: scope.graph === undefined ? definition.name : `${definition.name}@`,
      dependencies: {},
      enabled: true,
      priority: override?.priority || instance.priority,
      instance,
      override,
      needs: Object.keys(definition.dependencies),
    };
  });
  const names = new Set(orderable.map(({ name }) => name));
  const withNeeds = orderable.map((one) => ({
    ...one,
    dependencies: Object.fromEntries(
      one.needs.map(
        (name) => [one.instance.scope.graph !== undefined && names.has(`${name}@`) ? `${name}@` : name, '*'] as const,
      ),
    ),
  }));
  return orderPlugins(withNeeds)
    .order.filter(({ instance: { definition } }) => definition.audio ?? definition.video)
    .map(({ instance, override }) => ({
      plugin: instance.name,
      key: instance.key,
      module: instance.options.module,
      enabled: instance.working && (override?.enabled ?? true),
      config: override?.config ?? instance.written,
    }));
}

/** A plugin as its order sees it. */
export function asOrderable({ definition, priority, actor }: PluginInstance): Orderable {
  const { name, version, dependencies } = definition;
  return { name, version, dependencies, enabled: actor.getSnapshot().context.enabled, priority };
}
