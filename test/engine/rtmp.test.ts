import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, firstValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccountStore } from '../../src/calls/telegram/account-store.js';
import { createEngine, type Engine } from '../../src/engine.js';
import type { TelegramSetup } from '../../src/engine/telegram-service.js';
import type { EngineEvent } from '../../src/events/event.js';
import { graphFromObject } from '../../src/graph/load.js';
import { clientOptions, expectClean, keepOfUser } from '../calls/telegram/support/centre.js';
import { LIBRARIES } from '../calls/telegram/support/libraries.js';
import { freePort, listenRtmp } from '../harness/rtmp/listener.js';
import { startDataCentre, TEST_API } from '../harness/telegram/data-centre.js';
import { toneDb } from '../integration/support/listen.js';

const KEY = 'secret-key-4711';
const nodes = {
  tone: { type: 'source.tone', options: { frequencyHz: 700, levelDb: -12 } },
  opus: { type: 'encode.opus', in: { audio: 'tone' } },
  call: { type: 'sink.call', in: { audio: 'opus' } },
};

describe('an engine pushes by RTMP', () => {
  let engine: Engine;
  let told: EngineEvent[];
  /** Everything that could be shown or logged. */
  let shown: string;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'voxgraph-rtmp-'));
    told = [];
    shown = '';
  });
  afterEach(async () => {
    await engine.close();
    rmSync(folder, { recursive: true });
    expect(shown).not.toContain(KEY);
  });

  function follow(made: Engine): void {
    engine = made;
    engine.events$.subscribe((event) => {
      told.push(event);
      shown += JSON.stringify([event, engine.state]);
    });
    // The machines' own events, as inspectors are sent them.
    engine.inspect((event) => (shown += JSON.stringify([(event as { event?: unknown }).event, event.type])));
  }

  const run = (call: string, durationUs?: number) =>
    engine.run(graphFromObject({ version: 1, nodes }, { registry: engine.registry }), {
      call,
      ...(durationUs !== undefined && { durationUs }),
    });

  it('to an address, as soon as the server is there, and again after it was away', async () => {
    follow(createEngine());
    const port = await freePort();
    const address = `rtmp://127.0.0.1:${port}/live/${KEY}`;
    const running = run(address);
    await firstValueFrom(engine.events$.pipe(filter(({ type }) => type === 'call.waiting')));
    const id = `rtmp://127.0.0.1:${port}/live/***`;
    expect(told).toContainEqual(expect.objectContaining({ type: 'call.waiting', call: id, kind: 'backoff' }));
    const arriving = listenRtmp(port, `live/${KEY}`);
    const session = await running;
    expect(engine.state.calls[id]).toMatchObject({ status: 'live' });
    await expect(run(address)).rejects.toMatchObject({ code: 'CALL_TAKEN' });
    await expect.poll(async () => (await session.stats()).positionUs).toBeGreaterThan(1.5e6);
    await session.stop();
    await session.ended;
    const { pcm } = await arriving;
    expect(toneDb(pcm, 700, 0.3, 1)).toBeGreaterThan(-18);
    expect(toneDb(pcm, 900, 0.3, 1)).toBeLessThan(-40);
  }, 30_000);

  it('into a call of Telegram that is fed so, where an admin is told to', async () => {
    const [library, centre] = await Promise.all([LIBRARIES['telegram']!(), startDataCentre()]);
    try {
      const anna = await centre.addUser({ phone: '491511111111', firstName: 'Anna' });
      const bert = await centre.addUser({ phone: '491511111112', firstName: 'Bert' });
      const given = { kind: 'channel', title: 'Group', members: [anna, bert] } as const;
      const chat = await centre.addChat({ ...given, username: 'rtmpgroup', admins: [anna] });
      const other = await centre.addChat({ ...given, username: 'othergroup', admins: [bert] });
      await centre.addCall(other, {});
      const port = await freePort();
      await centre.set({ rtmpUrl: `rtmp://127.0.0.1:${port}/s/` });
      const keep = await keepOfUser(centre, anna);
      new AccountStore(folder).write('main', { version: 1, api: TEST_API, keep, user: { id: String(anna), name: 'Anna' } });
      const { route } = clientOptions(centre);
      const telegram: TelegramSetup = { dataFolder: folder, client: { ...(route && { route }) }, library: async () => library };
      follow(createEngine({ telegram }));
      await expect(run('telegram:@othergroup?rtmp')).rejects.toMatchObject({ code: 'TELEGRAM_NOT_RTMP' });
      const arriving = listenRtmp(port, `s/${chat}:test`);
      const session = await run('telegram:@rtmpgroup?rtmp&create');
      await expect.poll(async () => (await session.stats()).positionUs).toBeGreaterThan(1.2e6);
      // It is steered as every call, and ends with it.
      await engine.execute({ type: 'call.title', call: 'telegram:@rtmpgroup?rtmp&create', title: 'On air' });
      await engine.execute({ type: 'call.end', call: 'telegram:@rtmpgroup?rtmp&create' });
      expect(await session.ended).toBe('stopped');
      const { pcm } = await arriving;
      // A busy machine may leave out beats.
      expect(toneDb(pcm, 700, 0.3, 1)).toBeGreaterThan(-18);
      expect(shown).not.toContain(`${chat}:test`);
      expectClean(centre);
    } finally {
      await engine.close();
      await centre.close();
    }
  }, 30_000);
});
