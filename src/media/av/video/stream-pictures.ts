import type { CodecContext, FormatContext, Frame, Packet, Stream } from 'node-av/lib';
import { AV_NOPTS_VALUE, AVERROR_EAGAIN, AVERROR_EOF } from 'node-av/constants';
import { openVideoDecoder, originOf, videoInfo, type VideoInfo } from './open-video.js';
import { giveFrame, Picture, takeFrame } from './picture.js';
import { rotationOf, type ReadPicture } from './video-reader.js';
import type { VideoPackets } from './video-packets.js';

/** So many damaged packets in a row mean that nothing more is to be expected. */
const MAX_BAD_IN_A_ROW = 100;

/** Time stamps that step further, in microseconds, or back, are those of another connection: it goes on at a key frame. */
const JUMP_US = 5_000_000;

/**
 * The pictures of a stream whose packets a pump reads, in the order in which they are shown, decoded in FFmpeg's threads. Their times are
 * those of the stream, which may begin anew; its reader of sound says how they belong to what is heard.
 */
export class StreamPictures {
  readonly info: VideoInfo;
  /** By how many degrees, clockwise, pictures must be turned to stand upright; known once one was read. */
  rotation = 0;
  /** Damaged packets that were skipped so far. */
  badPackets = 0;
  /** By how much positions of what is heard are more than times of the stream, in microseconds. */
  readonly shiftUs: () => number;
  readonly #packets: VideoPackets;
  readonly #stream: Stream;
  readonly #name: string;
  readonly #usPerTick: number;
  readonly #originUs: number;
  readonly #frameUs: number;
  #decoder: CodecContext | undefined;
  #fromUs = -Infinity;
  #nextUs = 0;
  #lastDtsUs: number | undefined;
  #clears = 0;
  #badInARow = 0;
  #draining = false;
  #over = false;
  #reading = false;
  /** Waits for a packet. */
  #hungry = false;
  #interrupted = false;
  #closed = false;

  /**
   * @param format the opened container. @param stream its pictures. @param packets where their packets come from.
   * @param name what messages call it. @param shiftUs see {@link StreamPictures.shiftUs}.
   */
  constructor(format: FormatContext, stream: Stream, packets: VideoPackets, name: string, shiftUs: () => number) {
    this.info = videoInfo(format, stream);
    this.shiftUs = shiftUs;
    this.#packets = packets;
    this.#stream = stream;
    this.#name = name;
    const { num, den } = stream.timeBase;
    this.#usPerTick = (num * 1e6) / den;
    this.#originUs = originOf(format, stream);
    this.#frameUs = 1e6 / (this.info.frameRate ?? 25);
  }

  /** Whether anybody wants them. */
  set wanted(wanted: boolean) {
    this.#packets.wanted = wanted;
  }

  /** How often the stream was left for another position of it. */
  get jumps(): number {
    return this.#packets.clears;
  }

  /** No picture can come before more of the sound has been taken. */
  get stands(): boolean {
    return this.#hungry && this.#packets.stands;
  }

  /** Pictures that end before that are of no use, in microseconds of the stream. */
  skipTo(us: number): void {
    this.#fromUs = us;
  }

  /** A part of a live stream is gone. */
  lost(): void {
    this.#packets.lost();
  }

  /** The next picture, whose taker has its share; undefined at the end, after {@link StreamPictures.interrupt} and when closed. One at a time. */
  async read(): Promise<ReadPicture | undefined> {
    if (this.#closed) return undefined;
    this.#reading = true;
    this.#interrupted = false;
    try {
      this.#decoder ??= await openVideoDecoder(this.#stream, this.#name);
      return await this.#read(this.#decoder);
    } catch {
      // What cannot be decoded has no pictures; the sound says whether it can be read at all.
      this.#over = true;
      return undefined;
    } finally {
      this.#reading = false;
      if (this.#closed) this.#free();
    }
  }

  /** Makes a `read` that waits for packets come back. */
  interrupt(): void {
    this.#interrupted = true;
    this.#packets.wake();
  }

  /** Resolves when there may be more, or when it {@link StreamPictures.stands}. */
  changed(): Promise<void> {
    return this.#packets.changed();
  }

  /** Frees everything, after what is under way. May be called more than once. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#packets.close();
    if (!this.#reading) this.#free();
  }

  async #read(decoder: CodecContext): Promise<ReadPicture | undefined> {
    while (!this.#closed && !this.#interrupted) {
      if (this.#clears !== this.#packets.clears) this.#beginAnew(decoder);
      if (this.#over) return undefined;
      const frame = takeFrame();
      const code = await decoder.receiveFrame(frame);
      if (code >= 0) {
        const read = this.#taken(frame);
        if (read) return read;
        continue;
      }
      giveFrame(frame);
      if (code === AVERROR_EOF || (code === AVERROR_EAGAIN && this.#draining)) {
        decoder.flushBuffers();
        this.#draining = false;
        this.#over = this.#packets.ended;
        continue;
      }
      if (code !== AVERROR_EAGAIN) this.#bad();
      await this.#feed(decoder);
    }
    return undefined;
  }

  async #feed(decoder: CodecContext): Promise<void> {
    const next = this.#packets.take();
    if (next === 'seam' || (next === undefined && this.#packets.ended)) {
      this.#lastDtsUs = undefined;
      this.#draining = true;
      await decoder.sendPacket(null);
    } else if (next === undefined) {
      this.#hungry = true;
      this.#packets.wake();
      await this.#packets.changed();
      this.#hungry = false;
    } else {
      if (this.#jumped(next)) decoder.flushBuffers();
      const code = await decoder.sendPacket(next);
      next.free();
      if (code < 0 && code !== AVERROR_EAGAIN) this.#bad();
    }
  }

  #beginAnew(decoder: CodecContext): void {
    decoder.flushBuffers();
    this.#clears = this.#packets.clears;
    this.#lastDtsUs = undefined;
    this.#badInARow = 0;
    this.#draining = false;
    this.#over = false;
  }

  #jumped({ dts }: Packet): boolean {
    if (dts === AV_NOPTS_VALUE) return false;
    const us = Number(dts) * this.#usPerTick;
    const last = this.#lastDtsUs;
    this.#lastDtsUs = us;
    return last !== undefined && (us < last || us > last + JUMP_US);
  }

  #taken(frame: Frame): ReadPicture | undefined {
    this.#badInARow = 0;
    const stamp = frame.bestEffortTimestamp;
    const positionUs = stamp === AV_NOPTS_VALUE ? this.#nextUs : Number(stamp) * this.#usPerTick - this.#originUs;
    const endUs = positionUs + (frame.duration > 0n ? Number(frame.duration) * this.#usPerTick : this.#frameUs);
    this.#nextUs = endUs;
    if (this.#clears !== this.#packets.clears || (endUs <= this.#fromUs && !this.info.still)) {
      giveFrame(frame);
      return undefined;
    }
    this.#fromUs = -Infinity;
    this.rotation = rotationOf(frame);
    return { picture: new Picture(frame), positionUs, endUs, seeks: this.#clears };
  }

  #bad(): void {
    this.badPackets++;
    if (++this.#badInARow >= MAX_BAD_IN_A_ROW) this.#over = true;
  }

  #free(): void {
    this.#decoder?.freeContext();
    this.#decoder = undefined;
  }
}
