/**
 * What the queue makes of what its node tells. The plugin's list is the one that counts: the node has a window of it and goes on in that
 * by itself, so that no gap depends on us. A track counts as over when the node says so of the very hearing that is the current one: not
 * of one that we have left already, and never twice.
 * @module
 */
import type { Problem } from '../../../errors.js';
import type { NodeFact } from '../../../events/event.js';
import { trackOption, type QueueTrackEntry } from '../../../nodes/support/queue-state.js';
import { titleOf } from './asked-source.js';
import type { MusicConfig } from './config.js';
import type { NodeOrder } from './grant.js';
import { change, currentTrack, follow, goOn, placeInWindow, remember, trackOf } from './queue.js';
import type { CallQueue } from './state.js';

/** What follows from a fact. */
export interface Noted {
  readonly queue: CallQueue;
  readonly orders: readonly NodeOrder[];
  /** Sentences for the chat. */
  readonly say: readonly { readonly kind: 'started' | 'passed over' | 'halted'; readonly text: string }[];
  /** The window is to be given, whether or not it has changed. */
  readonly give?: boolean;
}

interface Args {
  readonly config: MusicConfig;
  readonly atMs: number;
}

/** The queue after a fact that its node told. */
export function noted(queue: CallQueue, what: string, data: NodeFact, args: Args): Noted {
  switch (what) {
    case 'track.started':
      return started(queue, data, args);
    case 'track.ended':
      return ended(queue, data, args);
    case 'track.failed': {
      const place = placeInWindow(queue, data['src'], data['data']);
      return place < 0 ? nothing(queue) : unplayable(queue, queue.window[place]!.id, data.problem, args);
    }
    case 'tracks.added':
      return added(queue, data, args);
    case 'queue.ended':
      return through(queue, data, args);
    case 'queue.changed':
      return queue.attached ? changed(queue, data, args) : attached(queue, data, args);
    default:
      return nothing(queue);
  }
}

function started(queue: CallQueue, data: NodeFact, { config, atMs }: Args): Noted {
  const place = placeInWindow(queue, data['src'], data['data']);
  if (place < 0) return nothing(queue);
  const on = place === 0 ? queue : follow(queue, config, atMs, place);
  const track = currentTrack(on)!;
  const { durationUs } = (data['info'] ?? {}) as { readonly durationUs?: number };
  const durationMs = durationUs === undefined ? null : Math.round(durationUs / 1000);
  const { maxTrackSec } = config;
  const lengthMs = durationMs === null ? null : (track.endSec ?? durationMs / 1000) * 1000 - (track.startSec ?? 0) * 1000;
  if (maxTrackSec !== undefined && lengthMs !== null && lengthMs > maxTrackSec * 1000 && track.requester !== undefined) {
    const problem = `it is longer than ${maxTrackSec} seconds`;
    const gone = remember(on, config, { endedAtMs: atMs, reason: 'skipped', problem }, track);
    const next = change(gone, config, atMs, 'stay', (list) => list.remove(track.id));
    return { queue: next, orders: [], say: [{ kind: 'passed over', text: `Passed over ${titleOf(track)}: ${problem}.` }] };
  }
  const positionMs = on.started ? on.positionMs : Math.max(on.beginMs, (track.startSec ?? 0) * 1000);
  const heard: CallQueue = { ...on, started: true, left: false, played: true, durationMs, positionMs, positionAtMs: atMs };
  return { queue: heard, orders: [], say: [{ kind: 'started', text: `Now: ${titleOf(track)}.` }] };
}

function ended(queue: CallQueue, data: NodeFact, args: Args): Noted {
  const { config, atMs } = args;
  // Of one that we have left, or that is to come, it says nothing new.
  if (placeInWindow(queue, data['src'], data['data']) !== 0) return nothing(queue);
  const { reason, problem } = data;
  if (reason === 'finished') {
    const over = remember(queue, config, { endedAtMs: atMs, reason: 'finished' });
    return nothing(goOn({ ...over, failures: 0 }, config, atMs, false));
  }
  if (reason === 'failed') {
    // Half a minute of it was worth having; less is as good as nothing, and must not come round again and again.
    if (Number(data['playedMs']) < 30_000) return unplayable(queue, queue.window[0]!.id, problem, args);
    const over = remember(queue, config, { endedAtMs: atMs, reason: 'failed', ...reasonIn(problem) });
    return nothing(goOn({ ...over, failures: 0 }, config, atMs, false));
  }
  if (reason === 'stopped') return nothing({ ...queue, started: false });
  // Somebody steered the node itself; which track follows is told next.
  const over = queue.started ? remember(queue, config, { endedAtMs: atMs, reason: 'skipped' }) : queue;
  return nothing({ ...over, started: false, left: true });
}

