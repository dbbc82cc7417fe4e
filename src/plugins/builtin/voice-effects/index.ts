import { Observable, type Subscription } from 'rxjs';
import { z } from 'zod';
import type { AudioFrame } from '../../../media/frame.js';
import { definePlugin, message } from '../../define-plugin.js';
import type { PluginContext } from '../../plugin-types.js';
import { forgetEnded, reconfigure } from '../support/reconfigure.js';
import {
  effectList,
  effectsAt,
  latencyOf,
  voiceEffectsConfig,
  wantedEffects,
  type EffectList,
  type VoiceEffectsConfig,
} from './config.js';
import { EffectRack } from './rack.js';
import { effectsOf, withEffects, type Whom } from './wish.js';

const whom = {
  call: z.string().optional().meta({ description: 'Only in this call. Default: wherever the plugin works.' }),
  participantId: z.string().optional().meta({ description: 'Only this participant. Default: everybody.' }),
};
const reply = z.strictObject({ effects: effectList });

/** `voice-effects`: changes voices. */
export default definePlugin({
  name: 'voice-effects',
  version: '1.0.0',
  description: 'Changes the voices of a call: robot, echo, pitch, reverb and more, one behind the other.',
  config: voiceEffectsConfig,
  messages: {
    set: message(z.strictObject({ ...whom, effects: effectList }), {
      reply,
      description: 'Other effects from now on; `[]` is the voice as it is. The reply says which are heard then.',
    }),
    clear: message(z.strictObject(whom), {
      reply,
      description: 'Takes them back: a participant has what everybody has, a call what all calls have, and everybody none.',
    }),
    get: message(z.strictObject(whom), { reply, description: 'Which effects are heard.' }),
  },
  replies: {
    set: ({ payload: { effects, ...who }, ctx }) => change(ctx, effects, who),
    clear: ({ payload, ctx }) => change(ctx, undefined, payload),
    get: ({ payload, ctx }) => ({ effects: effectsOf(ctx.config, payload, ctx) }),
  },
  reactions: ({ events$, ctx }) => forgetEnded(events$, ctx),
  audio: {
    latencyMs: ({ effects }) => latencyOf(effects),
    stage:
      ({ config$, ctx: place }) =>
      (frames$) =>
        new Observable<AudioFrame>((subscriber) => {
          const rack = new EffectRack();
          const settings: Subscription = config$.subscribe((config) => rack.set(wantedEffects(effectsAt(config, place))));
          subscriber.add(() => {
            settings.unsubscribe();
            rack.close();
          });
          subscriber.add(
            frames$.subscribe({
              next(frame) {
                let changed: AudioFrame;
                try {
                  changed = rack.run(frame);
                } catch (reason) {
                  subscriber.error(reason);
                  return;
                }
                subscriber.next(changed);
              },
              error: (error) => subscriber.error(error),
              complete: () => subscriber.complete(),
            }),
          );
        }),
  },
});

async function change(
  ctx: PluginContext<VoiceEffectsConfig, unknown>,
  effects: EffectList | undefined,
  who: Whom,
): Promise<{ effects: EffectList }> {
  await reconfigure(ctx, (config) => withEffects(config, effects, who, ctx));
  return { effects: effectsOf(ctx.config, who, ctx) };
}
