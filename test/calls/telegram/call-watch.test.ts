import { BehaviorSubject, Subject } from 'rxjs';
import type { Api } from 'telegram';
import { describe, expect, it } from 'vitest';
import { watchCall, WATCH_TIMES } from '../../../src/calls/telegram/call-watch.js';
import type { CallPlace } from '../../../src/calls/telegram/find-call.js';
import { type LinkState, type TelegramPort, TelegramRpcError } from '../../../src/calls/telegram/port.js';
import type { TelegramNews } from '../../../src/calls/telegram/updates.js';
import type { SignallingUpdate } from '../../../src/machines/signalling.js';
import { createVirtualScheduler } from '../../../src/time/index.js';
import { seeded } from '../../machines/fakes.js';

type Row = Record<string, unknown>;
type Answer = (request: Row) => unknown;

const NOBODY = new Map();
const row = (user: number, source: number, more: Row = {}): Row => ({
  className: 'GroupCallParticipant',
  peer: { className: 'PeerUser', userId: BigInt(user) },
  source,
  muted: false,
  canSelfUnmute: true,
  versioned: true,
  ...more,
});

/** A watch in virtual time over a connection that the test plays. */
function start(answers: Record<string, Answer> = {}, screen?: number) {
  const scheduler = createVirtualScheduler();
  const updates$ = new Subject<TelegramNews>();
  const link$ = new BehaviorSubject<LinkState>('up');
  const asked: string[] = [];
  const kinds = ['CheckGroupCall', 'GetGroupParticipants'];
  const table = { participants: [] as Row[], version: 1, nextOffset: '', users: [], chats: [] };
  const requestOf = (kind: string) =>
    function Request(this: Row, fields: Row) {
      Object.assign(this, fields, { kind });
    };
  const phone = Object.fromEntries(kinds.map((kind) => [kind, requestOf(kind)]));
  const port = {
    api: { phone, InputPeerSelf: Object },
    updates$,
    link$,
    invoke: async (request: Row) => {
      const kind = String(request['kind']);
      asked.push(kind);
      return (answers[kind] ?? (() => (kind === 'CheckGroupCall' ? request['sources'] : table)))(request);
    },
  } as unknown as TelegramPort;
  const place = { chat: { id: '-1009' }, input: { id: 4n }, call: {} } as unknown as CallPlace;
  const told: SignallingUpdate[] = [];
  let error: unknown;
  const sources = { source: () => 4_000_000_000, screenSource: () => screen };
  const subscription = watchCall({ port, place, scheduler, times: WATCH_TIMES, ...sources }).subscribe({
    next: (update) => told.push(update),
    error: (thrown: unknown) => void (error = thrown),
  });
  const push = (update: unknown) => updates$.next({ update: update as Api.TypeUpdate, people: NOBODY });
  const participants = (version: number, ...rows: Row[]) =>
    push({ className: 'UpdateGroupCallParticipants', call: { id: 4n }, participants: rows, version });
  return { scheduler, asked, table, told, link$, push, participants, error: () => error, end: () => subscription.unsubscribe() };
}

