import type { Subscription } from 'rxjs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseTelegramAddress } from '../../../src/calls/telegram/address.js';
import { TelegramControls } from '../../../src/calls/telegram/controls.js';
import type { TelegramLibrary } from '../../../src/calls/telegram/library.js';
import type { TelegramPort } from '../../../src/calls/telegram/port.js';
import { TelegramSignalling } from '../../../src/calls/telegram/signalling.js';
import type { CallError } from '../../../src/machines/failure.js';
import type { SignallingUpdate } from '../../../src/machines/signalling.js';
import type { TransportParams } from '../../../src/machines/transport.js';
import { type DataCentre, startDataCentre } from '../../harness/telegram/data-centre.js';
import { FakeSfu } from '../../harness/telegram/fake-sfu.js';
import { Guest } from '../../harness/telegram/guest.js';
import { connectAs, expectClean, realtime } from './support/centre.js';
import { LIBRARIES } from './support/libraries.js';

const FOREVER = new AbortController().signal;
const params: TransportParams = {
  source: 4_000_000_001,
  ice: {
    ufrag: 'vox1',
    pwd: 'voxvoxvoxvoxvoxvoxvoxvox',
    fingerprints: [{ hash: 'sha-256', setup: 'passive', fingerprint: Array.from({ length: 32 }, () => 'AA').join(':') }],
  },
  sourceGroups: [],
};

/** Everything a watch tells, with a promise for what is to come. */
class Told {
  readonly all: SignallingUpdate[] = [];
  error: unknown;
  readonly #watchers = new Set<() => void>();
  readonly subscription: Subscription;

  constructor(signalling: TelegramSignalling) {
    const look = (): void => {
      for (const watcher of this.#watchers) watcher();
    };
    this.subscription = signalling.updates().subscribe({
      next: (update) => {
        this.all.push(update);
        look();
      },
      error: (error: unknown) => {
        this.error = error;
        look();
      },
    });
  }

  types(): string[] {
    return this.all.map(({ type }) => type);
  }

  /** Resolves with the first update of a type, from a place in {@link all} on. */
  next<T extends SignallingUpdate['type']>(type: T, from = 0): Promise<Extract<SignallingUpdate, { type: T }>> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.all.slice(from).find((update) => update.type === type);
        if (!found) return;
        this.#watchers.delete(look);
        resolve(found as Extract<SignallingUpdate, { type: T }>);
      };
      this.#watchers.add(look);
      look();
    });
  }

  failed(): Promise<CallError> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.error !== undefined) resolve(this.error as CallError);
      };
      this.#watchers.add(look);
      look();
    });
  }
}

