import type { NodeContext } from '../../graph/context.js';
import type { Picture } from '../../media/av/video/picture.js';
import type { ReadPicture, VideoReader } from '../../media/av/video/video-reader.js';
import { EARLY_US, TAIL_US, isFull } from './pictures-ahead.js';

/** A position behind the last picture by more than this, in microseconds, is a jump, and gone to through the file's index. */
const JUMP_US = 2_000_000;

/** The pictures of an open file by their positions in it. Decoded within the tick offline, ahead and beside the beat in real time. */
export class VideoDeck {
  readonly reader: VideoReader;
  readonly #ctx: NodeContext;
  readonly #ahead: ReadPicture[] = [];
  #shown: ReadPicture | undefined;
  #ended = false;
  #reading: Promise<void> | undefined;
  /** Counts seeks: what was being decoded for an older one is of no use. */
  #seeks = 0;
  #arriving = true;
  #closed = false;

  /** @param reader the open file; the deck closes it. */
  constructor(ctx: NodeContext, reader: VideoReader) {
    this.#ctx = ctx;
    this.reader = reader;
  }

  /** The picture at a position, in microseconds; borrowed. Undefined: there is none, before the first and behind the last. */
  at(positionUs: number): Picture | undefined {
    if (this.#closed) return undefined;
    if (this.reader.info.still) return this.#still();
    const last = this.#ahead.at(-1) ?? this.#shown;
    const first = this.#shown ?? this.#ahead[0];
    const back = first !== undefined && positionUs < first.positionUs - EARLY_US && !this.#arriving;
    if (back || (last !== undefined && !this.#ended && positionUs > last.endUs + JUMP_US)) this.seek(positionUs);
    if (this.#ctx.offline) this.#readTo(positionUs);
    this.#advance(positionUs);
    if (!this.#ctx.offline) this.fill();
    const shown = this.#shown;
    if (!shown) return undefined;
    // A gap in the file is bridged by the picture before it; its end is not, but for what codecs add to the sound.
    if (this.#ended && this.#ahead.length === 0 && positionUs >= shown.endUs + TAIL_US) return undefined;
    return shown.picture;
  }

  /** Goes to a position. What is shown stays until the new picture is there. */
  seek(positionUs: number): void {
    this.#seeks++;
    this.#ended = false;
    this.#arriving = true;
    for (const { picture } of this.#ahead.splice(0)) picture.release();
    this.reader.seek(positionUs);
    if (!this.#ctx.offline) this.fill();
  }

  /** Decodes ahead, beside the beat. */
  fill(): void {
    this.#reading ??= this.#readAhead().finally(() => (this.#reading = undefined));
  }

  /** Resolves when a picture is there, or none will come. */
  async whenReady(): Promise<void> {
    while (!this.#closed && !this.#ended && this.#ahead.length === 0 && !this.#shown) {
      this.fill();
      await this.#reading;
    }
  }

  /** Frees everything, when nothing is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { picture } of this.#ahead.splice(0)) picture.release();
    this.#shown?.picture.release();
    this.#shown = undefined;
    await this.#reading;
    this.reader.close();
  }

  #still(): Picture | undefined {
    if (this.#ctx.offline) this.#shown ??= this.reader.readSync();
    else if (!this.#shown && !this.#ended) {
      this.#shown = this.#ahead.shift();
      this.fill();
    }
    return this.#shown?.picture;
  }

  #advance(positionUs: number): void {
    let steps = 0;
    while (this.#ahead[0] && (this.#ahead[0].positionUs <= positionUs + EARLY_US || (this.#arriving && steps === 0))) {
      this.#shown?.picture.release();
      this.#shown = this.#ahead.shift();
      steps++;
    }
    if (this.#arriving) {
      if (steps > 0) this.#arriving = false;
      return;
    }
    if (steps > 1) this.#ctx.count('dropped', steps - 1);
    if (steps > 0 || !this.#shown) return;
    const late = this.#ahead.length === 0 && !this.#ended && positionUs >= this.#shown.endUs;
    this.#ctx.count(late ? 'underruns' : 'repeated');
  }

  #readTo(positionUs: number): void {
    while (!this.#ended && !(this.#ahead.at(-1) && this.#ahead.at(-1)!.positionUs > positionUs + EARLY_US)) {
      const read = this.reader.readSync();
      if (read) this.#ahead.push(read);
      else this.#ended = true;
    }
  }

  async #readAhead(): Promise<void> {
    while (!this.#closed && !this.#ended && !isFull(this.#ahead)) {
      const seeks = this.#seeks;
      const read = await this.reader.read();
      if (this.#closed || (read && read.seeks !== this.#seeks)) read?.picture.release();
      else if (read) this.#ahead.push(read);
      else if (seeks === this.#seeks) this.#ended = true;
    }
  }
}
