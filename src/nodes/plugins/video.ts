import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import type { ChainPlace } from './operator-life.js';
import { Closings, pluginOptions, throughChain } from './through-chain.js';
import { VideoChain } from './video-chain.js';

/** `plugin.video`: the graph's plugins on pictures. */
export const pluginVideo = defineNode({
  type: 'plugin.video',
  summary: "Send pictures through the operators of the graph's plugins, one after the other.",
  details:
    'As plugin.audio, for pictures: one leaves for each that comes; what an operator does wrong, the picture that came in goes on in its ' +
    'place. Changes take effect from the next picture on. Pictures that operators make are released here, also those that go no further.',
  inputs: { video: video('What the plugins work on.') },
  outputs: { video: video('What they make of it.') },
  options: pluginOptions,
  runsPlugins: 'video',
  create: ({ inputs, options$, ctx }) => {
    const closings = new Closings(ctx);
    const make = (place: ChainPlace) => new VideoChain(place);
    return { video: throughChain(inputs.video, { ctx, kind: 'video', options$, closings, make }) };
  },
});
