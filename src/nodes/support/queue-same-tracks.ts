import type { QueueTrackEntry, TrackOption } from './queue-state.js';

/**
 * Finds the entries again that a new list of tracks has in common with the old one, each at most once, so that they keep their ids.
 *
 * @param first which of several same ones is found first: the one that plays.
 * @param make an entry for a track that is new.
 */
export function sameTracks(
  tracks: readonly TrackOption[],
  old: readonly QueueTrackEntry[],
  first: QueueTrackEntry | undefined,
  make: (track: TrackOption) => QueueTrackEntry,
): QueueTrackEntry[] {
  const before = new Map<string, QueueTrackEntry[]>();
  for (const entry of old) {
    const same = before.get(keyOf(entry)) ?? [];
    if (entry.id === first?.id) same.unshift(entry);
    else same.push(entry);
    before.set(keyOf(entry), same);
  }
  return tracks.map((track) => {
    const same = before.get(keyOf(typeof track === 'string' ? { src: track } : track))?.shift();
    return same ? { ...same, added: false } : make(track);
  });
}

function keyOf({ src, title, requester, startSec, endSec, publicOnly, data }: Exclude<TrackOption, string>): string {
  return JSON.stringify([src, title, requester, startSec, endSec, publicOnly, data]);
}
