import type { TlObject } from '../tl/codec.js';
import { RpcFault, type User } from '../world/model.js';
import { type RpcHandler, signedIn } from './context.js';

/** Writes a message: everybody gets it with the next pts of his box; channels have a box of their own. */
const sendMessage: RpcHandler = (context, request) => {
  const me = signedIn(context);
  const { world } = context;
  const chat = world.chatOf(me.id, request['peer'] as TlObject);
  if (!chat.members.has(me.id)) throw new RpcFault(403, 'CHAT_WRITE_FORBIDDEN');
  if (request['message'] === '') throw new RpcFault(400, 'MESSAGE_EMPTY');
  const id = Number(world.newId());
  const message = {
    _: 'Message',
    id,
    fromId: { _: 'PeerUser', userId: me.id },
    peerId: world.peerTl(chat),
    date: world.nowSec(),
    message: request['message'],
  };
  if (chat.kind === 'channel') {
    chat.pts++;
    const update = { _: 'UpdateNewChannelMessage', message, pts: chat.pts, ptsCount: 1 };
    world.history.set(chat.id, [...(world.history.get(chat.id) ?? []), { pts: chat.pts, update }]);
  }
  const updateFor = (user: User): TlObject => {
    if (chat.kind === 'channel') return { _: 'UpdateNewChannelMessage', message, pts: chat.pts, ptsCount: 1 };
    user.pts++;
    const update = { _: 'UpdateNewMessage', message, pts: user.pts, ptsCount: 1 };
    world.history.set(user.id, [...(world.history.get(user.id) ?? []), { pts: user.pts, update }]);
    return update;
  };
  for (const member of chat.members.keys()) if (member !== me.id) world.push(member, [updateFor(world.users.get(member)!)]);
  return world.updates(me.id, [{ _: 'UpdateMessageID', id, randomId: request['randomId'] }, updateFor(me)]);
};

/** The common box of updates (https://core.telegram.org/api/updates). Updates of group calls carry no pts and are not in it. */
export const updateMethods: Record<string, RpcHandler> = {
  'messages.SendMessage': sendMessage,
  'updates.GetState': (context) => {
    const me = signedIn(context);
    return { _: 'updates.State', pts: me.pts, qts: 0, date: context.world.nowSec(), seq: 0, unreadCount: 0 };
  },
  'updates.GetDifference': (context, { pts }) => {
    const me = signedIn(context);
    const { world } = context;
    const missed = (world.history.get(me.id) ?? []).filter((entry) => entry.pts > (pts as number)).map(({ update }) => update);
    if (missed.length === 0) return { _: 'updates.DifferenceEmpty', date: world.nowSec(), seq: 0 };
    const { users, chats } = world.updates(me.id, missed) as TlObject & { users: TlObject[]; chats: TlObject[] };
    const state = { _: 'updates.State', pts: me.pts, qts: 0, date: world.nowSec(), seq: 0, unreadCount: 0 };
    return {
      _: 'updates.Difference',
      newMessages: missed.map((update) => update['message']),
      newEncryptedMessages: [],
      otherUpdates: [],
      users,
      chats,
      state,
    };
  },
  'updates.GetChannelDifference': (context, { channel, pts }) => {
    const me = signedIn(context);
    const { world } = context;
    const chat = world.chatOf(me.id, channel as TlObject);
    const missed = (world.history.get(chat.id) ?? []).filter((entry) => entry.pts > (pts as number)).map(({ update }) => update);
    if (missed.length === 0) return { _: 'updates.ChannelDifferenceEmpty', final: true, pts: chat.pts };
    const { users, chats } = world.updates(me.id, missed) as TlObject & { users: TlObject[]; chats: TlObject[] };
    const newMessages = missed.map((update) => update['message']);
    return { _: 'updates.ChannelDifference', final: true, pts: chat.pts, newMessages, otherUpdates: [], chats, users };
  },
};
