import type { EngineState } from '../../../events/state.js';
import type { PluginScope } from '../../plugin-types.js';
import { refuse } from '../../define-plugin.js';
import { effectsAt, type EffectList, type VoiceEffectsConfig } from './config.js';

/** Whom a message is about; with neither: everybody. */
export interface Whom {
  /** Only in this call. */
  readonly call?: string | undefined;
  /** Only this participant. */
  readonly participantId?: string | undefined;
}

interface Where {
  readonly scope: PluginScope;
  readonly engine: EngineState;
}

/** The config in which somebody has other effects; `undefined` gives him what everybody has. @throws VoxError when there is no such call. */
export function withEffects(
  config: VoiceEffectsConfig,
  effects: EffectList | undefined,
  whom: Whom,
  where: Where,
): VoiceEffectsConfig {
  const graph = graphOf(whom, where);
  if (graph === undefined) return { ...config, ...changed(config, effects, whom, []) };
  const here = config.graphs[graph] ?? { participants: {} };
  return { ...config, graphs: { ...config.graphs, [graph]: changed(here, effects, whom) } };
}

/** The config without what was written for graphs that are over. */
export function withoutEnded(config: VoiceEffectsConfig, { graphs }: EngineState): VoiceEffectsConfig {
  const running = Object.entries(config.graphs).filter(([graph]) => (graphs[graph]?.status ?? 'ended') !== 'ended');
  return { ...config, graphs: Object.fromEntries(running) };
}

/** What somebody's effects are. @throws VoxError when there is no such call. */
export function effectsOf(config: VoiceEffectsConfig, whom: Whom, where: Where): EffectList {
  const { participantId } = whom;
  const graph = graphOf(whom, where) ?? where.scope.graph ?? '';
  return effectsAt(config, { graph, ...(participantId !== undefined && { participantId }) });
}

/** The graph that is meant; undefined: all that the plugin works in. */
function graphOf({ call }: Whom, { scope, engine }: Where): string | undefined {
  if (call === undefined) return undefined;
  if (scope.graph !== undefined) {
    if (scope.call === call) return undefined;
    throw refuse(`It works in ${scope.call === undefined ? 'no call' : `the call ${scope.call}`} only.`);
  }
  const found = Object.entries(engine.graphs).find(([, graph]) => graph.call === call && graph.status !== 'ended');
  if (!found) throw refuse(`There is no call ${call}.`);
  return found[0];
}

interface Settings {
  readonly effects?: EffectList | undefined;
  readonly participants: Readonly<Record<string, EffectList>>;
}

function changed<S extends Settings>(
  settings: S,
  effects: EffectList | undefined,
  { participantId }: Whom,
  none?: EffectList,
): S {
  if (participantId === undefined) {
    const { effects: _, ...rest } = settings;
    const next = effects ?? none;
    // Taking everything back takes back what single participants have, too.
    return { ...rest, ...(next && { effects: next }), ...(!effects && { participants: {} }) } as S;
  }
  const { [participantId]: _, ...others } = settings.participants;
  return { ...settings, participants: effects ? { ...others, [participantId]: effects } : others };
}
