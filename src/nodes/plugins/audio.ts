import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { AudioChain } from './audio-chain.js';
import type { ChainPlace } from './operator-life.js';
import { Closings, pluginOptions, throughChain } from './through-chain.js';

const details =
  'The order is that of the graph: a plugin behind those it depends on, then by `priority`, then by name. Plugins are enabled, disabled, ' +
  'configured and put in another order while it runs; that fades over in 20 ms, and what stays goes on with its state. An operator that ' +
  'throws, or gives anything but one fitting frame at once, is counted, and the frame that came in goes on in its place; after 5 such ' +
  'frames in a row it is left out and `plugin.bypassed` is told. With no operator frames pass through untouched, also as Opus packets. ';

/** `plugin.audio`: the graph's plugins on a stream of sound. */
export const pluginAudio = defineNode({
  type: 'plugin.audio',
  summary: "Send sound through the operators of the graph's plugins, one after the other.",
  details:
    `${details}Fed with branches, such as the voices of source.participants, it becomes a plugin.voices: each has operators of its own, ` +
    'and branches leave. To have one chain for all voices together, put a mix.sum before it.',
  inputs: { audio: audio('What the plugins work on.') },
  outputs: { audio: audio('What they make of it.') },
  options: pluginOptions,
  runsPlugins: 'audio',
  branchType: 'plugin.voices',
  passesThrough: () => true,
  create: ({ inputs, options$, ctx }) => {
    const closings = new Closings(ctx);
    const make = (place: ChainPlace) => new AudioChain(place);
    return { audio: throughChain(inputs.audio, { ctx, kind: 'audio', options$, closings, make }) };
  },
});
