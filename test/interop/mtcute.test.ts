import { Long, type tl } from '@mtcute/core';
import { computeSrpParams } from '@mtcute/core/utils.js';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { expectClean } from '../calls/telegram/support/centre.js';
import { type DataCentre, startDataCentre, TEST_API } from '../harness/telegram/data-centre.js';
import { Guest, guestParams } from '../harness/telegram/guest.js';
import { Mtcute } from './support/mtcute.js';

/** A client of other hands, so that the local data centre cannot share our library's mistakes. */
let centre: DataCentre;
let anna: bigint;
const open: Mtcute[] = [];

beforeAll(async () => {
  centre = await startDataCentre();
  anna = await centre.addUser({ phone: '491511111111', firstName: 'Anna', password: 'secret word', hint: 'the usual' });
});
afterEach(async () => {
  for (const one of open.splice(0)) {
    await one.close();
    expect(one.errors).toEqual([]);
  }
  expectClean(centre);
});
afterAll(() => centre.close());

async function connect(): Promise<Mtcute> {
  const one = new Mtcute(centre);
  open.push(one);
  await one.connect();
  return one;
}

/** Signs in by a code and a password. */
async function signIn(one: Mtcute, phone: string, password?: string): Promise<tl.RawUser> {
  const asked = { _: 'auth.sendCode', phoneNumber: phone, apiId: TEST_API.id, apiHash: TEST_API.hash } as const;
  const sent = (await one.call({ ...asked, settings: { _: 'codeSettings' } })) as tl.auth.RawSentCode;
  const phoneCode = (await centre.codeOf(phone))!;
  const enter = { _: 'auth.signIn', phoneNumber: phone, phoneCodeHash: sent.phoneCodeHash, phoneCode } as const;
  if (password === undefined) return ((await one.call(enter)) as tl.auth.RawAuthorization).user as tl.RawUser;
  await expect(one.call(enter)).rejects.toThrow('SESSION_PASSWORD_NEEDED');
  const question = await one.call({ _: 'account.getPassword' });
  const wrong = await computeSrpParams(one.client.crypto, question, 'another word');
  await expect(one.call({ _: 'auth.checkPassword', password: wrong })).rejects.toThrow('PASSWORD_HASH_INVALID');
  const again = await one.call({ _: 'account.getPassword' });
  const right = await computeSrpParams(one.client.crypto, again, password);
  const { user } = (await one.call({ _: 'auth.checkPassword', password: right })) as tl.auth.RawAuthorization;
  return user as tl.RawUser;
}

it('mtcute makes a key, again and again, and reads the configuration', async () => {
  // One key in 256 has a zero byte in front, where clients differ.
  for (let n = 0; n < 5; n++) {
    const one = await connect();
    const config = await one.call({ _: 'help.getConfig' });
    expect(config.thisDc).toBe(1);
    expect(config.dcOptions.map(({ id, ipAddress }) => `${id} ${ipAddress}`)).toEqual(['1 127.0.1.1', '2 127.0.1.2']);
  }
});

it('mtcute signs in by a code and, by its own SRP, a password; a wrong one is refused', async () => {
  const one = await connect();
  const user = await signIn(one, '491511111111', 'secret word');
  expect({ id: BigInt(user.id), name: user.firstName }).toEqual({ id: anna, name: 'Anna' });
  const [self] = await one.call({ _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] });
  expect(self).toMatchObject({ _: 'user', self: true, phone: '491511111111' });
  await expect(one.call({ _: 'phone.checkGroupCall', call: noCall, sources: [1] })).rejects.toThrow('GROUPCALL_INVALID');
});

it('mtcute joins a call, and is told who else comes and goes', async () => {
  const cleo = await centre.addUser({ phone: '491533333333', firstName: 'Cleo' });
  const dora = await centre.addUser({ phone: '491544444444', firstName: 'Dora' });
  const chat = await centre.addChat({ kind: 'channel', title: 'Group', username: 'mtcutegroup', members: [cleo, dora] });
  const callId = await centre.addCall(chat, {});
  const one = await connect();
  await signIn(one, '491533333333');
  const found = await one.call({ _: 'contacts.resolveUsername', username: 'mtcutegroup' });
  const channel = found.chats[0] as tl.RawChannel;
  const full = await one.call({
    _: 'channels.getFullChannel',
    channel: { _: 'inputChannel', channelId: channel.id, accessHash: channel.accessHash! },
  });
  const call = (full.fullChat as tl.RawChannelFull).call!;
  const joined = (await one.call({
    _: 'phone.joinGroupCall',
    call,
    joinAs: { _: 'inputPeerSelf' },
    params: { _: 'dataJSON', data: guestParams(-7) },
  })) as tl.RawUpdates;
  expect(joined.updates.map((update) => update._)).toEqual(
    expect.arrayContaining(['updateGroupCall', 'updateGroupCallParticipants', 'updateGroupCallConnection']),
  );
  const connection = joined.updates.find(({ _ }) => _ === 'updateGroupCallConnection') as tl.RawUpdateGroupCallConnection;
  expect(JSON.parse(connection.params.data)).toMatchObject({ transport: { 'rtcp-mux': true }, audio: {}, video: {} });
  expect(await one.call({ _: 'phone.checkGroupCall', call, sources: [-7, 8] })).toEqual([-7]);

  const guest = new Guest(centre, dora, callId);
  await guest.join(99);
  const told = () =>
    one.updates
      .flatMap((update) => (update as tl.RawUpdates).updates ?? [])
      .flatMap((update) => (update._ === 'updateGroupCallParticipants' ? update.participants : []))
      .map(({ source, left = false }) => `${source} ${left}`);
  await expect.poll(told).toContain('99 false');
  await guest.leave();
  await expect.poll(told).toContain('99 true');
  await one.call({ _: 'phone.leaveGroupCall', call, source: -7 });
  expect((await centre.callState(callId)).participants).toEqual([]);
});

const noCall: tl.RawInputGroupCall = { _: 'inputGroupCall', id: Long.ONE, accessHash: Long.ONE };
