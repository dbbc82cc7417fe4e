import { expect } from 'vitest';
import { connectTelegram, type TelegramClientOptions } from '../../../../src/calls/telegram/client.js';
import type { TelegramLibrary } from '../../../../src/calls/telegram/library.js';
import type { TelegramKeep, TelegramPort } from '../../../../src/calls/telegram/port.js';
import { createRealtimeScheduler } from '../../../../src/time/realtime.js';
import { type DataCentre, TEST_API } from '../../../harness/telegram/data-centre.js';

/** Limits are for faults, and real sockets need real time. */
export const realtime = createRealtimeScheduler();

/** The address that clients begin at. */
export const FIRST = { dcId: 1, ip: '127.0.1.1' };

/** What leads a client to a data centre of the tests. */
export function clientOptions(centre: DataCentre, more: Partial<TelegramClientOptions> = {}): TelegramClientOptions {
  return {
    api: TEST_API,
    scheduler: realtime,
    first: FIRST,
    route: (ip) => {
      const port = centre.routes.get(ip);
      if (port === undefined) throw new Error(`a test would connect to ${ip}`);
      return { host: '127.0.0.1', port };
    },
    ...more,
  };
}

/** A user's key as a client keeps it. */
export async function keepOfUser(centre: DataCentre, user: bigint): Promise<TelegramKeep> {
  const { key, dc } = await centre.presharedKey(user);
  return { dcId: dc, ip: dc === 1 ? '127.0.1.1' : '127.0.1.2', key: Buffer.from(key).toString('base64') };
}

/** Connects as a user who signed in before. */
export async function connectAs(
  library: TelegramLibrary,
  centre: DataCentre,
  user: bigint,
  more: Partial<TelegramClientOptions> = {},
): Promise<TelegramPort> {
  return connectTelegram(library, clientOptions(centre, { keep: await keepOfUser(centre, user), ...more }));
}

/** Fails if a client did what no correct client does. */
export function expectClean(centre: DataCentre): void {
  expect(centre.violations).toEqual([]);
}
