import { drawnBelow, shuffled } from './queue-draw.js';
import { sameTracks } from './queue-same-tracks.js';
import {
  MOST_TRACKS,
  type QueueState,
  type QueueTrackEntry,
  type RepeatMode,
  type ShuffleMode,
  type TrackOption,
} from './queue-state.js';

/** Where tracks are put: at a place of the playing order, behind the current one, or at the end. */
export type AddPlace = number | 'next' | 'end';

/** The part of a queue's state that its list keeps. */
export type ListState = Omit<QueueState, 'positionMs' | 'playing' | 'current'>;

const EMPTY: ListState = {
  tracks: [],
  order: [],
  index: 0,
  repeat: 'off',
  shuffle: 'off',
  seed: 1,
  draws: 0,
  history: [],
  nextId: 1,
};

/**
 * The tracks of a queue, the order they are played in and the place that is played: plain data, with no media and no time in it.
 * Behind the last track the place is the number of tracks; a track put there then is the current one.
 */
export class QueueList {
  repeat: RepeatMode;
  /** Grows whenever another track, or the same anew, becomes the current one. */
  selection = 0;
  readonly #history: number;
  readonly #tracks = new Map<string, QueueTrackEntry>();
  #order: string[] = [];
  #index = 0;
  #played: string[] = [];
  #shuffle: ShuffleMode;
  #seed: number;
  #draws: number;
  #nextId: number;
  /** The order after this one, once somebody looked. */
  #nextRound: string[] | undefined;

