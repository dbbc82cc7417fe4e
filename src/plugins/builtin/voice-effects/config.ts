import { z } from 'zod';
import { VOICE_EFFECTS } from './effects.js';

const names = Object.keys(VOICE_EFFECTS) as [string, ...string[]];

/** An effect with options: those of the node `effect.NAME`, beside its name. */
const withOptions = z.discriminatedUnion(
  'effect',
  names.map((name) => (VOICE_EFFECTS[name]!.options as z.ZodObject).extend({ effect: z.literal(name) })) as unknown as [
    z.ZodObject,
  ],
);

/** Effects, first to last. */
export const effectList = z
  .array(z.union([z.enum(names), withOptions]))
  .max(16)
  .meta({
    description:
      'The effects, first to last: a name such as `"echo"`, or `{ "effect": "echo", "delayMs": 250 }` with options of the node `effect.echo`.',
  });
/** Effects, first to last. */
export type EffectList = z.output<typeof effectList>;

const MOST_PARTICIPANTS = 1000;
const participants = z
  .record(z.string(), effectList)
  .refine((given) => Object.keys(given).length <= MOST_PARTICIPANTS, `at most ${MOST_PARTICIPANTS} participants`)
  .default({})
  .meta({ description: 'By id, the effects of participants who have others than `effects`, where each has a chain of his own.' });

/** Settings of `voice-effects`. */
export const voiceEffectsConfig = z.strictObject({
  effects: effectList.default(['robot']),
  participants,
  graphs: z
    .record(z.string(), z.strictObject({ effects: effectList.optional(), participants }))
    .default({})
    .meta({
      description:
        "By running graph's id, what it has instead, where the plugin is the engine's; the message `set` with a `call` writes it.",
    }),
});
/** Settings of `voice-effects`, complete. */
export type VoiceEffectsConfig = z.output<typeof voiceEffectsConfig>;

/** One effect to run, with complete options. */
export interface WantedEffect {
  /** Its name in {@link VOICE_EFFECTS}. */
  readonly name: string;
  /** Options of the node type. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Whose sound it is. */
export interface Place {
  /** The running graph's id. */
  readonly graph: string;
  /** The participant, where each has a chain of his own. */
  readonly participantId?: string;
}

/** The effects of a place: a participant's own, else those of his graph, else everybody's. */
export function effectsAt({ effects, participants: everywhere, graphs }: VoiceEffectsConfig, place: Place): EffectList {
  const here = own(graphs, place.graph);
  const id = place.participantId;
  const his = id === undefined ? undefined : (own(here?.participants ?? {}, id) ?? own(everywhere, id));
  return his ?? here?.effects ?? effects;
}

/** Effects with complete options. */
export function wantedEffects(effects: EffectList): WantedEffect[] {
  return effects.map((given) => {
    if (typeof given === 'string')
      return { name: given, options: VOICE_EFFECTS[given]!.options.parse({}) as WantedEffect['options'] };
    const { effect, ...options } = given as { effect: string };
    return { name: effect, options };
  });
}

/** The delay of effects in a row, in milliseconds. */
export function latencyOf(effects: EffectList): number {
  return wantedEffects(effects).reduce((sum, { name, options }) => sum + VOICE_EFFECTS[name]!.latencyMs(options), 0);
}

/** Ids come from people: one called `constructor` has no effects. */
function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
