import { graphOf, type Where } from '../support/graph-of.js';
import { effectsAt, type EffectList, type VoiceEffectsConfig } from './config.js';

/** Whom a message is about; with neither: everybody. */
export interface Whom {
  /** Only in this call. */
  readonly call?: string | undefined;
  /** Only this participant. */
  readonly participantId?: string | undefined;
}

/** The config in which somebody has other effects; `undefined` gives him what everybody has. @throws VoxError when there is no such call. */
export function withEffects(
  config: VoiceEffectsConfig,
  effects: EffectList | undefined,
  whom: Whom,
  where: Where,
): VoiceEffectsConfig {
  const graph = graphOf(whom.call, where);
  if (graph === undefined) return { ...config, ...changed(config, effects, whom, []) };
  const here = config.graphs[graph] ?? { participants: {} };
  return { ...config, graphs: { ...config.graphs, [graph]: changed(here, effects, whom) } };
}

/** What somebody's effects are. @throws VoxError when there is no such call. */
export function effectsOf(config: VoiceEffectsConfig, whom: Whom, where: Where): EffectList {
  const { participantId } = whom;
  const graph = graphOf(whom.call, where) ?? where.scope.graph ?? '';
  return effectsAt(config, { graph, ...(participantId !== undefined && { participantId }) });
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
