import { type Codec, CodecContext, Rational } from 'node-av/lib';
import {
  AV_CODEC_FLAG_BITEXACT,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_SAMPLE_FMT_FLT,
  AV_SAMPLE_FMT_FLTP,
  AV_SAMPLE_FMT_S16,
  AV_SAMPLE_FMT_S16P,
  FF_COMPLIANCE_EXPERIMENTAL,
  type AVSampleFormat,
} from 'node-av/constants';
import { voxError } from '../../errors.js';
import { SAMPLE_RATE } from '../format.js';
import { avReason, layoutOf } from './native.js';
import { OPUS_DEFAULTS, openOpus } from './open-opus.js';

/** What a file's encoder is asked for; see `AudioWriterOptions`. */
export interface EncoderRequest {
  readonly channels?: 1 | 2;
  readonly bitrateKbps?: number;
  readonly complexity?: number;
}

/**
 * Opens the encoder of a file, at 48 kHz or the nearest rate it takes, in the sample format that costs least.
 *
 * @param globalHeader whether the container keeps the codec's header apart from its packets.
 * @throws VoxError OPTION_OUT_OF_RANGE; Error when the encoder refuses.
 */
export async function openEncoder(codec: Codec, options: EncoderRequest, globalHeader: boolean): Promise<CodecContext> {
  const channels = options.channels ?? 2;
  if (channels !== 1 && channels !== 2) {
    throw voxError('OPTION_OUT_OF_RANGE', { what: 'the channel count', given: String(channels), reason: 'it must be 1 or 2' });
  }
  if (codec.name === 'libopus') {
    const bitrateKbps = options.bitrateKbps ?? 48 * channels;
    return openOpus({ ...OPUS_DEFAULTS, channels, bitrateKbps, complexity: options.complexity ?? OPUS_DEFAULTS.complexity });
  }
  const kbps = options.bitrateKbps ?? 80 * channels;
  if (!(kbps >= 1 && kbps <= 2000)) {
    throw voxError('OPTION_OUT_OF_RANGE', { what: 'the bit rate in kbit/s', given: kbps, reason: 'it must be 1 to 2000' });
  }
  const context = new CodecContext();
  context.allocContext3(codec);
  context.sampleRate = chooseRate(codec);
  context.sampleFormat = chooseFormat(codec);
  context.channelLayout = layoutOf(channels);
  context.bitRate = BigInt(Math.round(kbps * 1000));
  context.timeBase = new Rational(1, context.sampleRate);
  context.threadCount = 1;
  context.setFlags(AV_CODEC_FLAG_BITEXACT);
  if (globalHeader) context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  // FFmpeg calls a few good encoders experimental still, and refuses them otherwise.
  context.setOption('strict', String(FF_COMPLIANCE_EXPERIMENTAL));
  const code = await context.open2(codec, null);
  if (code < 0) {
    context.freeContext();
    throw new Error(`the encoder ${codec.name} refuses ${channels} channels at ${kbps} kbit/s: ${avReason(code)}`);
  }
  return context;
}

function chooseRate(codec: Codec): number {
  const rates = codec.supportedSamplerates;
  if (!rates || rates.length === 0 || rates.includes(SAMPLE_RATE)) return SAMPLE_RATE;
  const below = rates.filter((rate) => rate < SAMPLE_RATE);
  return below.length > 0 ? Math.max(...below) : Math.min(...rates);
}

function chooseFormat(codec: Codec): AVSampleFormat {
  const formats = codec.sampleFormats;
  const first = formats?.[0];
  if (!formats || first === undefined) return AV_SAMPLE_FMT_FLTP;
  const preferred = [AV_SAMPLE_FMT_FLT, AV_SAMPLE_FMT_FLTP, AV_SAMPLE_FMT_S16, AV_SAMPLE_FMT_S16P];
  return preferred.find((format) => formats.includes(format)) ?? first;
}
