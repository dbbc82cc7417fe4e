import type { Packet } from '../../packet.js';
import { PacketDecoder } from './packet-decoder.js';
import { VideoEncoder } from './video-encoder.js';

/** Takes an H.264 access unit in Annex B form, its own. */
export type TakeH264 = (data: Buffer, ptsUs: number, key: boolean) => void;

/** How often a key frame is asked for while there is none, in microseconds. */
const ASK_AGAIN_US = 500_000;
/** Frames that may wait; with more, all are dropped until the next key frame. */
const MOST_WAITING = 30;
const KEY_FRAME_SEC = 2;
/** Bits a second for each pixel of a picture, as calls look good at. */
const BITS_PER_PIXEL = 2.5;

interface Waiting {
  readonly data: Buffer;
  readonly ptsUs: number;
  readonly key: boolean;
}

/** Makes H.264 of VP8, in FFmpeg's threads, for those who take nothing else. Close it. */
export class H264Transcoder {
  /** Frames that were dropped. */
  dropped = 0;
  readonly #take: TakeH264;
  readonly #wantKey: () => void;
  readonly #waiting: Waiting[] = [];
  #work: Promise<void> | undefined;
  #decoder: PacketDecoder | undefined;
  #encoder: VideoEncoder | undefined;
  #needsKey = true;
  #askedUs = -Infinity;
  #closed = false;

  /** @param wantKey asks for a key frame: those before it cannot be decoded. */
  constructor(take: TakeH264, wantKey: () => void) {
    this.#take = take;
    this.#wantKey = wantKey;
  }

  /** Takes a frame of VP8; copies it. */
  push(packet: Packet): void {
    if (this.#closed) return;
    if (this.#waiting.length >= MOST_WAITING) {
      this.dropped += this.#waiting.length;
      this.#waiting.length = 0;
      this.#needsKey = true;
    }
    if (this.#needsKey && !packet.key) {
      this.dropped++;
      if (packet.ptsUs - this.#askedUs < ASK_AGAIN_US) return;
      this.#askedUs = packet.ptsUs;
      this.#wantKey();
      return;
    }
    this.#needsKey = false;
    this.#waiting.push({ data: Buffer.from(packet.data), ptsUs: packet.ptsUs, key: packet.key });
    this.#work ??= this.#run().finally(() => (this.#work = undefined));
  }

  /** A frame was left out: what refers to it is of no use. */
  skip(): void {
    this.#needsKey = true;
  }

  /** Frees everything, after what is under way. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting.length = 0;
    void (this.#work ?? Promise.resolve()).then(() => {
      this.#decoder?.close();
      this.#encoder?.close();
    });
  }

  async #run(): Promise<void> {
    for (let next = this.#waiting.shift(); next && !this.#closed; next = this.#waiting.shift()) {
      try {
        await this.#frame(next);
      } catch {
        // What cannot be decoded, or has a size that cannot be encoded, is missing until the next key frame.
        this.dropped++;
        const key = this.#waiting.findIndex((one) => one.key);
        this.dropped += this.#waiting.splice(0, key < 0 ? Infinity : key).length;
        if (key < 0) this.#needsKey = true;
      }
    }
  }

  async #frame({ data, ptsUs, key }: Waiting): Promise<void> {
    this.#decoder ??= await PacketDecoder.open('vp8');
    const picture = await this.#decoder.decode(data);
    if (!picture) return;
    try {
      const { width, height } = picture;
      if (this.#encoder && (this.#encoder.options.width !== width || this.#encoder.options.height !== height)) {
        this.#encoder.close();
        this.#encoder = undefined;
      }
      this.#encoder ??= await VideoEncoder.open({
        codec: 'h264',
        width,
        height,
        frameRate: 30,
        bitrateKbps: Math.min(6000, Math.max(300, Math.round((width * height * BITS_PER_PIXEL) / 1000))),
        keyFrameSec: KEY_FRAME_SEC,
        purpose: 'realtime',
        effort: 2,
      });
      await this.#encoder.encode({ picture, ptsUs, key }, (packet, atUs) => {
        if (packet.data && !this.#closed) this.#take(Buffer.from(packet.data), atUs, packet.isKeyframe);
      });
    } finally {
      picture.release();
    }
  }
}
