import { createHash, randomBytes } from 'node:crypto';
import type { TlObject } from '../tl/codec.js';
import { type Chat, type GroupCall, RpcFault, type User } from './model.js';

/** The media side of calls; the real one is a local SFU. */
export interface Sfu {
  /** Takes the parameters of a join; gives the server's answer. Both are the JSON of Telegram's `DataJSON`. */
  join(place: SfuPlace, params: string): Promise<string>;
  /** Somebody left or was removed. */
  leave(place: SfuPlace): void;
  /** What a participant may send. */
  allow?(place: SfuPlace, may: { audio: boolean }): void;
}

/** Whose connection to which call. */
export interface SfuPlace {
  readonly call: string;
  readonly user: string;
  /** Unsigned. */
  readonly source: number;
  readonly presentation: boolean;
}

/** How an update reaches a user. */
export type Deliver = (userId: bigint, updates: TlObject, except: unknown) => void;

/** Everything the data centre knows but keys and connections. */
export class World {
  readonly users = new Map<bigint, User>();
  readonly chats = new Map<bigint, Chat>();
  readonly calls = new Map<bigint, GroupCall>();
  readonly nowSec: () => number;
  readonly sfu: Sfu;
  readonly #deliver: Deliver;
  /** Makes hashes of access that no other world takes. */
  readonly #secret = randomBytes(16);
  /** Where admins are told to push the streams of calls that are fed by RTMP. */
  rtmpUrl = 'rtmps://127.0.0.1/s/';
  /** The data centre that has the broadcasts. */
  streamDc = 1;
  /** What signs users in at other data centres. */
  readonly exported = new Map<string, bigint>();
  /** Options of the test. */
  connectionInStream = false;
  #nextId = 1000n;
  /** Events of each user, and of each channel, that carry a pts, for `getDifference` and `getChannelDifference`. */
  readonly history = new Map<bigint, { pts: number; update: TlObject }[]>();

  constructor(nowSec: () => number, sfu: Sfu, deliver: Deliver) {
    this.nowSec = nowSec;
    this.sfu = sfu;
    this.#deliver = deliver;
  }

