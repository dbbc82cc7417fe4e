/** What plays, and where it is, as the engine says it: asked anew whenever something is told of it, and now and then. */
import { ask } from '../api/client.js';
import type { Player, StampedEvent } from '../api/types.js';
import { createStore } from './store.js';

/** All that plays, and when that was, on the page's clock. */
export interface SeenPlayers {
  /** In milliseconds of `performance.now()`. */
  readonly atMs: number;
  readonly list: readonly Player[];
}

/** What was seen last; undefined: nobody has asked yet. */
export const players = createStore<SeenPlayers | undefined>(undefined);

/** A place that something is on its way to is looked at again soon, others now and then: against whatever is not told. */
const [SOON_MS, LATER_MS] = [300, 3000];
/** What is told at once is looked at once. */
const PAUSE_MS = 40;
const TOLD = /^(stream|track|tracks|queue|source|graph|node)\./;

let watchers = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let asking: Promise<void> | undefined;
let stale = false;

/** Asks now. Resolves when what is seen is from after this call. */
export async function lookAtPlayers(): Promise<void> {
  // What is under way may be older than what was just done.
  if (asking) await asking;
  await (asking ??= look());
}

async function look(): Promise<void> {
  clearTimeout(timer);
  stale = false;
  try {
    const { players: list } = await ask<{ players: readonly Player[] }>('/players');
    players.set({ atMs: performance.now(), list });
  } catch {
    // The connection's own sign says that the server is away.
  } finally {
    asking = undefined;
    const moves = players.get()?.list.some(({ status }) => status === 'loading') === true;
    lookIn(stale ? PAUSE_MS : moves ? SOON_MS : LATER_MS);
  }
}

function lookIn(ms: number): void {
  clearTimeout(timer);
  // A page that is not to be seen asks for nothing; it looks when it is seen again.
  if (watchers > 0 && document.visibilityState === 'visible') timer = setTimeout(() => void lookAtPlayers(), ms);
}

/** Takes a fact: what may have changed what plays is reason to look. */
export function notePlayerFact(event: StampedEvent): void {
  const { type } = event;
  const told = type === 'node.told' ? TOLD.test(event.what) : type === 'command.done' || /^(stream|graph)\./.test(type);
  if (!told) return;
  stale = true;
  if (!asking) lookIn(PAUSE_MS);
}

/** Looks at what plays as long as somebody wants to know. @returns ends it */
export function watchPlayers(): () => void {
  if (watchers++ === 0) void lookAtPlayers();
  return () => {
    if (--watchers === 0) clearTimeout(timer);
  };
}

/** Where it is now, in milliseconds. @param seenAtMs when it was seen @param nowMs both by `performance.now()` */
export function positionAt({ status, positionMs, durationMs, tempo = 1 }: Player, seenAtMs: number, nowMs: number): number {
  const position = status === 'playing' ? positionMs + Math.max(0, nowMs - seenAtMs) * tempo : positionMs;
  return durationMs === undefined ? position : Math.min(position, durationMs);
}

/** What is meant where one is meant: called `music`, else the only queue, else the first. */
export function mainPlayer(all: readonly Player[]): Player | undefined {
  const queues = all.filter(({ kind }) => kind === 'queue');
  return all.find(({ node }) => node === 'music') ?? (queues.length === 1 ? queues[0] : all[0]);
}
