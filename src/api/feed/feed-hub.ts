import type { ServerResponse } from 'node:http';
import { Subscription } from 'rxjs';
import { voxError } from '../../errors.js';
import type { StampedEvent } from '../../events/event.js';
import type { ApiHost } from '../api-host.js';
import { isForAll, logLine, stateForAll } from './fact-view.js';
import { FeedReader } from './feed-reader.js';
import { FeedRing } from './ring.js';
import { KEEP_ALIVE, sse } from './sse.js';

/** How somebody reads the feed. */
export interface FeedRequest {
  /** The number of the last fact he has; undefined: he has none. */
  readonly after: number | undefined;
  /** Whether he asks for figures. */
  readonly stats: boolean;
  /** Whether he may see what is not for everybody. */
  readonly maySteer: boolean;
}

/** What happens together goes out together; also all that happens while the readers are still being written to, so that many readers cost few writes. */
const GATHER_MS = 10;
/** Readers that are written to in one go, and bytes after which there is no next one: frames come between two of these. */
const AT_ONCE: Portion = { readers: 6, bytes: 128 * 1024 };
const ALL_AT_ONCE: Portion = { readers: Infinity, bytes: Infinity };
/** Messages that may be gathered while the process has no turn to hand them out. */
const MOST_GATHERED = 2000;
const LOOK_MS = 10_000;

interface Portion {
  readonly readers: number;
  readonly bytes: number;
}

interface Job {
  readonly bytes: number;
  readonly run: () => void;
}

interface Gathered {
  readonly kind: 'fact' | 'side';
  readonly message: Buffer;
  readonly forAll: boolean;
}

/** The feed: every fact, step of a machine and problem to all readers. What is sent is made once, whoever reads it. */
export class FeedHub {
  readonly #host: ApiHost;
  readonly #engine: string;
  readonly #maxReaders: number;
  readonly #ring: FeedRing;
  readonly #readers = new Set<FeedReader>();
  readonly #following = new Subscription();
  readonly #jobs: Job[] = [];
  #gathered: Gathered[] = [];
  #flushing = false;
  /** What is gathered goes out as soon as all that was sent before is handed out. */
  #due = false;
  #working = false;
  #looking = false;
  #closed = false;

  /**
   * @param engine which run of the engine this is.
   * @param maxReaders most readers at a time.
   */
  constructor(host: ApiHost, engine: string, maxReaders: number) {
    this.#host = host;
    this.#engine = engine;
    this.#maxReaders = maxReaders;
    this.#ring = new FeedRing(host.seq());
    this.#following.add(host.engine.events$.subscribe((event) => this.#fact(event)));
    this.#following.add(
      host.machines.steps$.subscribe((step) => this.#gather({ kind: 'side', message: sse('transition', step), forAll: true })),
    );
  }

  /** How many read. */
  get readers(): number {
    return this.#readers.size;
  }

