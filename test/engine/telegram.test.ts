import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AccountStore } from '../../src/calls/telegram/account-store.js';
import type { TelegramLibrary } from '../../src/calls/telegram/library.js';
import { createEngine, type Engine } from '../../src/engine.js';
import type { TelegramSetup } from '../../src/engine/telegram-service.js';
import type { EngineEvent, EventType } from '../../src/events/event.js';
import { graphFromObject } from '../../src/graph/load.js';
import { type DataCentre, startDataCentre, TEST_API } from '../harness/telegram/data-centre.js';
import { Guest } from '../harness/telegram/guest.js';
import { clientOptions, expectClean, keepOfUser } from '../calls/telegram/support/centre.js';
import { LIBRARIES } from '../calls/telegram/support/libraries.js';
import { NoMedia } from '../calls/telegram/support/no-media.js';

describe('Telegram calls of an engine', () => {
  let library: TelegramLibrary;
  let centre: DataCentre;
  let folder: string;
  let store: AccountStore;
  let engine: Engine;
  let told: EngineEvent[];
  let media: NoMedia;
  const users: Record<string, bigint> = {};
  let made = 0;
  let place: { chat: bigint; call: bigint; address: string };

  beforeAll(async () => {
    [library, centre] = await Promise.all([LIBRARIES['telegram']!(), startDataCentre()]);
    for (const [i, name] of ['Anna', 'Bert', 'Cleo'].entries()) {
      users[name] = await centre.addUser({ phone: `4915111111${10 + i}`, firstName: name, username: name.toLowerCase() });
    }
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'voxgraph-engine-'));
    store = new AccountStore(folder);
    await signIn('main', 'Anna');
    place = await group([users['Anna']!, users['Bert']!, users['Cleo']!]);
    media = new NoMedia();
    engine = engineOf();
    told = [];
    engine.events$.subscribe((event) => told.push(event));
  });
  afterEach(async () => {
    await engine.close();
    await centre.clearFaults();
    rmSync(folder, { recursive: true });
    expectClean(centre);
  });
  afterAll(() => centre.close());

  async function signIn(account: string, name: string): Promise<void> {
    const keep = await keepOfUser(centre, users[name]!);
    store.write(account, { version: 1, api: TEST_API, keep, user: { id: String(users[name]), name } });
  }

  async function group(members: bigint[]) {
    const username = `eng${++made}group`;
    const chat = await centre.addChat({ kind: 'channel', title: 'Group', username, members, admins: [users['Bert']!] });
    return { chat, call: await centre.addCall(chat, {}), address: `telegram:@${username}` };
  }

  function engineOf(): Engine {
    const { route } = clientOptions(centre);
    const telegram: TelegramSetup = {
      dataFolder: folder,
      client: { ...(route && { route }) },
      library: async () => library,
      media,
    };
    return createEngine({ telegram });
  }

  const run = (call: string) =>
    engine.run(
      graphFromObject(
        {
          version: 1,
          nodes: {
            tone: { type: 'source.tone' },
            opus: { type: 'encode.opus', in: { audio: 'tone' } },
            call: { type: 'sink.call', in: { audio: 'opus' } },
          },
        },
        { registry: engine.registry },
      ),
      { call },
    );

  const of = <T extends EventType>(type: T) =>
    told.filter((event): event is Extract<EngineEvent, { type: T }> => event.type === type);
  const participants = async (call = place.call) => (await centre.callState(call)).participants;

  it('joins, and leaves with its graph; the account is connected as long', async () => {
    const session = await run(place.address);
    expect(engine.state.calls[place.address]?.status).toBe('live');
    expect(await participants()).toMatchObject([{ userId: users['Anna'], source: 1001 }]);
    await session.stop();
    await session.ended;
    expect(await participants()).toEqual([]);
    expect(of('call.ended')).toMatchObject([{ reason: 'left' }]);
    expect(of('account.online')).toMatchObject([{ account: 'main' }]);
    expect(of('account.ended')).toMatchObject([{ account: 'main', reason: 'closed' }]);
    await expect.poll(() => centre.connections()).toBe(0);
  });

  it('says that it speaks while it does', async () => {
    const before = centre.asked.length;
    const session = await run(place.address);
    expect((await centre.next('messages.SetTyping', before)).request).toMatchObject({
      action: { _: 'SpeakingInGroupCallAction' },
    });
    await engine.execute({ type: 'call.mute', call: place.address });
    await session.stop();
    expect(centre.asked.slice(before).filter(({ request }) => request._ === 'messages.SetTyping')).toHaveLength(1);
  });

  it('has several accounts and calls', async () => {
    await signIn('second', 'Cleo');
    const other = await group([users['Anna']!, users['Cleo']!]);
    await expect(run(place.address)).rejects.toMatchObject({ code: 'TELEGRAM_WHICH_ACCOUNT' });
    const mine = place.address.replace('telegram:', 'telegram:main:');
    const also = place.address.replace('telegram:', 'telegram:second:');
    const sessions = [await run(mine), await run(also), await run(other.address.replace('telegram:', 'telegram:main:'))];
    expect((await participants()).map(({ userId }) => userId)).toEqual([users['Anna'], users['Cleo']]);
    expect(await participants(other.call)).toHaveLength(1);
    expect(await centre.connections()).toBe(2);
    await Promise.all(sessions.map(async (session) => (await session.stop(), session.ended)));
  });

  it('says that there is no such account, or none', async () => {
    await expect(run('telegram:mian:@group')).rejects.toThrow('no Telegram account is called "mian". Did you mean "main"?');
    store.remove('main');
    await expect(run(place.address)).rejects.toMatchObject({ code: 'TELEGRAM_NO_ACCOUNT' });
    await expect(run('telegram:@x')).rejects.toMatchObject({ code: 'TELEGRAM_ADDRESS' });
  });

  it.each([
    ['no call is under way', 'TELEGRAM_NO_CALL'],
    ['the account was signed out', 'TELEGRAM_SESSION_ENDED'],
    ['nobody knows the group', 'TELEGRAM_PEER_UNKNOWN'],
  ])('says that %s', async (_what, code) => {
    if (code === 'TELEGRAM_NO_CALL') await new Guest(centre, users['Bert']!, place.call).ask('phone.DiscardGroupCall');
    if (code === 'TELEGRAM_SESSION_ENDED') await centre.forgetKeys(users['Anna']!, 'SESSION_REVOKED');
    await expect(run(code === 'TELEGRAM_PEER_UNKNOWN' ? 'telegram:@nobody_here' : place.address)).rejects.toMatchObject({ code });
    expect(engine.state.calls).toEqual({});
  });

  it.each([
    [
      'ended by an admin',
      'ended-by-admin',
      async () => void (await new Guest(centre, users['Bert']!, place.call).ask('phone.DiscardGroupCall')),
    ],
    ['removed from the group', 'kicked', () => kick()],
    [
      'joined from elsewhere',
      'joined-elsewhere',
      async () => void (await new Guest(centre, users['Anna']!, place.call).join(-5)),
    ],
  ])('%s: the graph ends, and nothing is joined again', async (_what, reason, happen) => {
    const session = await run(place.address);
    const before = centre.methods().filter((name) => name === 'phone.JoinGroupCall').length;
    await happen();
    expect(await session.ended).toBe('stopped');
    expect(of('call.ended')).toMatchObject([{ reason }]);
    expect(centre.methods().filter((name) => name === 'phone.JoinGroupCall')).toHaveLength(before);
    // Whoever took our place keeps it.
    if (reason === 'joined-elsewhere') expect(await participants()).toMatchObject([{ source: -5 }]);
  });

  async function kick(): Promise<void> {
    const bert = users['Bert']!;
    const channel = await centre.inputOf(bert, 'channel', place.chat);
    const participant = await centre.inputOf(bert, 'user', users['Anna']!);
    const bannedRights = { _: 'ChatBannedRights', viewMessages: true, untilDate: 0 };
    await centre.invokeAs(bert, { _: 'channels.EditBanned', channel, participant, bannedRights });
  }

  it('joins again with new sources when the server forgot it, and when its media are lost', async () => {
    await run(place.address);
    await new Guest(centre, users['Anna']!, place.call).leave();
    await expect.poll(() => of('call.rejoined')).toHaveLength(1);
    expect(await participants()).toMatchObject([{ source: 1002 }]);
    expect(of('call.waiting')).toMatchObject([{ kind: 'backoff', problem: { code: 'CALL_CONNECTION_LOST' } }]);
  });

  it('takes other sources when somebody has the same', async () => {
    await new Guest(centre, users['Bert']!, place.call).join(1001);
    await run(place.address);
    expect((await participants()).map(({ source }) => source)).toEqual([1001, 1002]);
    expect(of('call.waiting')).toMatchObject([{ problem: { code: 'TELEGRAM_SOURCE_TAKEN' } }]);
  });

  it('tells a flood wait and does not ask before it is over', async () => {
    await centre.requestFault({ method: 'phone.JoinGroupCall', error: [420, 'FLOOD_WAIT_1'] });
    const before = Date.now();
    await run(place.address);
    expect(of('call.waiting')).toMatchObject([{ kind: 'flood', problem: { code: 'TELEGRAM_FLOOD' } }]);
    expect(Date.now() - before).toBeGreaterThanOrEqual(1000);
  });

  it('waits for a scheduled call', async () => {
    const username = `eng${++made}later`;
    const chat = await centre.addChat({
      kind: 'channel',
      title: 'Later',
      username,
      members: [users['Anna']!, users['Bert']!],
      admins: [users['Bert']!],
    });
    const call = await centre.addCall(chat, { scheduleDate: Math.floor(Date.now() / 1000) + 3600 });
    const running = run(`telegram:@${username}`);
    await expect.poll(() => of('call.waiting')).toMatchObject([{ kind: 'schedule' }]);
    await new Guest(centre, users['Bert']!, call).ask('phone.StartScheduledGroupCall');
    await running;
    expect(await participants(call)).toHaveLength(1);
  });

  it('begins a scheduled call by a command, as an admin', async () => {
    await signIn('boss', 'Bert');
    const username = `eng${++made}later`;
    const given = { kind: 'channel', title: 'Later', username, members: [users['Bert']!], admins: [users['Bert']!] } as const;
    const call = await centre.addCall(await centre.addChat(given), { scheduleDate: Math.floor(Date.now() / 1000) + 3600 });
    const address = `telegram:boss:@${username}`;
    const running = run(address);
    await expect.poll(() => of('call.waiting')).toMatchObject([{ kind: 'schedule' }]);
    await engine.execute({ type: 'call.start', call: address });
    await running;
    expect(await participants(call)).toHaveLength(1);
    // It has begun: that is no fault.
    await engine.execute({ type: 'call.start', call: address });
  });

  it('joins muted where the address says so, and is heard when told', async () => {
    const address = `${place.address}?muted`;
    await run(address);
    expect(await participants()).toMatchObject([{ muted: true }]);
    expect(of('call.muted')).toMatchObject([{ call: address, muted: true }]);
    await engine.execute({ type: 'call.mute', call: address, muted: false });
    expect(await participants()).toMatchObject([{ muted: false }]);
  });

  it('is steered by commands', async () => {
    const bert = new Guest(centre, users['Bert']!, place.call);
    await run(place.address);
    await bert.join(9);
    const call = place.address;
    const own = async () => (await participants()).find(({ userId }) => userId === users['Anna']);
    await engine.execute({ type: 'call.mute', call });
    expect(await own()).toMatchObject({ muted: true });
    await engine.execute({ type: 'call.mute', call, muted: false });
    await engine.execute({ type: 'call.raiseHand', call });
    expect(await own()).toMatchObject({ muted: false, raisedHand: true });
    expect(engine.state.calls[call]).toMatchObject({ silenced: false, handRaised: true });
    await bert.edit({ muted: true }, users['Anna']);
    await expect.poll(() => engine.state.calls[call]).toMatchObject({ silenced: true, handRaised: true });
    await expect(engine.execute({ type: 'call.mute', call, muted: false })).rejects.toMatchObject({ code: 'TELEGRAM_SILENCED' });
    await bert.edit({ muted: false }, users['Anna']);
    // It wanted to speak, so it does.
    await expect.poll(own).toMatchObject({ muted: false, canSelfUnmute: true });
    expect(engine.state.calls[call]).toMatchObject({ silenced: false });
    await engine.execute({ type: 'call.tell', call, text: 'Hello, group.' });
    expect((await centre.next('messages.SendMessage')).request).toMatchObject({ message: 'Hello, group.' });
    const participantId = String(users['Bert']);
    await engine.execute({ type: 'participant.mute', call, participantId });
    await expect(engine.execute({ type: 'call.title', call, title: 'Radio' })).rejects.toMatchObject({
      code: 'TELEGRAM_NOT_ADMIN',
    });
    await expect(engine.execute({ type: 'participant.kick', call, participantId })).rejects.toThrow('mute him instead');
    await expect(engine.execute({ type: 'participant.volume', call, participantId: '1', percent: 50 })).rejects.toMatchObject({
      code: 'TELEGRAM_REFUSED',
    });
  });

  it('is steered as an admin', async () => {
    await signIn('main', 'Bert');
    await new Guest(centre, users['Cleo']!, place.call).join(9);
    const session = await run(place.address);
    const call = place.address;
    await engine.execute({ type: 'call.title', call, title: 'Radio' });
    await engine.execute({ type: 'call.record', call });
    await engine.execute({ type: 'call.invite', call, users: ['@anna'] });
    await engine.execute({ type: 'participant.volume', call, participantId: String(users['Cleo']), percent: 50 });
    expect(await centre.callState(place.call)).toMatchObject({
      title: 'Radio',
      recording: true,
      participants: [{ volume: 5000 }, {}],
    });
    await engine.execute({ type: 'call.end', call });
    expect(await session.ended).toBe('stopped');
  });

  it('goes on when the connection breaks with a join in flight', async () => {
    await centre.requestFault({ method: 'phone.JoinGroupCall', cut: 'after' });
    await run(place.address);
    expect(await participants()).toHaveLength(1);
  });
});
