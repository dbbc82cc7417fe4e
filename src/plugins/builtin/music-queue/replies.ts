import { voxError } from '../../../errors.js';
import type { QueueTrackEntry } from '../../../nodes/support/queue-state.js';
import { titleOf } from './asked-source.js';
import { currentTrack, positionNow, trackOf, waiting } from './queue.js';
import { queueFor } from './reducers.js';
import type { CallQueue, MusicState } from './state.js';

/** A track, as replies show it. */
interface TrackView {
  readonly id: string;
  readonly src: string;
  readonly title: string;
  readonly requester: string | null;
  readonly place: number;
}

/** What became of a wish. @throws VoxError `COMMAND_REFUSED`. */
export function doneView(state: MusicState, message: string, id: number): { text: string; tracks: TrackView[] } {
  const answer = state.answers.find(({ key }) => key === `message ${id}`);
  if (!answer) throw refused(message, 'it came to nothing');
  if (answer.refused !== undefined) throw refused(message, answer.refused);
  const queue = state.queues[answer.place!];
  const tracks = answer.tracks.flatMap((track) => {
    const entry = queue && trackOf(queue.list, track);
    return entry ? [viewOf(queue, entry)] : [];
  });
  return { text: answer.text, tracks };
}

/** What plays. @throws VoxError `COMMAND_REFUSED`. */
export function nowView(state: MusicState, message: string, call: string | undefined, nowMs: number) {
  const { place, queue } = chosen(state, message, call);
  const track = queue.halted ? undefined : currentTrack(queue);
  return {
    call: place,
    status: track ? queue.status : ('idle' as const),
    track: track ? viewOf(queue, track) : null,
    positionMs: track ? Math.round(positionNow(queue, nowMs)) : 0,
    durationMs: track ? queue.durationMs : null,
  };
}

/** What plays and what waits. @throws VoxError `COMMAND_REFUSED`. */
export function listView(
  state: MusicState,
  { call, offset, limit }: { readonly call?: string | undefined; readonly offset: number; readonly limit: number },
  nowMs: number,
) {
  const { queue } = chosen(state, 'list', call);
  const all = waiting(queue);
  return {
    ...nowView(state, 'list', call, nowMs),
    repeat: queue.list.repeat,
    shuffle: queue.list.shuffle,
    total: all.length,
    waiting: all.slice(offset, offset + limit).map((track) => viewOf(queue, track)),
  };
}

/** What was played. @throws VoxError `COMMAND_REFUSED`. */
export function historyView(
  state: MusicState,
  { call, offset, limit }: { readonly call?: string | undefined; readonly offset: number; readonly limit: number },
) {
  const { history } = chosen(state, 'history', call).queue;
  const entries = history
    .toReversed()
    .slice(offset, offset + limit)
    .map(({ requester = null, problem = null, ...entry }) => ({ ...entry, title: titleOf(entry), requester, problem }));
  return { total: history.length, entries };
}

function chosen(state: MusicState, message: string, call: string | undefined): { place: string; queue: CallQueue } {
  const found = queueFor(state, call);
  if ('refused' in found) throw refused(message, found.refused);
  return { place: found.place, queue: state.queues[found.place]! };
}

function viewOf({ list }: CallQueue, track: QueueTrackEntry): TrackView {
  const { id, src, requester = null } = track;
  return { id, src, title: titleOf(track), requester, place: Math.max(0, list.order.indexOf(id) - list.index) };
}

function refused(message: string, reason: string) {
  return voxError('COMMAND_REFUSED', { command: `music-queue ${message}`, reason });
}
