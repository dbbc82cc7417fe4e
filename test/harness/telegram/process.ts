/** The local data centre in a process of its own: started by `data-centre.ts`, steered by messages. */
import { makePassword } from './mtproto/srp.js';
import { makeCall } from './rpc/call-admin.js';
import { TelegramServer } from './server.js';
import type { TlObject } from './tl/codec.js';
import type { Chat, User } from './world/model.js';
import type { Sfu, SfuPlace } from './world/world.js';
import type { CallSpec, ChatSpec, FromCentre, Operations, ToCentre, UserSpec } from './messages.js';

const tell = (message: FromCentre): void => void process.send!(message);
const asked = new Map<number, { done: (answer: string) => void; failed: (error: Error) => void }>();
let lastAsked = 0;

const sfu: Sfu = {
  join: (place: SfuPlace, params: string) =>
    new Promise((done, failed) => {
      asked.set(++lastAsked, { done, failed });
      tell({ type: 'sfu.join', id: lastAsked, place, params });
    }),
  leave: (place) => tell({ type: 'sfu.leave', place }),
  allow: (place, may) => tell({ type: 'sfu.allow', place, audio: may.audio }),
};

const api = { id: Number(process.argv[2]), hash: process.argv[3]! };
const server = new TelegramServer(sfu, api, {
  request: (user, request) => tell({ type: 'request', user, request }),
  violation: (what) => tell({ type: 'violation', what }),
});
const { world } = server;

function addUser(spec: UserSpec): bigint {
  const id = world.newId();
  const user: User = {
    id,
    phone: spec.phone,
    firstName: spec.firstName,
    ...(spec.username !== undefined && { username: spec.username }),
    dc: spec.dc ?? 1,
    bot: spec.bot ?? false,
    ...(spec.password !== undefined && { password: makePassword(spec.password, spec.hint ?? '') }),
    pts: 1,
  };
  world.users.set(id, user);
  return id;
}

function addChat(spec: ChatSpec): bigint {
  // As Telegram numbers them.
  const id = world.newId() + (spec.kind === 'channel' ? 1_000_000_000n : 0n);
  const members = new Map(spec.members.map((member) => [member, { admin: spec.admins?.includes(member) ?? false }]));
  const chat: Chat = {
    kind: spec.kind,
    id,
    title: spec.title,
    ...(spec.username !== undefined && { username: spec.username }),
    megagroup: spec.megagroup ?? spec.kind === 'channel',
    members,
    banned: new Set(),
    ...(spec.archived !== undefined && { archived: spec.archived }),
    invite: spec.invite ?? `invite${id}`,
    pts: 1,
  };
  world.chats.set(id, chat);
  return id;
}

function addCall(chat: bigint, spec: CallSpec): bigint {
  const call = makeCall(world, world.chats.get(chat)!, spec);
  call.joinMuted = spec.joinMuted ?? false;
  return call.id;
}

const operations: Operations = {
  listen: (id, ip) => server.listen(id, ip),
  addUser,
  addChat,
  addCall,
  invokeAs: (user, request) => server.invokeAs(user, request),
  inputOf: (viewer, kind, id) => {
    const accessHash = world.accessHash(viewer, kind, id);
    if (kind === 'call') return { _: 'InputGroupCall', id, accessHash };
    return kind === 'channel' ? { _: 'InputChannel', channelId: id, accessHash } : { _: 'InputPeerUser', userId: id, accessHash };
  },
  push: (user, updates: readonly TlObject[]) => world.push(user, updates),
  codeOf: (phone) => server.signIns.codeOf(phone)?.code,
  expireCode: (phone) => {
    const code = server.signIns.codeOf(phone);
    if (code) code.expired = true;
  },
  lastLoginToken: () => Buffer.from([...server.signIns.tokens.keys()].at(-1)!, 'hex'),
  presharedKey: (user) => server.presharedKey(user),
  requestFault: (fault) => server.requestFaults.add(fault),
  updateFault: (fault) => server.updateFaults.add(fault),
  clearFaults: () => {
    server.requestFaults.clear();
    server.updateFaults.clear();
    server.release();
  },
  release: () => server.release(),
  cut: (user) => server.cut(user),
  forgetKeys: (user, error) => server.forgetKeys(user, error),
  newSalts: (user) => server.newSalts(user),
  silence: (user, seconds) => server.silence(user, seconds),
  releaseWith: async (user, updates) => {
    server.release();
    // The answer is queued by then, and not sent yet.
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    world.push(user, updates);
  },
  pushRaw: (user, body) => server.pushRaw(user, Buffer.from(body)),
  connections: () => server.connections(),
  set: (settings) => {
    if (settings.refuse !== undefined) server.refuse = settings.refuse;
    if (settings.keepLeadingZeros !== undefined) server.keepLeadingZeros = settings.keepLeadingZeros;
    if (settings.skewMs !== undefined) server.skewMs = settings.skewMs;
    if (settings.streamDc !== undefined) world.streamDc = settings.streamDc;
    if (settings.clockSec !== undefined) server.clockSec = settings.clockSec;
    if (settings.rtmpUrl !== undefined) world.rtmpUrl = settings.rtmpUrl;
    if (settings.connectionInStream !== undefined) world.connectionInStream = settings.connectionInStream;
  },
  addPart: (id, timeMs, part) => void (world.calls.get(id)!.parts ??= new Map()).set(timeMs, Buffer.from(part)),
  callState: (id) => {
    const call = world.calls.get(id)!;
    return {
      version: call.version,
      title: call.title,
      discarded: call.discarded,
      invites: call.invites,
      recording: call.recordStart !== undefined,
      scheduled: call.scheduleDate !== undefined,
      participants: [...call.participants.values()].map(
        ({ userId, as, source, muted, canSelfUnmute, volume, raisedHand, presentation }) => ({
          userId,
          as,
          source,
          muted,
          canSelfUnmute,
          volume,
          raisedHand,
          presents: presentation !== undefined,
        }),
      ),
    };
  },
};

process.on('message', (message: ToCentre) => {
  if (message.type === 'sfu.done') {
    const waiting = asked.get(message.id);
    asked.delete(message.id);
    if (message.answer === undefined) waiting?.failed(new Error(message.error));
    else waiting?.done(message.answer);
    return;
  }
  const operation = operations[message.op] as (...args: unknown[]) => unknown;
  Promise.resolve()
    .then(() => operation(...message.args))
    .then(
      (value) => tell({ type: 'done', id: message.id, value }),
      (error: unknown) => tell({ type: 'done', id: message.id, error: error instanceof Error ? error.message : String(error) }),
    );
});
process.on('disconnect', () => process.exit(0));
