import { Observable, type Subscriber } from 'rxjs';
import { CallError, callFailure } from '../../machines/failure.js';
import type { Cancel, Scheduler } from '../../time/scheduler.js';
import { isRpc, telegramFailure } from './failures.js';

/** A part of a broadcast, as it came. */
export interface FetchedPart {
  /** When it begins, on the clock of the broadcast, in milliseconds. */
  readonly timeMs: number;
  readonly data: Buffer;
}

/** The words by which a broadcast is fetched, at the data centre that the call names unless `dcId` is given. They reject as requests do. */
export interface BroadcastSource {
  /** The time of the newest part, in milliseconds; 0: there is none yet. */
  newestMs(dcId: number | undefined, signal: AbortSignal): Promise<number>;
  /** A part. */
  part(timeMs: number, dcId: number | undefined, signal: AbortSignal): Promise<Buffer>;
}

/** The length of a part, and how far behind the newest one begins (tgcalls StreamingMediaContext.cpp). */
export const PART_MS = 1000;
const BEHIND_MS = 2000;
/** A part that is not there yet is asked for again so soon (tgcalls: 100 ms). */
const NOT_YET_MS = 100;
/** A broadcast that has not begun, or did not answer, is asked again so soon (tgcalls: 1 s). */
const AGAIN_MS = 1000;
/** What fails so often in a row is over. */
const MOST_FAILURES = 10;

/** The parts of a broadcast in their order, from now on; errs with a CallError when they cannot be had any more. */
export function fetchBroadcast(source: BroadcastSource, scheduler: Pick<Scheduler, 'after'>): Observable<FetchedPart> {
  return new Observable((subscriber) => {
    const fetching = new Fetching(source, scheduler, subscriber);
    void fetching.run();
    return () => fetching.stop();
  });
}

class Fetching {
  readonly #source: BroadcastSource;
  readonly #scheduler: Pick<Scheduler, 'after'>;
  readonly #out: Subscriber<FetchedPart>;
  readonly #abort = new AbortController();
  #cancel: Cancel = () => {};
  #dcId: number | undefined;
  #nextMs: number | undefined;
  #failures = 0;

  constructor(source: BroadcastSource, scheduler: Pick<Scheduler, 'after'>, out: Subscriber<FetchedPart>) {
    this.#source = source;
    this.#scheduler = scheduler;
    this.#out = out;
  }

  stop(): void {
    this.#abort.abort();
    this.#cancel();
  }

  /** One question after the other: the server has nothing that is not made yet. */
  async run(): Promise<void> {
    try {
      if (this.#nextMs === undefined) await this.#begin();
      else await this.#fetch(this.#nextMs);
    } catch (error) {
      this.#failed(error);
    }
  }

  async #begin(): Promise<void> {
    const newestMs = await this.#source.newestMs(this.#dcId, this.#abort.signal);
    const firstMs = Math.floor(newestMs / PART_MS) * PART_MS - BEHIND_MS;
    if (firstMs <= 0) return this.#later(AGAIN_MS);
    this.#nextMs = firstMs;
    this.#later(0);
  }

  async #fetch(timeMs: number): Promise<void> {
    const data = await this.#source.part(timeMs, this.#dcId, this.#abort.signal);
    this.#failures = 0;
    this.#nextMs = timeMs + PART_MS;
    if (this.#out.closed) return;
    this.#out.next({ timeMs, data });
    this.#later(0);
  }

  #failed(error: unknown): void {
    if (this.#out.closed) return;
    if (isRpc(error, 'TIME_TOO_BIG')) return this.#later(NOT_YET_MS);
    if (
      isRpc(error, 'CALL_MIGRATE', 'FILE_MIGRATE', 'STATS_MIGRATE') &&
      error.value !== undefined &&
      this.#dcId !== error.value
    ) {
      this.#dcId = error.value;
      return this.#later(0);
    }
    if (isRpc(error, 'GROUPCALL_JOIN_MISSING', 'GROUPCALL_FORBIDDEN'))
      return this.#over(
        callFailure('CALL_CONNECTION_LOST', { reason: 'the server does not broadcast to us any more' }, 'backoff'),
      );
    const failure = telegramFailure(error);
    // A pause that is asked for is kept; what was missed meanwhile is passed over.
    if (failure.retry === 'flood') return this.#resync(Math.max(NOT_YET_MS, failure.retryAfterMs ?? 0));
    if (++this.#failures >= MOST_FAILURES || failure.code === 'TELEGRAM_SESSION_ENDED') return this.#over(failure);
    this.#resync(failure.retry === 'never' ? NOT_YET_MS : AGAIN_MS);
  }

  /** Goes on with what is newest, as native clients do on any error that they do not know, such as TIME_INVALID. */
  #resync(delayMs: number): void {
    this.#nextMs = undefined;
    this.#later(delayMs);
  }

  #over(failure: CallError['failure']): void {
    this.#out.error(new CallError(failure));
  }

  #later(delayMs: number): void {
    this.#cancel = this.#scheduler.after(delayMs, () => void this.run());
  }
}
