import { reasonOf } from '../../errors.js';
import type { NodeContext } from '../../graph/context.js';
import { PacketDecoder } from '../../media/av/video/packet-decoder.js';
import type { Picture } from '../../media/av/video/picture.js';
import type { IncomingVideo } from '../../media/gateway-video.js';
import type { Packet, PictureColors } from '../../media/packet.js';

/** Frames that wait to be decoded; with more the machine is too slow, and what waits is given up up to the next key frame. */
const MOST_WAITING = 30;
/** Pictures that wait until they are due: half a second at 30 a second. */
const MOST_READY = 16;

interface Coded {
  readonly codec: 'vp8' | 'h264';
  readonly data: Buffer;
  readonly key: boolean;
  readonly dueUs: number;
  readonly colors: PictureColors | undefined;
}

/** The pictures of one participant's video: decoded beside the beat, each shown when it is due. */
export class IncomingPictures {
  readonly #ctx: NodeContext;
  readonly #video: IncomingVideo;
  readonly #waiting: Coded[] = [];
  readonly #ready: { readonly picture: Picture; readonly dueUs: number }[] = [];
  #decoder: PacketDecoder | undefined;
  #codec: 'vp8' | 'h264' | undefined;
  #shown: Picture | undefined;
  #needsKey = true;
  #told = '';
  #working: Promise<void> | undefined;
  #closed = false;

  /** @param video whose packets {@link take} is given. */
  constructor(ctx: NodeContext, video: IncomingVideo) {
    this.#ctx = ctx;
    this.#video = video;
    video.requestKeyFrame();
  }

  /** Takes a packet of the video. */
  take({ codec, data, key, ptsUs, colors }: Packet): void {
    if (this.#closed || (codec !== 'vp8' && codec !== 'h264')) return;
    if (!this.#ctx.wired('video')) {
      // Nobody looks: whoever does next begins at a key frame.
      this.#needsKey = true;
      return;
    }
    if (this.#needsKey && !key) return this.#video.requestKeyFrame();
    if (this.#waiting.length >= MOST_WAITING) {
      this.#ctx.count('dropped', this.#waiting.length);
      this.#waiting.length = 0;
      this.#needsKey = !key;
      if (!key) return this.#video.requestKeyFrame();
    }
    this.#needsKey = false;
    this.#waiting.push({ codec, data: Buffer.from(data), key, dueUs: ptsUs, colors });
    this.#working ??= this.#work();
    if (this.#ctx.offline) this.#ctx.hold(this.#working);
  }

  /** The picture that is due, with a share for the caller; undefined before the first. */
  next(nowUs: number): Picture | undefined {
    let steps = 0;
    while (this.#ready[0] && this.#ready[0].dueUs <= nowUs) {
      this.#shown?.release();
      this.#shown = this.#ready.shift()!.picture;
      steps++;
    }
    if (steps > 1) this.#ctx.count('dropped', steps - 1);
    this.#shown?.retain();
    return this.#shown;
  }

  /** Frees everything; what is under way, when it is done. May be called more than once. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.length = 0;
    this.#shown?.release();
    this.#shown = undefined;
    for (const { picture } of this.#ready.splice(0)) picture.release();
    await this.#working;
    this.#decoder?.close();
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      try {
        await this.#decode(next);
      } catch (reason) {
        // Lost frames make others undecodable: it goes on at the next key frame.
        const key = this.#waiting.findIndex((one) => one.key);
        this.#waiting.splice(0, key < 0 ? this.#waiting.length : key);
        this.#needsKey = key < 0;
        this.#ctx.count('concealed');
        this.#tell({ type: 'video.failed', reason: reasonOf(reason) });
        if (this.#needsKey) this.#video.requestKeyFrame();
      }
    }
    this.#working = undefined;
  }

  async #decode({ codec, data, key, dueUs, colors }: Coded): Promise<void> {
    if (codec !== this.#codec) {
      this.#decoder?.close();
      this.#decoder = undefined;
      this.#codec = codec;
      this.#decoder = await PacketDecoder.open(codec, this.#video.reorders);
    }
    if (this.#video.reorders) {
      for (const { picture, ptsUs } of (await this.#decoder?.decodeAll(data, dueUs)) ?? []) this.#decoded(picture, codec, ptsUs);
      return;
    }
    if (key) this.#decoder?.reset();
    const picture = await this.#decoder?.decode(data, colors);
    if (picture) this.#decoded(picture, codec, dueUs);
  }

  #decoded(picture: Picture, codec: Coded['codec'], dueUs: number): void {
    if (this.#closed) return picture.release();
    this.#tell({ type: 'video.opened', codec, width: picture.width, height: picture.height });
    this.#ready.push({ picture, dueUs });
    if (this.#ready.length <= MOST_READY) return;
    this.#ready.shift()!.picture.release();
    this.#ctx.count('dropped');
  }

  /** Once for each new state, not for each frame. */
  #tell(event: { readonly type: string; readonly [key: string]: unknown }): void {
    const { participantId, purpose } = this.#video;
    const text = JSON.stringify(event);
    if (text === this.#told) return;
    this.#told = text;
    this.#ctx.emit({ ...event, participantId, purpose });
  }
}