/** The node has nothing left to play, or has given up. */
function through(queue: CallQueue, { reason }: NodeFact, { config, atMs }: Args): Noted {
  if (reason === 'finished') return nothing(queue.left ? goOn(queue, config, atMs, true) : queue);
  // It counts the failures of its small window, those of tracks that we have left among them. Whether to give up is for us to say.
  const goesOn = !queue.halted && queue.status === 'playing' && currentTrack(queue) !== undefined;
  return goesOn ? { queue, orders: [{ type: 'play' }], say: [] } : nothing(queue);
}

/** A track cannot be played: it is taken out. After too many in a row nothing more is tried. */
function unplayable(queue: CallQueue, id: string, problem: Problem | undefined, { config, atMs }: Args): Noted {
  const track = trackOf(queue.list, id);
  if (!track) return nothing(queue);
  const failures = queue.failures + 1;
  const halted = failures >= config.failureLimit;
  const gone = remember(queue, config, { endedAtMs: atMs, reason: 'failed', ...reasonIn(problem) }, track);
  const next = change({ ...gone, failures, halted }, config, atMs, 'stay', (list) => list.remove(id));
  const passed = {
    kind: 'passed over',
    text: `Passed over ${titleOf(track)}: ${whyFor(track, problem)}.`,
  } as const;
  if (!halted) return { queue: next, orders: [], say: [passed] };
  const text = `${failures} tracks in a row could not be played; the queue stands still.`;
  return {
    queue: { ...next, status: 'stopped' },
    orders: [{ type: 'stop' }],
    say: [passed, { kind: 'halted', text }],
  };
}

/** Somebody gave tracks to the node itself: they are taken into the list as they are. */
function added(queue: CallQueue, data: NodeFact, { config, atMs }: Args): Noted {
  const foreign = foreignIn(data['tracks']);
  if (foreign.length === 0 || !queue.attached) return nothing(queue);
  const next = change(queue, config, atMs, 'stay', (list) => {
    for (const { index, ...track } of foreign) list.add([track], list.index + index, true);
  });
  return nothing(next);
}

/** The node is there for the first time: it is given what was saved; or else what the graph gave it is taken over. */
function attached(queue: CallQueue, data: NodeFact, { config, atMs }: Args): Noted {
  const here: CallQueue = { ...queue, attached: true, nodePlaying: null, givenAgainFor: 0 };
  const foreign = here.list.order.length === 0 ? foreignIn(data['tracks']) : [];
  if (foreign.length > 0) {
    const tracks = foreign.map(({ index: _, ...track }) => track);
    return nothing(change(here, config, atMs, 'stay', (list) => list.add(tracks, 'end', true)));
  }
  const orders = here.status === 'playing' ? [] : [{ type: 'pause' }];
  return { queue: here, orders, say: [], give: here.window.length > 0 };
}

function changed(queue: CallQueue, data: NodeFact, { atMs }: Args): Noted {
  const playing = data['playing'] === true;
  let next: CallQueue = { ...queue, nodePlaying: playing };
  // Only a change that we did not want tells of somebody else's wish.
  const steered = queue.nodePlaying !== null && queue.nodePlaying !== playing && playing !== (queue.status === 'playing');
  if (steered && !queue.halted) next = { ...next, status: playing ? 'playing' : 'paused' };
  const tracks = (Array.isArray(data['tracks']) ? data['tracks'] : []) as readonly Partial<QueueTrackEntry>[];
  const current = tracks.find(({ id }) => id === data['current']);
  if (current && placeInWindow(next, current.src, current.data) === 0)
    return nothing({ ...next, positionMs: Number(data['positionMs']), positionAtMs: atMs });
  const [first] = next.window;
  const lacks = first !== undefined && !tracks.some((track) => placeInWindow(next, track.src, track.data) === 0);
  // A node that was made anew has nothing. What was told before our last window came is taken for that too; once does no harm.
  if (!lacks || next.givenAgainFor === first.play) return nothing(next);
  return { queue: { ...next, givenAgainFor: first.play }, orders: [], say: [], give: true };
}

function foreignIn(tracks: unknown): (Exclude<ReturnType<typeof trackOption.parse>, string> & { readonly index: number })[] {
  if (!Array.isArray(tracks)) return [];
  return (tracks as readonly (QueueTrackEntry & { readonly index?: number })[]).flatMap((entry, place) => {
    if (entry.data?.['play'] !== undefined) return [];
    const { id: _, added: __, index = place, data, ...track } = entry;
    return [{ ...track, data: { foreign: true, ...(data && { given: data }) }, index }];
  });
}

/** Why, for those in the chat: where our files are is none of their business. */
function whyFor({ src }: QueueTrackEntry, problem: Problem | undefined): string {
  if (problem?.code === 'MEDIA_NOT_FOUND') return 'there is no such file';
  const address = /^https?:/i.test(src);
  return address && problem ? problem.message.replace(/\.$/, '') : 'it cannot be played';
}

function reasonIn(problem: Problem | undefined): { readonly problem?: string } {
  return problem ? { problem: problem.message } : {};
}

function nothing(queue: CallQueue): Noted {
  return { queue, orders: [], say: [] };
}