  /** How many of them ask for figures. */
  get statsReaders(): number {
    let count = 0;
    for (const reader of this.#readers) if (reader.stats) count++;
    return count;
  }

  /** Bytes that wait for all readers together. */
  get waiting(): number {
    let bytes = 0;
    for (const reader of this.#readers) bytes += reader.waiting;
    return bytes;
  }

  /** Whether one more may read. @throws VoxError `FEED_FULL`. */
  check(): void {
    if (this.#readers.size >= this.#maxReaders) throw voxError('FEED_FULL', { count: this.#readers.size });
  }

  /** One more reader, whose answer has begun; returns him. */
  add(raw: ServerResponse, { after, stats, maySteer }: FeedRequest, gone: () => void = () => {}): FeedReader {
    // What was gathered is in the ring as well.
    this.#flush();
    const reader = new FeedReader(raw, { stats, maySteer });
    const missed = after === undefined ? undefined : this.#ring.behind(after);
    if (missed) for (const entry of missed) if (entry.forAll || maySteer) reader.begin(entry.message);
    if (!missed) reader.begin(this.#reset(maySteer));
    this.#readers.add(reader);
    raw.on('close', () => {
      this.#readers.delete(reader);
      gone();
    });
    this.#look();
    return reader;
  }

  /** Sends figures to those who ask for them. */
  stats(message: Buffer): void {
    for (const reader of this.#readers)
      if (reader.stats) this.#jobs.push({ bytes: message.length, run: () => reader.send('stats', message) });
    this.#work();
  }

  /** Whether what was sent last is still being handed out. */
  get busy(): boolean {
    return this.#jobs.length > 0;
  }

  /** Ends it with all its readers. */
  close(): void {
    this.#closed = true;
    this.#following.unsubscribe();
    for (const reader of this.#readers) reader.close();
    this.#readers.clear();
  }

  #reset(maySteer: boolean): Buffer {
    const { state } = this.#host.engine;
    const seq = this.#host.seq();
    return sse('reset', { engine: this.#engine, seq, state: maySteer ? state : stateForAll(state) }, seq);
  }

  #fact(event: StampedEvent): void {
    const forAll = isForAll(event);
    const message = sse('fact', event, event.seq);
    this.#ring.add({ seq: event.seq, message, forAll });
    this.#gather({ kind: 'fact', message, forAll });
    const line = logLine(event);
    if (line) this.#gather({ kind: 'side', message: sse('log', line), forAll });
  }

  #gather(one: Gathered): void {
    if (this.#readers.size === 0) return;
    this.#gathered.push(one);
    // Nobody had a turn for long: better now and all at once than to gather without end.
    if (this.#gathered.length > MOST_GATHERED) return this.#flush(ALL_AT_ONCE);
    if (this.#flushing) return;
    this.#flushing = true;
    this.#host.scheduler.after(GATHER_MS, () => {
      if (this.busy) this.#due = true;
      else this.#flush();
    });
  }

  #flush(portion = AT_ONCE): void {
    this.#flushing = false;
    this.#due = false;
    const gathered = this.#gathered;
    if (gathered.length === 0 || this.#closed) return;
    this.#gathered = [];
    const made = (kind: Gathered['kind'], steers: boolean) => {
      const list = gathered.filter((one) => one.kind === kind && (steers || one.forAll));
      return { kind, message: Buffer.concat(list.map(({ message }) => message)), count: list.length };
    };
    const views = [false, true].map((steers) => [made('fact', steers), made('side', steers)].filter(({ count }) => count > 0));
    for (const reader of this.#readers) {
      const parts = views[reader.maySteer ? 1 : 0]!;
      if (parts.length === 0) continue;
      this.#jobs.push({
        bytes: parts.reduce((sum, { message }) => sum + message.length, 0),
        run: () => {
          for (const { kind, message, count } of parts) reader.send(kind, message, count);
        },
      });
    }
    this.#work(portion);
  }

  #work(portion = AT_ONCE): void {
    // Jobs of an earlier time come first; their next turn takes these too.
    if (this.#working && portion === AT_ONCE) return;
    let done = 0;
    for (let bytes = 0; done < this.#jobs.length && done < portion.readers && bytes < portion.bytes; done++) {
      const job = this.#jobs[done]!;
      bytes += job.bytes;
      job.run();
    }
    this.#jobs.splice(0, done);
    if ((!this.busy && !this.#due) || this.#working || this.#closed) return;
    this.#working = true;
    this.#host.scheduler.after(1, () => {
      this.#working = false;
      if (!this.busy && this.#due) this.#flush();
      else this.#work();
    });
  }

  #look(): void {
    if (this.#looking) return;
    this.#looking = true;
    this.#host.scheduler.after(LOOK_MS, () => {
      this.#looking = false;
      for (const reader of this.#readers) reader.look(KEEP_ALIVE);
      if (this.#readers.size > 0 && !this.#closed) this.#look();
    });
  }
}
