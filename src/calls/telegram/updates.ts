import type { Api } from 'telegram';

/** A user or chat that an update speaks of. */
export type TelegramPeople = ReadonlyMap<string, Api.TypeUser | Api.TypeChat>;

/** One update, with those it speaks of by {@link peerId}. */
export interface TelegramNews {
  readonly update: Api.TypeUpdate;
  readonly people: TelegramPeople;
}

/**
 * The id of a peer, a user or a chat, as bots know it: a user's number; `-` and a group's; `-100` and a channel's.
 */
export function peerId(peer: Api.TypePeer | Api.TypeUser | Api.TypeChat): string {
  switch (peer.className) {
    case 'PeerUser':
      return String(peer.userId);
    case 'PeerChat':
      return `-${String(peer.chatId)}`;
    case 'PeerChannel':
      return `-100${String(peer.channelId)}`;
    case 'User':
    case 'UserEmpty':
      return String(peer.id);
    case 'Channel':
    case 'ChannelForbidden':
      return `-100${String(peer.id)}`;
    default:
      return `-${String(peer.id)}`;
  }
}

/** Some users and chats by their ids. */
export function peopleOf(...lists: readonly (readonly (Api.TypeUser | Api.TypeChat)[] | undefined)[]): TelegramPeople {
  return new Map(lists.flatMap((list) => [...(list ?? [])]).map((one) => [peerId(one), one]));
}

const NOBODY: TelegramPeople = new Map();

/** The updates in whatever carries them: an answer to a request, or something pushed. Anything else gives none. */
export function newsIn(value: unknown): readonly TelegramNews[] {
  if (typeof value !== 'object' || value === null || !('className' in value)) return [];
  const object = value as Api.TypeUpdates;
  switch (object.className) {
    case 'Updates':
    case 'UpdatesCombined': {
      const people = peopleOf(object.users, object.chats);
      return object.updates.map((update) => ({ update, people }));
    }
    case 'UpdateShort':
      return [{ update: object.update, people: NOBODY }];
    default:
      return [];
  }
}

/** What the library hands over one by one; it hangs those it speaks of on it. */
export function newsOf(update: Api.TypeUpdate & { readonly _entities?: unknown }): TelegramNews {
  const { _entities: found } = update;
  return { update, people: found instanceof Map ? peopleOf([...(found as Map<unknown, Api.TypeUser>).values()]) : NOBODY };
}

/** How a user or chat is called. */
export function nameOf(one: Api.TypeUser | Api.TypeChat | undefined): string | undefined {
  if (!one) return undefined;
  if ('title' in one) return one.title;
  if (one.className !== 'User') return undefined;
  const whole = [one.firstName, one.lastName].filter(Boolean).join(' ');
  return whole || one.username || undefined;
}
