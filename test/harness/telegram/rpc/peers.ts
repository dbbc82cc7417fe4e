import type { TlObject } from '../tl/codec.js';
import { type Chat, RpcFault } from '../world/model.js';
import type { World } from '../world/world.js';
import { dropParticipant, inputCall } from './call-tl.js';
import { ownParticipant } from './calls.js';
import { doer, type RpcContext, type RpcHandler, signedIn } from './context.js';

function config({ world, dcOptions, key }: RpcContext): TlObject {
  const now = world.nowSec();
  const numbers = {
    chatSizeMax: 200,
    megagroupSizeMax: 200_000,
    forwardedCountMax: 100,
    onlineUpdatePeriodMs: 120_000,
    offlineBlurTimeoutMs: 5000,
    offlineIdleTimeoutMs: 30_000,
    onlineCloudTimeoutMs: 300_000,
    notifyCloudDelayMs: 30_000,
    notifyDefaultDelayMs: 1500,
    pushChatPeriodMs: 60_000,
    pushChatLimit: 2,
    editTimeLimit: 172_800,
    revokeTimeLimit: 172_800,
    revokePmTimeLimit: 172_800,
    ratingEDecay: 2_419_200,
    stickersRecentLimit: 200,
    channelsReadMediaPeriod: 604_800,
    callReceiveTimeoutMs: 20_000,
    callRingTimeoutMs: 90_000,
    callConnectTimeoutMs: 30_000,
    callPacketTimeoutMs: 10_000,
    captionLengthMax: 1024,
    messageLengthMax: 4096,
    webfileDcId: 4,
  };
  return {
    _: 'Config',
    date: now,
    expires: now + 3600,
    testMode: false,
    thisDc: key?.dc ?? 1,
    dcOptions: dcOptions.map(({ id, ip }) => ({ _: 'DcOption', id, ipAddress: ip, port: 443 })),
    dcTxtDomainName: '',
    meUrlPrefix: 'https://t.me/',
    ...numbers,
  };
}

function chatFull(world: World, viewer: bigint, chat: Chat): TlObject {
  const call = chat.call && { call: inputCall(world, viewer, chat.call) };
  const notify = { _: 'PeerNotifySettings' };
  const fullChat =
    chat.kind === 'group'
      ? {
          _: 'ChatFull',
          id: chat.id,
          about: '',
          participants: {
            _: 'ChatParticipants',
            chatId: chat.id,
            version: 1,
            participants: [...chat.members.keys()].map((userId) => ({
              _: 'ChatParticipant',
              userId,
              inviterId: userId,
              date: 0,
            })),
          },
          notifySettings: notify,
          ...call,
        }
      : {
          _: 'ChannelFull',
          id: chat.id,
          about: '',
          readInboxMaxId: 0,
          readOutboxMaxId: 0,
          unreadCount: 0,
          chatPhoto: { _: 'PhotoEmpty', id: 0n },
          notifySettings: notify,
          botInfo: [],
          pts: chat.pts,
          ...call,
        };
  const users = [...chat.members.keys()].map((id) => world.userTl(viewer, world.users.get(id)!));
  return { _: 'messages.ChatFull', fullChat, chats: [world.chatTl(viewer, chat)], users };
}

function joinChat({ world }: RpcContext, me: bigint, chat: Chat): TlObject {
  if (chat.members.has(me)) throw new RpcFault(400, 'USER_ALREADY_PARTICIPANT');
  if (chat.banned.has(me)) throw new RpcFault(400, 'CHANNEL_PRIVATE');
  chat.members.set(me, { admin: false });
  const update = chat.kind === 'channel' ? { _: 'UpdateChannel', channelId: chat.id } : { _: 'UpdateChat', chatId: chat.id };
  return world.updates(me, [update]);
}

function byInvite(world: World, hash: unknown): Chat {
  const chat = [...world.chats.values()].find((known) => known.invite === hash);
  if (!chat) throw new RpcFault(400, 'INVITE_HASH_EXPIRED');
  return chat;
}

function removeMember(context: RpcContext, chat: Chat, userId: bigint, ban: boolean): TlObject[] {
  chat.members.delete(userId);
  const own = chat.call && ownParticipant(chat.call, userId);
  if (own) dropParticipant(context.world, chat.call!, own, doer(context));
  if (ban) chat.banned.add(userId);
  return chat.kind === 'channel' ? [{ _: 'UpdateChannel', channelId: chat.id }] : [{ _: 'UpdateChat', chatId: chat.id }];
}

