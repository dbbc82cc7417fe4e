import { of, type Observable, type OperatorFunction } from 'rxjs';
import type { NodeContext } from '../../../graph/context.js';
import type { AudioFrame } from '../../../media/frame.js';
import { definePlugin } from '../../define-plugin.js';
import { voiceEffectsConfig, wantedEffects, type WantedEffect } from './config.js';
import { VOICE_EFFECTS } from './effects.js';

/** `voice-effects`: changes voices. */
export default definePlugin({
  name: 'voice-effects',
  version: '1.0.0',
  description: 'Changes the voices of a call: robot, echo, pitch, reverb and more, one behind the other.',
  config: voiceEffectsConfig,
  audio: {
    latencyMs: (config) =>
      wantedEffects(config).reduce((sum, { name, options }) => sum + VOICE_EFFECTS[name]!.latencyMs(options), 0),
    // Not subscribed to `config$`: with other settings the chain is made anew, and faded over to.
    stage: ({ config }) => {
      const operators = wantedEffects(config).map(effectOperator);
      return (frames$) => operators.reduce<Observable<AudioFrame>>((stream$, operator) => stream$.pipe(operator), frames$);
    },
  },
});

/** An effect as the node `effect.NAME` has it. Its kernels use nothing of the context, so there is none. */
function effectOperator({ name, options }: WantedEffect): OperatorFunction<AudioFrame, AudioFrame> {
  return (audio) => {
    const outputs = VOICE_EFFECTS[name]!.create({ inputs: { audio }, options$: of(options), options, ctx: NO_CONTEXT });
    return outputs['audio'] as Observable<AudioFrame>;
  };
}

const NO_CONTEXT = Object.freeze({}) as NodeContext;
