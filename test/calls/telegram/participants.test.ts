import type { Api } from 'telegram';
import { describe, expect, it } from 'vitest';
import { ParticipantTable, type ParticipantRows } from '../../../src/calls/telegram/participants.js';
import type { SignallingUpdate } from '../../../src/machines/signalling.js';
import { seeded } from '../../machines/fakes.js';

const NOBODY = new Map();

function row(user: number, source: number, more: Partial<Api.GroupCallParticipant> = {}): Api.GroupCallParticipant {
  const peer = { className: 'PeerUser', userId: BigInt(user) };
  return {
    className: 'GroupCallParticipant',
    peer,
    source,
    muted: false,
    canSelfUnmute: true,
    date: 0,
    ...more,
  } as unknown as Api.GroupCallParticipant;
}

const rows = (version: number, ...list: Api.GroupCallParticipant[]): ParticipantRows => ({ rows: list, people: NOBODY, version });

describe('the table of participants', () => {
  it('takes what is next, drops what is stale, and waits for what is missing', () => {
    const table = new ParticipantTable();
    expect(table.reset(rows(5, row(1, -1))).facts).toMatchObject([
      { type: 'participant.joined', participant: { participantId: '1' } },
    ]);
    expect(table.apply(rows(5, row(1, -1, { versioned: true, raiseHandRating: 1n as never })))).toMatchObject({
      facts: [],
      gap: false,
    });
    expect(table.apply(rows(7, row(3, 3, { versioned: true })))).toMatchObject({ facts: [], gap: true });
    expect(table.apply(rows(6, row(2, 2, { versioned: true }))).facts).toMatchObject([
      { type: 'participant.joined', participant: { participantId: '2' } },
      { type: 'participant.joined', participant: { participantId: '3' } },
    ]);
    expect(table.version).toBe(7);
    expect(table.apply(rows(7, row(3, 3, { muted: true }))).facts).toMatchObject([{ type: 'participant.changed' }]);
  });

  it('keeps what we set when a row is not told in full', () => {
    const table = new ParticipantTable();
    table.reset(rows(1, row(1, 1, { mutedByYou: true, volume: 5000 })));
    table.apply(rows(1, row(1, 1, { min: true, muted: true })));
    expect(table.list()).toEqual([
      { participantId: '1', source: 1, muted: true, handRaised: false, mutedByUs: true, volume: 0.5 },
    ]);
  });

  it('knows us in rows for everybody, which do not say whose they are', () => {
    let source: number | undefined = 90;
    const table = new ParticipantTable({ source: () => source });
    table.reset(rows(1, row(1, 1)));
    // By the source that we offered, before any row said that it is ours.
    const silent = { muted: true, canSelfUnmute: false, min: true, versioned: true };
    expect(table.apply(rows(2, row(9, 90, silent))).facts.map(({ type }) => type)).toEqual(['self.replaced', 'self.silenced']);
    table.apply(rows(2, row(9, 90, { self: true, ...silent, versioned: false })));
    // By who it is: our account joined from elsewhere.
    source = undefined;
    expect(table.apply(rows(3, row(9, 91, { min: true, versioned: true }))).facts).toEqual([
      { type: 'self.replaced', source: 91 },
    ]);
    expect(table.list().map(({ participantId }) => participantId)).toEqual(['1']);
  });

  it('takes an admin’s volume from rows for everybody, but not over our own, and back to 100 % where none is told', () => {
    const table = new ParticipantTable();
    const volumes = () => table.list().map(({ volume }) => volume);
    table.reset(rows(1, row(1, 1, { volume: 5000 }), row(2, 2, { volume: 5000, volumeByAdmin: true }), row(3, 3)));
    const changed = { min: true, volume: 15_000, volumeByAdmin: true };
    table.apply(rows(1, row(1, 1, changed), row(2, 2, changed), row(3, 3, changed)));
    expect(volumes()).toEqual([0.5, 1.5, 1.5]);
    table.apply(rows(1, row(1, 1), row(2, 2, { min: true })));
    expect(volumes()).toEqual([undefined, undefined, 1.5]);
  });

  it('asks for those of whom too little was told, once, and learns the rest', () => {
    const table = new ParticipantTable();
    table.reset(rows(1));
    const first = table.apply(rows(2, row(1, -1, { min: true, versioned: true, justJoined: true })));
    expect(first).toMatchObject({ facts: [{ type: 'participant.joined' }], unsure: [4_294_967_295] });
    expect(table.apply(rows(2, row(1, -1, { min: true, muted: true }))).unsure).toEqual([]);
    const full = { rows: [row(1, -1, { mutedByYou: true, volume: 5000 }), row(7, 7)], people: NOBODY };
    expect(table.learn(full)).toMatchObject([
      { type: 'participant.changed', participant: { participantId: '1', mutedByUs: true, volume: 0.5 } },
    ]);
  });

  it('keeps what came while the whole table was under way, and takes no older word of ourselves for the last', () => {
    const table = new ParticipantTable();
    table.reset(rows(4, row(1, 1)));
    table.asked();
    table.apply(rows(5, row(9, 90, { self: true, versioned: true })));
    table.apply(rows(6, row(2, 2, { versioned: true })));
    // Made before these two: with our place of an earlier process.
    const { facts } = table.reset(rows(4, row(1, 1), row(9, 80, { self: true })));
    expect(table.version).toBe(6);
    expect(table.list().map(({ participantId }) => participantId)).toEqual(['1', '2']);
    expect(facts.filter(({ type }) => type === 'self.replaced')).toEqual([{ type: 'self.replaced', source: 90 }]);
  });

  it('tells of an admin who mutes an admin, which lasts until we end it, and asks once to speak where we may again', () => {
    let muted = false;
    const table = new ParticipantTable({ source: () => 90, wantsMuted: () => muted });
    const own = (more: Partial<Api.GroupCallParticipant> = {}) => row(9, 90, { self: true, ...more });
    const types = (...more: Partial<Api.GroupCallParticipant>[]) =>
      more.flatMap((one) =>
        table
          .apply(rows(1, own(one)))
          .facts.map(({ type }) => type)
          .filter((type) => type !== 'self.replaced'),
      );
    table.reset(rows(1, own()));
    expect(types({ muted: true })).toEqual(['self.muted']);
    muted = true;
    expect(types({ muted: true }, {})).toEqual([]);
    muted = false;
    expect(types({ muted: true, canSelfUnmute: false }, { muted: true }, { muted: true }, {})).toEqual([
      'self.silenced',
      'self.allowed',
    ]);
  });

  it('lets somebody go whose farewell names no source', () => {
    const table = new ParticipantTable();
    table.reset(rows(1, row(1, 10)));
    expect(table.apply(rows(2, row(1, 0, { versioned: true, left: true }))).facts).toMatchObject([{ type: 'participant.left' }]);
  });

  it('does not take a late farewell of an earlier source for one of the present', () => {
    const table = new ParticipantTable();
    table.reset(rows(1, row(1, 10)));
    table.apply(rows(2, row(1, 11, { versioned: true })));
    expect(table.apply(rows(3, row(1, 10, { versioned: true, left: true }))).facts).toEqual([]);
    expect(table.list()).toHaveLength(1);
  });

  it('tells of ourselves apart, once for each change of what we may', () => {
    const table = new ParticipantTable();
    const own = (more: Partial<Api.GroupCallParticipant>) => row(9, 90, { self: true, versioned: true, ...more });
    const types = (facts: readonly SignallingUpdate[]) => facts.map(({ type }) => type);
    expect(types(table.reset(rows(1, own({}))).facts)).toEqual(['self.replaced']);
    expect(types(table.apply(rows(2, own({ muted: true, canSelfUnmute: false }))).facts)).toEqual([
      'self.replaced',
      'self.silenced',
    ]);
    expect(types(table.apply(rows(3, own({ muted: true, canSelfUnmute: false }))).facts)).toEqual(['self.replaced']);
    expect(types(table.apply(rows(4, own({ muted: true }))).facts)).toEqual(['self.replaced', 'self.allowed']);
    expect(types(table.apply(rows(5, own({ left: true }))).facts)).toEqual(['self.dropped']);
    expect(table.list()).toEqual([]);
  });

  it('500 histories, shuffled, doubled and with holes, end with what is true', () => {
    for (let seed = 1; seed <= 500; seed++) {
      const random = seeded(seed);
      const truth = new Map<number, Api.GroupCallParticipant>();
      const history: ParticipantRows[] = [];
      for (let version = 1; version <= 30; version++) {
        const user = 1 + Math.floor(random() * 6);
        const leaves = truth.has(user) && random() < 0.4;
        const now = leaves
          ? row(user, truth.get(user)!.source, { versioned: true, left: true })
          : row(user, truth.get(user)?.source ?? version, { versioned: true, muted: random() < 0.5 });
        if (leaves) truth.delete(user);
        else truth.set(user, now);
        history.push(rows(version, now));
      }
      const table = new ParticipantTable();
      table.reset(rows(0));
      const sent = history
        .filter(() => random() > 0.1)
        .flatMap((update) => (random() < 0.2 ? [update, update] : [update]))
        .map((update) => ({ update, at: update.version + random() * 4 }))
        .toSorted((a, b) => a.at - b.at);
      const present = new Set<string>();
      const take = (facts: readonly SignallingUpdate[]): void => {
        for (const fact of facts) {
          if (fact.type === 'participant.joined') {
            if (present.has(fact.participant.participantId)) throw new Error(`seed ${seed}: joined twice`);
            present.add(fact.participant.participantId);
          } else if (fact.type === 'participant.left' && !present.delete(fact.participantId))
            throw new Error(`seed ${seed}: left twice`);
        }
      };
      for (const { update } of sent) take(table.apply(update).facts);
      // What the server answers once the gap is noticed, or at the end.
      take(table.reset(rows(30, ...truth.values())).facts);
      expect(table.version).toBe(30);
      expect([...present].toSorted()).toEqual([...truth.keys()].map(String).toSorted());
      expect(new Map(table.list().map(({ participantId, muted }) => [participantId, muted]))).toEqual(
        new Map([...truth].map(([user, { muted }]) => [String(user), muted])),
      );
    }
  });
});
