import { firstValueFrom, filter } from 'rxjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TelegramAccount } from '../../../src/calls/telegram/account.js';
import type { TelegramLibrary } from '../../../src/calls/telegram/library.js';
import type { SessionFact } from '../../../src/machines/session-types.js';
import { type DataCentre, startDataCentre, TEST_API } from '../../harness/telegram/data-centre.js';
import { clientOptions, expectClean, keepOfUser, realtime } from './support/centre.js';
import { LIBRARIES } from './support/libraries.js';

const FOREVER = new AbortController().signal;

describe.each(Object.keys(LIBRARIES))('an account, with %s', (name) => {
  let library: TelegramLibrary;
  let centre: DataCentre;
  let user: bigint;
  let account: TelegramAccount;
  let users = 0;

  beforeAll(async () => {
    [library, centre] = await Promise.all([LIBRARIES[name]!(), startDataCentre()]);
  });
  afterEach(async () => {
    if (account.status !== 'ended') await account.close();
    await centre.set({ refuse: false });
    await centre.clearFaults();
    expectClean(centre);
  });
  afterAll(() => centre.close());

  async function open(more: { bot?: boolean } = {}, before: () => Promise<void> = async () => {}) {
    user = await centre.addUser({ phone: `49151111${1000 + ++users}`, firstName: 'Anna', ...more });
    const keep = await keepOfUser(centre, user);
    const { route } = clientOptions(centre);
    account = new TelegramAccount({
      name: 'main',
      stored: { version: 1, api: TEST_API, keep, user: { id: String(user), name: 'Anna' } },
      library: async () => library,
      scheduler: realtime,
      nowMs: () => Date.now(),
      random: () => 0,
      client: { ...(route && { route }), downLimitMs: 200 },
      limits: { backoffBaseMs: 20 },
    });
    await before();
    account.start();
    return account;
  }

  const fact = <T extends SessionFact['type']>(type: T) =>
    firstValueFrom(account.facts$.pipe(filter((one): one is Extract<SessionFact, { type: T }> => one.type === type)));

  it('connects, is used, and closes', async () => {
    const port = await (await open()).port(FOREVER);
    expect(await port.invoke(new port.api.users.GetUsers({ id: [new port.api.InputUserSelf()] }))).toMatchObject([
      { firstName: 'Anna' },
    ]);
    await account.close();
    expect(account.status).toBe('ended');
    await expect(account.port(FOREVER)).rejects.toThrow('it was closed');
    await expect.poll(() => centre.connections()).toBe(0);
  });

  it('comes back after the connection broke', async () => {
    await (await open()).port(FOREVER);
    const offline = fact('session.offline');
    await centre.cut(user);
    await offline;
    await fact('session.online');
    const port = await account.port(FOREVER);
    await port.invoke(new port.api.help.GetConfig());
  });

  it('makes a new connection when the old one stays away', async () => {
    await (await open()).port(FOREVER);
    await centre.set({ refuse: true });
    await centre.cut(user);
    // The library has given up by then.
    await firstValueFrom(account.facts$.pipe(filter((one) => one.type === 'session.offline' && one.wait !== undefined)));
    await centre.set({ refuse: false });
    const port = await account.port(FOREVER);
    await port.invoke(new port.api.help.GetConfig());
  });

  it.each(['AUTH_KEY_UNREGISTERED', 'SESSION_REVOKED', 'USER_DEACTIVATED_BAN'])(
    'is over when a request says %s',
    async (error) => {
      const port = await (await open()).port(FOREVER);
      const ended = fact('session.ended');
      await centre.forgetKeys(user, error);
      await expect(port.invoke(new port.api.updates.GetState())).rejects.toMatchObject({ rpc: error });
      expect((await ended).reason).toMatchObject({ type: 'signed-out', failure: { code: 'TELEGRAM_SESSION_ENDED' } });
      await expect(account.port(FOREVER)).rejects.toThrow('the session of the Telegram account is over');
    },
  );

  it('is over when it was signed out before', async () => {
    await open({}, () => centre.forgetKeys(user, 'AUTH_KEY_UNREGISTERED'));
    expect((await fact('session.ended')).reason.type).toBe('signed-out');
  });

  it('is over when the server has forgotten the key', async () => {
    const port = await (await open()).port(FOREVER);
    const ended = fact('session.ended');
    await centre.forgetKeys(user);
    await expect(port.invoke(new port.api.updates.GetState(), { limitMs: 5000 })).rejects.toThrow();
    expect((await ended).reason).toMatchObject({ type: 'signed-out' });
  });

  it('takes another salt, and waits for nobody who has gone', async () => {
    const port = await (await open()).port(FOREVER);
    await centre.newSalts(user);
    await port.invoke(new port.api.help.GetConfig());
    const gone = new AbortController();
    await centre.requestFault({ method: 'help.GetConfig', drop: true });
    const asked = port.invoke(new port.api.help.GetConfig(), { signal: gone.signal });
    await centre.next('help.GetConfig', centre.asked.length);
    gone.abort();
    await expect(asked).rejects.toMatchObject({ why: 'aborted' });
    await centre.requestFault({ method: 'help.GetConfig', drop: true });
    await expect(port.invoke(new port.api.help.GetConfig(), { limitMs: 50 })).rejects.toMatchObject({ why: 'timeout' });
  });

  it('is not for bots', async () => {
    await open({ bot: true });
    expect((await fact('session.ended')).reason).toMatchObject({ failure: { code: 'TELEGRAM_BOT' } });
  });
});
