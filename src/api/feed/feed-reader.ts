import type { ServerResponse } from 'node:http';
import { sse } from './sse.js';

/** What the feed sends, by how soon it is dropped for a slow reader. */
export type FeedKind = 'fact' | 'side' | 'stats';

/** Bytes that may wait for a reader when something of a kind comes. */
const MAX_WAITING: Readonly<Record<FeedKind, number>> = { stats: 64 * 1024, side: 192 * 1024, fact: 512 * 1024 };
/** Looks in a row that find a reader behind, after which he is cut: half a minute. */
const STALLED_LOOKS = 3;

/** One reader of the feed, with a bounded buffer. */
export class FeedReader {
  /** Whether he asked for figures. */
  readonly stats: boolean;
  /** Whether he may see what is not for everybody. */
  readonly maySteer: boolean;
  readonly #raw: ServerResponse;
  readonly #dropped = { stats: 0, side: 0 };
  #stalled = 0;
  /** Bytes that waited when he was looked at last after he was cut. */
  #left = Infinity;
  #over = false;

  /** @param raw where it goes. */
  constructor(raw: ServerResponse, { stats, maySteer }: { readonly stats: boolean; readonly maySteer: boolean }) {
    this.#raw = raw;
    this.stats = stats;
    this.maySteer = maySteer;
  }

  /** Bytes that wait for him. */
  get waiting(): number {
    return this.#raw.writableLength;
  }

  /** Whether he was cut or has gone. */
  get over(): boolean {
    return this.#over || this.#raw.destroyed;
  }

  /** Whatever he must have first, of any size. */
  begin(message: Buffer): void {
    this.#raw.write(message);
  }

  /** Sends something, or drops it. Of facts none may be missing: who cannot take one is cut. */
  send(kind: FeedKind, message: Buffer, count = 1): void {
    if (this.over) return;
    const { waiting } = this;
    if (waiting > MAX_WAITING[kind]) {
      if (kind === 'fact') this.#end('too slow: more facts than the buffer holds');
      else this.#dropped[kind] += count;
      return;
    }
    this.#tellDropped(waiting);
    this.#raw.write(message);
  }

  /** Called now and then: cuts who has taken nothing for a while, and tells that somebody is there. */
  look(keepAlive: Buffer): void {
    if (this.over) return this.#lookOnce();
    if (this.waiting === 0) {
      this.#stalled = 0;
      this.#tellDropped(0);
      this.#raw.write(keepAlive);
      return;
    }
    if (++this.#stalled >= STALLED_LOOKS) this.cut('too slow: nothing was read for half a minute');
  }

  /** Ends it with a reason; the connection goes at once if nobody reads that. */
  cut(reason: string): void {
    this.#end(reason);
    if (this.waiting > MAX_WAITING.stats) this.#raw.destroy();
  }

  /** Ends it. */
  close(): void {
    this.#over = true;
    this.#raw.destroy();
  }

  /** He was cut: as long as he reads what waits, he may come to why. */
  #lookOnce(): void {
    const { waiting } = this;
    if (waiting >= this.#left) this.#raw.destroy();
    this.#left = waiting;
  }

  /** Ends it behind what waits; he has time to read why. */
  #end(reason: string): void {
    if (this.over) return;
    this.#over = true;
    this.#raw.end(sse('lag', { ...this.#lag(), cut: true, reason }));
  }

  #tellDropped(waiting: number): void {
    if (waiting > MAX_WAITING.stats / 2 || this.#dropped.stats + this.#dropped.side === 0) return;
    this.#raw.write(sse('lag', this.#lag()));
    this.#dropped.stats = 0;
    this.#dropped.side = 0;
  }

  #lag(): { readonly dropped: number; readonly stats: number; readonly others: number } {
    const { stats, side } = this.#dropped;
    return { dropped: stats + side, stats, others: side };
  }
}