  /**
   * @param history how many played tracks are remembered for `previous`, and kept of those that were added.
   * @param state what to start from; wrong ids in it are passed over.
   */
  constructor(history: number, state: Partial<ListState> = {}) {
    const from = { ...EMPTY, ...state };
    this.#history = history;
    this.repeat = from.repeat;
    this.#shuffle = from.shuffle;
    this.#seed = from.seed;
    this.#draws = from.draws;
    this.#nextId = from.nextId;
    for (const track of from.tracks) {
      this.#tracks.set(track.id, track);
      // An id made here is never given twice, whatever the state says.
      const number = /^t(\d{1,15})$/.exec(track.id)?.[1];
      if (number !== undefined) this.#nextId = Math.max(this.#nextId, Number(number) + 1);
    }
    const known = new Set(from.order.filter((id) => this.#tracks.has(id)));
    this.#order = [...known, ...[...this.#tracks.keys()].filter((id) => !known.has(id))];
    const current = from.order[from.index];
    const at = current === undefined ? -1 : this.#order.indexOf(current);
    this.#index = at >= 0 ? at : Math.min(from.index, this.#order.length);
    const played = from.history.filter((id) => this.#tracks.has(id));
    this.#played = played.slice(Math.max(0, played.length - history));
  }

  /** The current track; undefined when the queue is empty or through. */
  get current(): QueueTrackEntry | undefined {
    return this.at(this.#index);
  }

  /** How many tracks there are. */
  get length(): number {
    return this.#order.length;
  }

  /** Place of the current track in the playing order. */
  get index(): number {
    return this.#index;
  }

  /** How it shuffles. */
  get shuffle(): ShuffleMode {
    return this.#shuffle;
  }

  /** The track at a place of the playing order. */
  at(index: number): QueueTrackEntry | undefined {
    const id = this.#order[index];
    return id === undefined ? undefined : this.#tracks.get(id);
  }

  /** Place of a track in the playing order; −1 when it is not there. */
  indexOf(id: string): number {
    return this.#order.indexOf(id);
  }

  /** Everything, as plain JSON. */
  state(): ListState {
    return {
      tracks: [...this.#tracks.values()],
      order: [...this.#order],
      index: this.#index,
      repeat: this.repeat,
      shuffle: this.#shuffle,
      seed: this.#seed,
      draws: this.#draws,
      history: [...this.#played],
      nextId: this.#nextId,
    };
  }

  /**
   * Puts tracks in. While it shuffles dynamically those for the end are spread over what is still to come.
   *
   * @param added whether a command did: such tracks are forgotten some time after they were played.
   * @returns the new tracks; undefined when the queue would hold too many.
   */
  add(tracks: readonly TrackOption[], place: AddPlace, added: boolean): readonly QueueTrackEntry[] | undefined {
    if (this.length + tracks.length > MOST_TRACKS) return undefined;
    const entries = tracks.map((track) => this.#entry(track, added));
    const listed = [...this.#tracks.values()];
    const wasEmpty = this.current === undefined;
    const upcoming = wasEmpty ? this.#index : this.#index + 1;
    const at = place === 'end' ? this.length : place === 'next' ? upcoming : Math.min(place, this.length);
    for (const entry of entries) this.#tracks.set(entry.id, entry);
    if (place === 'end' && this.#shuffle === 'dynamic') {
      for (const { id } of entries)
        this.#order.splice(upcoming + drawnBelow(this.length - upcoming + 1, this.#seed, this.#draws++), 0, id);
    } else {
      this.#order.splice(at, 0, ...entries.map(({ id }) => id));
      if (at < this.#index || (at === this.#index && !wasEmpty)) this.#index += entries.length;
      if (this.#shuffle === 'off') this.#listAsPlayed();
      else if (place === 'next') this.#list(listed.toSpliced(this.#listedIndex(listed) + 1, 0, ...entries));
    }
    if (wasEmpty && this.current) this.selection++;
    this.#nextRound = undefined;
    return entries;
  }

  /**
   * Replaces every track but keeps those that are the same, with their ids. The current one goes on if it is among them; else what is
   * left of those behind it, else the first. A queue that is through goes on with the first new track.
   */
  replace(tracks: readonly TrackOption[]): void {
    const old = this.current;
    const behind = this.#order.slice(this.#index);
    const before = new Set(this.#tracks.keys());
    this.#list(sameTracks(tracks.slice(0, MOST_TRACKS), [...this.#tracks.values()], old, (track) => this.#entry(track, false)));
    this.#nextRound = undefined;
    this.#played = this.#played.filter((id) => this.#tracks.has(id));
    this.#order = [...this.#tracks.keys()];
    const next = behind.find((id) => this.#tracks.has(id)) ?? this.#order.find((id) => !before.has(id));
    this.#index = next === undefined ? this.length : this.#order.indexOf(next);
    if (this.#shuffle !== 'off') this.#drawUpcoming(next !== undefined && next === old?.id);
    if (this.current?.id !== old?.id) this.selection++;
  }

  /** Takes a track out. If it was the current one, the next takes its place. */
  remove(id: string): boolean {
    const at = this.#order.indexOf(id);
    if (at < 0) return false;
    const wasCurrent = at === this.#index;
    this.#order.splice(at, 1);
    this.#tracks.delete(id);
    this.#played = this.#played.filter((played) => played !== id);
    this.#nextRound = undefined;
    if (at < this.#index) this.#index--;
    if (wasCurrent) {
      if (this.#index === this.length && this.repeat === 'queue') this.#index = 0;
      this.selection++;
    }
    return true;
  }

  /** Moves a track to another place of the playing order; the current one stays current. */
  move(id: string, to: number): boolean {
    const from = this.#order.indexOf(id);
    if (from < 0) return false;
    const current = this.#order[this.#index];
    this.#order.splice(from, 1);
    this.#order.splice(Math.min(to, this.#order.length), 0, id);
    if (current !== undefined) this.#index = this.#order.indexOf(current);
    if (this.#shuffle === 'off') this.#listAsPlayed();
    this.#nextRound = undefined;
    return true;
  }

  /** Takes all tracks out, or all but the current one. */
  clear(keepCurrent: boolean): void {
    const current = keepCurrent ? this.current : undefined;
    this.#list(current ? [current] : []);
    this.#order = current ? [current.id] : [];
    this.#index = 0;
    this.#played = [];
    this.#nextRound = undefined;
    if (!current) this.selection++;
  }

  /**
   * What comes after the current track.
   *
   * @param except ids to pass over, since they cannot be played.
   * @param asked true when somebody asked for the next track, which repeating the present one does not answer.
   */
  following(except: ReadonlySet<string>, asked = false): QueueTrackEntry | undefined {
    const at = this.#followingIndex(except, asked);
    if (at === undefined) return undefined;
    return at.round ? this.#tracks.get(at.round[at.index]!) : this.at(at.index);
  }

  /** Goes to what {@link following} tells, or behind the last track. */
  advance(except: ReadonlySet<string>, asked = false): void {
    const before = this.#order[this.#index];
    const at = this.#followingIndex(except, asked);
    if (at?.round && at.round !== this.#order) {
      this.#order = at.round;
      this.#draws++;
      this.#nextRound = undefined;
    }
    this.#select(at?.index ?? this.length, before);
  }

  /** As {@link advance}, but the current track was not played, and is not remembered as if it had been. */
  passOver(except: ReadonlySet<string>): void {
    const current = this.current?.id;
    this.advance(except, true);
    if (current !== undefined && this.#played.at(-1) === current) this.#played.pop();
  }

  /** Makes the track at a place of the playing order the current one. */
  jump(index: number): void {
    this.#select(Math.min(index, this.length));
  }

  /** Goes back to what was played before: the newest of the history, else the place before, else the same anew. */
  previous(): void {
    for (let id = this.#played.pop(); id !== undefined; id = this.#played.pop()) {
      const at = this.#order.indexOf(id);
      if (at < 0 || at === this.#index) continue;
      this.#index = at;
      this.selection++;
      return;
    }
    if (this.#index > 0) this.#index--;
    else if (this.repeat === 'queue' && this.length > 0) this.#index = this.length - 1;
    this.selection++;
  }

  /** Makes the current track begin anew. */
  again(): void {
    this.selection++;
  }

  /** Shuffles what is still to come, or puts it back in the order it was put in. The current track stays. */
  setShuffle(mode: ShuffleMode): void {
    const before = this.#shuffle;
    this.#shuffle = mode;
    this.#nextRound = undefined;
    if (mode === 'off') {
      const current = this.#order[this.#index];
      this.#order = [...this.#tracks.keys()];
      this.#index = current === undefined ? this.length : this.#order.indexOf(current);
    } else if (before === 'off') this.#drawUpcoming(true);
  }

  /** Draws the order of what is still to come anew. */
  reshuffle(): void {
    if (this.#shuffle === 'off') this.setShuffle('on');
    else this.#drawUpcoming(true);
    this.#nextRound = undefined;
  }

  /** Begins the drawn orders from another number. */
  set seed(seed: number) {
    this.#seed = seed;
    this.#nextRound = undefined;
  }

  #entry(track: TrackOption, added: boolean): QueueTrackEntry {
    const given = typeof track === 'string' ? { src: track } : track;
    return { ...given, id: `t${this.#nextId++}`, added };
  }

  #select(index: number, before: string | undefined = this.#order[this.#index]): void {
    this.#index = index;
    if (before !== undefined && before !== this.current?.id && before !== this.#played.at(-1)) {
      this.#played.push(before);
      if (this.#played.length > this.#history) this.#played.shift();
    }
    this.selection++;
    this.#forget();
  }

  /** Of added tracks that were played only the newest stay, so that a queue can run for months. */
  #forget(): void {
    if (this.repeat !== 'off') return;
    let kept = 0;
    for (let i = this.#index - 1; i >= 0; i--) {
      const entry = this.at(i)!;
      if (!entry.added || ++kept <= this.#history) continue;
      this.#order.splice(i, 1);
      this.#tracks.delete(entry.id);
      this.#index--;
      this.#played = this.#played.filter((id) => id !== entry.id);
    }
  }

  #followingIndex(except: ReadonlySet<string>, asked: boolean): { index: number; round?: string[] } | undefined {
    const current = this.#order[this.#index];
    if (this.repeat === 'track' && !asked && current !== undefined && !except.has(current)) return { index: this.#index };
    for (let i = this.#index + 1; i < this.length; i++) if (!except.has(this.#order[i]!)) return { index: i };
    if (this.repeat !== 'queue') return undefined;
    const round = this.#round();
    const index = round.findIndex((id) => !except.has(id));
    return index < 0 ? undefined : { index, round };
  }

  /** The order of the next round: the same, or drawn so that no track comes twice in a row. */
  #round(): string[] {
    if (this.#shuffle === 'off') return this.#order;
    if (!this.#nextRound) {
      const round = shuffled(this.#order, this.#seed, this.#draws);
      if (round.length > 1 && round[0] === this.#order[this.#index]) round.push(round.shift()!);
      this.#nextRound = round;
    }
    return this.#nextRound;
  }

  #drawUpcoming(keepCurrent: boolean): void {
    const from = keepCurrent && this.current ? this.#index + 1 : this.#index;
    this.#order = [...this.#order.slice(0, from), ...shuffled(this.#order.slice(from), this.#seed, this.#draws++)];
  }

  #list(entries: readonly QueueTrackEntry[]): void {
    this.#tracks.clear();
    for (const entry of entries) this.#tracks.set(entry.id, entry);
  }

  #listAsPlayed(): void {
    this.#list(this.#order.map((id) => this.#tracks.get(id)!));
  }

  #listedIndex(listed: readonly QueueTrackEntry[]): number {
    const current = this.#order[this.#index];
    return listed.findIndex(({ id }) => id === current);
  }
}
