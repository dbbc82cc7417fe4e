import { AVSEEK_SIZE, AVERROR_EINVAL, AVERROR_ENOMEM } from 'node-av/constants';
import { Dictionary, FormatContext, IOContext } from 'node-av/lib';
import { VoxError, voxError } from '../../errors.js';
import type { ByteSource } from '../net/byte-source.js';
import { INPUT_FORMATS, refusalReason } from './formats.js';
import { avReason, setAvLogQuiet } from './native.js';

/** How many bytes FFmpeg asks for at once. */
const IO_BYTES = 16 * 1024;

/** How many bytes and how much media FFmpeg may look at to learn what a stream holds: less than for files, since it takes time to come. */
const PROBE_BYTES = 1_000_000;
const ANALYZE_US = 500_000;
const MAX_STREAMS = 100;

const SEEK_SET = 0;
const SEEK_CUR = 1;
const SEEK_END = 2;

/** A container that is read through a {@link ByteSource}. */
export interface StreamInput {
  readonly format: FormatContext;
  /** Frees the container, not the source. Only while nothing is under way. */
  close(): void;
}

/**
 * Opens a container whose bytes come from elsewhere. FFmpeg itself opens nothing: it may use no protocol at all, and only demuxers that
 * read no further file, so that whatever the stream says, nothing else is reached.
 *
 * @param name what messages call it. @throws VoxError `URL_NOT_MEDIA`, or the source's own failure.
 */
export async function openStreamInput(source: ByteSource, name: string): Promise<StreamInput> {
  setAvLogQuiet();
  const io = new IOContext();
  let position = 0;
  const read = (size: number) => {
    const given = source.read(size);
    const count = (bytes: Buffer | null) => {
      position += bytes?.length ?? 0;
      return bytes;
    };
    return given instanceof Promise ? given.then(count) : count(given);
  };
  const seek = (offset: bigint, whence: number) => {
    const { length, seekable } = source;
    if (whence === AVSEEK_SIZE) return length === undefined ? AVERROR_EINVAL : BigInt(length);
    const base = whence === SEEK_CUR ? position : whence === SEEK_END ? length : whence === SEEK_SET ? 0 : undefined;
    if (!seekable || base === undefined) return AVERROR_EINVAL;
    const target = base + Number(offset);
    if (target < 0) return AVERROR_EINVAL;
    if (target !== position) source.seek(target);
    position = target;
    return BigInt(target);
  };
  io.allocContextWithCallbacks(IO_BYTES, 0, read, null, source.seekable ? seek : null);
  const format = new FormatContext();
  let freed = false;
  const close = () => {
    if (freed) return;
    freed = true;
    format.closeInputSync();
    io.freeContext();
  };
  try {
    format.allocContext();
    format.pb = io;
    const options = Dictionary.fromObject({
      protocol_whitelist: 'none',
      format_whitelist: source.formats ?? INPUT_FORMATS,
      probesize: PROBE_BYTES,
      // In MPEG-TS the sound may begin a while behind the pictures.
      analyzeduration: source.formats === undefined ? ANALYZE_US : 4 * ANALYZE_US,
      max_streams: MAX_STREAMS,
    });
    let code: number;
    try {
      code = await format.openInput('', null, options);
    } finally {
      options.free();
    }
    if (code >= 0) code = await format.findStreamInfo(null);
    if (code >= 0) return { format, close };
    throw notMedia(source, name, code);
  } catch (error) {
    close();
    throw error;
  }
}

/** What is said when FFmpeg cannot make sound of what came. */
export function notMedia(source: ByteSource, name: string, code: number): Error {
  if (source.failure) return new VoxError(source.failure);
  const nothing = source.head.length === 0 ? 'nothing came' : refusalReason(source.head);
  const reason = nothing ?? (code === AVERROR_ENOMEM ? avReason(code) : 'it is damaged, or nothing that FFmpeg knows');
  return voxError('URL_NOT_MEDIA', { url: name, reason });
}
