import type { Api } from 'telegram';
import type { ParticipantInfo, ParticipantVideo, SignallingUpdate } from '../../machines/signalling.js';
import { toUnsigned } from './join-json.js';
import { type OwnPlace, OwnRows } from './own-rows.js';
import { nameOf, peerId, type TelegramPeople } from './updates.js';

/** Some rows of a call at a version of it. */
export interface ParticipantRows {
  readonly rows: readonly Api.GroupCallParticipant[];
  readonly people: TelegramPeople;
  readonly version: number;
}

/** What rows came to: facts, whether some before them are missing, and the sources of those of whom they tell too little. */
export interface Applied {
  readonly facts: readonly SignallingUpdate[];
  readonly gap: boolean;
  readonly unsure: readonly number[];
}

/** 100 %, as Telegram counts. */
export const FULL_VOLUME = 10_000;
/** Updates that wait for missing ones; with more the whole table is fetched anyway. */
const MOST_WAITING = 200;

/**
 * Who is in a call, by updates that may come late, twice, out of order or not at all. The order is by the call's version: a row that is marked
 * `versioned` raises it by one, others carry the present one (tdesktop, Data::GroupCall::processQueuedUpdates).
 */
export class ParticipantTable {
  #rows = new Map<string, ParticipantInfo>();
  /** Those whose volume is our own affair: rows that go to everybody say nothing of it. */
  readonly #ownVolumes = new Set<string>();
  /** Updates behind a gap. */
  #waiting: ParticipantRows[] = [];
  /** Updates since the whole table was asked for: the answer may be older than they are. */
  #since: ParticipantRows[] | undefined;
  #version = -1;
  readonly #self: OwnRows;

  /** @param own what we know of our own place. */
  constructor(own: OwnPlace = {}) {
    this.#self = new OwnRows(own);
  }

  /** The version up to which everything is known; -1 before the first {@link reset}. */
  get version(): number {
    return this.#version;
  }