describe.each(Object.keys(LIBRARIES))('signalling, with %s', (name) => {
  let library: TelegramLibrary;
  let centre: DataCentre;
  let sfu: FakeSfu;
  let port: TelegramPort;
  let users: { anna: bigint; bert: bigint; cleo: bigint };
  let made = 0;
  let place: { chat: bigint; call: bigint; address: string };
  let told: Told | undefined;
  /** What the signalling thinks that it is; undefined: what it is. */
  let nowMs: number | undefined;

  beforeAll(async () => {
    sfu = new FakeSfu();
    [library, centre] = await Promise.all([LIBRARIES[name]!(), startDataCentre(sfu)]);
    const [anna, bert, cleo] = [
      await centre.addUser({ phone: '491511111111', firstName: 'Anna', username: 'anna' }),
      await centre.addUser({ phone: '491522222222', firstName: 'Bert', username: 'bert' }),
      await centre.addUser({ phone: '491533333333', firstName: 'Cleo', username: 'cleo' }),
    ];
    users = { anna, bert, cleo };
    port = await connectAs(library, centre, anna);
  });
  beforeEach(async () => {
    const { anna, bert, cleo } = users;
    const username = `group${++made}x`;
    const chat = await centre.addChat({
      kind: 'channel',
      title: `Group ${made}`,
      username,
      members: [anna, bert, cleo],
      admins: [bert],
    });
    place = { chat, call: await centre.addCall(chat, {}), address: `telegram:@${username}` };
    told = nowMs = undefined;
  });
  afterEach(async () => {
    told?.subscription.unsubscribe();
    await centre.clearFaults();
    expectClean(centre);
  });
  afterAll(async () => {
    await port.close();
    await centre.close();
  });

  const signallingAt = (address: string): TelegramSignalling =>
    new TelegramSignalling({
      address: parseTelegramAddress(address),
      port: async () => port,
      scheduler: realtime,
      nowMs: () => nowMs ?? Date.now(),
      times: { checkMs: 50, gapMs: 20 },
    });

  async function joined(address = place.address, self = {}, more: Partial<TransportParams> = {}) {
    const signalling = signallingAt(address);
    const ref = await signalling.resolve(address, FOREVER);
    told = new Told(signalling);
    const answer = await signalling.join(ref, { ...params, ...more }, self, FOREVER);
    return { signalling, ref, ...answer };
  }

  const failureOf = async (work: Promise<unknown>) =>
    (
      await work.then(
        () => undefined,
        (error: CallError) => error,
      )
    )?.failure;

  it('joins with the parameters that public clients send, and reads the answer', async () => {
    const { ref, answer } = await joined(place.address, { muted: true });
    expect(ref.id).toBe(String(place.call));
    expect(answer).toMatchObject({
      kind: 'webrtc',
      candidates: [{ ip: '127.0.0.1', port: 32_001, protocol: 'udp' }],
      audio: { payloadTypes: [{ id: 111, name: 'opus', clockRate: 48_000, channels: 2, feedback: ['transport-cc'] }] },
      video: { endpoint: 'endpoint', serverSources: [4_294_967_291] },
    });
    expect(JSON.parse(sfu.joined.at(-1)!.params)).toEqual({
      ufrag: 'vox1',
      pwd: params.ice!.pwd,
      fingerprints: params.ice!.fingerprints,
      ssrc: 4_000_000_001 | 0,
    });
    const { request } = centre.asked.findLast((asked) => asked.request._ === 'phone.JoinGroupCall')!;
    expect(request).toMatchObject({ muted: true, videoStopped: true, joinAs: { _: 'InputPeerSelf' } });
    expect((await centre.callState(place.call)).participants).toMatchObject([{ userId: users.anna, muted: true }]);
  });

  it('takes the answer from the stream too', async () => {
    await centre.set({ connectionInStream: true });
    try {
      expect((await joined()).answer.kind).toBe('webrtc');
    } finally {
      await centre.set({ connectionInStream: false });
    }
  });

  it('offers camera layers as groups of signed sources', async () => {
    const groups = [{ semantics: 'FID' as const, sources: [4_000_000_002, 4_000_000_003] }];
    await joined(place.address, {}, { sourceGroups: groups });
    expect(JSON.parse(sfu.joined.at(-1)!.params)['ssrc-groups']).toEqual([
      { semantics: 'FID', sources: [4_000_000_002 | 0, 4_000_000_003 | 0] },
    ]);
  });

  it('joins as a channel, by the link of a speaker', async () => {
    const channel = await centre.addChat({
      kind: 'channel',
      title: 'Radio',
      username: `radio${made}x`,
      megagroup: false,
      members: [users.anna],
      admins: [users.anna],
    });
    const { invites } = await centre.callState(place.call);
    await joined(`${place.address}?as=@radio${made}x&voicechat=${invites.speaker}`);
    expect((await centre.callState(place.call)).participants).toMatchObject([{ as: { channel }, canSelfUnmute: true }]);
  });

  it('follows an invite link and becomes a member', async () => {
    const chat = await centre.addChat({
      kind: 'group',
      title: 'Private',
      members: [users.bert],
      admins: [users.bert],
      invite: `hidden${made}`,
    });
    const call = await centre.addCall(chat, {});
    await joined(`telegram:https://t.me/+hidden${made}`);
    expect((await centre.callState(call)).participants).toMatchObject([{ userId: users.anna }]);
  });

  it('tells who is there, who comes, changes, joins anew and goes, by unsigned sources', async () => {
    const bert = new Guest(centre, users.bert, place.call);
    const cleo = new Guest(centre, users.cleo, place.call);
    await bert.join(-7);
    await joined();
    expect(await told!.next('participant.joined')).toEqual({
      type: 'participant.joined',
      participant: { participantId: String(users.bert), source: 4_294_967_289, name: 'Bert', muted: false, handRaised: false },
    });
    let seen = told!.all.length;
    await cleo.join(12, {}, [{ semantics: 'FID', sources: [-3, 14] }]);
    expect((await told!.next('participant.joined', seen)).participant).toMatchObject({
      name: 'Cleo',
      video: { sourceGroups: [{ semantics: 'FID', sources: [4_294_967_293, 14] }] },
    });
    seen = told!.all.length;
    await cleo.edit({ raiseHand: true });
    expect((await told!.next('participant.changed', seen)).participant.handRaised).toBe(true);
    seen = told!.all.length;
    await cleo.join(13);
    expect((await told!.next('participant.changed', seen)).participant.source).toBe(13);
    seen = told!.all.length;
    await cleo.leave();
    expect(await told!.next('participant.left', seen)).toEqual({ type: 'participant.left', participantId: String(users.cleo) });
  });

  it('lists a call of 250', async () => {
    const others = await Promise.all(
      Array.from({ length: 250 }, async (_, i) => {
        const user = await centre.addUser({ phone: `4917${made}${100_000 + i}`, firstName: `N${i}` });
        return user;
      }),
    );
    const username = `big${made}xx`;
    const chat = await centre.addChat({ kind: 'channel', title: 'Big', username, members: [users.anna, ...others] });
    const call = await centre.addCall(chat, {});
    await Promise.all(others.map((user, i) => new Guest(centre, user, call).join(1000 + i)));
    await joined(`telegram:@${username}`);
    await told!.next('participant.joined');
    expect(
      new Set(told!.all.flatMap((update) => (update.type === 'participant.joined' ? [update.participant.name] : []))).size,
    ).toBe(250);
  });

  it('fetches the list anew when an update is missing', async () => {
    const bert = new Guest(centre, users.bert, place.call);
    const cleo = new Guest(centre, users.cleo, place.call);
    await joined();
    await centre.next('phone.GetGroupParticipants');
    await centre.updateFault({ update: 'UpdateGroupCallParticipants', user: users.anna, kind: 'drop' });
    await bert.join(21);
    await cleo.join(22);
    await told!.next('participant.joined');
    await expect.poll(() => told!.types().filter((type) => type === 'participant.joined')).toHaveLength(2);
  });

  it.each(['swap', 'duplicate'] as const)('is not misled by %s', async (kind) => {
    const bert = new Guest(centre, users.bert, place.call);
    await joined();
    await told!.next('self.replaced');
    await centre.updateFault({ update: 'UpdateGroupCallParticipants', user: users.anna, kind, times: 1 });
    const before = centre.asked.length;
    await bert.join(31);
    await bert.edit({ raiseHand: true });
    await told!.next('participant.joined');
    await expect
      .poll(() => told!.all.at(-1))
      .toMatchObject({ type: expect.stringMatching(/joined|changed/) as string, participant: { handRaised: true } });
    expect(told!.types().filter((type) => type === 'participant.joined')).toHaveLength(1);
    if (kind === 'swap')
      expect(centre.asked.slice(before).map(({ request }) => request._)).not.toContain('phone.GetGroupParticipants');
  });

  it('tells that we were muted and may speak again', async () => {
    const bert = new Guest(centre, users.bert, place.call);
    await joined();
    await bert.join(41);
    await bert.edit({ muted: true }, users.anna);
    await told!.next('self.silenced');
    await bert.edit({ muted: false }, users.anna);
    await told!.next('self.allowed');
  });

  it('raises its hand while it may not speak, and says that it wants to as soon as it may', async () => {
    const bert = new Guest(centre, users.bert, place.call);
    const { signalling, ref } = await joined();
    const membership = { ref, source: params.source };
    const own = async () => (await centre.callState(place.call)).participants.find(({ userId }) => userId === users.anna);
    await bert.join(42);
    await bert.edit({ muted: true }, users.anna);
    await told!.next('self.silenced');
    // Wanting to speak is in vain now and not asked for; the hand is.
    await signalling.edit(membership, { muted: false, handRaised: true }, FOREVER);
    expect(await own()).toMatchObject({ muted: true, canSelfUnmute: false, raisedHand: true });
    await bert.edit({ muted: false }, users.anna);
    await told!.next('self.allowed');
    expect(await own()).toMatchObject({ muted: true, canSelfUnmute: true });
    await signalling.edit(membership, {}, FOREVER);
    expect(await own()).toMatchObject({ muted: false });
    const asked = centre.asked.length;
    await signalling.edit(membership, { muted: false }, FOREVER);
    expect(centre.asked.slice(asked)).toEqual([]);
  });

  it('stays muted by another admin until it is told otherwise', async () => {
    const username = `peers${made}x`;
    const members = [users.anna, users.bert];
    const chat = await centre.addChat({ kind: 'channel', title: 'Peers', username, members, admins: members });
    const call = await centre.addCall(chat, {});
    const { signalling, ref } = await joined(`telegram:@${username}`);
    const bert = new Guest(centre, users.bert, call);
    await bert.join(43);
    await bert.edit({ muted: true }, users.anna);
    await told!.next('self.muted');
    const membership = { ref, source: params.source };
    await signalling.edit(membership, { handRaised: true }, FOREVER);
    const own = async () => (await centre.callState(call)).participants.find(({ userId }) => userId === users.anna);
    expect(await own()).toMatchObject({ muted: true, raisedHand: true });
    await signalling.edit(membership, { muted: false }, FOREVER);
    expect(await own()).toMatchObject({ muted: false });
  });

  it('looks whether it is in the call when an edit is forbidden', async () => {
    const { signalling, ref } = await joined();
    await centre.requestFault({ user: users.anna, method: 'phone.CheckGroupCall', error: [400, 'GROUPCALL_JOIN_MISSING'] });
    await centre.requestFault({
      user: users.anna,
      method: 'phone.EditGroupCallParticipant',
      error: [403, 'GROUPCALL_FORBIDDEN'],
    });
    const failure = await failureOf(signalling.edit({ ref, source: params.source }, { muted: true }, FOREVER));
    expect(failure?.code).toBe('TELEGRAM_CALL_CLOSED');
    await told!.next('self.dropped');
  });

  it('looks whether it is in the call when a screen is refused for that', async () => {
    const { signalling } = await joined();
    await centre.requestFault({ user: users.anna, method: 'phone.CheckGroupCall', error: [400, 'GROUPCALL_JOIN_MISSING'] });
    const missing = { method: 'phone.JoinGroupCallPresentation', error: [400, 'PARTICIPANT_JOIN_MISSING'] } as const;
    await centre.requestFault({ user: users.anna, ...missing });
    const screen = { ...params, source: 77, sourceGroups: [{ semantics: 'FID' as const, sources: [78, 79] }] };
    expect(await failureOf(signalling.joinPresentation(screen, FOREVER))).toMatchObject({ retry: 'backoff' });
    await told!.next('self.dropped');
  });

  it('knows what we set for ourselves of those who come', async () => {
    const bert = new Guest(centre, users.bert, place.call);
    const cleo = new Guest(centre, users.cleo, place.call);
    await bert.join(51);
    await cleo.join(52);
    const { signalling } = await joined();
    await told!.next('participant.joined');
    const controls = new TelegramControls(port, signalling.found!.place);
    await controls.editParticipant(String(users.cleo), { volume: 0.3 });
    await controls.editParticipant(String(users.cleo), { muted: true });
    const own = { type: 'participant.changed', participant: { name: 'Cleo', volume: 0.3, mutedByUs: true } };
    await expect.poll(() => told!.all.at(-1)).toMatchObject(own);
    // He comes back: the update for everybody does not say it.
    await cleo.leave();
    await told!.next('participant.left');
    const seen = told!.all.length;
    await cleo.join(53);
    expect((await told!.next('participant.joined', seen)).participant).not.toHaveProperty('volume');
    await expect.poll(() => told!.all.at(-1)).toMatchObject(own);
  });

  it('tells that our account joined from elsewhere', async () => {
    await joined();
    const seen = told!.all.length;
    await new Guest(centre, users.anna, place.call).join(-99);
    await expect.poll(() => told!.all.slice(seen)).toContainEqual({ type: 'self.replaced', source: 4_294_967_197 });
  });

  it('knows that it joined from elsewhere as a channel, where no update said so', async () => {
    const username = `radio${made}y`;
    const own = {
      kind: 'channel',
      title: 'Radio',
      username,
      megagroup: false,
      members: [users.anna],
      admins: [users.anna],
    } as const;
    const channel = await centre.addChat(own);
    await joined(`${place.address}?as=@${username}`);
    const seen = told!.all.length;
    await centre.updateFault({ update: 'UpdateGroupCallParticipants', user: users.anna, kind: 'drop' });
    await new Guest(centre, users.anna, place.call).join(-98, {
      joinAs: { ...(await centre.inputOf(users.anna, 'channel', channel)), _: 'InputPeerChannel' },
    });
    await expect.poll(() => told!.all.slice(seen)).toContainEqual({ type: 'self.replaced', source: 4_294_967_198 });
    expect(told!.types()).not.toContain('self.dropped');
  });

  it('tells that the server forgot us, by an update or when asked', async () => {
    await joined();
    const anna = new Guest(centre, users.anna, place.call);
    await anna.leave();
    expect(await told!.next('self.dropped')).toEqual({ type: 'self.dropped', source: params.source });
    told!.subscription.unsubscribe();
    await joined();
    await centre.updateFault({ update: 'UpdateGroupCallParticipants', user: users.anna, kind: 'drop' });
    await anna.leave();
    expect(await told!.next('self.dropped')).toEqual({ type: 'self.dropped', source: params.source });
  });

  it('tells that we were removed from the group, and that the call is over', async () => {
    await joined();
    const channel = await centre.inputOf(users.bert, 'channel', place.chat);
    const participant = await centre.inputOf(users.bert, 'user', users.anna);
    const bannedRights = { _: 'ChatBannedRights', viewMessages: true, untilDate: 0 };
    await centre.invokeAs(users.bert, { _: 'channels.EditBanned', channel, participant, bannedRights });
    await told!.next('self.kicked');

    const username = `second${made}x`;
    const chat = await centre.addChat({
      kind: 'channel',
      title: 'Second',
      username,
      members: [users.anna, users.bert],
      admins: [users.bert],
    });
    const call = await centre.addCall(chat, {});
    told!.subscription.unsubscribe();
    await joined(`telegram:@${username}`);
    await new Guest(centre, users.bert, call).ask('phone.DiscardGroupCall');
    await told!.next('call.discarded');
  });

  it('knows when a scheduled call begins', async () => {
    const username = `later${made}x`;
    const chat = await centre.addChat({
      kind: 'channel',
      title: 'Later',
      username,
      members: [users.anna, users.bert],
      admins: [users.bert],
    });
    const scheduleDate = Math.floor(Date.now() / 1000) + 3600;
    const call = await centre.addCall(chat, { scheduleDate });
    const signalling = signallingAt(`telegram:@${username}`);
    expect(await signalling.resolve('', FOREVER)).toMatchObject({ startsAtMs: scheduleDate * 1000 });
    told = new Told(signalling);
    await new Guest(centre, users.bert, call).ask('phone.StartScheduledGroupCall');
    await told.next('call.began');
    expect(await signalling.resolve('', FOREVER)).not.toHaveProperty('startsAtMs');
  });

  it('makes a scheduled call and begins it when its time has come', async () => {
    const username = `sched${made}x`;
    await centre.addChat({ kind: 'channel', title: 'Later', username, members: [users.anna], admins: [users.anna] });
    const startMs = (Math.floor(Date.now() / 1000) + 3600) * 1000;
    const address = `telegram:@${username}?create&start=${new Date(startMs).toISOString().replace('.000', '')}`;
    const signalling = signallingAt(address);
    const { id, startsAtMs } = await signalling.resolve('', FOREVER);
    expect(startsAtMs).toBe(startMs);
    expect(await signalling.resolve('', FOREVER)).toMatchObject({ id, startsAtMs });
    nowMs = startMs;
    const begun = await signalling.resolve('', FOREVER);
    expect(begun).toMatchObject({ id });
    expect(begun).not.toHaveProperty('startsAtMs');
    // A start that is over is now.
    await new Guest(centre, users.anna, BigInt(id)).ask('phone.DiscardGroupCall');
    expect(await signalling.resolve('', FOREVER)).not.toHaveProperty('startsAtMs');
  });

  it('waits for an admin where it may not begin the call itself', async () => {
    const username = `sched${made}y`;
    const members = [users.anna, users.bert];
    const chat = await centre.addChat({ kind: 'channel', title: 'Later', username, members, admins: [users.bert] });
    const scheduleDate = Math.floor(Date.now() / 1000) + 3600;
    await centre.addCall(chat, { scheduleDate });
    nowMs = scheduleDate * 1000 + 1;
    const ref = await signallingAt(`telegram:@${username}?start=2020-01-01T00:00Z`).resolve('', FOREVER);
    expect(ref.startsAtMs).toBe(scheduleDate * 1000);
  });

  it('finds a chat by its number, among more than a page and in the archive, and asks for it once', async () => {
    const members = [users.anna, users.bert];
    const add = (kind: 'group' | 'channel', title: string, more = {}) =>
      centre.addChat({ kind, title, members, admins: [users.bert], ...more });
    const old = await add('channel', 'Old', { megagroup: true });
    const kept = await add('channel', 'Kept', { archived: true });
    const group = await add('group', 'Small');
    for (let n = 0; n < 120; n++) await add('channel', `Newer ${n}`);
    const calls = await Promise.all([old, kept, group].map((chat) => centre.addCall(chat, {})));
    const ids = [`-100${old}`, `-100${kept}`, `-${group}`];
    for (const [n, id] of ids.entries()) {
      const ref = await signallingAt(`telegram:${id}`).resolve('', FOREVER);
      expect(ref.id).toBe(String(calls[n]));
    }
    const asked = centre.asked.length;
    expect((await signallingAt(`telegram:https://t.me/c/${old}/17`).resolve('', FOREVER)).id).toBe(String(calls[0]));
    expect(centre.asked.slice(asked).map(({ request }) => request._)).not.toContain('messages.GetDialogs');
    for (const id of ['-1009999999999', '-4711'])
      expect(await failureOf(signallingAt(`telegram:${id}`).resolve('', FOREVER))).toMatchObject({
        code: 'TELEGRAM_NOT_IN_CHAT',
        retry: 'never',
      });
  });

  it('changes how we appear, and leaves', async () => {
    const { signalling, ref } = await joined();
    const membership = { ref, source: params.source };
    await signalling.edit(membership, { muted: true, handRaised: true, volume: 1.5 }, FOREVER);
    expect((await centre.callState(place.call)).participants).toMatchObject([{ muted: true, raisedHand: true, volume: 15_000 }]);
    // The same once more is no fault.
    await signalling.edit(membership, { muted: true }, FOREVER);
    await signalling.leave(membership, FOREVER);
    expect((await centre.callState(place.call)).participants).toEqual([]);
    await signalling.leave(membership, FOREVER);
  });

  it('shows a screen by a second connection, and who sends a source', async () => {
    const { signalling } = await joined();
    const screen = { ...params, source: 77, sourceGroups: [{ semantics: 'FID' as const, sources: [78, 79] }] };
    expect(await signalling.joinPresentation(screen, FOREVER)).toMatchObject({ kind: 'webrtc', video: {} });
    expect((await centre.callState(place.call)).participants).toMatchObject([{ presents: true }]);
    await signalling.leavePresentation(FOREVER);
    await signalling.leavePresentation(FOREVER);
    await new Guest(centre, users.bert, place.call).join(-5);
    expect(await signalling.describe([4_294_967_291, 8], FOREVER)).toMatchObject([{ name: 'Bert', source: 4_294_967_291 }]);
    const before = centre.asked.length;
    await signalling.sayThatWeSpeak(FOREVER);
    expect((await centre.next('messages.SetTyping', before)).request).toMatchObject({
      action: { _: 'SpeakingInGroupCallAction' },
    });
  });

  it.each([
    ['phone.JoinGroupCall', [420, 'FLOOD_WAIT_30'], { code: 'TELEGRAM_FLOOD', retry: 'flood', retryAfterMs: 30_000 }],
    ['phone.JoinGroupCall', [400, 'GROUPCALL_SSRC_DUPLICATE_MUCH'], { code: 'TELEGRAM_SOURCE_TAKEN', retry: 'backoff' }],
    ['phone.JoinGroupCall', [403, 'GROUPCALL_FORBIDDEN'], { code: 'TELEGRAM_CALL_CLOSED', retry: 'once' }],
    ['phone.JoinGroupCall', [400, 'GROUPCALL_INVALID'], { code: 'TELEGRAM_CALL_CLOSED', retry: 'once' }],
    ['phone.JoinGroupCall', [400, 'GROUPCALL_ALREADY_DISCARDED'], { code: 'TELEGRAM_NO_CALL', retry: 'never' }],
    ['phone.JoinGroupCall', [420, 'FROZEN_METHOD_INVALID'], { code: 'TELEGRAM_REFUSED', retry: 'never' }],
    ['phone.JoinGroupCall', [500, 'GROUPCALL_ADD_PARTICIPANTS_FAILED'], { retry: 'backoff' }],
    ['phone.JoinGroupCall', [400, 'JOIN_AS_PEER_INVALID'], { code: 'TELEGRAM_JOIN_AS', retry: 'never' }],
    ['contacts.ResolveUsername', [400, 'USERNAME_NOT_OCCUPIED'], { code: 'TELEGRAM_PEER_UNKNOWN', retry: 'never' }],
    ['channels.GetFullChannel', [400, 'CHANNEL_PRIVATE'], { code: 'TELEGRAM_CHAT_PRIVATE', retry: 'never' }],
    ['channels.GetFullChannel', [401, 'SESSION_REVOKED'], { code: 'TELEGRAM_SESSION_ENDED', retry: 'never' }],
    ['phone.GetGroupCall', [400, 'SOMETHING_NEW'], { code: 'TELEGRAM_REFUSED', retry: 'never' }],
  ] as const)('%s: %s', async (method, error, wanted) => {
    // teleproto asks three times by itself after a fault of the server.
    await centre.requestFault({ method, error, times: 3 });
    expect(await failureOf(joined())).toMatchObject(wanted);
  });

  it('says that no call is under way, or starts one', async () => {
    const username = `quiet${made}x`;
    await centre.addChat({ kind: 'channel', title: 'Quiet', username, members: [users.anna], admins: [users.anna] });
    expect(await failureOf(joined(`telegram:@${username}`))).toMatchObject({ code: 'TELEGRAM_NO_CALL', retry: 'never' });
    await joined(`telegram:@${username}?create`);
  });
});
