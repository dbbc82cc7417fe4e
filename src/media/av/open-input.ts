import { constants as fsConstants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Codec, CodecContext, Dictionary, FormatContext, type Stream } from 'node-av/lib';
import { AVDISCARD_ALL, AVERROR_ENOMEM, AVMEDIA_TYPE_AUDIO } from 'node-av/constants';
import { reasonOf, voxError, type VoxError } from '../../errors.js';
import { INPUT_FORMATS, refusalReason, statesLength } from './formats.js';
import { readMediaInfo, type MediaInfo } from './media-info.js';
import { avReason, setAvLogQuiet } from './native.js';
import { statedWavUs } from './wav-length.js';
import { MAX_CHANNELS, MAX_SAMPLE_RATE, MIN_SAMPLE_RATE } from './resampler.js';

/** How many bytes and how much media FFmpeg may look at to learn what a file holds. */
const PROBE_BYTES = 5_000_000;
const ANALYZE_US = 5_000_000;
const MAX_STREAMS = 100;

/** Tags and pictures may stand before a WAV file's samples. */
const WAV_HEAD_BYTES = 65_536;

/** An opened file with a running decoder for one of its audio streams. Whoever has it closes both. */
export interface OpenedInput {
  readonly format: FormatContext;
  readonly stream: Stream;
  readonly decoder: CodecContext;
  readonly info: MediaInfo;
  /** Size of the file when it was opened. */
  readonly fileBytes: number;
}

/** Frees an opened input; safe when parts of it are missing. */
export function closeInput(parts: {
  readonly format?: FormatContext | undefined;
  readonly decoder?: CodecContext | undefined;
}): void {
  parts.decoder?.freeContext();
  parts.format?.closeInputSync();
}

/** An opened container. Whoever has it closes it. */
export interface OpenedContainer {
  readonly format: FormatContext;
  /** Size of the file when it was opened. */
  readonly fileBytes: number;
}

/**
 * Opens a local media file, as {@link openInput} does, without a decoder.
 *
 * @param formats the demuxers that may be used. @throws VoxError MEDIA_NOT_FOUND, MEDIA_UNREADABLE.
 */
export async function openContainer(
  path: string,
  signal: AbortSignal | undefined,
  formats: string = INPUT_FORMATS,
): Promise<OpenedContainer> {
  setAvLogQuiet();
  signal?.throwIfAborted();
  const fileBytes = await checkFile(path);
  signal?.throwIfAborted();
  const format = new FormatContext();
  try {
    await openFormat(format, path, formats);
    signal?.throwIfAborted();
    return { format, fileBytes };
  } catch (error) {
    closeInput({ format });
    throw error;
  }
}

/**
 * Opens a local media file and the decoder of one audio stream.
 *
 * Only regular files are opened, only by the protocol `file`, and only by demuxers that read no further file, so that neither
 * a playlist nor a device can make this hang or reach elsewhere.
 *
 * @throws VoxError MEDIA_NOT_FOUND, MEDIA_UNREADABLE, MEDIA_NO_AUDIO, CODEC_MISSING.
 */
export async function openInput(
  path: string,
  streamIndex: number | undefined,
  signal: AbortSignal | undefined,
): Promise<OpenedInput> {
  const { format, fileBytes } = await openContainer(path, signal);
  let decoder: CodecContext | undefined;
  try {
    const stream = chooseStream(format, path, streamIndex);
    decoder = await openDecoder(stream, path);
    signal?.throwIfAborted();
    const container = format.iformat?.name ?? '';
    const stated = container === 'wav' ? statedWavUs(await readHead(path, WAV_HEAD_BYTES)) : undefined;
    signal?.throwIfAborted();
    const info = readMediaInfo(format, stream, statesLength(container, stream.startTime), stated);
    return { format, stream, decoder, info, fileBytes };
  } catch (error) {
    closeInput({ format, decoder });
    throw error;
  }
}

function unreadable(path: string, reason: string): VoxError {
  return voxError('MEDIA_UNREADABLE', { path, reason });
}

