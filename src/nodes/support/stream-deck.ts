import type { NodeContext } from '../../graph/context.js';
import type { Picture } from '../../media/av/video/picture.js';
import type { StreamPictures } from '../../media/av/video/stream-pictures.js';
import type { ReadPicture } from '../../media/av/video/video-reader.js';
import { EARLY_US, TAIL_US, isFull } from './pictures-ahead.js';

/** The sound going back by more than this, in microseconds, has begun anew: in a loop, or since its sender did. */
const BACK_US = 100_000;

/** Pictures that are so much later than the last one, in microseconds, though their times began anew, were wrongly stamped. */
const APART_US = 1_000_000;

/** Offline so much is decoded ahead, in microseconds: more than one tick. */
const OFFLINE_US = 150_000;

/** A picture, and how often the stream's times had begun anew before it. */
interface Ahead extends ReadPicture {
  readonly lap: number;
}

/**
 * The pictures of a stream by the times of the sound that is heard. They come in their order only; where the sound goes, such as back to
 * the beginning of a loop, they follow as soon as they are there, and until then the last one stays.
 */
export class StreamDeck {
  readonly pictures: StreamPictures;
  readonly #ctx: NodeContext;
  readonly #ahead: Ahead[] = [];
  #shown: Ahead | undefined;
  #lap = 0;
  #newestLap = 0;
  #newestUs = -Infinity;
  #lastUs = -Infinity;
  #jumps: number;
  /** The stream was left for another position, where sound and pictures have not met yet. */
  #arriving = true;
  /** The sound began anew, and its pictures have not come yet. */
  #leaping = false;
  #ended = false;
  #reading: Promise<void> | undefined;
  #closed = false;

  /** @param pictures of the stream; closed by whoever reads its sound. */
  constructor(ctx: NodeContext, pictures: StreamPictures) {
    this.#ctx = ctx;
    this.pictures = pictures;
    this.#jumps = pictures.jumps;
  }

  /**
   * The picture at a time of the stream, in microseconds; borrowed. Undefined: there is none, before the first and behind the last.
   *
   * @param settled false: the sound is on its way to another position, and that time means nothing.
   */
  at(us: number, settled: boolean): Picture | undefined {
    if (this.#closed) return undefined;
    if (this.#jumps !== this.pictures.jumps) this.#jumped();
    if (settled) {
      if (us < this.#lastUs - BACK_US) this.#leaping = !this.#arriving;
      this.#lastUs = us;
    }
    if (this.pictures.info.still) this.#shown ??= this.#ahead.shift();
    else if (this.#arriving) this.#arrive(settled);
    else if (settled) this.#advance(us);
    this.fill();
    const shown = this.#shown;
    const over = this.#ended && this.#ahead.length === 0 && !this.pictures.info.still;
    // A gap in the stream is bridged by the picture before it; its end is not, but for what codecs add to the sound.
    return shown && !(over && !this.#leaping && us >= shown.endUs + TAIL_US) ? shown.picture : undefined;
  }

  /** Decodes ahead, beside the beat. */
  fill(): void {
    this.#reading ??= this.#readAhead().finally(() => (this.#reading = undefined));
  }

  /** Resolves when enough is decoded for the next tick, or no more can be before the sound goes on: for offline, where time can wait. */
  async ready(): Promise<void> {
    while (!this.#closed && !this.#enough) {
      this.fill();
      if (this.pictures.stands) return;
      await Promise.race([this.#reading, this.pictures.changed()]);
    }
  }

  /** Frees everything, when nothing is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#drop();
    this.#shown?.picture.release();
    this.#shown = undefined;
    this.pictures.interrupt();
    await this.#reading;
  }

  get #enough(): boolean {
    const newest = this.#ahead.at(-1);
    return (
      this.#ended ||
      isFull(this.#ahead) ||
      (newest !== undefined && (newest.lap !== this.#lap || newest.positionUs > this.#lastUs + OFFLINE_US))
    );
  }

  #jumped(): void {
    this.#jumps = this.pictures.jumps;
    this.#drop();
    this.#arriving = true;
    this.#leaping = false;
    this.#ended = false;
    this.#newestUs = -Infinity;
  }

  #drop(): void {
    for (const { picture } of this.#ahead.splice(0)) picture.release();
  }

  /** The first picture is shown at once; the others when the sound is there. */
  #arrive(settled: boolean): void {
    const first = this.#ahead[0];
    if (first && this.#shown?.seeks !== first.seeks) this.#show();
    if (!settled || this.#shown?.seeks !== this.#jumps) return;
    this.#arriving = false;
    this.#lap = this.#shown.lap;
  }

  #advance(us: number): void {
    // Where it was before again: nothing has begun anew.
    if (this.#shown && us >= this.#shown.positionUs) this.#leaping = false;
    if (this.#leaping) {
      for (let old = this.#ahead[0]; old && old.lap === this.#lap; old = this.#ahead[0]) {
        old.picture.release();
        this.#ahead.shift();
        this.#ctx.count('dropped');
      }
      if (!this.#ahead[0]) return;
      this.#leaping = false;
      this.#lap = this.#ahead[0].lap;
    }
    let steps = 0;
    for (let next = this.#ahead[0]; next && this.#due(next, us); next = this.#ahead[0]) {
      this.#show();
      steps++;
    }
    if (steps > 1) this.#ctx.count('dropped', steps - 1);
    if (steps > 0 || !this.#shown) return;
    const late = this.#ahead.length === 0 && !this.#ended && us >= this.#shown.endUs;
    this.#ctx.count(late ? 'underruns' : 'repeated');
  }

  #due({ lap, positionUs }: Ahead, us: number): boolean {
    if (lap === this.#lap) return positionUs <= us + EARLY_US;
    // Times that began anew though the sound's did not: a fault of the stream.
    if (us < (this.#shown?.endUs ?? -Infinity) + APART_US) return false;
    this.#lap = lap;
    return true;
  }

  #show(): void {
    this.#shown?.picture.release();
    this.#shown = this.#ahead.shift();
  }

  async #readAhead(): Promise<void> {
    while (!this.#closed && !this.#ended && !isFull(this.#ahead) && !(this.pictures.info.still && this.#shown)) {
      const read = await this.pictures.read();
      if (this.#closed) return read?.picture.release();
      if (!read) {
        // After a jump behind the last picture none comes: what is read next tells so.
        if (this.#jumps === this.pictures.jumps) this.#ended = true;
        else this.#jumped();
        return;
      }
      if (read.seeks !== this.#jumps) this.#jumped();
      if (read.positionUs < this.#newestUs - BACK_US) this.#newestLap++;
      this.#newestUs = read.positionUs;
      this.#ahead.push({ ...read, lap: this.#newestLap });
    }
  }
}
