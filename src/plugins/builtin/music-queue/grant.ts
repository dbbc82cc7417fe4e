import type { RepeatMode } from '../../../nodes/support/queue-state.js';
import type { QueueTrackEntry } from '../../../nodes/support/queue-state.js';
import { askedSource, titleOf } from './asked-source.js';
import type { MusicConfig } from './config.js';
import { change, currentTrack, goOn, positionNow, remember, waiting } from './queue.js';
import type { CallQueue } from './state.js';
import type { Which, Wish, Wisher } from './wish.js';

/** A command to the node. */
export interface NodeOrder {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** What became of a wish. */
export interface Granted {
  readonly queue: CallQueue;
  /** A sentence for whoever asked. */
  readonly text: string;
  /** Whether it was not done. */
  readonly refused?: true;
  /** Whether another track begins because of it. */
  readonly begins?: true;
  /** What the node is told, once it has the new window. */
  readonly orders: readonly NodeOrder[];
  /** The tracks that it was about. */
  readonly tracks: readonly QueueTrackEntry[];
}

/** The circumstances of a wish. */
export interface GrantArgs {
  readonly config: MusicConfig;
  readonly atMs: number;
  /** Absent: a program, which has no limits per user. */
  readonly by?: Wisher | undefined;
}

const PLAY: NodeOrder = { type: 'play' };
const REPEATS: Readonly<Record<RepeatMode, string>> = {
  off: 'Nothing is repeated.',
  track: 'The track is repeated.',
  queue: 'The queue is repeated.',
};

/** Does what somebody wishes of a queue, if that can be done. */
export function grant(queue: CallQueue, wish: Wish, args: GrantArgs): Granted {
  const { config, atMs } = args;
  const present = currentTrack(queue);
  const as = (step: Parameters<typeof change>[3], work: Parameters<typeof change>[4]) => change(queue, config, atMs, step, work);
  switch (wish.type) {
    case 'add':
      return add(queue, wish, args);
    case 'next': {
      if (!present) return refuse(queue, 'Nothing plays.');
      if (wish.of !== undefined && wish.of !== present.id) return refuse(queue, 'That track is over already.');
      return chosen(goOn(left(queue, args), config, atMs, true));
    }
    case 'previous': {
      if (queue.list.order.length === 0) return refuse(queue, 'There is nothing to go back to.');
      return chosen(change(left(queue, args), config, atMs, 'force', (list) => list.previous()));
    }
    case 'jump': {
      const track = find(queue, wish);
      if (!track) return refuse(queue, noTrack(wish));
      return chosen(change(left(queue, args), config, atMs, 'force', (list) => list.jump(list.indexOf(track.id))));
    }
    case 'remove': {
      const track = find(queue, wish);
      if (!track) return refuse(queue, noTrack(wish));
      const own = track.id === present?.id && queue.started;
      const from = own ? remember(queue, config, { endedAtMs: atMs, reason: 'skipped' }) : queue;
      const next = change(from, config, atMs, 'stay', (list) => list.remove(track.id));
      return done(next, `Removed ${titleOf(track)}.`, [], track);
    }
    case 'move': {
      const track = find(queue, wish);
      if (!track || track.id === present?.id) return refuse(queue, noTrack(wish));
      const to = Math.min(wish.to, waiting(queue).length);
      const next = as('stay', (list) => list.move(track.id, list.index + to - (list.indexOf(track.id) < list.index ? 1 : 0)));
      return done(next, `${titleOf(track)} is at place ${to}.`, [], track);
    }
    case 'clear': {
      const count = waiting(queue).length;
      return done(
        as('stay', (list) => list.clear(true)),
        `Removed ${tracks(count)}.`,
        [],
      );
    }
    case 'shuffle': {
      const { mode } = wish;
      const next = as('stay', (list) => (mode === undefined ? list.reshuffle() : list.setShuffle(mode)));
      return done(next, next.list.shuffle === 'off' ? 'The queue is in order.' : 'The queue is shuffled.', []);
    }
    case 'repeat':
      return done(
        as('stay', (list) => void (list.repeat = wish.mode)),
        REPEATS[wish.mode],
        [],
      );
    case 'pause':
      if (!present || queue.status !== 'playing') return refuse(queue, 'Nothing plays.');
      return done(standing(queue, 'paused', positionNow(queue, atMs), atMs), 'Paused.', [{ type: 'pause' }], present);
    case 'resume': {
      if (queue.list.order.length === 0) return refuse(queue, 'The queue is empty.');
      if (present && queue.status === 'playing' && !queue.halted) return refuse(queue, 'It plays already.');
      const from = revived(queue);
      const next = change(from, config, atMs, present ? 'stay' : 'force', (list) => void (present || list.jump(0)));
      const track = currentTrack(next);
      return done(played({ ...next, positionAtMs: atMs }), 'It plays.', [PLAY], track);
    }
    case 'stop': {
      if (!present) return refuse(queue, 'Nothing plays.');
      // One that began in its middle is given anew: from its beginning.
      const from = queue.beginMs > 0 ? change(queue, config, atMs, 'force', () => {}) : queue;
      const startMs = (present.startSec ?? 0) * 1000;
      return done({ ...standing(from, 'stopped', startMs, atMs), started: false }, 'Stopped.', [{ type: 'stop' }], present);
    }
    case 'seek':
    case 'replay':
      return seek(queue, wish.type === 'seek' ? wish.positionMs : (present?.startSec ?? 0) * 1000, args);
  }
}

function add(queue: CallQueue, { tracks: asked, at }: Wish & { type: 'add' }, { config, atMs, by }: GrantArgs): Granted {
  const before = waiting(queue);
  const limit = limited(queue, before, asked.length, config, by);
  if (limit !== undefined) return refuse(queue, limit);
  const wanted: Exclude<Parameters<typeof titleOf>[0], string>[] = [];
  for (const { src, title } of asked) {
    const found = askedSource(src, config);
    if ('refused' in found) return refuse(queue, found.refused);
    wanted.push({
      ...found,
      ...(title !== undefined && { title }),
      ...(by && { requester: by.name ?? by.id }),
      data: { ...(by && { by: by.id }), addedAtMs: atMs },
    });
  }
  const idle = currentTrack(queue) === undefined || queue.status === 'stopped' || queue.halted;
  const from = idle ? revived(queue) : queue;
  const known = new Set(queue.list.tracks.map(({ id }) => id));
  const next = change(from, config, atMs, 'stay', (list) => {
    const place = typeof at === 'number' ? list.index + at : at;
    list.add(wanted, place, true);
  });
  const added = next.list.tracks.filter(({ id }) => !known.has(id));
  const [first] = added;
  const place = first ? next.list.order.indexOf(first.id) - next.list.index : 0;
  const name = added.length === 1 ? titleOf(first!) : tracks(added.length);
  const text = place <= 0 ? `Now: ${name}.` : `Added ${name}, place ${place}.`;
  const granted = done(idle ? played(next) : next, text, idle ? [PLAY] : []);
  return { ...granted, tracks: added, ...(place <= 0 && { begins: true }) };
}

function limited(
  queue: CallQueue,
  before: readonly QueueTrackEntry[],
  count: number,
  { maxTracks, maxPerUser }: MusicConfig,
  by: Wisher | undefined,
): string | undefined {
  // The first of an idle queue does not wait.
  const now = currentTrack(queue) === undefined ? 1 : 0;
  if (before.length + count - now > maxTracks) return `The queue holds ${tracks(maxTracks)} at most.`;
  if (!by || by.admin) return undefined;
  const own = before.filter(({ data }) => data?.['by'] === by.id).length;
  return own + count - now > maxPerUser ? `You may have ${tracks(maxPerUser)} waiting at most.` : undefined;
}

function seek(queue: CallQueue, wantedMs: number, { atMs }: GrantArgs): Granted {
  const track = currentTrack(queue);
  if (!track) return refuse(queue, 'Nothing plays.');
  const { durationMs, started } = queue;
  if (started && durationMs === null && /^https?:/i.test(track.src)) return refuse(queue, 'A live stream has no other position.');
  if (durationMs !== null && wantedMs >= durationMs) return refuse(queue, 'The track is not as long as that.');
  const next = { ...queue, positionMs: wantedMs, positionAtMs: atMs, usedAtMs: atMs };
  return done(next, `At ${clock(wantedMs)}.`, [{ type: 'seek', positionMs: wantedMs }], track);
}

/** Of the waiting tracks, or the current one, by its place or id. */
function find(queue: CallQueue, { id, place }: Which): QueueTrackEntry | undefined {
  if (id !== undefined) return queue.list.tracks.find((track) => track.id === id);
  return place === undefined ? undefined : waiting(queue)[place - 1];
}

function chosen(queue: CallQueue): Granted {
  const track = currentTrack(queue);
  if (!track) return done(queue, 'The queue is through.', []);
  return { ...done(played(queue), `Now: ${titleOf(track)}.`, [PLAY], track), begins: true };
}

/** The current track is left because somebody wants another. */
function left(queue: CallQueue, { config, atMs }: GrantArgs): CallQueue {
  return revived(queue.started ? remember(queue, config, { endedAtMs: atMs, reason: 'skipped' }) : queue);
}

function played(queue: CallQueue): CallQueue {
  return { ...queue, status: 'playing', played: true };
}

/** Somebody wants something else: what failed before counts no more. */
function revived(queue: CallQueue): CallQueue {
  return { ...queue, halted: false, failures: 0 };
}

function standing(queue: CallQueue, status: CallQueue['status'], positionMs: number, atMs: number): CallQueue {
  return { ...queue, status, positionMs, positionAtMs: atMs, usedAtMs: atMs };
}

function done(queue: CallQueue, text: string, orders: readonly NodeOrder[], track?: QueueTrackEntry): Granted {
  return { queue, text, orders, tracks: track ? [track] : [] };
}

function refuse(queue: CallQueue, text: string): Granted {
  return { queue, text, refused: true, orders: [], tracks: [] };
}

function noTrack({ id, place }: Which): string {
  if (id !== undefined) return 'No waiting track has that id.';
  return place === undefined ? 'Say which track, by its place.' : `No track waits at place ${place}.`;
}

function tracks(count: number): string {
  return count === 1 ? 'one track' : `${count} tracks`;
}

/** A position as people write it, such as `3:07` or `1:02:03`. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
