import { BitStreamFilter, BitStreamFilterContext, type FormatContext, Packet as NativePacket, type Stream } from 'node-av/lib';
import { AV_CODEC_ID_H264, AV_CODEC_ID_VP8, AVDISCARD_DEFAULT, AVERROR_EAGAIN, AVMEDIA_TYPE_VIDEO } from 'node-av/constants';

/** One picture of a part, encoded; its bytes are its own. */
export interface PartPicture {
  readonly codec: 'vp8' | 'h264';
  /** H.264 in Annex B form, with the parameter sets before each key frame. */
  readonly data: Buffer;
  /** When it is shown, from the beginning of the part. */
  readonly atUs: number;
  /** When it is decoded: before that, where later ones refer to it. */
  readonly decodeUs: number;
  readonly durationUs: number;
  readonly key: boolean;
}

/** A second of any sensible rate. */
const MOST_PICTURES = 600;

/** Takes the pictures of a part out of its container, as they are encoded. Close it. */
export class PartPictures {
  readonly index: number;
  readonly pictures: PartPicture[] = [];
  readonly #stream: Stream;
  readonly #codec: PartPicture['codec'];
  readonly #filter: BitStreamFilterContext | undefined;
  readonly #out = new NativePacket();

  private constructor(stream: Stream, codec: PartPicture['codec'], filter: BitStreamFilterContext | undefined) {
    this.#stream = stream;
    this.index = stream.index;
    this.#codec = codec;
    this.#filter = filter;
    this.#out.alloc();
    // It was left out as anything but the sound.
    stream.discard = AVDISCARD_DEFAULT;
  }

  /** Of a container; undefined where it has no pictures that calls know. */
  static of({ streams }: FormatContext): PartPictures | undefined {
    const stream = streams.find(({ codecpar }) => codecpar.codecType === AVMEDIA_TYPE_VIDEO);
    if (stream?.codecpar.codecId === AV_CODEC_ID_VP8) return new PartPictures(stream, 'vp8', undefined);
    const found = stream?.codecpar.codecId === AV_CODEC_ID_H264 && BitStreamFilter.getByName('h264_mp4toannexb');
    if (!stream || !found) return undefined;
    const filter = new BitStreamFilterContext();
    if (filter.alloc(found) >= 0 && filter.inputCodecParameters && stream.codecpar.copy(filter.inputCodecParameters) >= 0) {
      filter.inputTimeBase = stream.timeBase;
      if (filter.init() >= 0) return new PartPictures(stream, 'h264', filter);
    }
    filter.free();
    return undefined;
  }

  /** Takes a packet of its stream. */
  push(packet: NativePacket): void {
    if (!this.#filter) return this.#keep(packet);
    if (this.#filter.sendPacketSync(packet) < 0) return;
    for (;;) {
      const code = this.#filter.receivePacketSync(this.#out);
      if (code === AVERROR_EAGAIN || code < 0) return;
      this.#keep(this.#out);
      this.#out.unref();
    }
  }

  close(): void {
    this.#filter?.free();
    this.#out.free();
  }

  #keep(packet: NativePacket): void {
    const { data, pts, dts, duration, isKeyframe: key } = packet;
    if (!data || pts < 0n || this.pictures.length >= MOST_PICTURES) return;
    const { num, den } = this.#stream.timeBase;
    const us = (ticks: bigint): number => Math.round((Number(ticks) * 1e6 * num) / den);
    this.pictures.push({
      codec: this.#codec,
      data: Buffer.from(data),
      atUs: us(pts),
      decodeUs: us(dts),
      durationUs: us(duration),
      key,
    });
  }
}
