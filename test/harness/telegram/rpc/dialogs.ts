import type { TlObject } from '../tl/codec.js';
import { type Chat, RpcFault } from '../world/model.js';
import { type RpcHandler, signedIn } from './context.js';

/** As many as Telegram gives at once (https://core.telegram.org/api/offsets). */
const MOST = 100;

/** The newest message of a chat: a number and a date that differ from those of every other chat. */
function newest(chat: Chat): { id: number; date: number } {
  return { id: Number(chat.id % 1_000_000n), date: 1_600_000_000 + Number(chat.id % 1_000_000n) };
}

/** An account's chats, the one with the newest message first; a page goes on behind the message and chat that are named. */
export const dialogMethods: Record<string, RpcHandler> = {
  'messages.GetChats': (context, { id }) => {
    const me = signedIn(context).id;
    const chats = (id as bigint[]).map((chatId) => context.world.chatOf(me, { _: 'InputPeerChat', chatId }));
    return { _: 'messages.Chats', chats: chats.map((chat) => context.world.chatTl(me, chat)) };
  },
  'messages.GetDialogs': (context, request) => {
    const me = signedIn(context).id;
    const { world } = context;
    const limit = request['limit'] as number;
    if (limit < 1 || limit > MOST) throw new RpcFault(400, 'LIMIT_INVALID');
    const folder = (request['folderId'] as number | undefined) ?? 0;
    const all = [...world.chats.values()]
      .filter((chat) => chat.members.has(me) && (chat.archived === true) === (folder === 1))
      .toSorted((a, b) => newest(b).date - newest(a).date);
    let rest = all;
    const peer = request['offsetPeer'] as TlObject;
    if (peer._ !== 'InputPeerEmpty') {
      const last = world.chatOf(me, peer);
      const { id, date } = newest(last);
      if (request['offsetId'] !== id || request['offsetDate'] !== date) throw new RpcFault(400, 'OFFSET_PEER_ID_INVALID');
      rest = all.slice(all.indexOf(last) + 1);
    }
    const page = rest.slice(0, limit);
    const lists = {
      dialogs: page.map((chat) => ({
        _: 'Dialog',
        peer: world.peerTl(chat),
        topMessage: newest(chat).id,
        readInboxMaxId: 0,
        readOutboxMaxId: 0,
        unreadCount: 0,
        unreadMentionsCount: 0,
        unreadReactionsCount: 0,
        // Of later layers than gramjs's.
        unreadPollVotesCount: 0,
        notifySettings: { _: 'PeerNotifySettings' },
      })),
      messages: page.map((chat) => ({ _: 'Message', ...newest(chat), peerId: world.peerTl(chat), message: 'x' })),
      chats: page.map((chat) => world.chatTl(me, chat)),
      users: [],
    };
    return page.length === all.length
      ? { _: 'messages.Dialogs', ...lists }
      : { _: 'messages.DialogsSlice', count: all.length, ...lists };
  },
};
