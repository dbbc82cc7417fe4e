import type { TlObject } from '../tl/codec.js';
import { type GroupCall, type Participant, peerKey, RpcFault, type User } from '../world/model.js';
import type { SfuPlace, World } from '../world/world.js';
import { callTl, callUpdate, dropParticipant, participantsUpdate, participantTl, tellParticipants } from './call-tl.js';
import { doer, type RpcContext, type RpcHandler, signedIn } from './context.js';
import { readJoinParams } from './join-params.js';

const PAGE = 100;

/** The participants of a user. */
export function ownParticipant(call: GroupCall, userId: bigint): Participant | undefined {
  return [...call.participants.values()].find((participant) => participant.userId === userId);
}

function joined(call: GroupCall, userId: bigint): Participant {
  const own = ownParticipant(call, userId);
  if (!own) throw new RpcFault(400, 'GROUPCALL_JOIN_MISSING');
  return own;
}

function joinAs(context: RpcContext, me: User, input: TlObject): Participant['as'] {
  if (input._ === 'InputPeerSelf') return { user: me.id };
  if (input._ === 'InputPeerUser' && input['userId'] === me.id) return { user: me.id };
  if (input._ === 'InputPeerChannel') {
    const chat = context.world.chatOf(me.id, input);
    if (chat.members.get(me.id)?.admin) return { channel: chat.id };
  }
  throw new RpcFault(400, 'JOIN_AS_PEER_INVALID');
}

function place(call: GroupCall, userId: bigint, source: number, presentation: boolean): SfuPlace {
  return { call: String(call.id), user: String(userId), source: source >>> 0, presentation };
}

/** `updateGroupCallConnection`, in the result or, as some clients saw it, in the stream behind it. */
function connection(world: World, me: bigint, params: TlObject): TlObject[] {
  if (!world.connectionInStream) return [params];
  setImmediate(() => world.push(me, [params]));
  return [];
}

/** What others set of somebody for themselves; he may leave and come back. */
function setFor(call: GroupCall, key: string): Pick<Participant, 'mutedFor' | 'volumeFor'> {
  const known = call.settings.get(key) ?? { mutedFor: new Set(), volumeFor: new Map<bigint, number>() };
  call.settings.set(key, known);
  return known;
}

async function join(context: RpcContext, request: TlObject): Promise<TlObject> {
  const me = signedIn(context);
  const { world } = context;
  const call = world.callOf(me.id, request['call'] as TlObject);
  const hash = request['inviteHash'] as string | undefined;
  const bySpeakerLink = hash !== undefined && hash === call.invites.speaker;
  if (hash !== undefined && !bySpeakerLink && hash !== call.invites.listener) throw new RpcFault(400, 'INVITE_HASH_INVALID');
  if (!call.chat.members.has(me.id) && (call.chat.username === undefined || call.chat.banned.has(me.id)))
    throw new RpcFault(403, 'GROUPCALL_FORBIDDEN');
  // A guess: clients do not join before the start (tdesktop shows a lobby).
  if (call.scheduleDate !== undefined) throw new RpcFault(403, 'GROUPCALL_FORBIDDEN');
  const as = joinAs(context, me, request['joinAs'] as TlObject);
  const text = (request['params'] as TlObject)['data'] as string;
  const { source, groups } = readJoinParams(text, context.violation);
  const others = [...call.participants.values()].filter((other) => other.userId !== me.id);
  if (others.some((other) => other.source === source)) throw new RpcFault(400, 'GROUPCALL_SSRC_DUPLICATE_MUCH');
  const admin = call.chat.members.get(me.id)?.admin === true;
  // A second join of the same account takes the first one's place without any error (public clients agree).
  const before = ownParticipant(call, me.id);
  // Whoever was allowed to speak stays so: tdesktop joins anew then, to be let in (applySelfUpdate).
  const mayUnmute = admin || bySpeakerLink || !call.joinMuted || before?.canSelfUnmute === true;
  // Belief: in a call that is broadcast those get parts who may not speak (tdesktop: a stream until one is unmuted).
  const listens = call.parts !== undefined && !mayUnmute;
  const stream = call.rtmp ? '{"stream":true,"rtmp":true}' : '{"stream":true}';
  const answer = call.rtmp || listens ? stream : await world.sfu.join(place(call, me.id, source, false), text);
  if (before) {
    if (!before.listens) world.sfu.leave(place(call, me.id, before.source, false));
    call.participants.delete(peerKey(before.as));
  }
  const participant: Participant = {
    userId: me.id,
    as,
    source,
    muted: request['muted'] === true || !mayUnmute,
    canSelfUnmute: mayUnmute,
    volume: 10_000,
    raisedHand: false,
    videoStopped: request['videoStopped'] === true,
    ...(groups.length > 0 && { video: { endpoint: `video-${source >>> 0}`, groups, paused: false } }),
    listens: call.rtmp || listens,
    date: world.nowSec(),
    ...setFor(call, peerKey(as)),
  };
  call.participants.set(peerKey(as), participant);
  // Belief: who is muted is not passed on, whatever he sends.
  if (participant.muted) world.sfu.allow?.(place(call, me.id, source, false), { audio: false });
  const told = tellParticipants(world, call, [participant], { justJoined: !before, versioned: true }, doer(context));
  const params = { _: 'UpdateGroupCallConnection', params: { _: 'DataJSON', data: answer } };
  return world.updates(me.id, [callUpdate(world, me.id, call), told, ...connection(world, me.id, params)]);
}

