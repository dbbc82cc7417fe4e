import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createActor, waitFor } from 'xstate';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AccountStore } from '../../../src/calls/telegram/account-store.js';
import type { TelegramLibrary } from '../../../src/calls/telegram/library.js';
import { TelegramSignIn } from '../../../src/calls/telegram/sign-in-effects.js';
import { createSignInMachine } from '../../../src/machines/sign-in.js';
import type { SignInMethod } from '../../../src/machines/sign-in-types.js';
import { xstateClock } from '../../../src/time/index.js';
import { type DataCentre, startDataCentre, TEST_API } from '../../harness/telegram/data-centre.js';
import { clientOptions, expectClean, realtime } from './support/centre.js';
import { LIBRARIES } from './support/libraries.js';

describe.each(Object.keys(LIBRARIES))('signing in, with %s', (name) => {
  let library: TelegramLibrary;
  let centre: DataCentre;
  let anna: bigint;
  let dora: bigint;
  const folder = mkdtempSync(join(tmpdir(), 'voxgraph-accounts-'));
  const store = new AccountStore(folder);

  beforeAll(async () => {
    [library, centre] = await Promise.all([LIBRARIES[name]!(), startDataCentre()]);
    anna = await centre.addUser({ phone: '491511111111', firstName: 'Anna', username: 'anna' });
    await centre.addUser({ phone: '491522222222', firstName: 'Bert', password: 'geheim', hint: 'a word' });
    dora = await centre.addUser({ phone: '491544444444', firstName: 'Dora', dc: 2 });
    await centre.addUser({ phone: '491555555555', firstName: 'Bot', bot: true });
  });
  afterEach(async () => {
    await centre.clearFaults();
    expectClean(centre);
  });
  afterAll(async () => {
    await centre.close();
    rmSync(folder, { recursive: true });
  });

  function begin(method: SignInMethod, api = TEST_API) {
    const effects = new TelegramSignIn({
      ...clientOptions(centre, { api }),
      library: async () => library,
      save: (account) => store.write('main', account),
    });
    const machine = createSignInMachine({ effects, nowMs: () => Date.now(), random: Math.random });
    const actor = createActor(machine, { input: { method }, clock: xstateClock(realtime) }).start();
    const until = (state: string) =>
      waitFor(actor, ({ value, status }) => value === state || status === 'done', { timeout: 15_000 });
    const at = async (state: string) => {
      const snapshot = await until(state);
      expect(snapshot.value).toBe(state);
      return snapshot.context;
    };
    const ended = async () => (await until('ended')).output;
    return { actor, at, ended };
  }

  async function withCode(phone: string) {
    const signIn = begin('phone');
    await signIn.at('askingPhone');
    signIn.actor.send({ type: 'signIn.phone', phone: `+${phone}` });
    expect((await signIn.at('askingCode')).sent).toEqual({ via: 'app', length: 5 });
    return { ...signIn, code: (await centre.codeOf(phone))! };
  }

  it('by phone and code; the file is for its owner only, and has no phone number', async () => {
    const { actor, at, ended, code } = await withCode('491511111111');
    actor.send({ type: 'signIn.code', code: '00000' });
    await waitFor(actor, ({ value, context }) => value === 'askingCode' && context.problem?.code === 'TELEGRAM_CODE_WRONG');
    await at('askingCode');
    actor.send({ type: 'signIn.code', code: `${code.slice(0, 2)} ${code.slice(2)}` });
    expect(await ended()).toEqual({ type: 'signed-in' });
    const file = join(folder, 'telegram', 'main.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'telegram')).mode & 0o777).toBe(0o700);
    expect(readFileSync(file, 'utf8')).not.toContain('1511111111');
    expect(store.read('main')).toMatchObject({ user: { id: String(anna), name: 'Anna', username: 'anna' }, keep: { dcId: 1 } });
  });

  it('with a password as well', async () => {
    const { actor, at, ended, code } = await withCode('491522222222');
    actor.send({ type: 'signIn.code', code });
    expect((await at('askingPassword')).hint).toBe('a word');
    actor.send({ type: 'signIn.password', password: 'falsch' });
    await waitFor(actor, ({ context }) => context.problem?.code === 'TELEGRAM_PASSWORD_WRONG');
    actor.send({ type: 'signIn.password', password: 'geheim' });
    expect(await ended()).toEqual({ type: 'signed-in' });
    expect(store.read('main')?.user.name).toBe('Bert');
  });

  it('with an account of another data centre', async () => {
    const { actor, ended, code } = await withCode('491544444444');
    actor.send({ type: 'signIn.code', code });
    expect(await ended()).toEqual({ type: 'signed-in' });
    expect(store.read('main')).toMatchObject({ user: { name: 'Dora' }, keep: { dcId: 2, ip: '127.0.1.2' } });
  });

  it('by a QR code', async () => {
    const signIn = begin('qr');
    const { qr } = await signIn.at('showingQr');
    const token = Buffer.from(/^tg:\/\/login\?token=(.*)$/.exec(qr!.url)![1]!, 'base64url');
    await centre.invokeAs(anna, { _: 'auth.AcceptLoginToken', token });
    expect(await signIn.ended()).toEqual({ type: 'signed-in' });
    expect(store.read('main')?.user.name).toBe('Anna');
  });

  it('by a QR code, with an account of another data centre', async () => {
    const signIn = begin('qr');
    const { qr } = await signIn.at('showingQr');
    const token = Buffer.from(qr!.url.split('=')[1]!, 'base64url');
    await centre.invokeAs(dora, { _: 'auth.AcceptLoginToken', token });
    expect(await signIn.ended()).toEqual({ type: 'signed-in' });
    expect(store.read('main')).toMatchObject({ user: { name: 'Dora' }, keep: { dcId: 2 } });
  });

  it('asks for another code when one has expired', async () => {
    const { actor, at, ended, code } = await withCode('491511111111');
    await centre.expireCode('491511111111');
    actor.send({ type: 'signIn.code', code });
    await waitFor(actor, ({ context }) => context.problem?.code === 'TELEGRAM_CODE_EXPIRED');
    actor.send({ type: 'signIn.resend' });
    await waitFor(actor, ({ value, context }) => value === 'askingCode' && context.problem === undefined);
    await at('askingCode');
    actor.send({ type: 'signIn.code', code: (await centre.codeOf('491511111111'))! });
    expect(await ended()).toEqual({ type: 'signed-in' });
  });

  it('takes a code back when it is given up', async () => {
    const { actor, ended } = await withCode('491511111111');
    actor.send({ type: 'signIn.cancel' });
    expect(await ended()).toEqual({ type: 'cancelled' });
    expect(await centre.codeOf('491511111111')).toBeUndefined();
  });

  it('shows a flood wait', async () => {
    const signIn = begin('phone');
    await signIn.at('askingPhone');
    await centre.requestFault({ method: 'auth.SendCode', error: [420, 'FLOOD_WAIT_3600'] });
    signIn.actor.send({ type: 'signIn.phone', phone: '+491511111111' });
    const { untilMs, problem } = await signIn.at('waiting');
    expect(untilMs! - Date.now()).toBeGreaterThan(3_500_000);
    expect(problem?.code).toBe('TELEGRAM_FLOOD');
    signIn.actor.send({ type: 'signIn.cancel' });
    await signIn.ended();
  });

  it.each([
    ['491599999999', 'TELEGRAM_NOT_REGISTERED'],
    ['491555555555', 'TELEGRAM_BOT'],
  ])('%s: %s', async (phone, code) => {
    const { actor, ended, code: sent } = await withCode(phone);
    actor.send({ type: 'signIn.code', code: sent });
    expect(await ended()).toMatchObject({ type: 'failed', failure: { code } });
  });

  it('refuses a phone number and a program that Telegram does not know', async () => {
    const signIn = begin('phone');
    await signIn.at('askingPhone');
    signIn.actor.send({ type: 'signIn.phone', phone: '12' });
    await waitFor(
      signIn.actor,
      ({ value, context }) => value === 'askingPhone' && context.problem?.code === 'TELEGRAM_PHONE_WRONG',
    );
    signIn.actor.send({ type: 'signIn.cancel' });
    await signIn.ended();
    const other = begin('qr', { ...TEST_API, id: 1 });
    expect(await other.ended()).toMatchObject({ type: 'failed', failure: { code: 'TELEGRAM_API_WRONG' } });
  });
});
