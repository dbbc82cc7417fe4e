import { Frame, Packet, type CodecContext } from 'node-av/lib';
import { AVERROR_EAGAIN, AVERROR_EOF, type AVSeekFlag } from 'node-av/constants';
import { avReason } from './native.js';

/** So many damaged packets or read errors in a row mean that nothing more is to be expected. */
const MAX_BAD_IN_A_ROW = 100;

/** What {@link PacketSource.readFrameSync} answers when the next packet has not come yet; no error number of FFmpeg's. */
export const NOTHING_YET = -0x766f7801;

/** Where packets are from: an open file, or what was read ahead from the network. */
export interface PacketSource {
  /** Gives the next packet; below 0 an error number of FFmpeg's, or {@link NOTHING_YET}. */
  readFrameSync(packet: Packet): number;
  /** Goes to a timestamp of a stream; below 0 when that cannot be. */
  seekFrameSync(streamIndex: number, ticks: bigint, flags: AVSeekFlag): number;
}

/** Why a decode loop stopped; `waiting`: for now, since the next packet has not come yet. */
export type DecodeEnd =
  { readonly kind: 'end' } | { readonly kind: 'waiting' } | { readonly kind: 'damaged'; readonly reason: string };

const WAITING: DecodeEnd = { kind: 'waiting' };

/**
 * Packets of one stream in, native frames out: FFmpeg's send/receive loop, synchronous, with one packet and one frame that
 * are used over and over. Damaged packets are counted and skipped, as the ffmpeg command does.
 */
export class DecodeLoop {
  /** The newest decoded frame, after `next()` returned undefined. */
  readonly frame = new Frame();
  /** Damaged packets skipped so far. */
  badPackets = 0;
  /** True when reading stopped on an error rather than at the end of the file. */
  readFailed = false;

  readonly #format: PacketSource;
  readonly #decoder: CodecContext;
  readonly #streamIndex: number;
  readonly #packet = new Packet();
  #badInARow = 0;
  /** The decoder has given a frame since it was last fed, so it most likely wants to be fed. */
  #hungry = true;
  /** A packet that the decoder did not take yet. */
  #held = false;
  #lastReason = '';
  /** The last reading gave no packet since none has come yet. */
  #waits = false;
  #draining = false;
  #closed = false;

  constructor(format: PacketSource, decoder: CodecContext, streamIndex: number) {
    this.#format = format;
    this.#decoder = decoder;
    this.#streamIndex = streamIndex;
    this.#packet.alloc();
    this.frame.alloc();
  }

  /** Decodes the next frame into `frame`. Returns undefined when there is one, else why there is none. */
  next(): DecodeEnd | undefined {
    // Fed first and asked then: most packets hold one frame, and asking an empty decoder costs as much as asking a full one.
    if (this.#hungry && !this.#draining && !this.#feed()) return this.#damaged();
    for (;;) {
      const received = this.#decoder.receiveFrameSync(this.frame);
      if (received >= 0) {
        this.#badInARow = 0;
        this.#hungry = true;
        return undefined;
      }
      if (received === AVERROR_EOF) return { kind: 'end' };
      if (received !== AVERROR_EAGAIN && !this.#tolerate(received)) return this.#damaged();
      if (this.#draining) {
        if (received === AVERROR_EAGAIN) return { kind: 'end' };
        continue;
      }
      // A decoder that neither gives nor takes is broken.
      if (!this.#feed() || (this.#held && !this.#tolerateRead(AVERROR_EAGAIN))) return this.#damaged();
      if (this.#waits) {
        this.#waits = false;
        this.#hungry = true;
        return WAITING;
      }
    }
  }

  /** Counts a frame that decoded but cannot be used. False when there were too many in a row. */
  reject(reason: string): boolean {
    this.#lastReason = reason;
    this.badPackets++;
    return ++this.#badInARow < MAX_BAD_IN_A_ROW;
  }

  /** Goes to the packet at or before a timestamp of the stream. False when the file cannot be sought in. */
  seek(ticks: bigint, flags: AVSeekFlag): boolean {
    const code = this.#format.seekFrameSync(this.#streamIndex, ticks, flags);
    if (code < 0) return false;
    this.#decoder.flushBuffers();
    if (this.#held) this.#packet.unref();
    this.#held = false;
    this.#hungry = true;
    this.#draining = false;
    this.#badInARow = 0;
    return true;
  }

  /** Frees the packet and the frame; the contexts are their owner's. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#packet.free();
    this.frame.free();
  }

  /** Sends the next packet of the stream to the decoder, if it takes one now. False when it failed for good. */
  #feed(): boolean {
    this.#hungry = false;
    this.#waits = false;
    if (!this.#held && !this.#read()) return true;
    const sent = this.#decoder.sendPacketSync(this.#packet);
    this.#held = sent === AVERROR_EAGAIN;
    if (this.#held) return true;
    this.#packet.unref();
    return sent >= 0 || this.#tolerate(sent);
  }

  /** Reads one packet of the stream. False when none has come yet, and at the end, which the decoder has been told. */
  #read(): boolean {
    for (;;) {
      const read = this.#format.readFrameSync(this.#packet);
      if (read >= 0) {
        if (this.#packet.streamIndex === this.#streamIndex) return true;
        this.#packet.unref();
        continue;
      }
      if (read === NOTHING_YET) {
        this.#waits = true;
        return false;
      }
      if (read === AVERROR_EAGAIN && this.#tolerateRead(read)) continue;
      // The command line too takes a read error for the end: what is buffered in the decoder still comes out.
      this.readFailed = read !== AVERROR_EOF;
      this.#draining = true;
      this.#decoder.sendPacketSync(null);
      return false;
    }
  }

  #tolerate(code: number): boolean {
    return this.reject(avReason(code));
  }

  #tolerateRead(code: number): boolean {
    this.#lastReason = avReason(code);
    return ++this.#badInARow < MAX_BAD_IN_A_ROW;
  }

  #damaged(): DecodeEnd {
    return { kind: 'damaged', reason: this.#lastReason };
  }
}
