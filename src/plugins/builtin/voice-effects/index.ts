import { concatMap, EMPTY, from, Observable, type Subscription } from 'rxjs';
import { z } from 'zod';
import type { EngineCommand } from '../../../events/command.js';
import { ofType } from '../../../events/of-type.js';
import type { AudioFrame } from '../../../media/frame.js';
import { definePlugin, message } from '../../define-plugin.js';
import type { PluginContext } from '../../plugin-types.js';
import { perInstance } from '../support/per-instance.js';
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
import { effectsOf, withEffects, withoutEnded, type Whom } from './wish.js';

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
  reactions: ({ events$, ctx }): Observable<EngineCommand> =>
    events$.pipe(
      ofType('graph.ended'),
      // What was written for it is of no use to another one.
      concatMap(({ graph }) =>
        Object.hasOwn(ctx.config.graphs, graph) ? from([configure(ctx, withoutEnded(ctx.config, ctx.engine))]) : EMPTY,
      ),
    ),
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

type Context = PluginContext<VoiceEffectsConfig, unknown>;

const turns = perInstance(() => ({ last: Promise.resolve() as Promise<unknown> }));

/**
 * Its own config is the only thing that reaches its operators, wherever they run; and every change of it is in the log of events. One
 * change after the other: each builds on what the one before left.
 */
function change(ctx: Context, effects: EffectList | undefined, who: Whom): Promise<{ effects: EffectList }> {
  const turn = turns(ctx);
  const done = turn.last.then(async () => {
    await ctx.execute(configure(ctx, withEffects(ctx.config, effects, who, ctx)));
    return { effects: effectsOf(ctx.config, who, ctx) };
  });
  turn.last = done.catch(() => {});
  return done;
}

function configure(ctx: Context, config: VoiceEffectsConfig): EngineCommand {
  return { type: 'plugin.configure', plugin: ctx.plugin, config: config as unknown as Record<string, z.core.util.JSONType> };
}
