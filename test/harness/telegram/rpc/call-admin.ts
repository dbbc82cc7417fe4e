import { randomBytes } from 'node:crypto';
import type { TlObject } from '../tl/codec.js';
import { type Chat, type GroupCall, RpcFault } from '../world/model.js';
import type { World } from '../world/world.js';
import { callUpdate, tellCall } from './call-tl.js';
import { doer, type RpcContext, type RpcHandler, signedIn } from './context.js';

/** Makes a call in a chat. */
export function makeCall(
  world: World,
  chat: Chat,
  given: { title?: string; scheduleDate?: number; rtmp?: boolean } = {},
): GroupCall {
  const call: GroupCall = {
    id: world.newId(),
    chat,
    title: given.title ?? '',
    version: 1,
    joinMuted: false,
    ...(given.scheduleDate !== undefined && { scheduleDate: given.scheduleDate }),
    recordVideo: false,
    rtmp: given.rtmp ?? false,
    discarded: false,
    startDate: world.nowSec(),
    participants: new Map(),
    settings: new Map(),
    subscribers: new Set(),
    invites: { listener: randomBytes(8).toString('hex'), speaker: randomBytes(8).toString('hex') },
  };
  chat.call = call;
  world.calls.set(call.id, call);
  return call;
}

function asAdmin(context: RpcContext, request: TlObject): { me: bigint; call: GroupCall } {
  const me = signedIn(context).id;
  const call = context.world.callOf(me, request['call'] as TlObject);
  if (!call.chat.members.get(me)?.admin) throw new RpcFault(400, 'CHAT_ADMIN_REQUIRED');
  return { me, call };
}

function told(context: RpcContext, call: GroupCall, me: bigint): TlObject {
  return context.world.updates(me, [tellCall(context.world, call, doer(context))]);
}

/** What admins ask of a call. */
export const callAdminMethods: Record<string, RpcHandler> = {
  'phone.CreateGroupCall': (context, request) => {
    const me = signedIn(context).id;
    const chat = context.world.chatOf(me, request['peer'] as TlObject);
    if (!chat.members.get(me)?.admin) throw new RpcFault(400, 'CHAT_ADMIN_REQUIRED');
    if (chat.call) throw new RpcFault(500, 'CREATE_CALL_FAILED');
    const scheduleDate = request['scheduleDate'] as number | undefined;
    if (scheduleDate !== undefined && scheduleDate < context.world.nowSec() + 10)
      throw new RpcFault(400, 'SCHEDULE_DATE_INVALID');
    const title = request['title'] as string | undefined;
    const call = makeCall(context.world, chat, {
      ...(title !== undefined && { title }),
      ...(scheduleDate !== undefined && { scheduleDate }),
      rtmp: request['rtmpStream'] === true,
    });
    return told(context, call, me);
  },
  'phone.DiscardGroupCall': (context, request) => {
    const me = signedIn(context).id;
    const { call } = asAdmin(context, request);
    call.discarded = true;
    delete call.chat.call;
    for (const { userId, source } of call.participants.values()) {
      context.world.sfu.leave({ call: String(call.id), user: String(userId), source: source >>> 0, presentation: false });
    }
    return told(context, call, me);
  },
  'phone.StartScheduledGroupCall': (context, request) => {
    const { me, call } = asAdmin(context, request);
    if (call.scheduleDate === undefined) throw new RpcFault(400, 'GROUPCALL_ALREADY_STARTED');
    delete call.scheduleDate;
    return told(context, call, me);
  },
  'phone.ToggleGroupCallStartSubscription': (context, request) => {
    const me = signedIn(context).id;
    const call = context.world.callOf(me, request['call'] as TlObject);
    if (call.scheduleDate === undefined) throw new RpcFault(400, 'GROUPCALL_ALREADY_STARTED');
    if (request['subscribed'] === true) call.subscribers.add(me);
    else call.subscribers.delete(me);
    return context.world.updates(me, [callUpdate(context.world, me, call)]);
  },
  'phone.EditGroupCallTitle': (context, request) => {
    const { me, call } = asAdmin(context, request);
    if (call.title === request['title']) throw new RpcFault(400, 'GROUPCALL_NOT_MODIFIED');
    call.title = request['title'] as string;
    return told(context, call, me);
  },
  'phone.ToggleGroupCallSettings': (context, request) => {
    const { me, call } = asAdmin(context, request);
    const joinMuted = request['joinMuted'] as boolean | undefined;
    if (request['resetInviteHash'] === true) call.invites.listener = randomBytes(8).toString('hex');
    else if (joinMuted === undefined || joinMuted === call.joinMuted) throw new RpcFault(400, 'GROUPCALL_NOT_MODIFIED');
    if (joinMuted !== undefined) call.joinMuted = joinMuted;
    return told(context, call, me);
  },
  'phone.ToggleGroupCallRecord': (context, request) => {
    const { me, call } = asAdmin(context, request);
    if ((request['start'] === true) === (call.recordStart !== undefined)) throw new RpcFault(400, 'GROUPCALL_NOT_MODIFIED');
    if (request['start'] === true) call.recordStart = context.world.nowSec();
    else delete call.recordStart;
    call.recordVideo = request['video'] === true;
    return told(context, call, me);
  },
  'phone.InviteToGroupCall': (context, request) => {
    const me = signedIn(context).id;
    const call = context.world.callOf(me, request['call'] as TlObject);
    for (const input of request['users'] as TlObject[]) {
      const user = context.world.userOf(me, input);
      if ([...call.participants.values()].some(({ userId }) => userId === user.id))
        throw new RpcFault(400, 'USER_ALREADY_INVITED');
    }
    return context.world.updates(me, [callUpdate(context.world, me, call)]);
  },
  'phone.ExportGroupCallInvite': (context, request) => {
    const me = signedIn(context).id;
    const call = context.world.callOf(me, request['call'] as TlObject);
    if (call.chat.username === undefined) throw new RpcFault(400, 'PUBLIC_CHANNEL_MISSING');
    const speaker = request['canSelfUnmute'] === true;
    if (speaker && !call.chat.members.get(me)?.admin) throw new RpcFault(400, 'CHAT_ADMIN_REQUIRED');
    const hash = speaker ? call.invites.speaker : call.invites.listener;
    return { _: 'phone.ExportedGroupCallInvite', link: `https://t.me/${call.chat.username}?voicechat=${hash}` };
  },
  'phone.GetGroupCallJoinAs': (context, request) => {
    const me = signedIn(context);
    context.world.chatOf(me.id, request['peer'] as TlObject);
    const owned = [...context.world.chats.values()].filter((chat) => chat.kind === 'channel' && chat.members.get(me.id)?.admin);
    const peers = [{ _: 'PeerUser', userId: me.id }, ...owned.map((chat) => ({ _: 'PeerChannel', channelId: chat.id }))];
    const chats = owned.map((chat) => context.world.chatTl(me.id, chat));
    return { _: 'phone.JoinAsPeers', peers, chats, users: [context.world.userTl(me.id, me)] };
  },
  'phone.SaveDefaultGroupCallJoinAs': (context, request) => {
    context.world.chatOf(signedIn(context).id, request['peer'] as TlObject);
    return true;
  },
  'phone.GetGroupCallStreamRtmpUrl': (context, request) => {
    const me = signedIn(context).id;
    const chat = context.world.chatOf(me, request['peer'] as TlObject);
    if (!chat.members.get(me)?.admin) throw new RpcFault(400, 'CHAT_ADMIN_REQUIRED');
    return { _: 'phone.GroupCallStreamRtmpUrl', url: context.world.rtmpUrl, key: `${chat.id}:test` };
  },
};
