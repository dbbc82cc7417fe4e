import { z } from 'zod';
import type { Json } from '../../../events/json.js';
import type { PluginStorage } from '../../storage.js';

/** One stream that was played. */
export const historyEntry = z.object({
  call: z.string().nullable(),
  src: z.string(),
  title: z.string().nullable(),
  startedAtMs: z.number(),
  /** When it was over; null: nobody saw its end. */
  endedAtMs: z.number().nullable(),
  playedMs: z.number().nullable(),
  reason: z.enum(['finished', 'stopped', 'skipped', 'failed', 'interrupted']),
  problem: z.string().nullable(),
});
/** One stream that was played. */
export type HistoryEntry = z.output<typeof historyEntry>;

const openEntry = historyEntry.pick({ call: true, src: true, title: true, startedAtMs: true });
/** A stream that is heard. */
export type OpenEntry = z.output<typeof openEntry>;

/** How much is kept. */
export interface Bounds {
  readonly maxPerChat: number;
  readonly maxTotal: number;
  readonly maxDays: number;
}

interface Place {
  readonly key: string;
  readonly chat: string;
  readonly atMs: number;
}

const OPEN = 'open/';
const OVER = 'over/';
const DAY_MS = 86_400_000;

/**
 * The entries in the storage, and their keys in memory: `over/CHAT/TIME-NUMBER`, so that listing reads only what is shown. Everything is
 * done in the order it was asked for.
 */
export class HistoryStore {
  readonly #storage: PluginStorage;
  readonly #bounds: () => Bounds;
  readonly #nowMs: () => number;
  readonly #failed: (error: unknown) => void;
  /** In the order of time. */
  #places: Place[] = [];
  #number = 0;
  #queue: Promise<unknown>;

  /** @param failed told when something could not be stored. */
  constructor(storage: PluginStorage, bounds: () => Bounds, nowMs: () => number, failed: (error: unknown) => void) {
    this.#storage = storage;
    this.#bounds = bounds;
    this.#nowMs = nowMs;
    this.#failed = failed;
    this.#queue = this.#load().catch(failed);
  }

  /** A stream is heard. */
  started(key: string, entry: OpenEntry): void {
    this.#inTurn(() => this.#storage.set(OPEN + short(key), entry)).catch(this.#failed);
  }

  /** A stream is over. */
  ended(key: string, entry: HistoryEntry): void {
    this.#inTurn(async () => {
      await this.#add(entry);
      await this.#storage.delete(OPEN + short(key));
      await this.#prune();
    }).catch(this.#failed);
  }

  /**
   * The entries of a chat, or of all, the newest first. An entry that cannot be read is left out.
   *
   * @param chat `null`: those without a call.
   */
  list(chat: string | null | undefined, offset: number, limit: number): Promise<{ total: number; entries: HistoryEntry[] }> {
    return this.#inTurn(async () => {
      await this.#prune();
      const all = chat === undefined ? this.#places : this.#places.filter((place) => place.chat === chatKey(chat));
      const shown = all.toReversed().slice(offset, offset + limit);
      const entries = await Promise.all(
        shown.map(({ key }) =>
          this.#storage.get(key, historyEntry).catch((error: unknown) => {
            this.#failed(error);
            return undefined;
          }),
        ),
      );
      return { total: all.length, entries: entries.filter((entry) => entry !== undefined) };
    });
  }

  /** The chats there are entries of, with how many. */
  chats(): Promise<{ call: string | null; entries: number }[]> {
    return this.#inTurn(async () => {
      const counts = new Map<string, number>();
      for (const { chat } of this.#places) counts.set(chat, (counts.get(chat) ?? 0) + 1);
      return [...counts].map(([chat, entries]) => ({ call: chatOf(chat), entries }));
    });
  }

  /** Forgets a chat, or everything; says how many entries that were. */
  clear(chat: string | null | undefined): Promise<number> {
    return this.#inTurn(() =>
      this.#remove(chat === undefined ? this.#places : this.#places.filter((one) => one.chat === chatKey(chat))),
    );
  }

  /** Resolves when everything that was asked is done. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    return done;
  }

  async #load(): Promise<void> {
    const keys = await this.#storage.list(OVER);
    this.#places = keys.flatMap((key) => placeOf(key) ?? []).sort((a, b) => a.atMs - b.atMs || (a.key < b.key ? -1 : 1));
    // What an earlier process did not see the end of.
    for (const key of await this.#storage.list(OPEN)) {
      const open = await this.#storage.get(key, openEntry).catch(() => undefined);
      if (open) await this.#add({ ...open, endedAtMs: null, playedMs: null, reason: 'interrupted', problem: null });
      await this.#storage.delete(key);
    }
    await this.#prune();
  }

  async #add(entry: HistoryEntry): Promise<void> {
    const chat = chatKey(entry.call);
    const atMs = Math.max(0, Math.round(entry.endedAtMs ?? entry.startedAtMs));
    const number = `${String(++this.#number).padStart(6, '0')}${Math.round(this.#nowMs())}`;
    const key = `${OVER}${chat}/${String(atMs).padStart(14, '0')}-${number}`;
    await this.#storage.set(key, entry satisfies Json);
    let at = this.#places.length;
    while (at > 0 && this.#places[at - 1]!.atMs > atMs) at--;
    this.#places.splice(at, 0, { key, chat, atMs });
  }

  async #prune(): Promise<void> {
    const { maxPerChat, maxTotal, maxDays } = this.#bounds();
    const sinceMs = this.#nowMs() - maxDays * DAY_MS;
    const counts = new Map<string, number>();
    const gone = this.#places.toReversed().filter(({ chat, atMs }, place) => {
      const count = (counts.get(chat) ?? 0) + 1;
      counts.set(chat, count);
      return count > maxPerChat || place >= maxTotal || atMs < sinceMs;
    });
    await this.#remove(gone);
  }

  async #remove(places: readonly Place[]): Promise<number> {
    if (places.length === 0) return 0;
    const gone = new Set(places);
    this.#places = this.#places.filter((place) => !gone.has(place));
    for (const { key } of gone) await this.#storage.delete(key);
    return gone.size;
  }
}

/** Part of a key: of any call, and short enough. */
function chatKey(call: string | null): string {
  return call === null ? '-' : `c${short(encodeURIComponent(call))}`;
}

function chatOf(chat: string): string | null {
  if (chat === '-') return null;
  try {
    return decodeURIComponent(chat.slice(1));
  } catch {
    return chat.slice(1);
  }
}

function short(text: string): string {
  return text.slice(0, 400);
}

function placeOf(key: string): Place | undefined {
  const [, chat, atMs] = /^over\/([^/]+)\/(\d{14,})-\d+$/.exec(key) ?? [];
  return chat === undefined ? undefined : { key, chat, atMs: Number(atMs) };
}
