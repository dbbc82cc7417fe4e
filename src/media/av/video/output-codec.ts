import type { OutputFormat } from 'node-av/lib';
import { AV_CODEC_ID_NONE } from 'node-av/constants';
import { voxError } from '../../../errors.js';
import type { VideoCodec } from './open-encoder.js';

/** Containers that take only some codecs; all others get H.264, which plays everywhere. */
const USUAL: Readonly<Record<string, VideoCodec>> = { webm: 'vp8', ivf: 'vp8' };

/** Containers for sound, which FFmpeg lets have a cover or Theora. */
const NO_FILMS = /^(mp3|flac|wav|ogg|oga|opus|adts|aiff|caf|w64|ipod)$/;

/** The codec a container's pictures are usually of. @throws VoxError OUTPUT_UNWRITABLE when it holds none. */
export function chooseVideoCodec(path: string, format: OutputFormat): VideoCodec {
  const name = format.name ?? 'unknown';
  if (format.videoCodec === AV_CODEC_ID_NONE || NO_FILMS.test(name))
    throw voxError('OUTPUT_UNWRITABLE', { path, reason: `the container ${name} holds no moving pictures; use mp4, webm or mkv` });
  return USUAL[name] ?? 'h264';
}

/** Whether a file of that name can have moving pictures. */
export function holdsVideo(path: string): boolean {
  return /\.(mp4|m4v|mov|mkv|webm|ts|mts|flv|avi|nut|3gp)$/i.test(path);
}