  newId(): bigint {
    return (this.#nextId += 1n);
  }

  /** The hash by which one user may name something: it is of no use to another. */
  accessHash(viewer: bigint, kind: string, id: bigint): bigint {
    const digest = createHash('sha256').update(this.#secret).update(`${viewer} ${kind} ${id}`).digest();
    return digest.readBigInt64LE();
  }

  /** Sends updates to a user wherever he is signed in. */
  push(userId: bigint, updates: readonly TlObject[], except?: unknown): void {
    if (updates.length === 0) return;
    this.#deliver(userId, this.updates(userId, updates), except);
  }

  /** Some updates with everybody they speak of. */
  updates(viewer: bigint, updates: readonly TlObject[]): TlObject {
    const seen = { users: new Map<bigint, TlObject>(), chats: new Map<bigint, TlObject>() };
    for (const update of updates) this.#collect(viewer, update, seen);
    return {
      _: 'Updates',
      updates,
      users: [...seen.users.values()],
      chats: [...seen.chats.values()],
      date: this.nowSec(),
      seq: 0,
    };
  }

  #collect(viewer: bigint, value: unknown, seen: { users: Map<bigint, TlObject>; chats: Map<bigint, TlObject> }): void {
    if (Array.isArray(value)) for (const item of value) this.#collect(viewer, item, seen);
    if (typeof value !== 'object' || value === null || Buffer.isBuffer(value) || !('_' in value)) return;
    const object = value as TlObject;
    const user = this.users.get(object['userId'] as bigint);
    if (user) seen.users.set(user.id, this.userTl(viewer, user));
    const chat = this.chats.get((object['channelId'] ?? object['chatId']) as bigint);
    if (chat) seen.chats.set(chat.id, this.chatTl(viewer, chat));
    for (const field of Object.values(object)) this.#collect(viewer, field, seen);
  }

  userTl(viewer: bigint, user: User): TlObject {
    return {
      _: 'User',
      id: user.id,
      accessHash: this.accessHash(viewer, 'user', user.id),
      firstName: user.firstName,
      self: viewer === user.id,
      bot: user.bot,
      ...(user.bot && { botInfoVersion: 1 }),
      ...(user.username !== undefined && { username: user.username }),
      ...(viewer === user.id && { phone: user.phone }),
    };
  }

  chatTl(viewer: bigint, chat: Chat): TlObject {
    const member = chat.members.get(viewer);
    const call = { callActive: chat.call !== undefined, callNotEmpty: (chat.call?.participants.size ?? 0) > 0 };
    const rights = member?.admin ? { adminRights: { _: 'ChatAdminRights', manageCall: true, inviteUsers: true } } : {};
    if (chat.kind === 'group') {
      if (!member) return { _: 'ChatForbidden', id: chat.id, title: chat.title };
      const common = {
        title: chat.title,
        photo: { _: 'ChatPhotoEmpty' },
        participantsCount: chat.members.size,
        date: 0,
        version: 1,
      };
      return { _: 'Chat', id: chat.id, ...common, ...call, ...rights };
    }
    const hash = this.accessHash(viewer, 'channel', chat.id);
    if (chat.banned.has(viewer))
      return { _: 'ChannelForbidden', id: chat.id, accessHash: hash, title: chat.title, megagroup: chat.megagroup };
    return {
      _: 'Channel',
      id: chat.id,
      accessHash: hash,
      title: chat.title,
      photo: { _: 'ChatPhotoEmpty' },
      date: 0,
      megagroup: chat.megagroup,
      broadcast: !chat.megagroup,
      left: !member,
      ...(chat.username !== undefined && { username: chat.username }),
      ...call,
      ...rights,
    };
  }

  /** The peer of a chat. */
  peerTl(chat: Chat): TlObject {
    return chat.kind === 'group' ? { _: 'PeerChat', chatId: chat.id } : { _: 'PeerChannel', channelId: chat.id };
  }

  /** The chat that an input peer or channel names. @throws RpcFault. */
  chatOf(viewer: bigint, input: TlObject): Chat {
    const id = (input['channelId'] ?? input['chatId']) as bigint;
    const chat = this.chats.get(id);
    const isChannel = input._ === 'InputPeerChannel' || input._ === 'InputChannel';
    if (!chat || (chat.kind === 'channel') !== isChannel)
      throw new RpcFault(400, isChannel ? 'CHANNEL_INVALID' : 'CHAT_ID_INVALID');
    if (isChannel && input['accessHash'] !== this.accessHash(viewer, 'channel', id)) throw new RpcFault(400, 'CHANNEL_INVALID');
    if (chat.banned.has(viewer)) throw new RpcFault(isChannel ? 400 : 403, isChannel ? 'CHANNEL_PRIVATE' : 'CHAT_FORBIDDEN');
    if (!chat.members.has(viewer) && chat.username === undefined)
      throw new RpcFault(400, isChannel ? 'CHANNEL_PRIVATE' : 'PEER_ID_INVALID');
    return chat;
  }

  /** The user that an input names. @throws RpcFault. */
  userOf(viewer: bigint, input: TlObject): User {
    if (input._ === 'InputPeerSelf' || input._ === 'InputUserSelf') return this.users.get(viewer)!;
    const user = this.users.get(input['userId'] as bigint);
    if (!user || input['accessHash'] !== this.accessHash(viewer, 'user', user.id)) throw new RpcFault(400, 'USER_ID_INVALID');
    return user;
  }

  /** The call that an input names. @throws RpcFault. */
  callOf(viewer: bigint, input: TlObject): GroupCall {
    const call = this.calls.get(input['id'] as bigint);
    if (!call || call.discarded || input['accessHash'] !== this.accessHash(viewer, 'call', call.id))
      throw new RpcFault(400, 'GROUPCALL_INVALID');
    return call;
  }
}
