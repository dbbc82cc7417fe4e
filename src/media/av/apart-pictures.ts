import { AV_NOPTS_VALUE } from 'node-av/constants';
import { Packet, type FormatContext, type Stream } from 'node-av/lib';
import type { ByteSource, Timer } from '../net/byte-source.js';
import { openStreamInput, type StreamInput } from './stream-input.js';
import { findVideo, isCover, originOf } from './video/open-video.js';
import { VideoPackets } from './video/video-packets.js';

/** What comes so much later than it should be shown, in microseconds, is not decoded any more. */
const LATE_US = 1_000_000;

/** Times that go back by more, in microseconds, have begun anew. */
const BACK_US = 500_000;

/** Times of sound and pictures that differ by more at their beginning, in microseconds, have nothing to do with each other. */
const MOST_APART_US = 60_000_000;

/** Read when so many bytes have come. */
const READY_BYTES = 24 * 1024;

/** The sound waits so long for its pictures to be opened, in milliseconds; then it plays without. */
const PATIENCE_MS = 5000;

/** In front of packed audio HLS writes this, and the time of its first sample by the clock of MPEG-TS (RFC 8216 3.4). */
const TIMESTAMP_OWNER = 'com.apple.streaming.transportStreamTimestamp\0';

/** Containers with time stamps; packed audio has none of its own. */
const TIMED = /mpegts|mov|mp4/;

/** Pictures that are opened, whose sound comes from elsewhere. */
export interface ApartInput {
  readonly format: FormatContext;
  readonly stream: Stream;
  readonly source: ByteSource;
  /** Where their packets go. */
  readonly packets: VideoPackets;
  /** By how much positions of the sound are more than their own, in microseconds. */
  readonly shiftUs: number;
  /** Frees the container. */
  close(): void;
}

/**
 * Opens pictures whose sound has a source of its own, by whose times both belong together. Undefined when there are none that can be shown.
 *
 * @param sound what has been opened of the sound. @param wanted whether anybody wants them from the beginning.
 * @param timer measures how long the sound waits for them; absent: as long as it takes.
 */
export async function openApartPictures(
  source: ByteSource,
  sound: { readonly format: FormatContext; readonly stream: Stream; readonly source: ByteSource },
  name: string,
  wanted: boolean,
  timer?: Timer,
): Promise<ApartInput | undefined> {
  let opened: StreamInput | undefined;
  let late = false;
  const cancel = timer?.(PATIENCE_MS, () => {
    late = true;
    source.close();
  });
  try {
    await source.ready(READY_BYTES);
    opened = await openStreamInput(source, name);
    const { format } = opened;
    const stream = findVideo(format);
    if (late || !stream || isCover(stream)) throw new Error('no pictures');
    const startUs = soundStartUs(sound);
    const apartUs = startUs === undefined ? 0 : originOf(format, stream) - startUs;
    const shiftUs = Math.abs(apartUs) > MOST_APART_US ? 0 : apartUs;
    const close = opened.close.bind(opened);
    return { format, stream, source, packets: new VideoPackets(wanted), shiftUs, close };
  } catch {
    // The sound plays all the same.
    source.close();
    opened?.close();
    return undefined;
  } finally {
    cancel?.();
  }
}

/** When the sound begins by the times that it shares with its pictures, in microseconds; undefined when it says nothing. */
function soundStartUs({ format, stream, source }: Parameters<typeof openApartPictures>[1]): number | undefined {
  const head = Buffer.from(source.head);
  const owner = head.indexOf(TIMESTAMP_OWNER);
  const at = owner + TIMESTAMP_OWNER.length;
  if (owner >= 0 && at + 8 <= head.length) return (Number(head.readBigUInt64BE(at)) * 1e6) / 90_000;
  if (stream.startTime === AV_NOPTS_VALUE || !TIMED.test(format.iformat?.name ?? '')) return undefined;
  const { num, den } = stream.timeBase;
  return (Number(stream.startTime) * num * 1e6) / den;
}

/** Reads pictures ahead of what is heard, into the queue of their decoder. They never go further ahead than the sound is read. */
export class ApartPump {
  readonly #input: ApartInput;
  readonly #heardUs: () => number;
  readonly #aheadUs: number;
  readonly #usPerTick: number;
  readonly #originUs: number;
  readonly #running: Promise<void>;
  #newestUs = -Infinity;
  /** Their times have begun anew, and those of the sound have not yet: what looks late is early. */
  #anew = false;
  #wake = () => {};
  #closed = false;

  /** Begins to read. @param heardUs where the sound is by their times. @param aheadUs how far ahead of it they are read. */
  constructor(input: ApartInput, heardUs: () => number, aheadUs: number) {
    const { num, den } = input.stream.timeBase;
    this.#input = input;
    this.#heardUs = heardUs;
    this.#aheadUs = aheadUs;
    this.#usPerTick = (num * 1e6) / den;
    this.#originUs = originOf(input.format, input.stream);
    this.#running = this.#run();
  }

  /** More of the sound was heard. */
  advance(): void {
    if (!this.#far) this.#wake();
  }

  /** Stops reading; resolves when nothing is under way any more and the container is freed. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#input.source.close();
    this.#wake();
    await this.#running;
    this.#input.close();
  }

  get #far(): boolean {
    return this.#newestUs - this.#heardUs() > this.#aheadUs || this.#input.packets.crowded;
  }

  async #run(): Promise<void> {
    const { format, stream, source, packets } = this.#input;
    const packet = new Packet();
    packet.alloc();
    while (!this.#closed) {
      if (this.#far) {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        packets.stands = true;
        await promise;
        packets.stands = false;
        continue;
      }
      await source.ready(1);
      if (this.#closed) break;
      const code = await format.readFrame(packet);
      if (code < 0) {
        packets.end();
        break;
      }
      if (packet.streamIndex === stream.index) this.#take(packet);
      packet.unref();
    }
    packet.free();
  }

  #take(packet: Packet): void {
    const { packets } = this.#input;
    const stamp = packet.dts === AV_NOPTS_VALUE ? packet.pts : packet.dts;
    if (stamp !== AV_NOPTS_VALUE) {
      const us = Number(stamp) * this.#usPerTick - this.#originUs;
      if (us < this.#newestUs - BACK_US) this.#anew = true;
      this.#newestUs = us;
      const late = this.#heardUs() - us > LATE_US;
      if (!late) this.#anew = false;
      // As after a pause of a live stream: it goes on at a key frame.
      if (late && !this.#anew) return packets.lost();
    }
    packets.push(packet);
  }
}
