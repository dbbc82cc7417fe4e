import { Dictionary, FormatContext, InputFormat, IOContext } from 'node-av/lib';
import type { ByteSource } from '../net/byte-source.js';
import { setAvLogQuiet } from './native.js';
import { notMedia, type StreamInput } from './stream-input.js';

/** As long as any packet that comes over TCP. */
const IO_BYTES = 64 * 1024;

const PROBE_BYTES = 1_000_000;
const ANALYZE_US = 500_000;

/**
 * Opens a stream of RTP packets that come from elsewhere. FFmpeg takes them apart but opens no socket: it may use no protocol at all, and
 * gets the description first and then, in its place, one packet a read.
 *
 * @param sdp what the packets are. @param name what messages call it. @throws VoxError `URL_NOT_MEDIA`, or the source's failure.
 */
export async function openRtpInput(source: ByteSource, sdp: string, name: string): Promise<StreamInput> {
  setAvLogQuiet();
  // The description alone would be enough for FFmpeg, and whoever listens would hear nothing and never learn why.
  if (source.head.length === 0) throw notMedia(source, name, 0);
  const description = new IOContext();
  let rest: Buffer | null = Buffer.from(sdp);
  const describe = (size: number) => {
    const part = rest?.subarray(0, size) ?? null;
    rest = rest && rest.length > size ? rest.subarray(size) : null;
    return part;
  };
  description.allocContextWithCallbacks(IO_BYTES, 0, describe, null, null);
  const packets = new IOContext();
  // Open both ways: FFmpeg then reads packet by packet, and has where to put the reports that it writes now and then. Nobody wants them:
  // over TCP the connection itself tells who still listens.
  packets.allocContextWithCallbacks(
    IO_BYTES,
    1,
    (size) => source.read(size),
    (bytes) => bytes.length,
    null,
  );
  const format = new FormatContext();
  let freed = false;
  const close = () => {
    if (freed) return;
    freed = true;
    format.closeInputSync();
    description.freeContext();
    packets.freeContext();
  };
  try {
    format.allocContext();
    format.pb = description;
    const options = Dictionary.fromObject({
      protocol_whitelist: 'none',
      format_whitelist: 'sdp',
      sdp_flags: 'custom_io',
      reorder_queue_size: 0,
      probesize: PROBE_BYTES,
      analyzeduration: ANALYZE_US,
    });
    let code: number;
    try {
      code = await format.openInput('', InputFormat.findInputFormat('sdp'), options);
    } finally {
      options.free();
    }
    format.pb = packets;
    if (code >= 0) code = await format.findStreamInfo(null);
    if (code >= 0) return { format, close };
    throw notMedia(source, name, code);
  } catch (error) {
    close();
    throw error;
  }
}
