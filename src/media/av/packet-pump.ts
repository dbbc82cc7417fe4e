import {
  AVERROR_EINVAL,
  AVERROR_EIO,
  AVERROR_EOF,
  AVDISCARD_ALL,
  AVDISCARD_DEFAULT,
  AVSEEK_FLAG_BACKWARD,
  AVSEEK_FLAG_BYTE,
  type AVSeekFlag,
} from 'node-av/constants';
import { Packet, type FormatContext, type Stream } from 'node-av/lib';
import { NOTHING_YET, type PacketSource } from './decode-loop.js';
import type { VideoPackets } from './video/video-packets.js';

/** What a pump needs. */
export interface PumpOptions {
  /** The opened container; the pump alone uses it from now on. */
  readonly format: FormatContext;
  /** The stream to take packets of. */
  readonly stream: Stream;
  /** How much media is read ahead, in microseconds: that bound is the backpressure. */
  readonly aheadUs: number;
  /** How much must wait before playing begins, or goes on after it ran dry, in microseconds. */
  readonly resumeUs: number;
  /** Whether going back is possible. */
  readonly seekable: boolean;
  /** The pictures beside it, and where their packets go; of a film without sound they are the stream itself. */
  readonly video?: { readonly stream: Stream; readonly packets: VideoPackets } | undefined;
  /** Waits until a packet can probably be read without a thread of Node's pool standing still for it. */
  ready(): Promise<void>;
}

/** Packets are bounded by number and size too: damaged and hostile streams state no or false durations. */
const MOST_PACKETS = 4000;
const MOST_BYTES = 16 * 1024 * 1024;

/** For packets without a duration, in microseconds. */
const USUAL_US = 20_000;

/** A loop goes round when so much waits behind its seam, in microseconds: more than decoders need before a position. */
const SEAM_US = 500_000;

/** A new stream begins when so much waits, in microseconds; after running dry it takes more. */
const START_US = 100_000;

interface Waiting {
  readonly packet: Packet;
  readonly durationUs: number;
  readonly bytes: number;
}

/**
 * Reads packets ahead of a decoder, asynchronously and one at a time, into a bounded queue, from which the decoder takes them without
 * waiting. Seeking is done by the pump as well, so that no two operations on the container ever overlap.
 */
export class PacketPump implements PacketSource {
  /** While true what comes is dropped: for live streams that nobody listens to. */
  discards = false;
  readonly #options: PumpOptions;
  readonly #usPerTick: number;
  readonly #queue: (Waiting | 'seam')[] = [];
  readonly #spare: Packet[] = [];
  #queuedUs = 0;
  #queuedBytes = 0;
  #dry = true;
  #threshold = START_US;
  #seek: { readonly ticks: bigint; readonly flags: AVSeekFlag } | undefined;
  /** What the end of the stream is followed by at once: the timestamp a loop goes back to. */
  #loopTicks: bigint | undefined;
  #seams = 0;
  #endCode: number | undefined;
  #closed = false;
  #wake = () => {};
  readonly #arrivals = new Set<() => void>();
  readonly #running: Promise<void>;

  /** Begins to read. @param options the container and how far to read ahead. */
  constructor(options: PumpOptions) {
    this.#options = options;
    const { num, den } = options.stream.timeBase;
    this.#usPerTick = (num * 1e6) / den;
    this.#running = this.#run();
  }

  /** Media that waits, in microseconds. */
  get queuedUs(): number {
    return this.#queuedUs;
  }

  /** True when a packet can be taken now, or the end is reached. */
  get available(): boolean {
    return !this.#isDry() && !this.#atThinSeam();
  }

