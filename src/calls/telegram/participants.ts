import type { Api } from 'telegram';
import type { ParticipantInfo, ParticipantVideo, SignallingUpdate } from '../../machines/signalling.js';
import { toUnsigned } from './join-json.js';
import { nameOf, peerId, type TelegramPeople } from './updates.js';

/** Some rows of a call at a version of it. */
export interface ParticipantRows {
  readonly rows: readonly Api.GroupCallParticipant[];
  readonly people: TelegramPeople;
  readonly version: number;
}

/** What rows came to: facts, and whether some before them are missing. */
export interface Applied {
  readonly facts: readonly SignallingUpdate[];
  readonly gap: boolean;
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
  /** Updates behind a gap. */
  #waiting: ParticipantRows[] = [];
  #version = -1;
  /** Whether we may speak, as last told; absent before. */
  #silenced: boolean | undefined;

  /** The version up to which everything is known; -1 before the first {@link reset}. */
  get version(): number {
    return this.#version;
  }

  /** Those in it, but ourselves. */
  list(): readonly ParticipantInfo[] {
    return [...this.#rows.values()];
  }

  /** Takes an update. What is stale does nothing; what is too early waits for {@link reset}, or for what is missing. */
  apply(update: ParticipantRows): Applied {
    if (this.#version < 0) {
      this.#wait(update);
      return { facts: [], gap: false };
    }
    const versioned = update.rows.some((row) => row.versioned);
    if (update.version < this.#version || (update.version === this.#version && versioned)) return { facts: [], gap: false };
    if (update.version > this.#version + (versioned ? 1 : 0)) {
      this.#wait(update);
      return { facts: [], gap: true };
    }
    this.#version = update.version;
    const facts = update.rows.flatMap((row) => this.#take(row, update.people));
    const behind = this.#replay();
    return { facts: [...facts, ...behind.facts], gap: behind.gap };
  }

  /** Takes the whole table anew: what differs from what is known is told. */
  reset(table: ParticipantRows): Applied {
    const present = new Set(table.rows.map((row) => peerId(row.peer)));
    const gone = [...this.#rows.keys()].filter((id) => !present.has(id));
    const facts: SignallingUpdate[] = gone.map((participantId) => ({ type: 'participant.left', participantId }));
    for (const id of gone) this.#rows.delete(id);
    this.#version = table.version;
    for (const row of table.rows) facts.push(...this.#take(row, table.people));
    const behind = this.#replay();
    return { facts: [...facts, ...behind.facts], gap: behind.gap };
  }

  #wait(update: ParticipantRows): void {
    this.#waiting.push(update);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
  }

  #replay(): Applied {
    const waiting = this.#waiting.toSorted((a, b) => a.version - b.version);
    this.#waiting = [];
    const facts: SignallingUpdate[] = [];
    for (const update of waiting) facts.push(...this.apply(update).facts);
    return { facts, gap: this.#waiting.length > 0 };
  }

  #take(row: Api.GroupCallParticipant, people: TelegramPeople): SignallingUpdate[] {
    if (row.self) return this.#self(row);
    const participantId = peerId(row.peer);
    const before = this.#rows.get(participantId);
    if (row.left) {
      // What left may have come back with another source meanwhile.
      if (!before || before.source !== toUnsigned(row.source)) return [];
      this.#rows.delete(participantId);
      return [{ type: 'participant.left', participantId }];
    }
    const participant = participantOf(row, people, before);
    this.#rows.set(participantId, participant);
    if (!before) return [{ type: 'participant.joined', participant }];
    return JSON.stringify(before) === JSON.stringify(participant) ? [] : [{ type: 'participant.changed', participant }];
  }

  #self(row: Api.GroupCallParticipant): SignallingUpdate[] {
    const source = toUnsigned(row.source);
    if (row.left) return [{ type: 'self.dropped', source }];
    const silenced = row.muted === true && row.canSelfUnmute !== true;
    const facts: SignallingUpdate[] = [{ type: 'self.replaced', source }];
    if (silenced !== this.#silenced && (silenced || this.#silenced !== undefined)) {
      facts.push({ type: silenced ? 'self.silenced' : 'self.allowed' });
    }
    this.#silenced = silenced;
    return facts;
  }
}

/** What a row says; what only we set stays when the row is not told in full. */
export function participantOf(row: Api.GroupCallParticipant, people: TelegramPeople, before?: ParticipantInfo): ParticipantInfo {
  const participantId = peerId(row.peer);
  const name = nameOf(people.get(participantId)) ?? before?.name;
  const mutedByUs = row.min ? before?.mutedByUs : row.mutedByYou;
  const volume = row.min || row.volume == null ? before?.volume : row.volume / FULL_VOLUME;
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
