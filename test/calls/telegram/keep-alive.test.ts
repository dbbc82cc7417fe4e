import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LinkState, TelegramPort } from '../../../src/calls/telegram/port.js';
import { type DataCentre, startDataCentre } from '../../harness/telegram/data-centre.js';
import { connectAs, expectClean } from './support/centre.js';
import { LIBRARIES } from './support/libraries.js';

/** gramjs pings every 9 s; nobody waits for that here. */
const PING_MS = 9000;

describe('the connection to Telegram', () => {
  let centre: DataCentre;
  let anna: bigint;
  let port: TelegramPort;
  const helpers = createRequire(import.meta.url)('telegram/Helpers') as { sleep: (ms: number, unref?: boolean) => Promise<void> };
  const { sleep } = helpers;
  beforeAll(async () => {
    helpers.sleep = (ms, unref) => sleep(ms === PING_MS ? 20 : ms, unref);
    centre = await startDataCentre();
    anna = await centre.addUser({ phone: '491511111111', firstName: 'Anna' });
    port = await connectAs(await LIBRARIES['telegram']!(), centre, anna);
  });
  afterAll(async () => {
    helpers.sleep = sleep;
    await port.close();
    await centre.close();
  });

  it('is kept alive by pings, dropped 75 s after the last of them, and made again', async () => {
    const links: LinkState[] = [];
    port.link$.subscribe((link) => links.push(link));
    await expect.poll(() => centre.silence(anna, 0)).toEqual([75]);
    await centre.silence(anna, 74);
    await port.invoke(new port.api.help.GetConfig());
    expect(links).toEqual(['up']);
    await centre.silence(anna, 75);
    await expect.poll(() => links.slice(0, 3)).toEqual(['up', 'down', 'up']);
    await port.invoke(new port.api.help.GetConfig());
    expectClean(centre);
  }, 30_000);
});