async function present(context: RpcContext, request: TlObject): Promise<TlObject> {
  const me = signedIn(context);
  const { world } = context;
  const call = world.callOf(me.id, request['call'] as TlObject);
  const own = ownParticipant(call, me.id);
  if (!own) throw new RpcFault(400, 'PARTICIPANT_JOIN_MISSING');
  const text = (request['params'] as TlObject)['data'] as string;
  const { source, groups } = readJoinParams(text, context.violation);
  if (groups.length === 0) throw new RpcFault(400, 'DATA_JSON_INVALID');
  const answer = await world.sfu.join(place(call, me.id, source, true), text);
  own.presentation = { endpoint: `screen-${source >>> 0}`, groups, paused: false, audioSource: source };
  const told = tellParticipants(world, call, [own], { versioned: true }, doer(context));
  const params = { _: 'UpdateGroupCallConnection', presentation: true, params: { _: 'DataJSON', data: answer } };
  return world.updates(me.id, [told, ...connection(world, me.id, params)]);
}

function participants(context: RpcContext, request: TlObject): TlObject {
  const me = signedIn(context);
  const { world } = context;
  const call = world.callOf(me.id, request['call'] as TlObject);
  const all = [...call.participants.values()];
  const sources = request['sources'] as number[];
  const ids = request['ids'] as TlObject[];
  const wanted =
    sources.length + ids.length === 0
      ? all
      : all.filter(
          ({ source, as, userId, presentation }) =>
            sources.includes(source) ||
            // The sound of a screen is its owner's (tdesktop, GetAdditionalAudioSsrc).
            (presentation?.audioSource !== undefined && sources.includes(presentation.audioSource)) ||
            ids.some((id) =>
              id._ === 'InputPeerChannel'
                ? id['channelId'] === as.channel
                : as.user !== undefined && (id._ === 'InputPeerSelf' ? userId === me.id : id['userId'] === as.user),
            ),
        );
  const from = Number(request['offset'] || 0);
  const limit = Math.min(PAGE, request['limit'] as number);
  const page = wanted.slice(from, from + limit);
  const next = from + limit < wanted.length ? String(from + limit) : '';
  const list = page.map((participant) => participantTl(me.id, participant));
  const named = world.updates(me.id, [{ _: 'x', list } as unknown as TlObject]);
  return {
    _: 'phone.GroupParticipants',
    count: all.length,
    participants: list,
    nextOffset: next,
    chats: named['chats'],
    users: named['users'],
    version: call.version,
  };
}

