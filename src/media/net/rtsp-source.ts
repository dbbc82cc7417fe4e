import { problem, reasonOf, VoxError, voxError, type Problem } from '../../errors.js';
import type { ByteSource } from './byte-source.js';
import { connectionError } from './http-request.js';
import type { HttpSourceSettings } from './http-source.js';
import { PacketBuffer } from './packet-buffer.js';
import { retryDelayMs } from './retry.js';
import { RtpSplice } from './rtp-splice.js';
import { RtspSession, type RtspSessionOutlets } from './rtsp-session.js';
import { shownUrl } from './url.js';

/** The socket is left alone while so many bytes wait, and read again when half of them are gone. */
const HIGH_WATER = 512 * 1024;

/** A connection that brought so many packets was a good one: the attempts count from the first again. */
const PROGRESS_PACKETS = 50;

/** A recording that ends so close to its stated length, in seconds, is whole: servers do not all say goodbye. */
const NEAR_END_SEC = 0.25;

/** Connects to a server and lets its packets come. @throws VoxError as {@link RtspSession.open}. */
export async function openRtspSource(url: URL, settings: HttpSourceSettings): Promise<RtspSource> {
  const source = new RtspSource(url, settings);
  try {
    await source.begin();
    return source;
  } catch (error) {
    source.close();
    throw error;
  }
}

/**
 * The RTP packets of an RTSP server, one a read. A lost live stream is joined again in the present, a lost recording where it was lost; the
 * packets of all connections are numbered as one stream.
 */
export class RtspSource implements ByteSource {
  readonly length = undefined;
  readonly seekable = false;
  readonly formats = undefined;
  /** The first packet. */
  head = new Uint8Array(0);
  failure: Problem | undefined;
  readonly #start: URL;
  readonly #settings: HttpSourceSettings;
  readonly #buffer = new PacketBuffer();
  #session: RtspSession | undefined;
  /** Its own telling apart: what a session that was given up still says does not count. */
  #number = 0;
  #splice: RtpSplice | undefined;
  #sdp = '';
  /** The description without numbers, for telling whether it is still the same. */
  #codec = '';
  #durationSec: number | undefined;
  #cameSinceConnect = 0;
  #attempt = 0;
  #cancelTimer = () => {};
  #closed = false;

  /** @param start what was asked for. @param settings time-outs, retries, listener. */
  constructor(start: URL, settings: HttpSourceSettings) {
    this.#start = start;
    this.#settings = settings;
  }

  /** The first connection. @throws VoxError as {@link RtspSession.open}. */
  async begin(): Promise<void> {
    await this.#join(0);
  }

  get live(): boolean {
    return this.#durationSec === undefined;
  }

  /** What the packets are. */
  get sdp(): string {
    return this.#sdp;
  }

  read(): Buffer | null | Promise<Buffer | null> {
    const packet = this.#buffer.take();
    const session = this.#session;
    if (session?.paused && this.#buffer.bytes <= HIGH_WATER / 2) {
      session.paused = false;
      this.#watch();
    }
    return packet;
  }

  ready(): Promise<void> {
    return this.#buffer.ready();
  }

  seek(): void {}

  close(): void {
    this.#closed = true;
    this.#drop();
    this.#buffer.end();
  }

  async #join(attempts: number): Promise<void> {
    const number = this.#number;
    let heard = false;
    let gone: Error | undefined;
    const current = () => number === this.#number && heard;
    const outlets: RtspSessionOutlets = {
      packet: (bytes) => current() && this.#came(bytes),
      bye: () => current() && this.#bye(),
      lost: (error) => {
        gone = error;
        if (current()) this.#lost(error);
      },
    };
    const session = await RtspSession.open(this.#start, this.#settings, outlets);
    try {
      if (number !== this.#number) return session.close();
      const { audio } = session;
      const codec = audio.sdp.replaceAll(new RegExp(`\\b${audio.payloadType}\\b`, 'g'), '#');
      if (this.#splice && codec !== this.#codec) throw voxError('URL_CHANGED', { url: shownUrl(this.#start) });
      if (!this.#splice) {
        this.#sdp = audio.sdp;
        this.#codec = codec;
        this.#durationSec = audio.durationSec;
        this.#splice = new RtpSplice(audio.payloadType, audio.clockRate);
      }
      this.#splice.restart(audio.payloadType);
      this.#cameSinceConnect = 0;
      // Packets may come before the answer does.
      heard = true;
      this.#session = session;
      await session.play(this.live ? 0 : this.#splice.elapsedSec);
      if (gone !== undefined) throw gone;
    } catch (error) {
      heard = false;
      session.close();
      throw error;
    }
    if (number !== this.#number) return session.close();
    if (attempts > 0) this.#settings.tell({ type: 'reconnected', attempts });
    this.#watch();
  }

  async #rejoin(attempt: number): Promise<void> {
    const number = this.#number;
    try {
      await this.#join(attempt);
    } catch (error) {
      if (number === this.#number) this.#lost(error);
    }
  }

  #came(packet: Buffer): void {
    if (!this.#splice!.renumber(packet)) return;
    if (++this.#cameSinceConnect === PROGRESS_PACKETS) this.#attempt = 0;
    if (this.head.length === 0) this.head = new Uint8Array(packet);
    this.#buffer.push(packet);
    if (this.#buffer.bytes >= HIGH_WATER) this.#session!.paused = true;
    this.#watch();
  }

  /** A recording ends; what is live is expected back. */
  #bye(): void {
    if (this.live) this.#lost(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    else this.#finish();
  }

  /** Nothing may come for a while only as long as nothing is asked for. */
  #watch(): void {
    this.#cancelTimer();
    if (!this.#session || this.#session.paused) return;
    const { readTimeoutMs, timer } = this.#settings;
    this.#cancelTimer = timer(readTimeoutMs, () => {
      const data = { src: shownUrl(this.#start), seconds: readTimeoutMs / 1000, step: 'playing' };
      this.#lost(voxError('STREAM_TIMEOUT', data));
    });
  }

  #finish(): void {
    this.#drop();
    this.#buffer.end();
  }

  #drop(): void {
    this.#number++;
    this.#cancelTimer();
    this.#cancelTimer = () => {};
    this.#session?.close();
    this.#session = undefined;
  }

  #lost(error: unknown): void {
    this.#drop();
    if (this.#closed) return;
    if (this.#durationSec !== undefined && this.#splice!.elapsedSec >= this.#durationSec - NEAR_END_SEC) return this.#finish();
    const { retry, timer, tell } = this.#settings;
    const cause = connectionError(this.#start, error);
    const found = cause instanceof VoxError ? cause.problems[0]! : problem('INTERNAL', { reason: reasonOf(cause) });
    if (found.code === 'URL_CHANGED' || this.#attempt >= retry.attempts) {
      this.failure = found;
      return this.#finish();
    }
    const attempt = ++this.#attempt;
    const delayMs = retryDelayMs(retry, attempt);
    tell({ type: 'reconnecting', attempt, delayMs, problem: found });
    this.#cancelTimer = timer(delayMs, () => void this.#rejoin(attempt));
  }
}
