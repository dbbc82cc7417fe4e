import { z } from 'zod';
import { voxError } from '../../errors.js';
import { defineNode } from '../../graph/define-node.js';
import type { VideoPurpose } from '../../media/gateway-video.js';
import type { Packet } from '../../media/packet.js';
import { optional, packets } from '../../graph/ports.js';

const VIDEO_CODECS = ['vp8', 'h264'] as const;

/** `sink.call`: the call hears and sees it. */
export const callSink = defineNode({
  type: 'sink.call',
  summary: 'Send sound and pictures to the call.',
  details:
    'Sets the pace of its part of the graph: one packet of sound every 20 ms, pictures as they are encoded. The graph has ended when all that is wired to it has. ' +
    'A call whose backend has no pictures drops them.',
  inputs: {
    audio: optional(packets('Opus packets; sound is encoded by an encode.opus at its defaults.', { codec: 'opus' })),
    video: optional(
      packets('What the camera shows; pictures are encoded by an encode.vp8 at its defaults.', { codec: VIDEO_CODECS }),
    ),
    screen: optional(
      packets('A second video, as of a shared screen: an encoder with the option purpose "screen".', { codec: VIDEO_CODECS }),
    ),
  },
  anyInput: true,
  outputs: {},
  options: z.strictObject({}),
  leadership: 'lead',
  needsCall: true,
  create: ({ inputs, ctx }) => {
    const { gateway, personalMixOf } = ctx;
    if (!gateway) throw voxError('NO_CALL', { node: ctx.nodeId });
    // A personal mix is of sound: the pictures are everybody's.
    const show = (purpose: VideoPurpose) => (packet: Packet) => {
      if (personalMixOf === undefined) gateway.video?.send(packet, purpose);
    };
    const wired = [
      [inputs.audio, (packet: Packet) => gateway.sendAudio(packet, personalMixOf)],
      [inputs.video, show('camera')],
      [inputs.screen, show('screen')],
    ] as const;
    let open = wired.filter(([stream$]) => stream$).length;
    const over = () => {
      if (--open === 0) ctx.finish();
    };
    for (const [stream$, next] of wired) {
      const subscription = stream$?.subscribe({ next, error: over, complete: over });
      ctx.defer(() => subscription?.unsubscribe());
    }
    return {};
  },
});