describe('the watch over a call', () => {
  it('asks every 10 s whether the server knows our source, by its signed number', async () => {
    const sources: unknown[] = [];
    const watch = start({ CheckGroupCall: ({ sources: asked }) => (sources.push(asked), asked) });
    await watch.scheduler.play(30_000);
    expect(sources).toEqual([[-294_967_296], [-294_967_296], [-294_967_296]]);
    watch.end();
    expect(watch.scheduler.flush()).toBe(0);
  });

  it('asks for our screen too, and tells when the server does not know that one', async () => {
    let known = [-294_967_296, 77];
    const watch = start({ CheckGroupCall: ({ sources: asked }) => (expect(asked).toEqual([-294_967_296, 77]), known) }, 77);
    await watch.scheduler.play(15_000);
    expect(watch.told).toEqual([]);
    known = [-294_967_296];
    await watch.scheduler.play(10_000);
    expect(watch.told).toEqual([{ type: 'presentation.dropped', source: 77 }]);
    watch.end();
  });

  it('asks again after a second when it got no answer, and after a flood when that is over', async () => {
    const errors = [new Error('broken'), new TelegramRpcError('x', 420, 'FLOOD_WAIT_5')];
    const watch = start({
      CheckGroupCall: ({ sources }) => {
        const error = errors.shift();
        if (error) throw error;
        return sources;
      },
    });
    const checks = () => watch.asked.filter((kind) => kind === 'CheckGroupCall').length;
    await watch.scheduler.play(10_000);
    expect(checks()).toBe(1);
    await watch.scheduler.play(1000);
    expect(checks()).toBe(2);
    await watch.scheduler.play(4999);
    expect(checks()).toBe(2);
    await watch.scheduler.play(1);
    expect(checks()).toBe(3);
    watch.end();
  });

  it.each([
    ['GROUPCALL_JOIN_MISSING', 'self.dropped'],
    ['GROUPCALL_FORBIDDEN', 'self.kicked'],
    ['GROUPCALL_INVALID', 'call.discarded'],
  ])('%s is %s', async (rpc, type) => {
    const watch = start({
      CheckGroupCall: () => {
        throw new TelegramRpcError('phone.CheckGroupCall', 400, rpc);
      },
    });
    await watch.scheduler.play(10_000);
    expect(watch.told.map((update) => update.type)).toEqual([type]);
    watch.end();
  });

  it('errs when the session is over', async () => {
    const watch = start({
      CheckGroupCall: () => {
        throw new TelegramRpcError('phone.CheckGroupCall', 401, 'SESSION_REVOKED');
      },
    });
    await watch.scheduler.play(10_000);
    expect(watch.error()).toMatchObject({ failure: { code: 'TELEGRAM_SESSION_ENDED', retry: 'never' } });
    expect(watch.scheduler.flush()).toBe(0);
  });

  it('waits a second for what is missing before it fetches all', async () => {
    const watch = start();
    await watch.scheduler.play(1);
    watch.participants(3, row(2, 2));
    await watch.scheduler.play(500);
    watch.participants(2, row(1, 1));
    await watch.scheduler.play(5000);
    expect(watch.told.map((update) => update.type)).toEqual(['participant.joined', 'participant.joined']);
    expect(watch.asked.filter((kind) => kind === 'GetGroupParticipants')).toHaveLength(1);
    watch.table.participants = [row(1, 1), row(2, 2), row(3, 3)];
    watch.table.version = 5;
    watch.participants(5, row(3, 3));
    await watch.scheduler.play(1000);
    expect(watch.told.at(-1)).toMatchObject({ type: 'participant.joined', participant: { participantId: '3' } });
    expect(watch.asked.filter((kind) => kind === 'GetGroupParticipants')).toHaveLength(2);
    watch.end();
  });

  it('fetches all and asks at once when the connection is back', async () => {
    const watch = start();
    await watch.scheduler.play(1);
    watch.link$.next('down');
    watch.link$.next('up');
    await watch.scheduler.play(1);
    expect(watch.asked).toEqual(['GetGroupParticipants', 'GetGroupParticipants', 'CheckGroupCall']);
    watch.link$.next('lost');
    expect(watch.error()).toMatchObject({ failure: { code: 'TELEGRAM_UNREACHABLE', retry: 'backoff' } });
  });

  it('500 updates that cannot be read are made good by fetching', async () => {
    const random = seeded(7);
    const junk = [undefined, null, 0, 'x', {}, [], { className: 'Nothing' }];
    const pick = () => junk[Math.floor(random() * junk.length)];
    const watch = start();
    await watch.scheduler.play(1);
    for (let i = 0; i < 500; i++) {
      const rows = random() < 0.5 ? [row(1, i, { peer: pick(), video: pick() }), pick()] : pick();
      const call = random() < 0.2 ? pick() : { id: 4n };
      const version = random() < 0.5 ? 2 + i : pick();
      const kinds = ['UpdateGroupCallParticipants', 'UpdateGroupCall', 'UpdateChannel', 'UpdateChat'];
      watch.push({ className: kinds[Math.floor(random() * kinds.length)], call, participants: rows, version });
    }
    watch.table.participants = [row(6, 6)];
    watch.table.version = 600;
    await watch.scheduler.play(2000);
    expect(watch.error()).toBeUndefined();
    watch.participants(601, row(8, 8));
    const present = new Set<string>();
    for (const update of watch.told) {
      if (update.type === 'participant.joined') present.add(update.participant.participantId);
      if (update.type === 'participant.left') present.delete(update.participantId);
    }
    expect([...present]).toEqual(['6', '8']);
    watch.end();
    expect(watch.scheduler.flush()).toBe(0);
  });
});
