import { z } from 'zod';
import { voxError } from '../../errors.js';
import { defineNode } from '../../graph/define-node.js';
import type { VideoPurpose, VideoSize } from '../../media/gateway-video.js';
import type { Packet } from '../../media/packet.js';
import { optional, packets } from '../../graph/ports.js';

const VIDEO_CODECS = ['vp8', 'h264'] as const;

/** `sink.call`: the call hears and sees it. */
export const callSink = defineNode({
  type: 'sink.call',
  summary: 'Send sound and pictures to the call.',
  details:
    'Sets the pace of its part of the graph: one packet of sound every 20 ms, pictures as they are encoded. The graph has ended when all that is wired to it has. ' +
    'A call whose backend has no pictures drops them. Telegram calls send all sizes that are wired (simulcast), so that each receiver gets the one he wants; rooms send the whole picture.',
  inputs: {
    audio: optional(packets('Opus packets; sound is encoded by an encode.opus at its defaults.', { codec: 'opus' })),
    video: optional(
      packets('What the camera shows; pictures are encoded by an encode.vp8 at its defaults.', { codec: VIDEO_CODECS }),
    ),
    videoHalf: optional(
      packets(
        'The same picture with half its width and height, for those who want it smaller: an encoder with the option size "half".',
        {
          codec: VIDEO_CODECS,
        },
      ),
    ),
    videoQuarter: optional(
      packets('The same with a quarter of both: an encoder with the option size "quarter".', { codec: VIDEO_CODECS }),
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
    const show = (purpose: VideoPurpose, size: VideoSize) => (packet: Packet) => {
      if (personalMixOf === undefined) gateway.video?.send(packet, purpose, size);
    };
    const wired = [
      [inputs.audio, (packet: Packet) => gateway.sendAudio(packet, personalMixOf)],
      [inputs.video, show('camera', 'full')],
      [inputs.videoHalf, show('camera', 'half')],
      [inputs.videoQuarter, show('camera', 'quarter')],
      [inputs.screen, show('screen', 'full')],
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
