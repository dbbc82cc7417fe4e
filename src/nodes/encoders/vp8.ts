import { defineNode } from '../../graph/define-node.js';
import { packets, video } from '../../graph/ports.js';
import { encodeVideo } from '../support/video-encode.js';
import { FIXED_VIDEO_OPTIONS, videoEncodeOptions } from '../support/video-encode-options.js';

/** `encode.vp8`: pictures to VP8 for a call. */
export const vp8 = defineNode({
  type: 'encode.vp8',
  summary: 'Encode pictures as VP8 for a call.',
  details:
    'libvpx with settings for calls: no delay, a steady bit rate. A changed bit rate is followed within a second, without a key frame; one of more than four times, or less than a quarter of, what it began with makes a key frame.\n\n' +
    'In real time all work on pictures, effects and mixers before it included, is done beside the beat in threads of FFmpeg; what is not done in time ' +
    'is shed, the oldest first, and sound never waits. Counters: `encoded`, `shed`, `dropped` (came faster than `frameRate`). ' +
    'Event: `video.opened { codec, width, height, bitrateKbps }`.',
  inputs: { video: video('Pictures to encode.') },
  outputs: { video: packets('VP8 frames.', { codec: 'vp8' }) },
  options: videoEncodeOptions(800),
  fixedOptions: FIXED_VIDEO_OPTIONS,
  bypass: null,
  converter: true,
  frameRate: ({ frameRate }) => frameRate,
  create: ({ inputs, options, options$, ctx }) => ({ video: encodeVideo(ctx, 'vp8', inputs.video, options, options$) }),
});
