import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTelegramAddress } from '../../../src/calls/telegram/address.js';
import type { TelegramPort } from '../../../src/calls/telegram/port.js';
import { TelegramSignalling } from '../../../src/calls/telegram/signalling.js';
import type { TransportParams } from '../../../src/machines/transport.js';
import { type DataCentre, startDataCentre } from '../../harness/telegram/data-centre.js';
import { connectAs, expectClean, realtime } from './support/centre.js';
import { LIBRARIES } from './support/libraries.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const FOREVER = new AbortController().signal;

function heapMb(): number {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}

/** What keeps a process alive, by kind. */
function handles(): Record<string, number> {
  const count: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) count[kind] = (count[kind] ?? 0) + 1;
  return count;
}

describe('signalling', () => {
  let centre: DataCentre;
  let port: TelegramPort;
  let call: bigint;
  beforeAll(async () => {
    centre = await startDataCentre();
    const anna = await centre.addUser({ phone: '491511111111', firstName: 'Anna' });
    const chat = await centre.addChat({ kind: 'channel', title: 'Endless', username: 'endlessgroup', members: [anna] });
    call = await centre.addCall(chat, {});
    port = await connectAs(await LIBRARIES['telegram']!(), centre, anna);
  });
  afterAll(async () => {
    await port.close();
    await centre.close();
  });

  it('keeps neither memory nor handles over 200 times joining and leaving', async () => {
    const address = parseTelegramAddress('telegram:@endlessgroup');
    const fingerprint = Array.from({ length: 32 }, () => 'AA').join(':');
    const grown: number[] = [];
    const open: Record<string, number>[] = [];
    for (let n = 1; n <= 200; n++) {
      const signalling = new TelegramSignalling({ address, port: async () => port, scheduler: realtime, nowMs: Date.now });
      const ref = await signalling.resolve(address.address, FOREVER);
      const updates = signalling.updates().subscribe();
      const params: TransportParams = {
        source: 1000 + n,
        sourceGroups: [],
        ice: {
          ufrag: 'vox1',
          pwd: 'voxvoxvoxvoxvoxvoxvoxvox',
          fingerprints: [{ hash: 'sha-256', setup: 'passive', fingerprint }],
        },
      };
      await signalling.join(ref, params, {}, FOREVER);
      await signalling.leave({ ref, source: params.source }, FOREVER);
      updates.unsubscribe();
      // What the test itself remembers of the requests is not what is measured.
      (centre.asked as unknown[]).length = 0;
      if (n % 50 !== 0) continue;
      grown.push(heapMb());
      open.push(handles());
    }
    expect((await centre.callState(call)).participants).toEqual([]);
    // A timer or two of the library come and go; 150 cycles that leak one each would show.
    const first = open[0]!;
    for (const [kind, count] of Object.entries(open.at(-1)!)) expect(count - (first[kind] ?? 0), kind).toBeLessThanOrEqual(3);
    // After the first fifty everything is loaded and compiled.
    expect(grown.at(-1)! - grown[0]!, `heap after 50, 100, 150 and 200, in MB: ${grown.join(', ')}`).toBeLessThan(3);
    expectClean(centre);
  }, 120_000);
});