/** Users, chats, invite links, membership. */
export const peerMethods: Record<string, RpcHandler> = {
  'help.GetConfig': config,
  'users.GetUsers': (context, { id }) => {
    const me = signedIn(context);
    return (id as TlObject[]).map((input) => context.world.userTl(me.id, context.world.userOf(me.id, input)));
  },
  'contacts.ResolveUsername': (context, { username }) => {
    const me = signedIn(context);
    const { world } = context;
    const wanted = (username as string).toLowerCase();
    const chat = [...world.chats.values()].find((known) => known.username?.toLowerCase() === wanted);
    const user = [...world.users.values()].find((known) => known.username?.toLowerCase() === wanted);
    if (chat) return { _: 'contacts.ResolvedPeer', peer: world.peerTl(chat), chats: [world.chatTl(me.id, chat)], users: [] };
    if (!user) throw new RpcFault(400, /^\w{4,32}$/.test(wanted) ? 'USERNAME_NOT_OCCUPIED' : 'USERNAME_INVALID');
    return {
      _: 'contacts.ResolvedPeer',
      peer: { _: 'PeerUser', userId: user.id },
      chats: [],
      users: [world.userTl(me.id, user)],
    };
  },
  'messages.GetFullChat': (context, { chatId }) => {
    const me = signedIn(context);
    return chatFull(context.world, me.id, context.world.chatOf(me.id, { _: 'InputPeerChat', chatId }));
  },
  'channels.GetFullChannel': (context, { channel }) => {
    const me = signedIn(context);
    return chatFull(context.world, me.id, context.world.chatOf(me.id, channel as TlObject));
  },
  'messages.CheckChatInvite': (context, { hash }) => {
    const me = signedIn(context);
    const chat = byInvite(context.world, hash);
    if (chat.members.has(me.id)) return { _: 'ChatInviteAlready', chat: context.world.chatTl(me.id, chat) };
    return {
      _: 'ChatInvite',
      channel: chat.kind === 'channel',
      megagroup: chat.megagroup,
      title: chat.title,
      photo: { _: 'PhotoEmpty', id: 0n },
      participantsCount: chat.members.size,
      color: 0,
    };
  },
  'messages.ImportChatInvite': (context, { hash }) => joinChat(context, signedIn(context).id, byInvite(context.world, hash)),
  'channels.JoinChannel': (context, { channel }) => {
    const me = signedIn(context);
    return joinChat(context, me.id, context.world.chatOf(me.id, channel as TlObject));
  },
  'channels.EditBanned': (context, { channel, participant }) => {
    const me = signedIn(context);
    const chat = context.world.chatOf(me.id, channel as TlObject);
    if (!chat.members.get(me.id)?.admin) throw new RpcFault(400, 'CHAT_ADMIN_REQUIRED');
    const user = context.world.userOf(me.id, participant as TlObject);
    const updates = removeMember(context, chat, user.id, true);
    context.world.push(user.id, updates);
    return context.world.updates(me.id, updates);
  },
  'messages.DeleteChatUser': (context, { chatId, userId }) => {
    const me = signedIn(context);
    const chat = context.world.chatOf(me.id, { _: 'InputPeerChat', chatId });
    if (!chat.members.get(me.id)?.admin) throw new RpcFault(400, 'CHAT_ADMIN_REQUIRED');
    const user = context.world.userOf(me.id, userId as TlObject);
    const updates = removeMember(context, chat, user.id, false);
    context.world.push(user.id, updates);
    return context.world.updates(me.id, updates);
  },
  'messages.SetTyping': (context, { peer, action }) => {
    const me = signedIn(context);
    const chat = context.world.chatOf(me.id, peer as TlObject);
    const fromId = { _: 'PeerUser', userId: me.id };
    const update =
      chat.kind === 'channel'
        ? { _: 'UpdateChannelUserTyping', channelId: chat.id, fromId, action }
        : { _: 'UpdateChatUserTyping', chatId: chat.id, fromId, action };
    for (const other of chat.members.keys()) if (other !== me.id) context.world.push(other, [update]);
    return true;
  },
};
