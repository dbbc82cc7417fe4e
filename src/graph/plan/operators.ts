import type { NodeDefinition } from '../define-node.js';
import type { Plan, PlanOperator } from '../plan-types.js';
import { atConfig, chainOfPlan, stageOf, type PluginChain, type PluginMediaSupply, type StageKind } from '../plugin-media.js';

/** What a planner asks about plugins. */
export interface PlannedPlugins {
  /** Where their code is; absent: nothing is known of their operators. */
  readonly pluginSupply?: PluginMediaSupply;
  /** The chain that a graph with these plugins gets. Default: they alone, by priority and name. */
  readonly pluginChain?: (plugins: Plan['plugins']) => PluginChain;
}

/** The operators that a graph's plugins have, by the kind of frame. */
export type OperatorsByKind = Readonly<Record<StageKind, readonly PlanOperator[]>>;

/** Finds out which operators a graph starts with, and what delay each declares for its config. Never throws. */
export function plannedOperators(plugins: Plan['plugins'], { pluginSupply, pluginChain }: PlannedPlugins): OperatorsByKind {
  const chain = pluginChain?.(plugins) ?? chainOfPlan({ plugins });
  const ofKind = (kind: StageKind): PlanOperator[] =>
    chain.flatMap(({ plugin, module, enabled, config }) => {
      const media = enabled ? pluginSupply?.find(module) : undefined;
      const stage = media && stageOf(media, kind);
      if (!stage) return [];
      try {
        return { plugin, latencyMs: atConfig(stage.latencyMs, media.config.parse(config), 0) };
      } catch {
        // What is wrong with it is told by whoever checks configs, or when it runs.
        return { plugin, latencyMs: 0 };
      }
    });
  return { audio: ofKind('audio'), video: ofKind('video') };
}

/** Those that run in a node. */
export function operatorsIn(
  { runsPlugins }: NodeDefinition,
  options: Readonly<Record<string, unknown>>,
  operators: OperatorsByKind,
): readonly PlanOperator[] {
  if (!runsPlugins) return [];
  const { only } = options;
  return Array.isArray(only) ? operators[runsPlugins].filter(({ plugin }) => only.includes(plugin)) : operators[runsPlugins];
}
