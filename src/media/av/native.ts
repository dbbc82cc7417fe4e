import { avChannelLayoutDefault, FFmpegError, type Frame } from 'node-av/lib';
import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CHANNEL_LAYOUT_STEREO,
  AV_LOG_QUIET,
  AVERROR_EACCES,
  AVERROR_EINVAL,
  AVERROR_EIO,
  AVERROR_ENOENT,
  AVERROR_ENOMEM,
  AVERROR_ENOSPC,
  AVERROR_EOF,
  AVERROR_INVALIDDATA,
  type AVSampleFormat,
} from 'node-av/constants';
import { getFFmpegInfo, Log } from 'node-av/lib';

/** A channel layout as node-av takes it. */
export type ChannelLayout = ReturnType<typeof avChannelLayoutDefault>;

/** FFmpeg's usual layout for a number of channels: mono, stereo, 5.1 for six … */
export function layoutOf(channels: number): ChannelLayout {
  if (channels === 1) return AV_CHANNEL_LAYOUT_MONO;
  if (channels === 2) return AV_CHANNEL_LAYOUT_STEREO;
  return avChannelLayoutDefault(channels);
}

const PLAIN_REASONS = new Map<number, string>([
  [AVERROR_INVALIDDATA, 'its content is not what its header says'],
  [AVERROR_EOF, 'it ends too early'],
  [AVERROR_EIO, 'reading or writing failed'],
  [AVERROR_EACCES, 'permission denied'],
  [AVERROR_ENOENT, 'no such file or folder'],
  [AVERROR_ENOSPC, 'no space left on the disk'],
  [AVERROR_ENOMEM, 'not enough memory for it'],
  [AVERROR_EINVAL, 'it asks for something FFmpeg does not allow'],
]);

/** What an FFmpeg error number means, as a plain phrase for the `reason` of an error. */
export function avReason(code: number): string {
  return PLAIN_REASONS.get(code) ?? FFmpegError.strerror(code).toLowerCase();
}

/**
 * Views on the sample planes of a frame whose buffers have been allocated, `nbSamples` long. They stay valid, and are the
 * frame's own memory, until the frame's buffer is freed or replaced: whoever holds them owns the frame too, and never hands
 * them out.
 */
export function floatPlanes(frame: Frame): Float32Array[] {
  const data = frame.data;
  if (!data) throw new Error('frame without buffer');
  return data.map((plane) => new Float32Array(plane.buffer, plane.byteOffset, plane.byteLength >> 2));
}

/** Gives `frame` fresh buffers for audio of this shape, replacing what it held. */
export function allocateAudio(
  frame: Frame,
  format: AVSampleFormat,
  sampleRateHz: number,
  channels: number,
  samples: number,
): void {
  frame.unref();
  frame.format = format;
  frame.sampleRate = sampleRateHz;
  frame.channelLayout = layoutOf(channels);
  frame.nbSamples = samples;
  const code = frame.getBuffer();
  if (code < 0) throw new Error(`no memory for ${samples} samples: ${avReason(code)}`);
}

let quiet = false;

/** Stops FFmpeg from printing anything by itself. Called by everything here that opens something; once is enough. */
export function setAvLogQuiet(): void {
  if (quiet) return;
  Log.setLevel(AV_LOG_QUIET);
  quiet = true;
}

/** Which FFmpeg this is. */
export interface AvVersion {
  /** FFmpeg's release, such as `8.1`. */
  readonly ffmpeg: string;
  /** Version of each of its libraries by name: `avcodec`, `avformat` … */
  readonly libraries: Readonly<Record<string, string>>;
}

/** The version of the FFmpeg that is linked in. */
export function avVersion(): AvVersion {
  const info = getFFmpegInfo();
  return { ffmpeg: info.version, libraries: { ...info.libraries } };
}
