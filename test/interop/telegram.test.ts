import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, firstValueFrom } from 'rxjs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AccountStore } from '../../src/calls/telegram/account-store.js';
import type { TelegramLibrary } from '../../src/calls/telegram/library.js';
import { createEngine, type Engine, type GraphSession } from '../../src/engine.js';
import type { TelegramSetup } from '../../src/engine/telegram-service.js';
import type { EventType } from '../../src/events/event.js';
import { graphFromObject } from '../../src/graph/load.js';
import { createRealtimeScheduler, type Scheduler } from '../../src/time/index.js';
import { type DataCentre, startDataCentre, TEST_API } from '../harness/telegram/data-centre.js';
import { Guest } from '../harness/telegram/guest.js';
import { LocalSfu } from '../harness/telegram/sfu/local-sfu.js';
import { readBack } from '../graphs/render-graph.js';
import { toneDb } from '../integration/support/listen.js';
import { longestGapMs } from '../calls/telegram/support/party.js';
import { clientOptions, expectClean, keepOfUser } from '../calls/telegram/support/centre.js';
import { LIBRARIES } from '../calls/telegram/support/libraries.js';

type Nodes = Readonly<Record<string, object>>;

/** Everything real but Telegram itself: gramjs, MTProto, ICE, DTLS, SRTP; two engines in one call, one plays and one records. */
describe('a Telegram call through the whole stack', () => {
  let library: TelegramLibrary;
  let centre: DataCentre;
  let sfu: LocalSfu;
  let timers: Scheduler;
  let folder: string;
  let anna: bigint;
  let bert: bigint;
  let made = 0;
  let place: { chat: bigint; call: bigint; address: string };
  const engines: Engine[] = [];

  beforeAll(async () => {
    timers = createRealtimeScheduler();
    sfu = await LocalSfu.start({ timers });
    [library, centre] = await Promise.all([LIBRARIES['telegram']!(), startDataCentre(sfu)]);
    anna = await centre.addUser({ phone: '491511111111', firstName: 'Anna' });
    bert = await centre.addUser({ phone: '491522222222', firstName: 'Bert' });
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'voxgraph-call-'));
    const username = `whole${++made}stack`;
    const chat = await centre.addChat({ kind: 'channel', title: 'Group', username, members: [anna, bert], admins: [bert] });
    place = { chat, call: await centre.addCall(chat, {}), address: `telegram:@${username}` };
  });
  afterEach(async () => {
    await Promise.all(engines.splice(0).map((engine) => engine.close()));
    rmSync(folder, { recursive: true });
    expectClean(centre);
    expect(sfu.violations).toEqual([]);
    // Word of those who left is on its way to the media server.
    await expect.poll(() => sfu.size).toBe(0);
  });
  afterAll(async () => {
    await centre.close();
    await sfu.close();
    timers.close();
  });

  /** An engine with one account. */
  async function engineFor(user: bigint, name: string): Promise<Engine> {
    const dataFolder = join(folder, name);
    const keep = await keepOfUser(centre, user);
    new AccountStore(dataFolder).write('main', { version: 1, api: TEST_API, keep, user: { id: String(user), name } });
    const { route } = clientOptions(centre);
    const telegram: TelegramSetup = { dataFolder, client: { ...(route && { route }) }, library: async () => library };
    const engine = createEngine({ telegram });
    engines.push(engine);
    return engine;
  }

  const run = (engine: Engine, nodes: Nodes): Promise<GraphSession> =>
    engine.run(graphFromObject({ version: 1, nodes }, { registry: engine.registry }), { call: place.address });

  const next = (engine: Engine, type: EventType, holds: (event: Record<string, unknown>) => boolean = () => true) =>
    firstValueFrom(
      engine.events$.pipe(filter((event) => event.type === type && holds(event as unknown as Record<string, unknown>))),
    );

  const tone = (frequencyHz: number): Nodes => ({
    tone: { type: 'source.tone', options: { frequencyHz, levelDb: -12 } },
    opus: { type: 'encode.opus', in: { audio: 'tone' } },
    call: { type: 'sink.call', in: { audio: 'opus' } },
  });

  const recorder = (path: string): Nodes => ({
    room: { type: 'source.participants' },
    file: { type: 'sink.file', in: { audio: 'room' }, options: { path, channels: 1 } },
    opus: { type: 'encode.opus', in: { audio: 'room' } },
    call: { type: 'sink.call', in: { audio: 'opus' } },
  });

  /** Resolves when a graph has played so many more seconds. */
  async function played(session: GraphSession, seconds: number): Promise<void> {
    const from = (await session.stats()).positionUs;
    await expect.poll(async () => (await session.stats()).positionUs - from, { timeout: 60_000 }).toBeGreaterThan(seconds * 1e6);
  }

  it('what one plays the other hears, with his name and without a gap', async () => {
    const [radio, ear] = [await engineFor(anna, 'Anna'), await engineFor(bert, 'Bert')];
    const path = join(folder, 'heard.flac');
    const listening = await run(ear, recorder(path));
    const heard = next(ear, 'participant.speaking', ({ speaking }) => speaking === true);
    const playing = await run(radio, tone(523));
    await heard;
    expect(ear.state.calls[place.address]).toMatchObject({
      participants: [String(anna)],
      people: { [String(anna)]: { name: 'Anna' } },
    });
    await played(listening, 3);
    await playing.stop();
    await listening.stop();
    await listening.ended;
    const [plane] = (await readBack(path)).planes;
    const end = plane!.length / 48_000;
    expect(toneDb(plane!, 523, end - 2.5, end - 0.5)).toBeCloseTo(-12, 0);
    expect(longestGapMs(plane!.subarray((end - 2.5) * 48_000, (end - 0.5) * 48_000))).toBe(0);
  });

  it('goes quiet while an admin mutes it, and is heard again when he allows it', async () => {
    const radio = await engineFor(anna, 'Anna');
    await run(radio, tone(700));
    const admin = new Guest(centre, bert, place.call);
    await admin.join(77);
    const muted = () => sfu.client({ call: String(place.call), user: String(anna), presentation: false })?.mayAudio;
    await admin.edit({ muted: true }, anna);
    await expect.poll(muted).toBe(false);
    await admin.edit({ muted: false }, anna);
    await expect.poll(muted).toBe(true);
    await admin.leave();
  });

  it('comes back with new sources when the server has forgotten it', async () => {
    const radio = await engineFor(anna, 'Anna');
    await run(radio, tone(700));
    const [before] = (await centre.callState(place.call)).participants;
    const back = next(radio, 'call.rejoined');
    await new Guest(centre, anna, place.call).leave();
    await back;
    const [after] = (await centre.callState(place.call)).participants;
    expect(after!.source).not.toBe(before!.source);
  });

  it('shows pictures and a screen, which the other one sees, and takes them away', async () => {
    const [radio, eye] = [await engineFor(anna, 'Anna'), await engineFor(bert, 'Bert')];
    await run(eye, {
      room: { type: 'source.participants' },
      cameras: { type: 'mix.grid', in: { video: 'room.video' }, options: { width: 320, height: 240 } },
      vp8: { type: 'encode.vp8', in: { video: 'cameras' }, options: { followReceivers: false } },
      call: { type: 'sink.call', in: { video: 'vp8' } },
    });
    const pattern = (purpose: string) => ({ type: 'encode.vp8', in: { video: 'pattern' }, options: { purpose, frameRate: 10 } });
    const showing = await run(radio, {
      pattern: { type: 'source.test-pattern', options: { width: 320, height: 240 } },
      camera: pattern('camera'),
      screen: pattern('screen'),
      call: { type: 'sink.call', in: { video: 'camera', screen: 'screen' } },
    });
    const at = { call: String(place.call), user: String(anna) };
    const layerOf = (presentation: boolean) => {
      const sender = sfu.client({ ...at, presentation });
      return sender && sfu.client({ ...at, user: String(bert), presentation: false })?.forwards.get(sender)?.layer;
    };
    const own = async () => (await centre.callState(place.call)).participants.find(({ userId }) => userId === anna)!;
    await expect.poll(() => [layerOf(false), layerOf(true)], { timeout: 60_000 }).toEqual([0, 0]);
    expect(await own()).toMatchObject({ presents: true });
    await showing.stop();
    await showing.ended;
    await expect.poll(() => sfu.client({ ...at, presentation: true })).toBeUndefined();
  });

  it('says that UDP seems blocked', async () => {
    sfu.mode = 'no-ice';
    try {
      const radio = await engineFor(anna, 'Anna');
      const waiting = next(radio, 'call.waiting');
      run(radio, tone(700)).catch(() => {});
      expect(await waiting).toMatchObject({ problem: { code: 'ICE_TIMEOUT' } });
    } finally {
      sfu.mode = 'open';
    }
  });
});
