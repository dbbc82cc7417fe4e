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

  /**
   * Opens one.
   *
   * @param reorders whether pictures may have to wait for later ones: see {@link PacketDecoder.decodeAll}.
   * @throws VoxError CODEC_MISSING; Error when the decoder refuses.
   */
  static async open(codec: 'vp8' | 'h264', reorders = false): Promise<PacketDecoder> {
    setAvLogQuiet();
    const found = Codec.findDecoder(CODEC_IDS[codec]);
    if (!found) throw voxError('CODEC_MISSING', { what: 'decoder for', name: codec });
    const context = new CodecContext();
    context.allocContext3(found);
    context.threadCount = 1;
    // Calls have no pictures that wait for later ones.
    if (!reorders) context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
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
    let newest: Picture | undefined;
    const keep = (picture: Picture): void => {
      newest?.release();
      newest = picture;
    };
    try {
      await this.#decode(data, undefined, colors, keep);
    } catch (error) {
      newest?.release();
      throw error;
    }
    return newest;
  }

  /**
   * Decodes a frame of a video whose pictures are shown in another order; those that can be shown now come in that order, each with its time.
   * They are the caller's. Throws as {@link decode}.
   */
  async decodeAll(data: Buffer, ptsUs: number): Promise<{ readonly picture: Picture; readonly ptsUs: number }[]> {
    const pictures: { picture: Picture; ptsUs: number }[] = [];
    try {
      await this.#decode(data, ptsUs, undefined, (picture) => pictures.push({ picture, ptsUs: Number(picture.native.pts) }));
    } catch (error) {
      for (const { picture } of pictures) picture.release();
      throw error;
    }
    return pictures;
  }

  async #decode(
    data: Buffer,
    ptsUs: number | undefined,
    colors: PictureColors | undefined,
    take: (picture: Picture) => void,
  ): Promise<void> {
    if (this.#closed) return;
    this.#working = true;
    try {
      this.#packet.data = data;
      if (ptsUs !== undefined) this.#packet.pts = BigInt(Math.round(ptsUs));
      const code = await this.#context.sendPacket(this.#packet);
      this.#packet.unref();
      if (code < 0 && code !== AVERROR_EAGAIN) throw new Error(`a frame cannot be decoded: ${avReason(code)}`);
      await this.#receive(colors, take);
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

  async #receive(colors: PictureColors | undefined, take: (picture: Picture) => void): Promise<void> {
    for (;;) {
      const frame = takeFrame();
      const code = await this.#context.receiveFrame(frame);
      if (code < 0) {
        giveFrame(frame);
        if (code === AVERROR_EAGAIN) return;
        throw new Error(`a frame cannot be decoded: ${avReason(code)}`);
      }
      if (frame.width * frame.height > MOST_PIXELS) {
        const size = `${frame.width} by ${frame.height}`;
        giveFrame(frame);
        throw new Error(`a picture of ${size} pixels is too large`);
      }
      if (colors) {
        frame.colorSpace = colors.matrix === 'bt709' ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
        frame.colorRange = colors.range === 'full' ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
      }
      take(new Picture(frame));
    }
  }

  #free(): void {
    this.#packet.free();
    this.#context.freeContext();
  }
}
