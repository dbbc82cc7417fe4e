import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseTelegramAddress } from '../../../src/calls/telegram/address.js';
import { TelegramControls } from '../../../src/calls/telegram/controls.js';
import { createCall, findCall, findChat } from '../../../src/calls/telegram/find-call.js';
import type { TelegramLibrary } from '../../../src/calls/telegram/library.js';
import type { TelegramPort } from '../../../src/calls/telegram/port.js';
import { type DataCentre, startDataCentre } from '../../harness/telegram/data-centre.js';
import { Guest } from '../../harness/telegram/guest.js';
import { connectAs, expectClean } from './support/centre.js';
import { LIBRARIES } from './support/libraries.js';

describe.each(Object.keys(LIBRARIES))("an admin's controls, with %s", (name) => {
  let library: TelegramLibrary;
  let centre: DataCentre;
  let anna: bigint;
  let bert: bigint;
  let port: TelegramPort;
  let made = 0;

  beforeAll(async () => {
    [library, centre] = await Promise.all([LIBRARIES[name]!(), startDataCentre()]);
    anna = await centre.addUser({ phone: '491511111111', firstName: 'Anna', username: 'anna' });
    bert = await centre.addUser({ phone: '491522222222', firstName: 'Bert', username: 'bert' });
    port = await connectAs(library, centre, anna);
  });
  afterEach(() => expectClean(centre));
  afterAll(async () => {
    await port.close();
    await centre.close();
  });

  async function inGroup(admins = [anna]) {
    const username = `adm${++made}xx`;
    await centre.addChat({ kind: 'channel', title: 'Group', username, members: [anna, bert], admins });
    const address = parseTelegramAddress(`telegram:@${username}?create`);
    return { address, chat: await findChat(port, address) };
  }

  async function inCall() {
    const { address, chat } = await inGroup();
    const place = await findCall(port, chat, address, Date.now());
    const id = BigInt(String(place.input.id));
    return { controls: new TelegramControls(port, place), place, id, state: () => centre.callState(id) };
  }

  it('starts, names, records, opens and ends a call', async () => {
    const { controls, state, place } = await inCall();
    await controls.setTitle('Radio');
    await controls.setTitle('Radio');
    await controls.record(true, { title: 'Evening', video: 'landscape' });
    expect(await state()).toMatchObject({ title: 'Radio', recording: true, discarded: false });
    await controls.record(false);
    await controls.setJoinMuted(true);
    await new Guest(centre, bert, BigInt(String(place.input.id))).join(5);
    expect(await state()).toMatchObject({ recording: false, participants: [{ muted: true, canSelfUnmute: false }] });
    await controls.end();
    expect(await state()).toMatchObject({ discarded: true });
  });

  it('schedules a call and begins it', async () => {
    const { chat } = await inGroup();
    const place = await createCall(port, chat, { scheduleDate: Math.floor(Date.now() / 1000) + 900, title: 'Later' });
    const controls = new TelegramControls(port, place);
    await controls.subscribe(true);
    await controls.start();
    await controls.start();
    expect(await centre.callState(BigInt(String(place.input.id)))).toMatchObject({ scheduled: false, title: 'Later' });
  });

  it('mutes others, makes them louder and quieter, and lets them speak', async () => {
    const { controls, id, state } = await inCall();
    // An admin takes part himself.
    await new Guest(centre, anna, id).join(1);
    await new Guest(centre, bert, id).join(2);
    await controls.editParticipant(String(bert), { muted: true, volume: 1.2 });
    expect((await state()).participants[1]).toMatchObject({ muted: true, canSelfUnmute: false, volume: 12_000 });
    await controls.editParticipant(String(bert), { muted: false });
    expect((await state()).participants[1]).toMatchObject({ canSelfUnmute: true });
    await expect(controls.editParticipant('4711', { muted: true })).rejects.toMatchObject({ rpc: 'USER_ID_INVALID' });
  });

  it('invites, makes links, and knows whom to join as', async () => {
    const { controls, state } = await inCall();
    const before = centre.asked.length;
    await controls.invite(['@bert']);
    expect((await centre.next('phone.InviteToGroupCall', before)).request).toMatchObject({ users: [{ userId: bert }] });
    expect(await controls.inviteLink(true)).toContain((await state()).invites.speaker);
    expect(await controls.inviteLink(false)).toContain((await state()).invites.listener);
    expect((await controls.joinAsPeers()).peers[0]).toMatchObject({ className: 'PeerUser' });
    expect((await controls.rtmp()).url).toMatch(/^rtmps:/);
  });

  it('are for admins', async () => {
    const { address, chat } = await inGroup([bert]);
    await expect(findCall(port, chat, address, Date.now())).rejects.toMatchObject({ rpc: 'CHAT_ADMIN_REQUIRED' });
  });
});