function edit(context: RpcContext, request: TlObject): TlObject {
  const me = signedIn(context);
  const { world } = context;
  const call = world.callOf(me.id, request['call'] as TlObject);
  joined(call, me.id);
  const input = request['participant'] as TlObject;
  const target =
    input._ === 'InputPeerSelf'
      ? ownParticipant(call, me.id)
      : call.participants.get(
          input['channelId'] === undefined ? `user ${world.userOf(me.id, input).id}` : `channel ${String(input['channelId'])}`,
        );
  if (!target) throw new RpcFault(400, 'PARTICIPANT_JOIN_MISSING');
  const own = target.userId === me.id;
  const admin = call.chat.members.get(me.id)?.admin === true;
  const { muted, volume, raiseHand, videoStopped, videoPaused, presentationPaused } = request as Record<
    string,
    boolean | number | undefined
  >;
  if (typeof volume === 'number' && (volume < 1 || volume > 20_000)) throw new RpcFault(400, 'USER_VOLUME_INVALID');
  const before = JSON.stringify(target, replacer);
  // As tdesktop and tdlib ask of themselves: one thing at a time.
  if (own && [muted, volume, raiseHand, videoStopped, videoPaused, presentationPaused].filter((one) => one != null).length !== 1)
    context.violation('an edit of ourselves that is not of one thing');
  if (!own && !admin) {
    // Only for the one who asks; nobody else hears of it.
    if (muted === true) target.mutedFor.add(me.id);
    if (muted === false) target.mutedFor.delete(me.id);
    if (typeof volume === 'number') target.volumeFor.set(me.id, volume);
    return world.updates(me.id, [participantsUpdate(world, me.id, call, [target], {})]);
  }
  if (own && muted === false && !target.canSelfUnmute) throw new RpcFault(403, 'GROUPCALL_FORBIDDEN');
  if (own && raiseHand !== undefined) target.raisedHand = raiseHand === true;
  if (typeof muted === 'boolean') {
    // Whoever may speak again is muted until he says that he wants to; an admin may be muted, but not kept from speaking (tdlib, set_pending_is_muted).
    target.muted = own ? muted : true;
    if (!own) {
      target.canSelfUnmute = !muted || call.chat.members.get(target.userId)?.admin === true;
      if (!muted) target.raisedHand = false;
    }
    world.sfu.allow?.(place(call, target.userId, target.source, false), { audio: !target.muted });
  }
  if (typeof volume === 'number') {
    target.volume = volume;
    target.volumeFor.clear();
  }
  if (own && typeof videoStopped === 'boolean') target.videoStopped = videoStopped;
  if (own && target.video && typeof videoPaused === 'boolean') target.video.paused = videoPaused;
  if (own && typeof presentationPaused === 'boolean') {
    if (!target.presentation) throw new RpcFault(400, 'PARTICIPANT_PRESENTATION_MISSING');
    target.presentation.paused = presentationPaused;
  }
  if (JSON.stringify(target, replacer) === before) throw new RpcFault(400, 'GROUPCALL_NOT_MODIFIED');
  return world.updates(me.id, [tellParticipants(world, call, [target], { versioned: true }, doer(context))]);
}

function replacer(_key: string, value: unknown): unknown {
  if (value instanceof Map) return [...(value as Map<bigint, number>)].map(String);
  if (value instanceof Set) return [...(value as Set<unknown>)].map(String);
  return typeof value === 'bigint' ? String(value) : value;
}

/** What somebody in a call asks. */
export const callMethods: Record<string, RpcHandler> = {
  'phone.JoinGroupCall': join,
  'phone.JoinGroupCallPresentation': present,
  'phone.LeaveGroupCall': (context, request) => {
    const me = signedIn(context);
    const call = context.world.callOf(me.id, request['call'] as TlObject);
    const own = joined(call, me.id);
    // Belief: 0 stands for whatever source one has (pytgcalls sends it).
    if (request['source'] !== 0 && request['source'] !== own.source) throw new RpcFault(400, 'GROUPCALL_JOIN_MISSING');
    return context.world.updates(me.id, [dropParticipant(context.world, call, own, doer(context))]);
  },
  'phone.LeaveGroupCallPresentation': (context, request) => {
    const me = signedIn(context);
    const call = context.world.callOf(me.id, request['call'] as TlObject);
    const own = joined(call, me.id);
    if (!own.presentation) throw new RpcFault(400, 'PARTICIPANT_PRESENTATION_MISSING');
    context.world.sfu.leave(place(call, me.id, own.presentation.audioSource!, true));
    delete own.presentation;
    return context.world.updates(me.id, [tellParticipants(context.world, call, [own], { versioned: true }, doer(context))]);
  },
  'phone.CheckGroupCall': (context, request) => {
    const me = signedIn(context);
    const call = context.world.callOf(me.id, request['call'] as TlObject);
    const own = joined(call, me.id);
    const known = [own.source, own.presentation?.audioSource];
    return (request['sources'] as number[]).filter((source) => known.includes(source));
  },
  'phone.GetGroupCall': (context, request) => {
    const me = signedIn(context);
    const { world } = context;
    const call = world.callOf(me.id, request['call'] as TlObject);
    const page = participants(context, {
      ...request,
      ids: [],
      sources: [],
      offset: '',
      limit: Math.max(1, request['limit'] as number),
    });
    const list = (page['participants'] as TlObject[]).slice(0, request['limit'] as number);
    return {
      _: 'phone.GroupCall',
      call: callTl(world, me.id, call),
      participants: list,
      participantsNextOffset: page['nextOffset'],
      chats: page['chats'],
      users: page['users'],
    };
  },
  'phone.GetGroupParticipants': participants,
  'phone.EditGroupCallParticipant': edit,
};