  /** Resolves when {@link PacketPump.available} is true, or it is closed. */
  arrived(): Promise<void> {
    if (this.available || this.#closed) return Promise.resolve();
    return new Promise((done) => this.#arrivals.add(done));
  }

  /** Says where the end is followed by the beginning, so that a loop has no gap; undefined: nowhere. */
  loopTo(ticks: bigint | undefined): void {
    this.#loopTicks = this.#options.seekable ? ticks : undefined;
    this.#wake();
  }

  readFrameSync(packet: Packet): number {
    if (!this.available) return NOTHING_YET;
    const next = this.#queue[0];
    if (next === undefined) {
      if (this.#endCode !== undefined) return this.#endCode;
      this.#dry = true;
      this.#threshold = this.#options.resumeUs;
      return NOTHING_YET;
    }
    // What stands behind the seam is for whoever goes back.
    if (next === 'seam') return AVERROR_EOF;
    this.#queue.shift();
    this.#queuedUs -= next.durationUs;
    this.#queuedBytes -= next.bytes;
    packet.unref();
    const code = packet.ref(next.packet);
    this.#recycle(next.packet);
    this.#wake();
    return code;
  }

  seekFrameSync(_streamIndex: number, ticks: bigint, flags: AVSeekFlag): number {
    if (!this.#options.seekable || this.#closed) return AVERROR_EINVAL;
    if (this.#queue[0] === 'seam' && ticks === this.#loopTicks && flags === AVSEEK_FLAG_BACKWARD) {
      this.#queue.shift();
      this.#seams--;
      this.#wake();
      return 0;
    }
    this.#clear();
    this.#endCode = undefined;
    this.#dry = true;
    this.#threshold = START_US;
    this.#seek = { ticks, flags };
    this.#wake();
    return 0;
  }

  /** Drops what waits. */
  skipAll(): void {
    this.#clear();
    this.#dry = true;
    this.#threshold = START_US;
    this.#wake();
  }

  /** Stops reading; resolves when nothing is under way any more and the container may be freed. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    await this.#running;
    this.#clear();
    for (const packet of this.#spare.splice(0)) packet.free();
    this.#tell();
  }

  #isDry(): boolean {
    if (this.#dry && (this.#queuedUs >= this.#threshold || this.#endCode !== undefined || this.#seams > 0 || this.#full()))
      this.#dry = false;
    return this.#dry;
  }

  /** A loop goes round only when what follows is there, so that there is no gap. */
  #atThinSeam(): boolean {
    return this.#queue[0] === 'seam' && this.#queuedUs < Math.min(SEAM_US, this.#options.aheadUs) && this.#endCode === undefined;
  }

  #full(): boolean {
    return this.#queuedUs >= this.#options.aheadUs || this.#queue.length >= MOST_PACKETS || this.#queuedBytes >= MOST_BYTES;
  }

  async #run(): Promise<void> {
    const packet = new Packet();
    packet.alloc();
    while (!this.#closed) {
      const { promise: woken, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      if (this.#seek) await this.#doSeek();
      else if (this.#endCode !== undefined || this.#full()) {
        if (this.#options.video) this.#options.video.packets.stands = true;
        await woken;
        if (this.#options.video) this.#options.video.packets.stands = false;
      } else {
        await Promise.race([this.#options.ready(), woken]);
        if (!this.#closed && !this.#seek && !this.#full()) await this.#readOne(packet);
      }
    }
    packet.free();
  }

  async #doSeek(): Promise<void> {
    const { ticks, flags } = this.#seek!;
    this.#seek = undefined;
    const code = await this.#goTo(ticks, flags);
    if (this.#seek || this.#closed) return;
    if (code < 0) this.#end(AVERROR_EIO);
  }

  /** Formats that cannot seek by time are read again from their first byte; the reader drops what comes before its position. */
  async #goTo(ticks: bigint, flags: AVSeekFlag): Promise<number> {
    const { format, stream } = this.#options;
    const code = await format.seekFrame(stream.index, ticks, flags);
    if (code >= 0 || this.#seek || this.#closed) return code;
    return format.seekFrame(stream.index, 0n, AVSEEK_FLAG_BYTE);
  }

  async #readOne(packet: Packet): Promise<void> {
    const { format, stream, video } = this.#options;
    // Not even parsed while nobody looks.
    if (video && video.stream.index !== stream.index)
      video.stream.discard = video.packets.wanted ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    const code = await format.readFrame(packet);
    if (this.#seek || this.#closed) return packet.unref();
    if (code < 0) return this.#ended(code);
    if (packet.streamIndex === stream.index && !this.discards) this.#add(packet);
    if (packet.streamIndex === video?.stream.index && !this.discards) video.packets.push(packet);
    packet.unref();
  }

  #add(packet: Packet): void {
    const stated = Number(packet.duration) * this.#usPerTick;
    const durationUs = stated > 0 && stated < 10_000_000 ? stated : USUAL_US;
    const kept = this.#spare.pop() ?? newPacket();
    if (kept.ref(packet) < 0) return this.#recycle(kept);
    const bytes = packet.size;
    this.#queue.push({ packet: kept, durationUs, bytes });
    this.#queuedUs += durationUs;
    this.#queuedBytes += bytes;
    this.#tell();
  }

  async #ended(code: number): Promise<void> {
    const ticks = this.#loopTicks;
    // Nothing since the last seam: a stream without packets would go round for ever.
    if (code !== AVERROR_EOF || ticks === undefined || this.#queue.at(-1) === 'seam') return this.#end(code);
    const sought = await this.#goTo(ticks, AVSEEK_FLAG_BACKWARD);
    if (this.#seek || this.#closed) return;
    if (sought < 0) return this.#end(code);
    this.#queue.push('seam');
    this.#options.video?.packets.seam();
    this.#seams++;
    this.#tell();
  }

  #end(code: number): void {
    this.#endCode = code;
    this.#options.video?.packets.end();
    this.#tell();
  }

  #tell(): void {
    if (this.#arrivals.size === 0 || (!this.available && !this.#closed)) return;
    const waiting = [...this.#arrivals];
    this.#arrivals.clear();
    for (const done of waiting) done();
  }

  #recycle(packet: Packet): void {
    packet.unref();
    if (this.#spare.length < 64) this.#spare.push(packet);
    else packet.free();
  }

  #clear(): void {
    for (const waiting of this.#queue.splice(0)) if (waiting !== 'seam') this.#recycle(waiting.packet);
    this.#options.video?.packets.clear();
    this.#queuedUs = 0;
    this.#queuedBytes = 0;
    this.#seams = 0;
  }
}

function newPacket(): Packet {
  const packet = new Packet();
  packet.alloc();
  return packet;
}
