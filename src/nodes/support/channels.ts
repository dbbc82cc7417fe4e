import { z } from 'zod';
import { averageInto } from '../../media/dsp/mix.js';
import { frameSamples, shapeAudioFrame, type AudioFrame } from '../../media/frame.js';

/** The channel count option of sources, mixers and encoders. */
export function channelsOption(about: string) {
  return z
    .union([z.literal(1), z.literal(2)])
    .default(2)
    .meta({ description: `${about}: 1 is mono, 2 stereo.` });
}

/**
 * Gives a frame the wanted number of channels: `input` itself when it has it, else `scratch` filled from it. Mono goes to both
 * sides at full level; stereo becomes its average.
 */
export function withChannels(input: AudioFrame, channels: 1 | 2, scratch: AudioFrame): AudioFrame {
  if (input.planes.length === channels) return input;
  shapeAudioFrame(scratch, channels, frameSamples(input));
  scratch.ptsUs = input.ptsUs;
  if (input.silent) {
    if (!scratch.silent) for (const plane of scratch.planes) plane.fill(0);
  } else if (channels === 1) {
    averageInto(scratch.planes[0]!, input.planes[0]!, input.planes[1]!);
  } else {
    scratch.planes[0]!.set(input.planes[0]!);
    scratch.planes[1]!.set(input.planes[0]!);
  }
  scratch.silent = input.silent;
  return scratch;
}
