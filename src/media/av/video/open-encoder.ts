import { readFileSync } from 'node:fs';
import { Codec, CodecContext, Rational } from 'node-av/lib';
import {
  AV_CODEC_FLAG_BITEXACT,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PIX_FMT_YUV420P,
  AVCHROMA_LOC_LEFT,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_BT709,
} from 'node-av/constants';
import { voxError } from '../../../errors.js';
import { avReason, setAvLogQuiet } from '../native.js';
import { yieldToSound } from '../pool-priority.js';

/** The codecs pictures are encoded with. */
export type VideoCodec = 'vp8' | 'vp9' | 'h264';

/** What a video encoder is asked for. */
export interface VideoEncoderOptions {
  readonly codec: VideoCodec;
  /** Width and height in pixels; even. */
  readonly width: number;
  readonly height: number;
  /** Pictures a second: what the encoder divides its bits by. */
  readonly frameRate: number;
  /** Bit rate in kbit/s. */
  readonly bitrateKbps: number;
  /** Most time between two key frames, in seconds; 0: only where one is asked for. */
  readonly keyFrameSec: number;
  /**
   * `realtime`: no delay, steady bit rate, for calls. `file`: the same quality throughout, at the cost of a few pictures of delay.
   */
  readonly purpose: 'realtime' | 'file';
  /** Effort, 0 (fastest) to 10 (best for its size). */
  readonly effort: number;
  /** Threads it may use; default 1. */
  readonly threads?: number;
  /** Whether the codec's header stands apart from its packets, as most containers want it. Default false. */
  readonly globalHeader?: boolean;
}

/** FFmpeg's encoder of each codec. */
const ENCODERS: Readonly<Record<VideoCodec, string>> = { vp8: 'libvpx', vp9: 'libvpx-vp9', h264: 'libx264' };

/**
 * How receivers of a call take colours to be coded. VP8 has one way (RFC 6386, 9.2); H.264 may say its own, but browsers take what comes by
 * RTP for HDTV's.
 */
export const CALL_MATRIX = { vp8: 'bt601', vp9: 'bt601', h264: 'bt709' } as const;

const X264_PRESETS = ['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium', 'slow', 'slower'] as const;

/** How fine time is in an encoder: 90 kHz, as in RTP. */
export const VIDEO_TICKS = 90_000;

/**
 * Opens a video encoder, in FFmpeg's threads. The same pictures give the same bytes.
 *
 * @throws VoxError CODEC_MISSING, OPTION_OUT_OF_RANGE; Error when the encoder refuses.
 */
export async function openVideoEncoder(options: VideoEncoderOptions): Promise<CodecContext> {
  setAvLogQuiet();
  const { width, height, frameRate, bitrateKbps, keyFrameSec, purpose, threads = 1 } = options;
  const codec = Codec.findEncoderByName(ENCODERS[options.codec] as never);
  if (!codec) throw voxError('CODEC_MISSING', { what: 'encoder', name: ENCODERS[options.codec] });
  for (const [what, given] of [
    ['the width', width],
    ['the height', height],
  ] as const) {
    if (Number.isInteger(given) && given >= 2 && given <= 8192 && given % 2 === 0) continue;
    throw voxError('OPTION_OUT_OF_RANGE', { what, given, reason: 'it must be an even number from 2 to 8192' });
  }
  const context = new CodecContext();
  context.allocContext3(codec);
  context.width = width;
  context.height = height;
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  context.colorRange = AVCOL_RANGE_MPEG;
  context.chromaLocation = AVCHROMA_LOC_LEFT;
  context.timeBase = new Rational(1, VIDEO_TICKS);
  context.framerate = new Rational(Math.round(frameRate * 1000), 1000);
  context.threadCount = threads;
  context.gopSize = keyFrameSec === 0 ? 100_000 : Math.max(1, Math.round(keyFrameSec * frameRate));
  if (purpose === 'realtime') {
    context.maxBFrames = 0;
    if (options.codec === 'h264') context.colorSpace = AVCOL_SPC_BT709;
  }
  context.setFlags(AV_CODEC_FLAG_BITEXACT);
  if (options.globalHeader) context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  setRate(context, options.codec, bitrateKbps, purpose);
  for (const [key, value] of settings(options)) {
    if (context.setOption(key, value) < 0) throw new Error(`the encoder ${ENCODERS[options.codec]} has no option "${key}"`);
  }
  const code = await context.open2(codec, null);
  if (purpose === 'realtime') yieldToSound();
  if (code >= 0) return context;
  context.freeContext();
  throw new Error(
    `the encoder ${ENCODERS[options.codec]} refuses ${width}x${height} at ${bitrateKbps} kbit/s: ${avReason(code)}`,
  );
}

/** Sets the bit rate; x264 takes another one while it runs. In a call a second of it is as much as may gather, in a file four. */
export function setRate(
  context: CodecContext,
  codec: VideoCodec,
  bitrateKbps: number,
  purpose: VideoEncoderOptions['purpose'],
): void {
  const rate = BigInt(Math.round(bitrateKbps * 1000));
  const live = purpose === 'realtime';
  context.bitRate = rate;
  context.rcMaxRate = live ? rate : 2n * rate;
  context.rcBufferSize = Math.round(bitrateKbps * 1000 * (live ? 1 : 4));
  if (live && codec !== 'h264') context.rcMinRate = rate;
}

function settings({ codec, purpose, effort }: VideoEncoderOptions): [string, string][] {
  if (codec === 'h264') {
    const preset = X264_PRESETS[Math.min(X264_PRESETS.length - 1, Math.round((effort / 10) * (X264_PRESETS.length - 1)))]!;
    const live: [string, string][] =
      purpose === 'realtime'
        ? [
            ['tune', 'zerolatency'],
            ['x264-params', 'scenecut=0'],
          ]
        : steady();
    // What every browser and every phone takes; a key frame that is asked for must be one to begin with.
    return [['preset', preset], ['profile', purpose === 'realtime' ? 'baseline' : 'high'], ['forced-idr', '1'], ...live];
  }
  const live = purpose === 'realtime';
  // A negative speed fixes the amount of work; a positive one would make the result depend on the machine.
  const speed = live ? -Math.round(12 - effort * 1.2) : Math.round(5 - effort * 0.5);
  return [
    ['deadline', live ? 'realtime' : 'good'],
    ['cpu-used', String(codec === 'vp8' ? Math.max(-16, speed) : Math.abs(speed) > 8 ? 8 : Math.abs(speed))],
    ['lag-in-frames', live ? '0' : '12'],
    ['auto-alt-ref', live ? '0' : '1'],
    ['error-resilient', live ? '1' : '0'],
  ];
}

let wide: boolean | undefined;

/**
 * x264's macroblock tree, as computed with AVX-512, now and then depends on what happens to be in memory, and the same pictures then give other
 * bytes: about one film in five hundred. With AVX2 they never do.
 */
function steady(): [string, string][] {
  wide ??= process.platform === 'linux' && /\bavx512/.test(readIfThere('/proc/cpuinfo'));
  return wide ? [['x264-params', 'asm=avx2']] : [];
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
