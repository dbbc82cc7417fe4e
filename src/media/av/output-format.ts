import { Codec, OutputFormat } from 'node-av/lib';
import { AV_CODEC_ID_NONE, AVFMT_NOFILE } from 'node-av/constants';
import { extname } from 'node:path';
import { voxError } from '../../errors.js';

/** The encoder each container gets by default where FFmpeg's own choice is not the best one. */
const BEST_ENCODER: Readonly<Record<string, string>> = {
  ogg: 'libopus',
  oga: 'libopus',
  opus: 'libopus',
  webm: 'libopus',
  matroska: 'libopus',
  mp3: 'libmp3lame',
  wav: 'pcm_s16le',
  w64: 'pcm_s16le',
  aiff: 'pcm_s16be',
  caf: 'pcm_s16le',
  flac: 'flac',
  adts: 'aac',
  mp4: 'aac',
  ipod: 'aac',
  mov: 'aac',
  mpegts: 'aac',
};

/** FFmpeg's encoder for a codec's everyday name. */
const ENCODER_OF: Readonly<Record<string, string>> = {
  opus: 'libopus',
  mp3: 'libmp3lame',
  vorbis: 'libvorbis',
  pcm: 'pcm_s16le',
};

/** Muxers that write several files, or none, or to the network. */
const NOT_ONE_FILE =
  /^(hls|dash|segment|stream_segment|ssegment|tee|image2|image2pipe|webm_chunk|webm_dash_manifest|smoothstreaming|hds|fifo|fifo_test|rtp.*|rtsp|sap|rtmp.*|null|ffmetadata|frame.*|crc|hash|md5|streamhash|uncodedframecrc)$/;

/** A container with the encoder that fills it. */
export interface OutputChoice {
  readonly format: OutputFormat;
  readonly codec: Codec;
}

/**
 * The container for a path (by its extension, or by name) and the encoder for it (the container's best, or by name).
 *
 * @throws VoxError OUTPUT_UNWRITABLE for an extension without container or a container without sound; CODEC_MISSING for an
 * unknown name.
 */
export function chooseOutput(path: string, formatName: string | undefined, codecName: string | undefined): OutputChoice {
  const format = OutputFormat.guessFormat(formatName ?? null, formatName === undefined ? path : null, null);
  const name = format?.name;
  if (!format || !name) {
    if (formatName !== undefined) throw voxError('CODEC_MISSING', { what: 'container', name: formatName });
    const extension = extname(path);
    const reason = extension
      ? `no container has the extension "${extension}"`
      : 'its name has no extension, so no container is known';
    throw voxError('OUTPUT_UNWRITABLE', { path, reason });
  }
  if (NOT_ONE_FILE.test(name) || format.flags & AVFMT_NOFILE) {
    throw voxError('OUTPUT_UNWRITABLE', { path, reason: `the container ${name} is not written as one file` });
  }
  if (codecName === undefined && format.audioCodec === AV_CODEC_ID_NONE) {
    throw voxError('OUTPUT_UNWRITABLE', { path, reason: `the container ${name} holds no sound` });
  }
  const wanted = codecName === undefined ? BEST_ENCODER[name] : (ENCODER_OF[codecName] ?? codecName);
  const codec = wanted === undefined ? Codec.findEncoder(format.audioCodec) : Codec.findEncoderByName(wanted as never);
  if (!codec) throw voxError('CODEC_MISSING', { what: 'encoder', name: wanted ?? `for ${name}` });
  return { format, codec };
}
