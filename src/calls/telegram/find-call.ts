import type { Api } from 'telegram';
import { CallError, callFailure } from '../../machines/failure.js';
import type { TelegramAddress } from './address.js';
import { isDoneAlready, isRpc } from './failures.js';
import { findByNumber } from './find-by-number.js';
import { asLong, type TelegramPort } from './port.js';
import { newsIn, peerId } from './updates.js';

/** A chat that was found. */
export interface ChatPlace {
  /** As bots know it, such as `-1001234`. */
  readonly id: string;
  readonly title: string;
  readonly peer: Api.TypeInputPeer;
  /** Present for channels and supergroups. */
  readonly channel?: Api.InputChannel;
  /** Present for basic groups. */
  readonly chatId?: string;
}

/** A call that was found. */
export interface CallPlace {
  readonly chat: ChatPlace;
  readonly input: Api.InputGroupCall;
  readonly call: Api.GroupCall;
}

/** Telegram takes no call that begins sooner. */
const SOONEST_MS = 15_000;

const fail = (code: Parameters<typeof callFailure>[0], data: Readonly<Record<string, string>>): never => {
  throw new CallError(callFailure(code, data, 'never'));
};

/** Finds the chat of an address; an invite link is followed, that is, the account becomes a member. @throws TelegramRpcError, CallError. */
export async function findChat(
  port: TelegramPort,
  address: Pick<TelegramAddress, 'chat'>,
  signal?: AbortSignal,
): Promise<ChatPlace> {
  const { chat } = address;
  if ('number' in chat) return placeOf(port, await findByNumber(port, chat.number, { ...(signal && { signal }) }));
  return 'username' in chat ? byUsername(port, chat.username, signal) : byInvite(port, chat.invite, signal);
}

async function byUsername(port: TelegramPort, username: string, signal?: AbortSignal): Promise<ChatPlace> {
  const { api } = port;
  const found = await port.invoke(new api.contacts.ResolveUsername({ username }), { ...(signal && { signal }) });
  const chat = found.chats.find((one) => peerId(one) === peerId(found.peer));
  if (!chat) return fail('TELEGRAM_PEER_UNKNOWN', { peer: `@${username}` });
  return placeOf(port, chat);
}

async function byInvite(port: TelegramPort, hash: string, signal?: AbortSignal): Promise<ChatPlace> {
  const { api } = port;
  const options = { ...(signal && { signal }) };
  const invite = await port.invoke(new api.messages.CheckChatInvite({ hash }), options);
  if (invite.className === 'ChatInviteAlready') return placeOf(port, invite.chat);
  const joined = await port.invoke(new api.messages.ImportChatInvite({ hash }), options).catch((error: unknown) => {
    // Between the two somebody else of the account may have followed it.
    if (isRpc(error, 'USER_ALREADY_PARTICIPANT')) return undefined;
    throw error;
  });
  const [chat] = joined ? newsIn(joined).flatMap(({ people }) => [...people.values()].filter((one) => 'title' in one)) : [];
  if (chat) return placeOf(port, chat);
  const again = await port.invoke(new api.messages.CheckChatInvite({ hash }), options);
  return again.className === 'ChatInviteAlready' ? placeOf(port, again.chat) : fail('TELEGRAM_INVITE_WRONG', {});
}

function placeOf({ api }: TelegramPort, chat: Api.TypeChat): ChatPlace {
  const id = peerId(chat);
  switch (chat.className) {
    case 'Channel': {
      const named = { channelId: chat.id, accessHash: chat.accessHash ?? asLong('0') };
      return { id, title: chat.title, peer: new api.InputPeerChannel(named), channel: new api.InputChannel(named) };
    }
    case 'Chat':
      // A group that grew up goes on as a channel.
      if (chat.migratedTo?.className === 'InputChannel') {
        const { channelId, accessHash } = chat.migratedTo;
        const named = { channelId, accessHash };
        return {
          id: `-100${String(channelId)}`,
          title: chat.title,
          peer: new api.InputPeerChannel(named),
          channel: new api.InputChannel(named),
        };
      }
      return { id, title: chat.title, peer: new api.InputPeerChat({ chatId: chat.id }), chatId: String(chat.id) };
    default:
      return fail('TELEGRAM_CHAT_PRIVATE', { peer: 'title' in chat ? chat.title : id });
  }
}

