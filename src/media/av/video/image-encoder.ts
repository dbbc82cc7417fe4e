import { Codec, CodecContext, Packet, Rational } from 'node-av/lib';
import { AV_CODEC_FLAG_BITEXACT, AV_PIX_FMT_RGB24 } from 'node-av/constants';
import { voxError } from '../../../errors.js';
import { avReason, setAvLogQuiet } from '../native.js';
import type { Finish } from './renderer.js';
import type { Picture } from './picture.js';

/** The form pictures must have for {@link encodePng}. */
export const PNG_FORM: Finish = { format: 'rgb24' };

/** A picture in rgb24 as a PNG file; the same picture gives the same bytes. @throws Error when that fails. */
export function encodePng({ native, width, height }: Picture): Buffer {
  setAvLogQuiet();
  const codec = Codec.findEncoderByName('png' as never);
  if (!codec) throw voxError('CODEC_MISSING', { what: 'encoder', name: 'png' });
  const context = new CodecContext();
  context.allocContext3(codec);
  const packet = new Packet();
  packet.alloc();
  try {
    context.width = width;
    context.height = height;
    context.pixelFormat = AV_PIX_FMT_RGB24;
    context.timeBase = new Rational(1, 25);
    context.threadCount = 1;
    context.setFlags(AV_CODEC_FLAG_BITEXACT);
    for (const code of [context.open2Sync(codec, null), context.sendFrameSync(native), context.receivePacketSync(packet)])
      if (code < 0) throw new Error(`a picture cannot be written as PNG: ${avReason(code)}`);
    return Buffer.from(packet.data!);
  } finally {
    packet.free();
    context.freeContext();
  }
}
