import { Frame, Packet as NativePacket, type CodecContext } from 'node-av/lib';
import { AV_SAMPLE_FMT_FLTP, AVERROR_EAGAIN, AVERROR_EOF } from 'node-av/constants';
import { voxError } from '../../errors.js';
import { SAMPLE_RATE } from '../format.js';
import type { ByteSource } from '../net/byte-source.js';
import { chooseStream, openDecoder } from './open-input.js';
import { openStreamInput } from './stream-input.js';
import { floatPlanes } from './native.js';
import { type PartPicture, PartPictures } from './part-pictures.js';

/** A part of a broadcast of a Telegram call: the sound of some seconds. */
export interface BroadcastPart {
  /** One plane per channel, at 48 kHz. */
  readonly planes: readonly Float32Array[];
  /** Who is heard on which channel from which moment on; empty: it is the sound of all, not told apart. */
  readonly channels: readonly ChannelOwner[];
  /** Its pictures, in the order of decoding; empty where there are none, or nobody asked. */
  readonly pictures: readonly PartPicture[];
}

/** From a moment of the part on, a channel has the voice of a source. */
export interface ChannelOwner {
  readonly atSample: number;
  readonly channel: number;
  /** Unsigned. */
  readonly source: number;
}

/** A frame of the table of channels is 10 ms (tgcalls AudioStreamingPart.cpp, get10msPerChannel). */
const TABLE_FRAME = SAMPLE_RATE / 100;
/** More channels are not played by native clients either (tgcalls AudioStreamingPartInternal.cpp). */
const MOST_CHANNELS = 8;
const MOST_SAMPLES = 10 * SAMPLE_RATE;
/** What a part with sound and pictures begins with (tgcalls VideoStreamingPart.cpp). */
const UNIFIED_MAGIC = 0xa12e_810d;
/** Containers that such a part may name, as FFmpeg calls their demuxers. */
const CONTAINERS: Readonly<Record<string, string>> = {
  mp4: 'mov',
  mov: 'mov',
  webm: 'matroska',
  matroska: 'matroska',
  ogg: 'ogg',
};

/**
 * Decodes a part: Ogg Opus with a channel for each who speaks, and a table of them in the tag TG_META; or, where the call is fed by RTMP, a
 * head and a container with sound and pictures, which stay as they are encoded.
 *
 * @param wantsPictures whether they are taken out at all.
 * @throws VoxError `TELEGRAM_BROADCAST_FORMAT`.
 */
export async function decodeBroadcastPart(data: Buffer, unified: boolean, wantsPictures = false): Promise<BroadcastPart> {
  const { bytes, formats } = unified ? openUnified(data) : { bytes: data, formats: 'ogg' };
  if (!unified && bytes.toString('latin1', 0, 4) !== 'OggS') throw unknown('it is no Ogg stream');
  const input = await openStreamInput(memorySource(bytes, formats), 'a part of the broadcast').catch((error: unknown) => {
    throw unknown(error instanceof Error ? error.message : String(error));
  });
  let decoder: CodecContext | undefined;
  let pictures: PartPictures | undefined;
  try {
    const stream = chooseStream(input.format, 'a part of the broadcast', undefined);
    decoder = await openDecoder(stream, 'a part of the broadcast');
    if (decoder.sampleRate !== SAMPLE_RATE) throw unknown(`its sound has ${decoder.sampleRate} Hz`);
    if (decoder.channels > MOST_CHANNELS) throw unknown(`it has ${decoder.channels} channels`);
    const table = unified ? undefined : stream.metadata?.get('TG_META');
    const channels = table ? readTable(Buffer.from(table, 'base64')) : [];
    if (!unified && channels.length === 0) throw unknown('it does not say who speaks on which channel (TG_META)');
    if (unified && wantsPictures) pictures = PartPictures.of(input.format);
    const planes = await decodeAll(input.format, stream.index, decoder, pictures);
    const heard = channels.filter(({ channel }) => channel < planes.length);
    return { planes, channels: heard, pictures: pictures?.pictures ?? [] };
  } finally {
    decoder?.freeContext();
    pictures?.close();
    input.close();
  }
}

function unknown(reason: string): Error {
  return voxError('TELEGRAM_BROADCAST_FORMAT', { reason });
}