/**
 * Finds the call of a chat, always by asking: what was found earlier may be over. Makes one if the address says so, and begins a scheduled one
 * whose time has come.
 *
 * @param nowMs milliseconds since 1970.
 * @throws TelegramRpcError, CallError `TELEGRAM_NO_CALL`.
 */
export async function findCall(
  port: TelegramPort,
  chat: ChatPlace,
  address: TelegramAddress,
  nowMs: number,
  signal?: AbortSignal,
): Promise<CallPlace> {
  const { api } = port;
  const options = { ...(signal && { signal }) };
  const { fullChat } = await port.invoke(
    chat.channel
      ? new api.channels.GetFullChannel({ channel: chat.channel })
      : new api.messages.GetFullChat({ chatId: asLong(chat.chatId!) }),
    options,
  );
  const input = fullChat.call as Api.InputGroupCall | undefined | null;
  if (!input) {
    if (!address.create) return fail('TELEGRAM_NO_CALL', { peer: chat.title });
    const { startMs = 0, rtmp } = address;
    // A start that is over, or nearly, is now.
    const later = startMs - nowMs >= SOONEST_MS && { scheduleDate: Math.round(startMs / 1000) };
    return createCall(port, chat, { rtmp, ...later }, signal);
  }
  const ask = async () => (await port.invoke(new api.phone.GetGroupCall({ call: input, limit: 1 }), options)).call;
  let call = await ask();
  if (isDue(call, address, nowMs)) {
    await port.invoke(new api.phone.StartScheduledGroupCall({ call: input }), options).catch((error: unknown) => {
      // Who is no admin waits for one.
      if (!isDoneAlready(error) && !isRpc(error, 'CHAT_ADMIN_REQUIRED')) throw error;
    });
    call = await ask();
  }
  if (call.className === 'GroupCallDiscarded') return fail('TELEGRAM_NO_CALL', { peer: chat.title });
  return { chat, input, call };
}

/** Whether the address asks to begin the call, and its time has come. */
function isDue(call: Api.TypeGroupCall, { startMs }: TelegramAddress, nowMs: number): boolean {
  return (
    startMs !== undefined && call.className === 'GroupCall' && call.scheduleDate != null && call.scheduleDate * 1000 <= nowMs
  );
}

/** What a new call is like. */
export interface NewCall {
  readonly title?: string;
  /** When it is to begin, in seconds since 1970; absent: at once. */
  readonly scheduleDate?: number;
  /** Whether its sound comes by RTMP. */
  readonly rtmp?: boolean;
}

/** Starts a call, for which one must be an admin. @throws TelegramRpcError. */
export async function createCall(port: TelegramPort, chat: ChatPlace, given: NewCall, signal?: AbortSignal): Promise<CallPlace> {
  const { api } = port;
  const request = new api.phone.CreateGroupCall({
    peer: chat.peer,
    // Left out, the library makes one of 64 bits, which does not fit.
    randomId: Math.floor(Math.random() * 0x7fffffff) + 1,
    ...(given.title !== undefined && { title: given.title }),
    ...(given.scheduleDate !== undefined && { scheduleDate: given.scheduleDate }),
    ...(given.rtmp === true && { rtmpStream: true }),
  });
  const updates = newsIn(await port.invoke(request, { ...(signal && { signal }) }));
  for (const { update } of updates) {
    if (update.className !== 'UpdateGroupCall' || update.call.className !== 'GroupCall') continue;
    const { call } = update;
    return { chat, input: new api.InputGroupCall({ id: call.id, accessHash: call.accessHash }), call };
  }
  return fail('TELEGRAM_NO_CALL', { peer: chat.title });
}
