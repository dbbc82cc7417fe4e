import { Codec, CodecContext, Packet as NativePacket } from 'node-av/lib';
import {
  AV_CODEC_FLAG_LOW_DELAY,
  AV_CODEC_ID_H264,
  AV_CODEC_ID_VP8,
  AVCOL_RANGE_JPEG,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_BT709,
  AVCOL_SPC_SMPTE170M,
  AVERROR_EAGAIN,
} from 'node-av/constants';
import { voxError } from '../../../errors.js';
import type { PictureColors } from '../../packet.js';
import { avReason, setAvLogQuiet } from '../native.js';
import { yieldToSound } from '../pool-priority.js';
import { giveFrame, Picture, takeFrame } from './picture.js';

const CODEC_IDS = { vp8: AV_CODEC_ID_VP8, h264: AV_CODEC_ID_H264 } as const;

/** Larger pictures are refused: whoever sends them is a stranger. */
const MOST_PIXELS = 4096 * 2304;

/** Decodes the frames of a call's video, one packet at a time, in FFmpeg's threads. Close it. */
export class PacketDecoder {
  readonly #context: CodecContext;
  readonly #packet = new NativePacket();
  #working = false;
  #closed = false;

  private constructor(context: CodecContext) {
    this.#context = context;
    this.#packet.alloc();
  }

  /** Opens one. @throws VoxError CODEC_MISSING; Error when the decoder refuses. */
  static async open(codec: 'vp8' | 'h264'): Promise<PacketDecoder> {
    setAvLogQuiet();
    const found = Codec.findDecoder(CODEC_IDS[codec]);
    if (!found) throw voxError('CODEC_MISSING', { what: 'decoder for', name: codec });
    const context = new CodecContext();
    context.allocContext3(found);
    context.threadCount = 1;
    // Calls have no pictures that wait for later ones.
    context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
    const code = await context.open2(found, null);
    yieldToSound();
    if (code >= 0) return new PacketDecoder(context);
    context.freeContext();
    throw new Error(`the decoder for ${codec} cannot be opened: ${avReason(code)}`);
  }

  /**
   * Decodes a frame; the caller has a share of the picture. One at a time. Undefined: it gave none.
   *
   * @param colors how its colours are coded, where that is known from elsewhere.
   * @throws Error when it cannot be decoded, such as when one before it is missing.
   */
  async decode(data: Buffer, colors?: PictureColors): Promise<Picture | undefined> {
    if (this.#closed) return undefined;
    this.#working = true;
    try {
      this.#packet.data = data;
      const code = await this.#context.sendPacket(this.#packet);
      this.#packet.unref();
      if (code < 0 && code !== AVERROR_EAGAIN) throw new Error(`a frame cannot be decoded: ${avReason(code)}`);
      return await this.#receive(colors);
    } finally {
      this.#working = false;
      if (this.#closed) this.#free();
    }
  }

  /** Forgets all that was decoded: the next frame is a key frame. */
  reset(): void {
    if (!this.#working && !this.#closed) this.#context.flushBuffers();
  }

  /** Frees everything, after what is under way. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#working) this.#free();
  }

  async #receive(colors: PictureColors | undefined): Promise<Picture | undefined> {
    let newest: Picture | undefined;
    for (;;) {
      const frame = takeFrame();
      const code = await this.#context.receiveFrame(frame);
      if (code < 0) {
        giveFrame(frame);
        if (code === AVERROR_EAGAIN) return newest;
        newest?.release();
        throw new Error(`a frame cannot be decoded: ${avReason(code)}`);
      }
      newest?.release();
      newest = undefined;
      if (frame.width * frame.height > MOST_PIXELS) {
        const size = `${frame.width} by ${frame.height}`;
        giveFrame(frame);
        throw new Error(`a picture of ${size} pixels is too large`);
      }
      if (colors) {
        frame.colorSpace = colors.matrix === 'bt709' ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
        frame.colorRange = colors.range === 'full' ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
      }
      newest = new Picture(frame);
    }
  }

  #free(): void {
    this.#packet.free();
    this.#context.freeContext();
  }
}
