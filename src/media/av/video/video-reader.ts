import { Packet, type Frame } from 'node-av/lib';
import {
  AV_FRAME_DATA_DISPLAYMATRIX,
  AV_NOPTS_VALUE,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  AVSEEK_FLAG_BACKWARD,
} from 'node-av/constants';
import { avReason } from '../native.js';
import { closeInput } from '../open-input.js';
import type { OpenedVideo, VideoInfo } from './open-video.js';
import { giveFrame, Picture, takeFrame } from './picture.js';

/** So many damaged packets or read errors in a row mean that nothing more is to be expected. */
const MAX_BAD_IN_A_ROW = 100;

/** A picture of a file. Whoever gets it has its share. */
export interface ReadPicture {
  readonly picture: Picture;
  /** When it is shown, in microseconds from the beginning of the file. */
  readonly positionUs: number;
  /** Until when, by what the file states; at least a microsecond later. */
  readonly endUs: number;
  /** After how many calls of `seek` it was read: one that is overtaken by another is of no use. */
  readonly seeks: number;
}

/** What becomes of one attempt to decode. */
type Step = 'picture' | 'feed' | 'end';

/**
 * The pictures of an open file, in the order in which they are shown. Its sync and its async calls do the same; do not mix them. Close
 * it.
 */
export class VideoReader {
  readonly info: VideoInfo;
  /** How it ended: nothing, or why it went no further; undefined as long as it goes on. */
  outcome: { readonly failure?: string } | undefined;
  /** Damaged packets that were skipped so far. */
  badPackets = 0;
  /** By how many degrees, clockwise, pictures must be turned to stand upright: a multiple of 90, known once one was read. */
  rotation = 0;
  readonly #input: OpenedVideo;
  readonly #packet = new Packet();
  readonly #usPerTick: number;
  readonly #frameUs: number;
  #seekUs: number | undefined;
  #asked = 0;
  #sought = 0;
  /** Pictures that end before this are dropped: the way from a key frame to a sought position. */
  #fromUs = -Infinity;
  #nextUs = 0;
  #badInARow = 0;
  #draining = false;
  #reading = false;
  #closed = false;

  /** @param input the opened file; closed with the reader. */
  constructor(input: OpenedVideo) {
    this.#input = input;
    this.info = input.info;
    const { num, den } = input.stream.timeBase;
    this.#usPerTick = (num * 1e6) / den;
    this.#frameUs = 1e6 / (input.info.frameRate ?? 25);
    this.#packet.alloc();
  }

