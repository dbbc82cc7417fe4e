import { defineNode } from '../../graph/define-node.js';
import { packets, video } from '../../graph/ports.js';
import { encodeVideo } from '../support/video-encode.js';
import { FIXED_VIDEO_OPTIONS, videoEncodeOptions } from '../support/video-encode-options.js';

/** `encode.h264`: pictures to H.264 for a call. */
export const h264 = defineNode({
  type: 'encode.h264',
  summary: 'Encode pictures as H.264 for a call.',
  details:
    'x264 with settings for calls: no delay, a steady bit rate. Constrained baseline profile, without B-frames: what every browser and phone decodes. Packets are access units in Annex B form, with parameter sets before each key frame.\n\n' +
    'In real time all work on pictures, effects and mixers before it included, is done beside the beat in threads of FFmpeg; what is not done in time ' +
    'is shed, the oldest first, and sound never waits. Counters: `encoded`, `shed`, `dropped` (came faster than `frameRate`). ' +
    'Event: `video.opened { codec, width, height, bitrateKbps }`.',
  inputs: { video: video('Pictures to encode.') },
  outputs: { video: packets('H.264 frames.', { codec: 'h264' }) },
  options: videoEncodeOptions(800),
  fixedOptions: FIXED_VIDEO_OPTIONS,
  bypass: null,
  converter: true,
  frameRate: ({ frameRate }) => frameRate,
  create: ({ inputs, options, options$, ctx }) => ({ video: encodeVideo(ctx, 'h264', inputs.video, options, options$) }),
});
