import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Codec, CodecContext, Dictionary, FormatContext, Frame, Packet, Rational } from 'node-av/lib';
import {
  AV_CHANNEL_ORDER_NATIVE,
  AV_CHANNEL_ORDER_UNSPEC,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_SAMPLE_FMT_FLT,
} from 'node-av/constants';
import { writeFilm } from '../../../support/films.js';

/** Who is heard in a part, on a channel from a moment on. */
export interface Talker {
  /** Unsigned. */
  readonly source: number;
  readonly channel: number;
  /** When it begins, in units of 10 ms. */
  readonly fromFrame: number;
}

const RATE = 48_000;

/** The tag TG_META: the number of channels, the number of records, then frame, channel and source of each (tgcalls AudioStreamingPart.cpp). */
function tableOf(channels: number, talkers: readonly Talker[]): string {
  const bytes = Buffer.alloc(8 + talkers.length * 12);
  bytes.writeInt32LE(channels, 0);
  bytes.writeInt32LE(talkers.length, 4);
  talkers.forEach(({ fromFrame, channel, source }, n) => {
    bytes.writeInt32LE(fromFrame, 8 + n * 12);
    bytes.writeInt32LE(channel, 12 + n * 12);
    bytes.writeInt32LE(source | 0, 16 + n * 12);
  });
  return bytes.toString('base64');
}

/** A container that FFmpeg writes: Opus of any number of channels, each for itself, or AAC. */
async function written(
  format: string,
  codecName: string,
  planes: readonly Float32Array[],
  tags: Record<string, string>,
): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'voxgraph-part-'));
  const path = join(folder, `part.${format}`);
  try {
    const codec = Codec.findEncoderByName(codecName as never)!;
    const context = new CodecContext();
    context.allocContext3(codec);
    context.sampleRate = RATE;
    const floats = codecName === 'libopus';
    context.sampleFormat = floats ? AV_SAMPLE_FMT_FLT : codec.sampleFormats![0]!;
    // No layout: channels that have nothing to do with each other.
    context.channelLayout = floats
      ? { order: AV_CHANNEL_ORDER_UNSPEC, nbChannels: planes.length, mask: 0n }
      : { order: AV_CHANNEL_ORDER_NATIVE, nbChannels: planes.length, mask: planes.length === 1 ? 4n : 3n };
    context.bitRate = BigInt(64_000 * planes.length);
    context.timeBase = new Rational(1, RATE);
    if (floats) context.setOption('mapping_family', '255');
    else context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
    if ((await context.open2(codec, null)) < 0) throw new Error(`${codecName} was not opened`);
    const output = new FormatContext();
    output.allocOutputContext2(null, format, path);
    const stream = output.newStream(null);
    stream.codecpar.fromContext(context);
    stream.timeBase = new Rational(1, RATE);
    stream.metadata = Dictionary.fromObject(tags);
    await output.openOutput();
    await output.writeHeader(null);
    const packet = new Packet();
    packet.alloc();
    const drain = async (): Promise<void> => {
      while ((await context.receivePacket(packet)) >= 0) {
        packet.rescaleTs(new Rational(1, RATE), stream.timeBase);
        packet.streamIndex = 0;
        await output.interleavedWriteFrame(packet);
      }
    };
    const size = context.frameSize;
    const length = planes[0]!.length;
    for (let at = 0; at < length; at += size) {
      const count = Math.min(size, length - at);
      const frame = new Frame();
      frame.alloc();
      frame.format = context.sampleFormat;
      frame.sampleRate = RATE;
      frame.channelLayout = context.channelLayout;
      frame.nbSamples = count;
      frame.getBuffer();
      const data = frame.data!;
      for (const [c, plane] of planes.entries()) {
        const bytes = floats ? data[0]! : data[c]!;
        const view = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
        for (let i = 0; i < count; i++) view[floats ? i * planes.length + c : i] = plane[at + i]!;
      }
      frame.pts = BigInt(at);
      await context.sendFrame(frame);
      frame.free();
      await drain();
    }
    await context.sendFrame(null);
    await drain();
    await output.interleavedWriteFrame(null);
    await output.writeTrailer();
    await output.closeOutput();
    context.freeContext();
    output.freeContext();
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A part of a broadcast: a second of sound, each channel for itself, as Ogg Opus. */
export function makePart(planes: readonly Float32Array[], talkers: readonly Talker[]): Promise<Buffer> {
  return written('ogg', 'libopus', planes, { TG_META: tableOf(planes.length, talkers), ACTIVE_MASK: '0', ENDPOINTS: '' });
}

/** A part of a call that is fed by RTMP: a head (tgcalls VideoStreamingPart.cpp), then a container with the sound of all. */
export async function makeUnifiedPart(planes: readonly Float32Array[]): Promise<Buffer> {
  return headed(await written('mp4', 'aac', planes, {}));
}

/** The same with pictures, 25 of H.264 that begin with a key frame and are as bright as `luma`, an expression of FFmpeg, says. */
export async function makeFilmPart(hz: number, luma: string): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'voxgraph-part-'));
  try {
    const sound = (sample: number): number => 0.25 * Math.sin((2 * Math.PI * hz * sample) / RATE);
    return headed(readFileSync(await writeFilm(join(folder, 'part.mp4'), { seconds: 1, luma, sound })));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function headed(container: Buffer): Buffer {
  const text = (value: string): Buffer => {
    const bytes = Buffer.from(value);
    const whole = Buffer.alloc(Math.ceil((bytes.length + 1) / 4) * 4);
    whole[0] = bytes.length;
    bytes.copy(whole, 1);
    return whole;
  };
  const int = (...values: number[]): Buffer => {
    const bytes = Buffer.alloc(4 * values.length);
    values.forEach((value, n) => bytes.writeInt32LE(value | 0, 4 * n));
    return bytes;
  };
  return Buffer.concat([int(0xa12e_810d), text('mp4'), int(1, 1, 0), text('unified'), int(0, 0), container]);
}

/** A second of a tone, from a moment of the broadcast on, without a click between parts. */
export function second(hz: number, timeMs: number, peak = 0.25): Float32Array {
  return Float32Array.from({ length: RATE }, (_, i) => peak * Math.sin((2 * Math.PI * hz * (timeMs * 48 + i)) / RATE));
}
