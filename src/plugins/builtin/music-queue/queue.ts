/**
 * One call's queue as plain data: the order of tracks, which `source.queue`'s own list class keeps, and the window of hearings that the
 * node is given. Every function gives a new queue.
 * @module
 */
import { QueueList } from '../../../nodes/support/queue-list.js';
import type { QueueTrackEntry, TrackOption } from '../../../nodes/support/queue-state.js';
import type { MusicConfig } from './config.js';
import type { CallQueue, HistoryEntry, Play } from './state.js';

/** The current track and two more: one that cannot be played must not make a gap. */
const WINDOW = 3;
const NONE: ReadonlySet<string> = new Set();

/** How the current hearing came about: as before, by going on, or by choosing another. */
export type Step = 'stay' | 'advance' | 'force';

/** A queue without tracks. */
export function newQueue({ repeat, shuffle, seed, tracks, history }: MusicConfig, atMs: number): CallQueue {
  const list = new QueueList(history, { repeat, shuffle, seed });
  list.add(tracks, 'end', true);
  const queue: CallQueue = {
    list: list.state(),
    window: [],
    plays: 0,
    status: 'playing',
    halted: false,
    failures: 0,
    started: false,
    left: false,
    beginMs: 0,
    positionMs: 0,
    positionAtMs: atMs,
    durationMs: null,
    history: [],
    graph: null,
    attached: false,
    nodePlaying: null,
    givenAgainFor: 0,
    played: false,
    usedAtMs: atMs,
  };
  return withWindow(queue, list, 'force', atMs);
}

/** Changes the list, and the window with it. */
export function change(
  queue: CallQueue,
  { history }: MusicConfig,
  atMs: number,
  step: Step,
  work: (list: QueueList) => void,
): CallQueue {
  const list = new QueueList(history, queue.list);
  work(list);
  return withWindow({ ...queue, list: list.state(), usedAtMs: atMs }, list, step, atMs);
}

/** The current track. */
export function currentTrack({ list }: CallQueue): QueueTrackEntry | undefined {
  return trackOf(list, list.order[list.index]);
}

/** Those that wait, in order. */
export function waiting({ list }: CallQueue): QueueTrackEntry[] {
  const byId = new Map(list.tracks.map((track) => [track.id, track]));
  return list.order.slice(list.index + 1).map((id) => byId.get(id)!);
}

/** A track by its id. */
export function trackOf(list: CallQueue['list'], id: string | undefined): QueueTrackEntry | undefined {
  return id === undefined ? undefined : list.tracks.find((track) => track.id === id);
}

/** Where the current track is now, in milliseconds. */
export function positionNow(queue: CallQueue, nowMs: number): number {
  const { positionMs, positionAtMs, durationMs, status, started } = queue;
  const goneMs = status === 'playing' && started ? Math.max(0, nowMs - positionAtMs) : 0;
  return Math.min(positionMs + goneMs, durationMs ?? Infinity);
}

/** The current track is over: what is remembered of it. */
export function remember(
  queue: CallQueue,
  { history }: MusicConfig,
  end: Pick<HistoryEntry, 'endedAtMs' | 'reason' | 'problem'>,
  track: QueueTrackEntry | undefined = currentTrack(queue),
): CallQueue {
  if (!track || history === 0) return queue;
  const { src, title, requester } = track;
  const entry: HistoryEntry = {
    src,
    ...(title !== undefined && { title }),
    ...(requester !== undefined && { requester }),
    ...end,
  };
  return { ...queue, history: [...queue.history, entry].slice(-history) };
}

/** What the node is to play, as its option `tracks`. */
export function windowTracks({ list, window, beginMs }: CallQueue): TrackOption[] {
  return window.map(({ id, play }, place) => {
    const { id: _, added: __, data, ...track } = trackOf(list, id)!;
    // One that somebody gave to the node itself is known by what it is.
    if (data?.['foreign'] === true) return { ...track, ...given(data) };
    const startSec = place === 0 && beginMs > 0 ? beginMs / 1000 : track.startSec;
    return { ...track, ...(startSec !== undefined && { startSec }), data: { id, play } };
  });
}

/** Which place of the window a track of the node is; −1: none. */
export function placeInWindow({ list, window }: CallQueue, src: unknown, data: unknown): number {
  const { id, play } = (data ?? {}) as Partial<Play>;
  if (play !== undefined) return window.findIndex((item) => item.id === id && item.play === play);
  return window.findIndex((item) => {
    const track = trackOf(list, item.id);
    return track?.src === src && track?.data?.['foreign'] === true;
  });
}

/** The current track is the one at a later place of the window: the node went on to it by itself. */
export function follow(queue: CallQueue, config: MusicConfig, atMs: number, place: number): CallQueue {
  const later = { ...queue, window: queue.window.slice(place - 1) };
  return change(later, config, atMs, 'advance', (list) => {
    for (let i = 0; i < place; i++) list.advance(NONE);
  });
}

/** Goes on as the order and the way to repeat say. */
export function goOn(queue: CallQueue, config: MusicConfig, atMs: number, asked: boolean): CallQueue {
  return change(queue, config, atMs, 'advance', (list) => list.advance(NONE, asked));
}

function given({ given: data }: Readonly<Record<string, unknown>>): { readonly data?: Record<string, unknown> } {
  return data === undefined ? {} : { data: data as Record<string, unknown> };
}

function withWindow(queue: CallQueue, list: QueueList, step: Step, atMs: number): CallQueue {
  const ids = queue.halted ? [] : upcomingIds(list);
  const old = step === 'force' ? [] : queue.window.slice(step === 'advance' ? 1 : 0);
  // Another first one than was announced: the node must not take a later one, which it has already, for it.
  const announced = step === 'stay' ? old.some(({ id }) => id === ids[0]) : old[0]?.id === ids[0];
  const pool = announced ? [...old] : [];
  let { plays } = queue;
  const window = ids.map((id) => {
    const at = pool.findIndex((item) => item.id === id);
    return at >= 0 ? pool.splice(at, 1)[0]! : { id, play: ++plays };
  });
  const next = { ...queue, window, plays };
  if (window[0]?.play === queue.window[0]?.play) return next;
  return {
    ...next,
    started: false,
    left: false,
    beginMs: 0,
    positionMs: (list.current?.startSec ?? 0) * 1000,
    positionAtMs: atMs,
    durationMs: null,
  };
}

/** The current track and what follows it, each as often as it comes. */
function upcomingIds(list: QueueList): string[] {
  const { current } = list;
  if (!current) return [];
  // A copy goes on in its stead; drawn orders come out the same.
  const ahead = new QueueList(0, { ...list.state(), history: [] });
  const ids = [current.id];
  while (ids.length < WINDOW) {
    ahead.advance(NONE);
    if (!ahead.current) break;
    ids.push(ahead.current.id);
  }
  return ids;
}