/** Returns the file's size. */
async function checkFile(path: string): Promise<number> {
  if (path.includes('\0')) throw unreadable(JSON.stringify(path), 'its name holds a zero byte');
  let info;
  try {
    info = await stat(path);
    if (info.isFile()) await access(path, fsConstants.R_OK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw voxError('MEDIA_NOT_FOUND', { path });
    if (code === 'EACCES' || code === 'EPERM') throw unreadable(path, 'permission denied');
    if (code === 'ENAMETOOLONG') throw unreadable(path, 'its name is too long');
    if (code === 'ELOOP') throw unreadable(path, 'its links point at each other in a circle');
    throw unreadable(path, reasonOf(error));
  }
  if (info.isDirectory()) throw unreadable(path, 'it is a folder');
  if (info.isFIFO()) throw unreadable(path, 'it is a pipe, not a file');
  if (info.isSocket()) throw unreadable(path, 'it is a socket, not a file');
  if (!info.isFile()) throw unreadable(path, 'it is a device, not a file');
  if (info.size === 0) throw unreadable(path, 'it is empty');
  return info.size;
}

async function openFormat(format: FormatContext, path: string, formats: string): Promise<void> {
  const options = Dictionary.fromObject({
    protocol_whitelist: 'file',
    format_whitelist: formats,
    probesize: PROBE_BYTES,
    analyzeduration: ANALYZE_US,
    max_streams: MAX_STREAMS,
  });
  let code: number;
  try {
    // The prefix keeps names such as "a:b.mp3" from being taken for a protocol.
    code = await format.openInput(`file:${resolve(path)}`, null, options);
  } finally {
    options.free();
  }
  if (code < 0) throw unreadable(path, (await reasonByContent(path)) ?? openReason(code));
  code = await format.findStreamInfo(null);
  if (code < 0) throw unreadable(path, openReason(code));
}

function openReason(code: number): string {
  return code === AVERROR_ENOMEM ? avReason(code) : 'it is damaged, or no media file that FFmpeg knows';
}

async function reasonByContent(path: string): Promise<string | undefined> {
  return refusalReason(await readHead(path, 1024));
}

async function readHead(path: string, bytes: number): Promise<Uint8Array> {
  const file = await open(path, fsConstants.O_RDONLY | fsConstants.O_NONBLOCK);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The audio stream to play; the others are switched off. @throws VoxError MEDIA_NO_AUDIO, MEDIA_UNREADABLE. */
export function chooseStream(format: FormatContext, path: string, wanted: number | undefined): Stream {
  const { streams } = format;
  const audio = streams.filter((stream) => stream.codecpar.codecType === AVMEDIA_TYPE_AUDIO);
  if (audio.length === 0) throw voxError('MEDIA_NO_AUDIO', { path });
  const index = wanted ?? format.findBestStream(AVMEDIA_TYPE_AUDIO, -1, -1);
  const stream = wanted === undefined ? (audio.find((s) => s.index === index) ?? audio[0]) : audio.find((s) => s.index === index);
  if (!stream) {
    const indices = audio.map((s) => s.index).join(', ');
    throw unreadable(path, `stream ${index} is no audio stream of it; it has ${indices}`);
  }
  // Others are not even parsed: cover pictures, video, further languages.
  for (const other of streams) if (other.index !== stream.index) other.discard = AVDISCARD_ALL;
  return stream;
}

/** Opens the decoder of an audio stream. @throws VoxError CODEC_MISSING, MEDIA_UNREADABLE. */
export async function openDecoder(stream: Stream, path: string): Promise<CodecContext> {
  const { codecpar } = stream;
  const codec = Codec.findDecoder(codecpar.codecId);
  if (!codec) throw voxError('CODEC_MISSING', { what: 'decoder for', name: `codec ${codecpar.codecId}` });
  const { sampleRate, channels } = codecpar;
  if (sampleRate < MIN_SAMPLE_RATE || sampleRate > MAX_SAMPLE_RATE) throw unreadable(path, `its sample rate is ${sampleRate} Hz`);
  if (channels < 1 || channels > MAX_CHANNELS) throw unreadable(path, `it has ${channels} channels`);
  const decoder = new CodecContext();
  decoder.allocContext3(codec);
  try {
    if (decoder.parametersToContext(codecpar) < 0) throw unreadable(path, 'its audio stream has no valid header');
    decoder.pktTimebase = stream.timeBase;
    decoder.threadCount = 1;
    const code = await decoder.open2(codec, null);
    if (code < 0) throw unreadable(path, `its ${codec.name ?? 'audio'} stream cannot be decoded: ${avReason(code)}`);
    return decoder;
  } catch (error) {
    decoder.freeContext();
    throw error;
  }
}
