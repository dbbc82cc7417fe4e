import { avGetCodecName, Codec, CodecContext, type FormatContext, type Stream } from 'node-av/lib';
import {
  AV_DISPOSITION_ATTACHED_PIC,
  AV_NOPTS_VALUE,
  AVDISCARD_ALL,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
} from 'node-av/constants';
import { voxError } from '../../../errors.js';
import { avReason } from '../native.js';
import { closeInput, openContainer } from '../open-input.js';

/** Wider or higher pictures are refused: one of them would take a gigabyte. */
const MOST_PIXELS = 8192 * 8192;

/** What a file says about its pictures. */
export interface VideoInfo {
  /** FFmpeg's name of the codec: `h264`, `vp8`, `png` … */
  readonly codec: string;
  /** Width in pixels, before it is turned. */
  readonly width: number;
  /** Height in pixels, before it is turned. */
  readonly height: number;
  /** Pictures a second, as the file states; undefined when it does not. */
  readonly frameRate: number | undefined;
  /** Length in microseconds; undefined when nobody knows. */
  readonly durationUs: number | undefined;
  /** True for a picture that does not move: cover art. */
  readonly still: boolean;
}

/** An opened video stream with its decoder. */
export interface OpenedVideo {
  readonly format: FormatContext;
  readonly stream: Stream;
  readonly decoder: CodecContext;
  readonly info: VideoInfo;
  /** Where the file's position 0 is, in microseconds of its time stamps: the beginning of its sound, so that both stay in step. */
  readonly originUs: number;
}

/**
 * Opens the moving pictures of a local media file, or else its cover picture.
 *
 * @param formats demuxers that may be used; default those for media files.
 * @throws VoxError MEDIA_NOT_FOUND, MEDIA_UNREADABLE, MEDIA_NO_VIDEO, CODEC_MISSING.
 */
export async function openVideo(path: string, signal?: AbortSignal, formats?: string): Promise<OpenedVideo> {
  const { format } = await openContainer(path, signal, formats);
  let decoder: CodecContext | undefined;
  try {
    const stream = chooseVideo(format, path);
    decoder = await openVideoDecoder(stream, path);
    signal?.throwIfAborted();
    return { format, stream, decoder, info: videoInfo(format, stream), originUs: originOf(format, stream) };
  } catch (error) {
    closeInput({ format, decoder });
    throw error;
  }
}

/** The other streams are switched off. @throws VoxError MEDIA_NO_VIDEO. */
function chooseVideo(format: FormatContext, path: string): Stream {
  const stream = findVideo(format);
  if (!stream) throw voxError('MEDIA_NO_VIDEO', { path });
  for (const other of format.streams) if (other.index !== stream.index) other.discard = AVDISCARD_ALL;
  return stream;
}

/** Moving pictures before a cover; undefined where there is neither. */
export function findVideo(format: FormatContext): Stream | undefined {
  const pictures = format.streams.filter(({ codecpar }) => codecpar.codecType === AVMEDIA_TYPE_VIDEO);
  const moving = pictures.filter((stream) => !isCover(stream));
  const best = format.findBestStream(AVMEDIA_TYPE_VIDEO, -1, -1);
  return moving.find(({ index }) => index === best) ?? moving[0] ?? pictures[0];
}

/** True for a picture that does not move. */
export function isCover(stream: Stream): boolean {
  return (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) !== 0;
}

/** Opens the decoder of a video stream. @throws VoxError CODEC_MISSING, MEDIA_UNREADABLE. */
export async function openVideoDecoder(stream: Stream, path: string): Promise<CodecContext> {
  const { codecpar } = stream;
  const codec = Codec.findDecoder(codecpar.codecId);
  if (!codec) throw voxError('CODEC_MISSING', { what: 'decoder for', name: `codec ${codecpar.codecId}` });
  const { width, height } = codecpar;
  if (width * height > MOST_PIXELS) {
    throw voxError('MEDIA_UNREADABLE', { path, reason: `its pictures are ${width} by ${height} pixels large` });
  }
  const decoder = new CodecContext();
  decoder.allocContext3(codec);
  try {
    if (decoder.parametersToContext(codecpar) < 0)
      throw voxError('MEDIA_UNREADABLE', { path, reason: 'its video stream has no valid header' });
    decoder.pktTimebase = stream.timeBase;
    decoder.threadCount = 1;
    const code = await decoder.open2(codec, null);
    if (code < 0)
      throw voxError('MEDIA_UNREADABLE', {
        path,
        reason: `its ${codec.name ?? 'video'} stream cannot be decoded: ${avReason(code)}`,
      });
    return decoder;
  } catch (error) {
    decoder.freeContext();
    throw error;
  }
}

/** What a container says about a stream of pictures. */
export function videoInfo(format: FormatContext, stream: Stream): VideoInfo {
  const { num, den } = stream.avgFrameRate;
  const { timeBase, duration } = stream;
  const stated =
    duration !== AV_NOPTS_VALUE && duration > 0n ? (Number(duration) * timeBase.num * 1e6) / timeBase.den : undefined;
  const whole = format.duration !== AV_NOPTS_VALUE && format.duration > 0n ? Number(format.duration) : undefined;
  return {
    codec: avGetCodecName(stream.codecpar.codecId) ?? 'unknown',
    width: stream.codecpar.width,
    height: stream.codecpar.height,
    frameRate: num > 0 && den > 0 ? num / den : undefined,
    durationUs: isCover(stream) ? undefined : (stated ?? whole),
    still: isCover(stream),
  };
}

/** The position 0 of the sound, if there is any, in microseconds: what an encoder puts before it has negative time stamps. */
export function originOf(format: FormatContext, video: Stream): number {
  const best = format.findBestStream(AVMEDIA_TYPE_AUDIO, -1, -1);
  const stream = format.streams.find(({ index }) => index === best) ?? video;
  if (stream.startTime === AV_NOPTS_VALUE) return 0;
  const { num, den } = stream.timeBase;
  return Math.max(0, (Number(stream.startTime) * num * 1e6) / den);
}
