/** A message of RTMP (Adobe's RTMP specification 1.0, section 6). */
export interface RtmpMessage {
  /** What it is: {@link RTMP}. */
  readonly type: number;
  /** 0: the connection as a whole. */
  readonly streamId: number;
  readonly timestampMs: number;
  readonly payload: Buffer;
}

/** Types of messages. */
export const RTMP = {
  setChunkSize: 1,
  acknowledgement: 3,
  userControl: 4,
  windowSize: 5,
  audio: 8,
  video: 9,
  data: 18,
  command: 20,
} as const;

const EXTENDED = 0xff_ffff;
/** Longer messages are not for somebody who publishes. */
const MOST_MESSAGE_BYTES = 1 << 20;

/** A message in chunks (5.3.1), each but the last of the full size; all headers are whole ones. */
export function chunksOf(message: RtmpMessage, chunkStream: number, chunkBytes: number): Buffer {
  const { type, streamId, timestampMs, payload } = message;
  const time = timestampMs >>> 0;
  const long = time >= EXTENDED;
  const head = Buffer.alloc(long ? 16 : 12);
  head[0] = chunkStream;
  head.writeUIntBE(long ? EXTENDED : time, 1, 3);
  head.writeUIntBE(payload.length, 4, 3);
  head[7] = type;
  head.writeUInt32LE(streamId, 8);
  const next = Buffer.alloc(long ? 5 : 1);
  next[0] = 0xc0 | chunkStream;
  if (long) {
    head.writeUInt32BE(time, 12);
    next.writeUInt32BE(time, 1);
  }
  const parts: Buffer[] = [head];
  for (let at = 0; at < payload.length; at += chunkBytes) {
    if (at > 0) parts.push(next);
    parts.push(payload.subarray(at, at + chunkBytes));
  }
  return Buffer.concat(parts);
}

interface ChunkStream {
  timestampMs: number;
  deltaMs: number;
  length: number;
  type: number;
  streamId: number;
  long: boolean;
  parts: Buffer[];
  got: number;
}

/** Chunk streams that may be open: servers use a handful. */
const MOST_STREAMS = 64;
/** Chunks should have 128 bytes at least (RTMP 1.0, 5.4.1); with very small ones a message would be work without end. */
const LEAST_CHUNK_BYTES = 32;

/** Puts messages together from what a server sends. */
export class ChunkReader {
  /** How long chunks are; a server says when it changes. */
  chunkBytes = 128;
  readonly #streams = new Map<number, ChunkStream>();
  #rest: Buffer = Buffer.alloc(0);

  /** Takes what came; tells each message that is whole. @throws Error on what is no RTMP. */
  push(bytes: Buffer, told: (message: RtmpMessage) => void): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    for (let used = this.#chunk(told); used > 0; used = this.#chunk(told)) this.#rest = this.#rest.subarray(used);
  }

  /** Reads one chunk; gives its length, 0 when it has not come whole. */
  #chunk(told: (message: RtmpMessage) => void): number {
    const bytes = this.#rest;
    if (bytes.length === 0) return 0;
    const format = bytes[0]! >> 6;
    const low = bytes[0]! & 63;
    const basic = low > 1 ? 1 : low + 2;
    const headLength = [11, 7, 3, 0][format]!;
    if (bytes.length < basic + headLength) return 0;
    const id = low > 1 ? low : low === 0 ? bytes[1]! + 64 : bytes.readUInt16LE(1) + 64;
    const before = this.#streams.get(id);
    if (!before && format !== 0) throw new Error('a chunk that goes on with nothing');
    if (!before && this.#streams.size >= MOST_STREAMS) throw new Error('too many chunk streams');
    const stream: ChunkStream = before
      ? { ...before }
      : { timestampMs: 0, deltaMs: 0, length: 0, type: 0, streamId: 0, long: false, parts: [], got: 0 };
    let at = basic + headLength;
    let time = format < 3 ? bytes.readUIntBE(basic, 3) : 0;
    if (format < 3) stream.long = time === EXTENDED;
    if (stream.long) {
      if (bytes.length < at + 4) return 0;
      if (format < 3) time = bytes.readUInt32BE(at);
      at += 4;
    }
    if (format < 2) {
      stream.length = bytes.readUIntBE(basic + 3, 3);
      stream.type = bytes[basic + 6]!;
      if (stream.length > MOST_MESSAGE_BYTES) throw new Error(`a message of ${stream.length} bytes`);
    }
    if (format === 0) stream.streamId = bytes.readUInt32LE(basic + 7);
    if (stream.got === 0) {
      if (format === 0) [stream.timestampMs, stream.deltaMs] = [time, 0];
      else {
        if (format < 3) stream.deltaMs = time;
        stream.timestampMs += stream.deltaMs;
      }
    }
    const count = Math.min(this.chunkBytes, stream.length - stream.got);
    if (bytes.length < at + count) return 0;
    // Shared with `before`, which is not looked at again: this chunk has come whole.
    stream.parts.push(bytes.subarray(at, at + count));
    stream.got += count;
    if (stream.got >= stream.length) {
      const { type, streamId, timestampMs } = stream;
      const payload = Buffer.concat(stream.parts);
      [stream.parts, stream.got] = [[], 0];
      this.#streams.set(id, stream);
      // From the next chunk on.
      if (type === RTMP.setChunkSize && payload.length >= 4) this.#resize(payload.readUInt32BE() & 0x7fff_ffff);
      told({ type, streamId, timestampMs, payload });
    } else this.#streams.set(id, stream);
    return at + count;
  }

  #resize(bytes: number): void {
    if (bytes < LEAST_CHUNK_BYTES) throw new Error(`chunks of ${bytes} bytes`);
    this.chunkBytes = bytes;
  }
}
