import type { Api } from 'telegram';
import { CallError, callFailure } from '../../machines/failure.js';
import { isRpc } from './failures.js';
import { asLong, type InvokeOptions, type TelegramPort } from './port.js';
import { peerId } from './updates.js';

/** Channels and supergroups have at least ten digits behind `-100`; with fewer it is a basic group. */
const CHANNEL = /^-100\d{10,}$/;
const PAGE = 100;
/** An account in more chats than this is told so. */
const MOST_PAGES = 50;
/** The list of chats, and the archive. */
const FOLDERS = [0, 1];

/** What was found, for as long as the connection lasts: the list of chats is long, and an account's hashes stay. */
const found = new WeakMap<TelegramPort, Map<string, Api.TypeChat>>();

/**
 * Finds a chat that the account is in by its number, as bots know it: Telegram tells nobody of a channel by its number alone, so it is looked
 * for among the account's chats.
 *
 * @throws CallError `TELEGRAM_NOT_IN_CHAT`; TelegramRpcError.
 */
export async function findByNumber(port: TelegramPort, id: string, options: InvokeOptions): Promise<Api.TypeChat> {
  const known = found.get(port) ?? new Map<string, Api.TypeChat>();
  found.set(port, known);
  const chat = known.get(id) ?? (CHANNEL.test(id) ? await amongChats(port, id, options) : await basicGroup(port, id, options));
  if (!chat) throw new CallError(callFailure('TELEGRAM_NOT_IN_CHAT', { peer: id }, 'never'));
  // A basic group may become a channel.
  if (chat.className === 'Channel') known.set(id, chat);
  return chat;
}

async function basicGroup(port: TelegramPort, id: string, options: InvokeOptions): Promise<Api.TypeChat | undefined> {
  try {
    const { chats } = await port.invoke(new port.api.messages.GetChats({ id: [asLong(id.slice(1))] }), options);
    return chats.find((one) => peerId(one) === id);
  } catch (error) {
    if (isRpc(error, 'CHAT_ID_INVALID', 'PEER_ID_INVALID')) return undefined;
    throw error;
  }
}

async function amongChats(port: TelegramPort, id: string, options: InvokeOptions): Promise<Api.TypeChat | undefined> {
  for (const folderId of FOLDERS) {
    let from: Start | undefined = { offsetDate: 0, offsetId: 0, offsetPeer: new port.api.InputPeerEmpty() };
    for (let page = 0; page < MOST_PAGES && from; page++) {
      const request: Api.messages.GetDialogs = new port.api.messages.GetDialogs({
        folderId,
        ...from,
        limit: PAGE,
        hash: asLong('0'),
      });
      const got: Api.messages.TypeDialogs = await port.invoke(request, options);
      if (got.className === 'messages.DialogsNotModified') break;
      const chat = got.chats.find((one) => peerId(one) === id);
      if (chat) return chat;
      from = got.className === 'messages.Dialogs' ? undefined : after(port, got);
    }
  }
  return undefined;
}

type Start = Pick<Api.messages.GetDialogs, 'offsetDate' | 'offsetId' | 'offsetPeer'>;

/** Where the next page begins: behind the last chat of this one of which the newest message is told. */
function after(port: TelegramPort, { dialogs, messages, chats, users }: Api.messages.DialogsSlice): Start | undefined {
  for (const dialog of dialogs.toReversed()) {
    if (dialog.className !== 'Dialog') continue;
    const at = peerId(dialog.peer);
    const newest = messages.find(
      (one) => one.className !== 'MessageEmpty' && one.id === dialog.topMessage && peerId(one.peerId) === at,
    );
    const offsetPeer = inputPeer(
      port,
      [...chats, ...users].find((one) => peerId(one) === at),
    );
    if (newest && newest.className !== 'MessageEmpty' && offsetPeer)
      return { offsetDate: newest.date, offsetId: newest.id, offsetPeer };
  }
  return undefined;
}

function inputPeer({ api }: TelegramPort, one: Api.TypeChat | Api.TypeUser | undefined): Api.TypeInputPeer | undefined {
  const accessHash = (one && 'accessHash' in one ? one.accessHash : undefined) ?? asLong('0');
  switch (one?.className) {
    case 'User':
      return new api.InputPeerUser({ userId: one.id, accessHash });
    case 'Chat':
    case 'ChatForbidden':
      return new api.InputPeerChat({ chatId: one.id });
    case 'Channel':
    case 'ChannelForbidden':
      return new api.InputPeerChannel({ channelId: one.id, accessHash });
    default:
      return undefined;
  }
}
