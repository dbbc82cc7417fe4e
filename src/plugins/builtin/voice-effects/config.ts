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

/** Settings of `voice-effects`. */
export const voiceEffectsConfig = z.strictObject({
  effects: z
    .array(z.union([z.enum(names), withOptions]))
    .max(16)
    .default(['robot'])
    .meta({
      description:
        'The effects, first to last: a name such as `"echo"`, or `{ "effect": "echo", "delayMs": 250 }` with options of the node `effect.echo`.',
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

/** The effects of a config, each with complete options. */
export function wantedEffects({ effects }: VoiceEffectsConfig): WantedEffect[] {
  return effects.map((given) => {
    if (typeof given === 'string')
      return { name: given, options: VOICE_EFFECTS[given]!.options.parse({}) as WantedEffect['options'] };
    const { effect, ...options } = given as { effect: string };
    return { name: effect, options };
  });
}
