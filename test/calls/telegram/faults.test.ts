import { createServer, type AddressInfo } from 'node:net';
import { filter, firstValueFrom } from 'rxjs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseTelegramAddress } from '../../../src/calls/telegram/address.js';
import { connectTelegram } from '../../../src/calls/telegram/client.js';
import type { TelegramLibrary } from '../../../src/calls/telegram/library.js';
import type { TelegramPort } from '../../../src/calls/telegram/port.js';
import { TelegramSignalling } from '../../../src/calls/telegram/signalling.js';
import type { SignallingUpdate } from '../../../src/machines/signalling.js';
import { type DataCentre, startDataCentre } from '../../harness/telegram/data-centre.js';
import { Guest } from '../../harness/telegram/guest.js';
import { encode } from '../../harness/telegram/tl/codec.js';
import { schemaOf } from '../../harness/telegram/tl/schemas.js';
import { seeded } from '../../machines/fakes.js';
import { clientOptions, connectAs, expectClean, realtime } from './support/centre.js';
import { LIBRARIES } from './support/libraries.js';

const FOREVER = new AbortController().signal;
const params = {
  source: 5,
  sourceGroups: [],
  ice: {
    ufrag: 'vox1',
    pwd: 'voxvoxvoxvoxvoxvoxvoxvox',
    fingerprints: [{ hash: 'sha-256', setup: 'passive' as const, fingerprint: Array.from({ length: 32 }, () => 'AA').join(':') }],
  },
};

describe.each(Object.keys(LIBRARIES))('faults on the way, with %s', (name) => {
  let library: TelegramLibrary;
  let centre: DataCentre;
  let port: TelegramPort;
  let anna: bigint;
  let bert: bigint;
  let made = 0;
  let place: { call: bigint; address: string };

  beforeAll(async () => {
    [library, centre] = await Promise.all([LIBRARIES[name]!(), startDataCentre()]);
    bert = await centre.addUser({ phone: '491522222222', firstName: 'Bert', username: 'bert' });
  });
  beforeEach(async () => {
    anna = await centre.addUser({ phone: `4915111${10_000 + ++made}`, firstName: 'Anna' });
    const username = `faults${made}x`;
    const chat = await centre.addChat({ kind: 'channel', title: 'Group', username, members: [anna, bert], admins: [bert] });
    place = { call: await centre.addCall(chat, {}), address: `telegram:@${username}` };
    port = await connectAs(library, centre, anna);
  });
  afterEach(async () => {
    await port.close();
    await centre.set({ skewMs: 0 });
    await centre.clearFaults();
    expectClean(centre);
  });
  afterAll(() => centre.close());

  async function joined() {
    const signalling = new TelegramSignalling({
      address: parseTelegramAddress(place.address),
      port: async () => port,
      scheduler: realtime,
      nowMs: Date.now,
      times: { checkMs: 60_000, gapMs: 20 },
    });
    const ref = await signalling.resolve('', FOREVER);
    const all: SignallingUpdate[] = [];
    const subscription = signalling.updates().subscribe((update) => all.push(update));
    await signalling.join(ref, params, {}, FOREVER);
    return { signalling, ref, all, end: () => subscription.unsubscribe() };
  }

  const typing = () => ({ _: 'UpdateUserTyping', userId: bert, action: { _: 'SpeakingInGroupCallAction' } });

  it('an update behind an error in the same packet arrives', async () => {
    await centre.requestFault({ method: 'contacts.ResolveUsername', hold: true, error: [420, 'FLOOD_WAIT_7'] });
    const before = centre.asked.length;
    const arrived = firstValueFrom(port.updates$.pipe(filter(({ update }) => update.className === 'UpdateUserTyping')));
    const refused = port.invoke(new port.api.contacts.ResolveUsername({ username: 'bert' })).catch((error: unknown) => error);
    await centre.next('contacts.ResolveUsername', before);
    await centre.releaseWith(anna, [typing()]);
    expect(await refused).toMatchObject({ rpc: 'FLOOD_WAIT', value: 7 });
    await arrived;
  });

  it('the same packet twice is one update', async () => {
    let count = 0;
    port.updates$.subscribe(({ update }) => void (update.className === 'UpdateUserTyping' && count++));
    const last = firstValueFrom(port.updates$.pipe(filter(({ update }) => update.className === 'UpdateLoginToken')));
    await centre.updateFault({ update: 'UpdateUserTyping', kind: 'duplicate' });
    await centre.push(anna, [typing()]);
    await centre.push(anna, [{ _: 'UpdateLoginToken' }]);
    await last;
    expect(count).toBe(1);
  });

  it('a clock that is an hour wrong is put right', async () => {
    await centre.set({ skewMs: 3_600_000 });
    const other = await connectAs(library, centre, anna);
    expect((await other.invoke(new other.api.updates.GetState())).className).toBe('updates.State');
    await other.close();
  });

  it('a data centre that is away is told within seconds', async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const away = (server.address() as AddressInfo).port;
    await new Promise((done) => server.close(done));
    const options = clientOptions(centre, { route: () => ({ host: '127.0.0.1', port: away }), connectLimitMs: 4000 });
    await expect(connectTelegram(library, options)).rejects.toThrow(/answers|no answer|refused|connect/i);
  });

  it('after an interruption the participants are as the server has them', async () => {
    const { all, end } = await joined();
    const guest = new Guest(centre, bert, place.call);
    const down = firstValueFrom(port.link$.pipe(filter((link) => link === 'down')));
    await centre.cut(anna);
    await down;
    await guest.join(99);
    await expect.poll(() => all.filter(({ type }) => type === 'participant.joined'), { timeout: 10_000 }).toHaveLength(1);
    end();
  });

  it('500 damaged updates crash nothing, and the call goes on', async () => {
    const { all, end } = await joined();
    const random = seeded(198);
    const schema = schemaOf(198)!;
    const whole = encode(schema, {
      _: 'UpdateShort',
      update: { _: 'UpdateGroupCallConnection', params: { _: 'DataJSON', data: '{"transport":{}}' } },
      date: 0,
    });
    for (let i = 0; i < 500; i++) {
      const bytes = Buffer.from(whole);
      const cut = 4 * (1 + Math.floor(random() * (bytes.length / 4 - 1)));
      for (let n = 0; n < 1 + random() * 4; n++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      await centre.pushRaw(anna, random() < 0.5 ? bytes.subarray(0, cut) : bytes);
    }
    await expect
      .poll(
        () =>
          port.invoke(new port.api.updates.GetState(), { limitMs: 2000 }).then(
            () => true,
            () => false,
          ),
        { timeout: 15_000 },
      )
      .toBe(true);
    await new Guest(centre, bert, place.call).join(98);
    await expect.poll(() => all.some(({ type }) => type === 'participant.joined'), { timeout: 15_000 }).toBe(true);
    end();
  }, 40_000);

  it('200 joins and leaves leave nothing behind', async () => {
    const once = async (): Promise<void> => {
      const { signalling, ref, end } = await joined();
      await signalling.leave({ ref, source: params.source }, FOREVER);
      end();
    };
    await once();
    const before = process.getActiveResourcesInfo().length;
    for (let i = 0; i < 200; i++) await once();
    await expect.poll(() => process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before + 3);
    expect((await centre.callState(place.call)).participants).toEqual([]);
  }, 60_000);
});
