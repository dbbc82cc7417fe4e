import { problem, reasonOf, VoxError, voxError, type Problem } from '../../errors.js';
import type { ByteSource } from './byte-source.js';
import { connectionError } from './http-request.js';
import type { HttpSourceSettings } from './http-source.js';
import { PacketBuffer } from './packet-buffer.js';
import { retryDelayMs } from './retry.js';
import { RtpSplice } from './rtp-splice.js';
import { RtpSync } from './rtp-sync.js';
import { RtspSession, type RtspSessionOutlets } from './rtsp-session.js';
import { describeStreams, type SdpStream } from './sdp-media.js';
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
  /** Of the stream that gives the time: the sound, where there is any. */
  #main: RtpSplice | undefined;
  readonly #splices = new Map<SdpStream['kind'], RtpSplice>();
  #sync: RtpSync | undefined;
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

  /** By how much times of the sound are more than those of pictures of the same moment, in microseconds. */
  pictureShiftUs(): number {
    return this.#sync?.offsetUs ?? 0;
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
      packet: (kind, bytes) => current() && this.#came(kind, bytes),
      report: (kind, bytes) => current() && this.#sync?.report(kind, bytes),
      bye: () => current() && this.#bye(),
      lost: (error) => {
        gone = error;
        if (current()) this.#lost(error);
      },
    };
    const session = await RtspSession.open(this.#start, this.#settings, outlets, this.#settings.video);
    try {
      if (number !== this.#number) return session.close();
      this.#begin(session);
      this.#cameSinceConnect = 0;
      // Packets may come before the answer does.
      heard = true;
      this.#session = session;
      const stamps = await session.play(this.live ? 0 : this.#main!.elapsedSec);
      const [audio, video] = [stamps.get('audio'), stamps.get('video')];
      if (audio !== undefined && video !== undefined) this.#sync?.together(audio, video);
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

  /** What the packets of a connection are; those of the first are what all are given on as. @throws VoxError `URL_CHANGED`. */
  #begin({ streams, media }: RtspSession): void {
    const [main] = streams;
    const codec = codecOf(main!);
    if (this.#main && codec !== this.#codec) throw voxError('URL_CHANGED', { url: shownUrl(this.#start) });
    if (!this.#main) {
      const numbered = numberApart(streams);
      this.#sdp = describeStreams(media.title, numbered);
      this.#codec = codec;
      this.#durationSec = media.durationSec;
      for (const { stream, number } of numbered)
        this.#splices.set(stream.kind, new RtpSplice(number, stream.clockRate, stream.kind === 'video'));
      this.#main = this.#splices.get(main!.kind);
      const [audio, video] = [this.#splices.get('audio'), this.#splices.get('video')];
      this.#sync = audio && video && new RtpSync(audio, video);
    }
    this.#sync?.restart();
    for (const { kind, payloadType } of streams) this.#splices.get(kind)?.restart(payloadType);
  }

  async #rejoin(attempt: number): Promise<void> {
    const number = this.#number;
    try {
      await this.#join(attempt);
    } catch (error) {
      if (number === this.#number) this.#lost(error);
    }
  }

  #came(kind: SdpStream['kind'], packet: Buffer): void {
    if (!this.#splices.get(kind)?.renumber(packet)) return;
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
    if (this.#durationSec !== undefined && this.#main!.elapsedSec >= this.#durationSec - NEAR_END_SEC) return this.#finish();
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

/** A description without its number, for telling whether it is still the same; pictures may change theirs as they like. */
function codecOf({ kind, about, clockRate, payloadType }: SdpStream): string {
  if (kind === 'video') return `video ${clockRate}`;
  return about.join('\n').replaceAll(new RegExp(`\\b${payloadType}\\b`, 'g'), '#');
}

/** Streams tell their packets apart by numbers of their own. */
function numberApart(streams: readonly SdpStream[]): { readonly stream: SdpStream; readonly number: number }[] {
  const taken = new Set<number>();
  return streams.map((stream) => {
    let number = stream.payloadType;
    // Those from 96 on mean what a description says (RFC 3551 section 3).
    if (taken.has(number)) number = number === 96 ? 97 : 96;
    taken.add(number);
    return { stream, number };
  });
}
