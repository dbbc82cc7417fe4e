import type { TlObject } from '../tl/codec.js';
import { type RpcHandler, signedIn } from './context.js';

/** The common box of updates (https://core.telegram.org/api/updates). Updates of group calls carry no pts and are not in it. */
export const updateMethods: Record<string, RpcHandler> = {
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
    context.world.chatOf(me.id, channel as TlObject);
    return { _: 'updates.ChannelDifferenceEmpty', final: true, pts: pts as number };
  },
};
