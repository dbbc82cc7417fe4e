import type { QueueCommand } from './queue-commands.js';
import type { QueueList } from './queue-list.js';
import type { QueueTrackEntry } from './queue-state.js';

/** What commands do to a player. */
export interface Controlled {
  /** The tracks and their order. */
  readonly list: QueueList;
  /** Tracks behind the current one that cannot be played. */
  readonly unplayable: ReadonlySet<string>;
  /** Tracks were put in. */
  added(tracks: readonly QueueTrackEntry[]): void;
  /** Another track was chosen. */
  chosen(): void;
  /** Every track was taken out. */
  cleared(): void;
  /** Goes on with sound. */
  play(): void;
  /** Goes on with silence. */
  pause(): void;
  /** Ends the present track; it begins anew at the next `play`. */
  halt(): void;
  /** Goes to a position of the current track, in microseconds. Returns why not, as half a sentence. */
  seek(positionUs: number): string | undefined;
}

const NO_TRACK = 'there is no track';

/** Does what a command asks. Returns why not, as half a sentence. */
export function obey(player: Controlled, command: QueueCommand): string | undefined {
  const { list } = player;
  switch (command.type) {
    case 'add': {
      const { track, tracks = [], at, play } = command;
      const wanted = track === undefined ? tracks : [track, ...tracks];
      if (wanted.length === 0) return 'give a "track" or "tracks"';
      const added = list.add(wanted, at, true);
      if (!added) return 'the queue would hold too many tracks';
      player.added(added);
      if (!play) break;
      if (list.current !== added[0]) {
        list.jump(list.indexOf(added[0]!.id));
        player.chosen();
      }
      player.play();
      break;
    }
    case 'next':
      if (!list.current) return 'there is no track to go on from';
      list.advance(player.unplayable, true);
      player.chosen();
      break;
    case 'previous':
      if (list.length === 0) return NO_TRACK;
      list.previous();
      player.chosen();
      break;
    case 'jump':
      return withTrack(list, command, (id) => {
        list.jump(list.indexOf(id));
        player.chosen();
      });
    case 'move':
      return withTrack(list, command, (id) => list.move(id, command.to));
    case 'remove':
      return withTrack(list, command, (id) => list.remove(id));
    case 'clear':
      list.clear(!command.current);
      if (command.current) player.cleared();
      break;
    case 'shuffle':
      if (command.mode === undefined) list.reshuffle();
      else list.setShuffle(command.mode);
      break;
    case 'repeat':
      list.repeat = command.mode;
      break;
    case 'pause':
      player.pause();
      break;
    case 'play':
      if (!list.current && list.length > 0) list.jump(0);
      player.play();
      break;
    case 'stop':
      player.halt();
      break;
    case 'seek':
      if (!list.current) return NO_TRACK;
      return player.seek(command.positionMs * 1000);
    case 'replay':
      if (list.length === 0) return NO_TRACK;
      if (!list.current) list.previous();
      else player.seek((list.current.startSec ?? 0) * 1e6);
      player.play();
      break;
    case 'report':
  }
  return undefined;
}

function withTrack(
  list: QueueList,
  { id, index }: { id?: string | undefined; index?: number | undefined },
  work: (id: string) => void,
): string | undefined {
  if (id === undefined && index === undefined) return 'give the "id" or the "index" of a track';
  const found = id ?? list.at(index!)?.id;
  if (found === undefined || list.indexOf(found) < 0)
    return id === undefined ? `there is no track at ${index}` : `no track has the id "${id}"`;
  work(found);
  return undefined;
}