  /** Those in it, but ourselves. */
  list(): readonly ParticipantInfo[] {
    return [...this.#rows.values()];
  }

  /** The whole table is asked for now: what comes from now on is applied to the answer too. */
  asked(): void {
    this.#since = [];
  }

  /** Takes an update. What is stale does nothing; what is too early waits for {@link reset}, or for what is missing. */
  apply(update: ParticipantRows): Applied {
    this.#since?.push(update);
    return this.#apply(update);
  }

  /** Takes the whole table anew: what differs from what is known is told. */
  reset(table: ParticipantRows): Applied {
    const present = new Set(table.rows.map((row) => peerId(row.peer)));
    const gone = [...this.#rows.keys()].filter((id) => !present.has(id));
    const facts: SignallingUpdate[] = gone.map((participantId) => ({ type: 'participant.left', participantId }));
    for (const id of gone) this.#rows.delete(id);
    this.#version = table.version;
    for (const row of table.rows) facts.push(...this.#take(row, table.people));
    const known = new Set(this.#waiting);
    this.#waiting.push(...(this.#since ?? []).filter((update) => !known.has(update)));
    this.#since = undefined;
    const behind = this.#replay();
    return { ...behind, facts: newestOfOurselves([...facts, ...behind.facts]) };
  }

  /** Takes rows that were asked for one by one: they say all, and nothing of the order. */
  learn({ rows, people }: Omit<ParticipantRows, 'version'>): readonly SignallingUpdate[] {
    return rows.filter((row) => !row.left && this.#rows.has(peerId(row.peer))).flatMap((row) => this.#take(row, people));
  }

  #apply(update: ParticipantRows): Applied {
    if (this.#version < 0) {
      this.#wait(update);
      return NOTHING;
    }
    const versioned = update.rows.some((row) => row.versioned);
    if (update.version < this.#version || (update.version === this.#version && versioned)) return NOTHING;
    if (update.version > this.#version + (versioned ? 1 : 0)) {
      this.#wait(update);
      return { ...NOTHING, gap: true };
    }
    this.#version = update.version;
    const unsure = update.rows.filter((row) => this.#tellsTooLittle(row)).map((row) => toUnsigned(row.source));
    const facts = update.rows.flatMap((row) => this.#take(row, update.people));
    const behind = this.#replay();
    return { facts: [...facts, ...behind.facts], gap: behind.gap, unsure: [...unsure, ...behind.unsure] };
  }

  #wait(update: ParticipantRows): void {
    this.#waiting.push(update);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
  }

  #replay(): Applied {
    const waiting = this.#waiting.toSorted((a, b) => a.version - b.version);
    this.#waiting = [];
    const applied = waiting.map((update) => this.#apply(update));
    return {
      facts: applied.flatMap(({ facts }) => facts),
      unsure: applied.flatMap(({ unsure }) => unsure),
      gap: this.#waiting.length > 0,
    };
  }

  /** Of somebody new, a row for everybody does not say what we set for ourselves: tdlib asks for him then. */
  #tellsTooLittle(row: Api.GroupCallParticipant): boolean {
    return row.min === true && !row.left && !this.#rows.has(peerId(row.peer)) && !this.#self.owns(row);
  }

  #take(row: Api.GroupCallParticipant, people: TelegramPeople): SignallingUpdate[] {
    if (this.#self.owns(row)) return this.#self.take(row);
    const participantId = peerId(row.peer);
    const before = this.#rows.get(participantId);
    if (row.left) {
      // What left may have come back with another source meanwhile.
      if (!before || (row.source !== 0 && before.source !== toUnsigned(row.source))) return [];
      this.#rows.delete(participantId);
      this.#ownVolumes.delete(participantId);
      return [{ type: 'participant.left', participantId }];
    }
    const participant = participantOf(row, people, before, this.#ownVolumes.has(participantId));
    if (!row.min) {
      if (row.volume != null && !row.volumeByAdmin) this.#ownVolumes.add(participantId);
      else this.#ownVolumes.delete(participantId);
    }
    this.#rows.set(participantId, participant);
    if (!before) return [{ type: 'participant.joined', participant }];
    return JSON.stringify(before) === JSON.stringify(participant) ? [] : [{ type: 'participant.changed', participant }];
  }
}

const NOTHING: Applied = { facts: [], gap: false, unsure: [] };

/** Where we are in the call comes last: what an older list says of it was said before. */
function newestOfOurselves(facts: readonly SignallingUpdate[]): SignallingUpdate[] {
  const last = facts.findLastIndex(({ type }) => type === 'self.replaced' || type === 'self.dropped');
  return facts.filter(({ type }, n) => n >= last || (type !== 'self.replaced' && type !== 'self.dropped'));
}

/**
 * What a row says; what only we set stays when the row is one for everybody (`min`).
 *
 * @param ownVolume whether the volume before was set for us alone.
 */
export function participantOf(
  row: Api.GroupCallParticipant,
  people: TelegramPeople,
  before?: ParticipantInfo,
  ownVolume = false,
): ParticipantInfo {
  const participantId = peerId(row.peer);
  const name = nameOf(people.get(participantId)) ?? before?.name;
  const mutedByUs = row.min ? before?.mutedByUs : row.mutedByYou;
  // Without one it is 100 % (tdesktop, tdlib): so it is put back.
  const told = row.volume == null ? undefined : row.volume / FULL_VOLUME;
  const volume = row.min && ownVolume ? before?.volume : told;
  return {
    participantId,
    source: toUnsigned(row.source),
    ...(name !== undefined && { name }),
    muted: row.muted === true,
    handRaised: row.raiseHandRating != null,
    ...(mutedByUs === true && { mutedByUs }),
    ...(volume !== undefined && { volume }),
    ...(row.video && { video: videoOf(row.video) }),
    ...(row.presentation && { screen: videoOf(row.presentation) }),
  };
}

function videoOf(video: Api.GroupCallParticipantVideo): ParticipantVideo {
  const groups = video.sourceGroups as readonly Api.GroupCallParticipantVideoSourceGroup[];
  return {
    endpoint: video.endpoint,
    sourceGroups: groups
      .filter(({ semantics }) => semantics === 'SIM' || semantics === 'FID')
      .map(({ semantics, sources }) => ({ semantics: semantics as 'SIM' | 'FID', sources: sources.map(toUnsigned) })),
    ...(video.audioSource != null && { audioSource: toUnsigned(video.audioSource) }),
    paused: video.paused === true,
  };
}