/** The number of channels, the number of records, then records of frame, channel and source (tgcalls, parseChannelUpdates). */
function readTable(bytes: Buffer): ChannelOwner[] {
  if (bytes.length < 8) return [];
  const count = Math.min(bytes.readInt32LE(4), Math.floor((bytes.length - 8) / 12));
  return Array.from({ length: Math.max(0, count) }, (_, n) => {
    const at = 8 + n * 12;
    const [frame, channel, source] = [bytes.readInt32LE(at), bytes.readInt32LE(at + 4), bytes.readInt32LE(at + 8)];
    return { atSample: frame * TABLE_FRAME, channel, source: source >>> 0 };
  }).filter(({ atSample, channel }) => atSample >= 0 && channel >= 0);
}

/** The head of a part with pictures: magic, container, mask, count, and one event with its offset, endpoint, rotation and more. */
function openUnified(data: Buffer): { bytes: Buffer; formats: string } {
  try {
    if (data.readUInt32LE(0) !== UNIFIED_MAGIC) throw unknown('it does not begin as parts with pictures do');
    const container = shortString(data, 4);
    const endpoint = shortString(data, container.end + 12);
    const start = endpoint.end + 8 + data.readInt32LE(container.end + 8);
    const formats = CONTAINERS[container.text];
    if (formats === undefined) throw unknown(`its container is "${container.text}"`);
    return { bytes: data.subarray(start), formats };
  } catch (error) {
    throw error instanceof RangeError ? unknown('its head is cut off') : error;
  }
}

/** A string as TL has it, padded to four bytes. */
function shortString(data: Buffer, at: number): { text: string; end: number } {
  const first = data.readUInt8(at);
  const [head, length] = first === 254 ? [4, data.readUIntLE(at + 1, 3)] : [1, first];
  const whole = Math.ceil((head + length) / 4) * 4;
  if (at + whole > data.length) throw new RangeError('cut off');
  return { text: data.toString('utf8', at + head, at + head + length), end: at + whole };
}

async function decodeAll(
  format: Awaited<ReturnType<typeof openStreamInput>>['format'],
  index: number,
  decoder: CodecContext,
  pictures: PartPictures | undefined,
): Promise<Float32Array[]> {
  const packet = new NativePacket();
  packet.alloc();
  const frame = new Frame();
  frame.alloc();
  const parts: Float32Array[][] = Array.from({ length: decoder.channels }, () => []);
  let samples = 0;
  const receive = async (): Promise<void> => {
    for (;;) {
      const code = await decoder.receiveFrame(frame);
      if (code === AVERROR_EAGAIN || code === AVERROR_EOF) return;
      if (code < 0) throw unknown('its sound cannot be decoded');
      if (frame.format !== AV_SAMPLE_FMT_FLTP) throw unknown('its decoder gives no floats');
      const count = frame.nbSamples;
      for (const [n, plane] of floatPlanes(frame).entries()) parts[n]?.push(plane.slice(0, count));
      samples += count;
      frame.unref();
      if (samples > MOST_SAMPLES) throw unknown('it is longer than 10 s');
    }
  };
  try {
    while ((await format.readFrame(packet)) >= 0) {
      const wanted = packet.streamIndex === index;
      if (packet.streamIndex === pictures?.index) pictures.push(packet);
      const code = wanted ? await decoder.sendPacket(packet) : 0;
      packet.unref();
      if (code < 0 && code !== AVERROR_EAGAIN) throw unknown('its sound cannot be decoded');
      if (wanted) await receive();
    }
    await decoder.sendPacket(null);
    await receive();
  } finally {
    packet.free();
    frame.free();
  }
  return parts.map((list) => {
    const plane = new Float32Array(list.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of list) {
      plane.set(part, at);
      at += part.length;
    }
    return plane;
  });
}

/** Bytes that are there already. */
function memorySource(bytes: Buffer, formats: string): ByteSource {
  let at = 0;
  return {
    length: bytes.length,
    seekable: true,
    live: false,
    formats,
    failure: undefined,
    head: bytes.subarray(0, 4096),
    read: (size) => {
      if (at >= bytes.length) return null;
      const part = bytes.subarray(at, at + size);
      at += part.length;
      return part;
    },
    ready: async () => {},
    seek: (position) => void (at = position),
    close: () => {},
  };
}
