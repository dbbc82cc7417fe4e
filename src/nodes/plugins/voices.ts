import { map, type Observable } from 'rxjs';
import { defineNode } from '../../graph/define-node.js';
import { audio, many } from '../../graph/ports.js';
import type { AudioFrame } from '../../media/frame.js';
import { AudioChain } from './audio-chain.js';
import type { ChainPlace } from './operator-life.js';
import { Closings, pluginOptions, throughChain } from './through-chain.js';

/** `plugin.voices`: the graph's plugins on each branch. */
export const pluginVoices = defineNode({
  type: 'plugin.voices',
  summary: "Send each voice through operators of its own of the graph's plugins.",
  details:
    'As plugin.audio, which becomes this where branches are wired to it, but with a chain for each branch: effects do not mix voices ' +
    "up, and an operator learns the participant's id. Branches join and leave as they do before it. A voice is worked on once, however " +
    'many listen to it in personal mixes.',
  inputs: { audio: many(audio('Voices, such as those of source.participants.')) },
  outputs: { audio: many(audio('What the plugins make of each.')) },
  options: pluginOptions,
  runsPlugins: 'audio',
  perBranch: true,
  create: ({ inputs, options$, ctx }) => {
    const closings = new Closings(ctx);
    const make = (place: ChainPlace) => new AudioChain(place);
    const voice = (participantId: string, stream$: Observable<AudioFrame>) =>
      throughChain(stream$, { ctx, kind: 'audio', options$, participantId, closings, make });
    return { audio: inputs.audio.pipe(map(({ id, stream$ }) => ({ id, stream$: voice(id, stream$) }))) };
  },
});
