import { Codec, CodecContext, Packet, Rational } from 'node-av/lib';
import { AV_PIX_FMT_YUVJ420P } from 'node-av/constants';
import { voxError } from '../../../errors.js';
import type { VideoContent } from '../../video-frame.js';
import { avReason, setAvLogQuiet } from '../native.js';
import type { Picture } from './picture.js';
import { VideoRenderer } from './renderer.js';

/** The longer side of a thumbnail, in pixels. */
export const THUMBNAIL_PX = 240;
/** FFmpeg's scale from 2 (best) to 31: small files in which a face can still be told. */
const QUALITY = 6;
/** FFmpeg's lambda of one step of that scale. */
const LAMBDA = 118;

/** A small picture as a file. */
export interface Thumbnail {
  /** A JPEG file. */
  readonly jpeg: Buffer;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
}

/** Makes thumbnails of the pictures of one wire, in FFmpeg's threads; one at a time. Close it. */
export class ThumbnailMaker {
  #renderer: VideoRenderer | undefined;
  #encoder: CodecContext | undefined;
  #size = '';

  /**
   * Makes one. The caller keeps its share of the content meanwhile.
   *
   * @returns undefined when the filters behind the picture gave none.
   * @throws Error with a plain reason.
   */
  async make(content: VideoContent, ptsUs: number): Promise<Thumbnail | undefined> {
    const { width, height } = thumbnailSize(content);
    const size = `${width}x${height}`;
    if (size !== this.#size) await this.close();
    this.#size = size;
    this.#renderer ??= new VideoRenderer({ format: 'yuvj420p', width, height, fit: 'stretch' });
    const picture = await this.#renderer.render(content, ptsUs);
    if (!picture) return undefined;
    try {
      this.#encoder ??= await openEncoder(width, height);
      return { jpeg: await encode(this.#encoder, picture), width, height };
    } finally {
      picture.release();
    }
  }

  /** Frees everything, when nothing is under way. */
  async close(): Promise<void> {
    const renderer = this.#renderer;
    this.#renderer = undefined;
    this.#encoder?.freeContext();
    this.#encoder = undefined;
    await renderer?.close();
  }
}

/** The size of a thumbnail: of the same aspect ratio, and even, since two by two pixels have one colour. */
export function thumbnailSize({ width, height }: Pick<VideoContent, 'width' | 'height'>): { width: number; height: number } {
  const scale = Math.min(1, THUMBNAIL_PX / Math.max(width, height, 1));
  const even = (pixels: number) => Math.max(2, 2 * Math.round((pixels * scale) / 2));
  return { width: even(width || THUMBNAIL_PX), height: even(height || (THUMBNAIL_PX * 9) / 16) };
}

async function openEncoder(width: number, height: number): Promise<CodecContext> {
  setAvLogQuiet();
  const codec = Codec.findEncoderByName('mjpeg' as never);
  if (!codec) throw voxError('CODEC_MISSING', { what: 'encoder', name: 'mjpeg' });
  const context = new CodecContext();
  context.allocContext3(codec);
  context.width = width;
  context.height = height;
  context.pixelFormat = AV_PIX_FMT_YUVJ420P;
  context.timeBase = new Rational(1, 1_000_000);
  context.threadCount = 1;
  context.qMin = QUALITY;
  context.qMax = QUALITY;
  context.globalQuality = QUALITY * LAMBDA;
  const code = await context.open2(codec, null);
  if (code >= 0) return context;
  context.freeContext();
  throw new Error(`thumbnails cannot be made: ${avReason(code)}`);
}

async function encode(context: CodecContext, { native }: Picture): Promise<Buffer> {
  const packet = new Packet();
  packet.alloc();
  try {
    let code = await context.sendFrame(native);
    if (code >= 0) code = await context.receivePacket(packet);
    if (code < 0) throw new Error(`a thumbnail cannot be made: ${avReason(code)}`);
    return Buffer.from(packet.data!);
  } finally {
    packet.free();
  }
}