  /** The next picture, decoded on this thread; undefined at the end, with `outcome` set. */
  readSync(): ReadPicture | undefined {
    const { format, decoder } = this.#input;
    if (this.#begin()) this.#arrived(format.seekFrameSync(this.#input.stream.index, this.#seekTicks(), AVSEEK_FLAG_BACKWARD));
    while (!this.outcome) {
      const frame = takeFrame();
      const step = this.#received(decoder.receiveFrameSync(frame));
      const read = this.#taken(step, frame);
      if (read) return read;
      if (step !== 'feed') continue;
      if (this.#wants(format.readFrameSync(this.#packet))) this.#sent(decoder.sendPacketSync(this.#packet));
      else if (this.#draining) decoder.sendPacketSync(null);
    }
    return undefined;
  }

  /** As {@link readSync}, in FFmpeg's threads. One at a time. */
  async read(): Promise<ReadPicture | undefined> {
    const { format, decoder } = this.#input;
    if (this.#closed) return undefined;
    this.#reading = true;
    try {
      if (this.#begin()) this.#arrived(await format.seekFrame(this.#input.stream.index, this.#seekTicks(), AVSEEK_FLAG_BACKWARD));
      while (!this.outcome && !this.#closed) {
        const frame = takeFrame();
        const step = this.#received(await decoder.receiveFrame(frame));
        // Overtaken: what was decoded is of where it was.
        const read = this.#taken(this.#seekUs === undefined ? step : 'feed', frame);
        if (read) return read;
        if (this.#begin())
          this.#arrived(await format.seekFrame(this.#input.stream.index, this.#seekTicks(), AVSEEK_FLAG_BACKWARD));
        if (step !== 'feed') continue;
        if (this.#wants(await format.readFrame(this.#packet))) this.#sent(await decoder.sendPacket(this.#packet));
        else if (this.#draining) await decoder.sendPacket(null);
      }
      return undefined;
    } finally {
      this.#reading = false;
      if (this.#closed) this.#free();
    }
  }

  /** Goes to a position, in microseconds: the picture that is shown there is read next. */
  seek(positionUs: number): void {
    this.#asked++;
    this.#seekUs = Math.max(0, positionUs);
    this.outcome = undefined;
  }

  /** Frees everything, after what is under way. May be called more than once. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.outcome ??= {};
    if (!this.#reading) this.#free();
  }

  #free(): void {
    this.#packet.free();
    closeInput(this.#input);
  }

  #begin(): boolean {
    return this.#seekUs !== undefined && !this.#closed;
  }

  #seekTicks(): bigint {
    const { originUs } = this.#input;
    this.#fromUs = this.#seekUs!;
    this.#seekUs = undefined;
    this.#sought = this.#asked;
    return BigInt(Math.floor((this.#fromUs + originUs) / this.#usPerTick));
  }

  #arrived(code: number): void {
    this.#input.decoder.flushBuffers();
    this.#draining = false;
    this.#badInARow = 0;
    this.#nextUs = this.#fromUs;
    if (code < 0 && !this.info.still) this.outcome = { failure: 'its format does not allow going to a position' };
  }

  #received(code: number): Step {
    if (code >= 0) return 'picture';
    if (code === AVERROR_EOF || (code === AVERROR_EAGAIN && this.#draining)) {
      this.outcome ??= {};
      return 'end';
    }
    if (code !== AVERROR_EAGAIN) this.#bad(avReason(code));
    return 'feed';
  }

  #taken(step: Step, frame: Frame): ReadPicture | undefined {
    if (step !== 'picture') {
      giveFrame(frame);
      return undefined;
    }
    this.#badInARow = 0;
    const { originUs } = this.#input;
    const stamp = frame.bestEffortTimestamp;
    const positionUs = stamp === AV_NOPTS_VALUE ? this.#nextUs : Number(stamp) * this.#usPerTick - originUs;
    const endUs = positionUs + (frame.duration > 0n ? Number(frame.duration) * this.#usPerTick : this.#frameUs);
    this.#nextUs = endUs;
    if (endUs <= this.#fromUs && !this.info.still) {
      giveFrame(frame);
      return undefined;
    }
    this.#fromUs = -Infinity;
    this.rotation = rotationOf(frame);
    return { picture: new Picture(frame), positionUs, endUs, seeks: this.#sought };
  }

  /** Whether a packet that was read is for the decoder. */
  #wants(code: number): boolean {
    if (code >= 0) {
      if (this.#packet.streamIndex === this.#input.stream.index) return true;
      this.#packet.unref();
      return false;
    }
    if (code === AVERROR_EAGAIN && ++this.#badInARow < MAX_BAD_IN_A_ROW) return false;
    this.#draining = true;
    return false;
  }

  #sent(code: number): void {
    this.#packet.unref();
    if (code < 0 && code !== AVERROR_EAGAIN) this.#bad(avReason(code));
  }

  #bad(reason: string): void {
    this.badPackets++;
    if (++this.#badInARow >= MAX_BAD_IN_A_ROW) this.outcome = { failure: reason };
  }
}

/** What a phone's display matrix says: the turn, clockwise, in degrees. */
export function rotationOf(frame: Frame): number {
  const matrix = frame.getSideData(AV_FRAME_DATA_DISPLAYMATRIX);
  if (!matrix || matrix.length < 36) return 0;
  const degrees = (Math.atan2(matrix.readInt32LE(4), matrix.readInt32LE(0)) * 180) / Math.PI;
  return (((Math.round(degrees / 90) * 90) % 360) + 360) % 360;
}
