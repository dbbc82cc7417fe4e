/** FFmpeg's RTMP server in a process of its own: started by `listener.ts`. */
import { Codec, CodecContext, Dictionary, FormatContext, Frame, Log, Packet } from 'node-av/lib';
import { AV_LOG_QUIET, AVERROR_EAGAIN, AVMEDIA_TYPE_AUDIO, AVMEDIA_TYPE_VIDEO } from 'node-av/constants';
import type { Arrived } from './listener.js';

async function listen(url: string): Promise<Arrived> {
  Log.setLevel(AV_LOG_QUIET);
  const format = new FormatContext();
  const options = Dictionary.fromObject({ listen: '1', timeout: '60' });
  const code = await format.openInput(url, null, options);
  if (code < 0) throw new Error(`the listener was not opened: ${code}`);
  await format.findStreamInfo(null);
  const decoders = await Promise.all(
    (format.streams ?? []).map(async ({ codecpar }) => {
      const codec = Codec.findDecoder(codecpar.codecId);
      if (!codec || (codecpar.codecType !== AVMEDIA_TYPE_AUDIO && codecpar.codecType !== AVMEDIA_TYPE_VIDEO))
        throw new Error(`a stream of the kind ${codecpar.codecType}`);
      const context = new CodecContext();
      context.allocContext3(codec);
      context.parametersToContext(codecpar);
      await context.open2(codec, null);
      return { context, type: codecpar.codecType, name: codec.name ?? '' };
    }),
  );
  const sound: Float32Array[] = [];
  const pictures: { ptsUs: number; mean: number[]; size: string }[] = [];
  let soundUs: number | undefined;
  const packet = new Packet();
  packet.alloc();
  const frame = new Frame();
  frame.alloc();
  while ((await format.readFrame(packet)) >= 0) {
    const { context, type } = decoders[packet.streamIndex]!;
    const base = format.streams![packet.streamIndex]!.timeBase;
    await context.sendPacket(packet);
    packet.unref();
    while ((await context.receiveFrame(frame)) !== AVERROR_EAGAIN) {
      const ptsUs = Math.round((Number(frame.pts) * base.num * 1e6) / base.den);
      if (type === AVMEDIA_TYPE_AUDIO) {
        soundUs ??= ptsUs;
        const plane = frame.data![0]!;
        sound.push(new Float32Array(plane.buffer, plane.byteOffset, frame.nbSamples).slice());
      } else if (type === AVMEDIA_TYPE_VIDEO) {
        const mean = frame.data!.map((plane, n) => planeMean(plane, frame.linesize[n]!, n === 0 ? frame.width : frame.width / 2));
        pictures.push({ ptsUs, mean, size: `${frame.width}x${frame.height}` });
      }
      frame.unref();
    }
  }
  const pcm = new Float32Array(sound.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of sound) {
    pcm.set(part, at);
    at += part.length;
  }
  for (const { context } of decoders) context.freeContext();
  const codecs = decoders.map(({ name }) => name);
  await format.closeInput();
  return { pcm, soundUs: soundUs ?? 0, pictures, codecs };
}

/** The mean of a plane, whose lines may be longer than the picture is wide. */
function planeMean(plane: Buffer, stride: number, width: number): number {
  let sum = 0;
  const lines = Math.floor(plane.length / stride);
  for (let y = 0; y < lines; y++) for (let x = 0; x < width; x++) sum += plane[y * stride + x]!;
  return sum / (lines * width);
}

// Whoever waits for it is told by the end of the process.
const arrived = await listen(process.argv[2]!).catch(() => process.exit(1));
process.send!(arrived, () => process.disconnect());
