import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AccountStore } from '../../../src/calls/telegram/account-store.js';
import { createEngine } from '../../../src/engine.js';
import type { TelegramSetup } from '../../../src/engine/telegram-service.js';
import { graphFromObject } from '../../../src/graph/load.js';
import { clientOptions, keepOfUser } from '../../calls/telegram/support/centre.js';
import { LIBRARIES } from '../../calls/telegram/support/libraries.js';
import { NoMedia } from '../../calls/telegram/support/no-media.js';
import { startDataCentre, TEST_API } from '../../harness/telegram/data-centre.js';
import { Guest } from '../../harness/telegram/guest.js';
import { launch } from '../support/browser.js';
import { openStage, toneRoom, until, type Stage } from '../support/stage.js';
import { barriers, LIMIT, LOOKS, openConsole, shoot, type OpenConsole } from './support.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

let stage: Stage | undefined;
let open: OpenConsole | undefined;
afterEach(async () => {
  await open?.close();
  await stage?.close();
  open = stage = undefined;
});

describe('what a call hears of us, in the console', () => {
  it('is muted and heard again; a call that was left is not mistaken for another', async () => {
    stage = await openStage({ rooms: { lobby: toneRoom(440), cellar: toneRoom(880) } });
    open = await openConsole(browser, stage, 'view=people&at=room:cellar');
    const { page } = open;
    const muted = () => stage!.engine.state.calls['room:cellar']?.selfMuted;
    await page.getByText('Everybody in the call hears the graph.').waitFor(LIMIT);
    await page.getByRole('button', { name: 'Mute', exact: true }).click();
    await page.getByText('Muted: nobody hears the graph.').waitFor(LIMIT);
    expect(muted()).toBe(true);
    await page.getByRole('button', { name: 'Muted' }).click();
    await page.getByText('Everybody in the call hears the graph.').waitFor(LIMIT);
    expect(muted()).toBe(false);
    // Rooms have no hands.
    expect(await page.getByRole('button', { name: /hand/i }).count()).toBe(0);
    const leave = page.getByRole('button', { name: 'Leave', exact: true });
    await leave.click();
    await page.getByRole('button', { name: 'Stay' }).click();
    expect(Object.keys(stage.engine.state.calls)).toHaveLength(2);
    await leave.click();
    await page.getByRole('button', { name: 'Yes, leave' }).click();
    await page.getByRole('heading', { name: 'room:cellar is over' }).waitFor(LIMIT);
    expect(Object.keys(stage.engine.state.calls)).toEqual(['room:lobby']);
    expect(await barriers(page)).toEqual([]);
    await page.locator('.nav a', { hasText: 'States' }).click();
    await page.getByRole('heading', { name: 'room:cellar is over' }).waitFor(LIMIT);
    await page.getByRole('link', { name: 'Calls', exact: true }).first().click();
    await page.locator('.ended', { hasText: 'Graph of cellar' }).getByText('stopped').waitFor(LIMIT);
    expect(await barriers(page)).toEqual([]);
    expect(open.errors).toEqual([]);
  });

  it('a graph that failed is listed with the reason', async () => {
    const opus = { type: 'encode.opus', in: { audio: 'station' } };
    const station = { type: 'source.url', options: { src: 'http://127.0.0.1:9/none', reconnectAttempts: 0 } };
    stage = await openStage({ rooms: { lobby: { station, opus, call: { type: 'sink.call', in: { audio: 'opus' } } } } });
    open = await openConsole(browser, stage, 'view=calls');
    await open.page.locator('.ended .notice', { hasText: 'cannot be reached' }).waitFor(LIMIT);
    await shoot(open.page, 'calls-ended');
  });

  it('in a Telegram call an admin decides, whom a raised hand asks', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vox-own-'));
    const [library, centre] = await Promise.all([LIBRARIES['telegram']!(), startDataCentre()]);
    const anna = await centre.addUser({ phone: '491511111110', firstName: 'Anna', username: 'anna' });
    const bert = await centre.addUser({ phone: '491511111111', firstName: 'Bert', username: 'bert' });
    const given = { kind: 'channel', title: 'Group', username: 'handsgroup', members: [anna, bert], admins: [bert] } as const;
    const guest = new Guest(centre, bert, await centre.addCall(await centre.addChat(given), {}));
    const keep = await keepOfUser(centre, anna);
    new AccountStore(folder).write('main', { version: 1, api: TEST_API, keep, user: { id: String(anna), name: 'Anna' } });
    const { route } = clientOptions(centre);
    const telegram: TelegramSetup = {
      dataFolder: folder,
      client: { ...(route && { route }) },
      library: async () => library,
      media: new NoMedia(),
    };
    const engine = createEngine({ telegram });
    try {
      const { port } = await engine.serveRooms({ port: 0 });
      const call = 'telegram:@handsgroup';
      await engine.run(graphFromObject({ version: 1, nodes: toneRoom(440) }, { registry: engine.registry }), { call });
      await guest.join(9);
      open = await openConsole(browser, { origin: `http://127.0.0.1:${port}` }, 'view=people', LOOKS.light);
      const { page } = open;
      await page.getByText('Everybody in the call hears the graph.').waitFor(LIMIT);
      await guest.edit({ muted: true }, anna);
      await page.getByText('An admin keeps the call from hearing the graph.').waitFor(LIMIT);
      await page.getByRole('button', { name: 'Ask to speak' }).click();
      await page.getByRole('button', { name: 'Hand raised', pressed: true }).waitFor(LIMIT);
      expect(engine.state.calls[call]).toMatchObject({ silenced: true, handRaised: true });
      await shoot(page, 'own-telegram');
      expect(await barriers(page)).toEqual([]);
      await page.goto(`http://127.0.0.1:${port}/console/#view=calls`);
      await page.locator('.card .tag', { hasText: 'asks to speak' }).waitFor(LIMIT);
      await page.goto(`http://127.0.0.1:${port}/console/#view=people`);
      // Who may speak asks no more.
      await guest.edit({ muted: false }, anna);
      await page.getByRole('button', { name: 'Raise hand', pressed: false }).waitFor(LIMIT);
      await until(() => engine.state.calls[call]?.silenced === false);
      expect(open.errors).toEqual([]);
    } finally {
      await engine.close();
      await centre.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
