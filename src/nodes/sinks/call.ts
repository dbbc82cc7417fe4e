import { z } from 'zod';
import { voxError } from '../../errors.js';
import { defineNode } from '../../graph/define-node.js';
import { packets } from '../../graph/ports.js';

/** `sink.call`: the call hears it. */
export const callSink = defineNode({
  type: 'sink.call',
  summary: 'Send packets to the call.',
  details: 'Sets the pace of its part of the graph: one packet every 20 ms. The graph has ended when its input ends.',
  inputs: { audio: packets('Opus packets; sound is encoded by an encode.opus at its defaults.', { codec: 'opus' }) },
  outputs: {},
  options: z.strictObject({}),
  leadership: 'lead',
  needsCall: true,
  create: ({ inputs, ctx }) => {
    const { gateway, personalMixOf } = ctx;
    if (!gateway) throw voxError('NO_CALL', { node: ctx.nodeId });
    const finish = () => ctx.finish();
    const subscription = inputs.audio.subscribe({
      next: (packet) => gateway.sendAudio(packet, personalMixOf),
      error: finish,
      complete: finish,
    });
    ctx.defer(() => subscription.unsubscribe());
    return {};
  },
});
