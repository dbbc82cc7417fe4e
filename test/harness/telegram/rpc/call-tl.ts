import type { TlObject } from '../tl/codec.js';
import { type GroupCall, type Participant, peerKey, type VideoSources } from '../world/model.js';
import type { World } from '../world/world.js';

/** Who does something: his other clients hear of it like everybody else, the one he does it with has it in its answer. */
export interface Doer {
  readonly me: bigint;
  readonly session?: unknown;
}

/** How one user names a call. */
export function inputCall(world: World, viewer: bigint, call: GroupCall): TlObject {
  return { _: 'InputGroupCall', id: call.id, accessHash: world.accessHash(viewer, 'call', call.id) };
}

/** A call as one user sees it. */
export function callTl(world: World, viewer: bigint, call: GroupCall): TlObject {
  const name = { id: call.id, accessHash: world.accessHash(viewer, 'call', call.id) };
  if (call.discarded) return { _: 'GroupCallDiscarded', ...name, duration: world.nowSec() - call.startDate };
  return {
    _: 'GroupCall',
    ...name,
    joinMuted: call.joinMuted,
    canChangeJoinMuted: call.chat.members.get(viewer)?.admin === true,
    canStartVideo: true,
    participantsCount: call.participants.size,
    title: call.title,
    unmutedVideoLimit: 30,
    version: call.version,
    rtmpStream: call.rtmp,
    // Belief: whoever is in it is told where it is broadcast (tdesktop reads it from the answer to the join only).
    ...((call.rtmp || call.parts) && joinedBy(call, viewer) && { streamDcId: world.streamDc }),
    ...(call.scheduleDate !== undefined && {
      scheduleDate: call.scheduleDate,
      scheduleStartSubscribed: call.subscribers.has(viewer),
    }),
    ...(call.recordStart !== undefined && { recordStartDate: call.recordStart, recordVideoActive: call.recordVideo }),
  };
}

function joinedBy(call: GroupCall, viewer: bigint): boolean {
  return [...call.participants.values()].some(({ userId }) => userId === viewer);
}

/** How a participant is seen, and in which way he changed. */
export interface Seen {
  readonly left?: boolean;
  readonly justJoined?: boolean;
  /** The version of the call rose for this: it belongs into the order. */
  readonly versioned?: boolean;
  /**
   * The same for everybody: it says neither whose it is, nor what only the viewer set (tdesktop handleUpdate and applyParticipantsSlice; tdlib
   * GroupCallParticipant::update_from).
   */
  readonly min?: boolean;
}

function videoTl(video: VideoSources): TlObject {
  return {
    _: 'GroupCallParticipantVideo',
    paused: video.paused,
    endpoint: video.endpoint,
    sourceGroups: video.groups.map(({ semantics, sources }) => ({
      _: 'GroupCallParticipantVideoSourceGroup',
      semantics,
      sources,
    })),
    ...(video.audioSource !== undefined && { audioSource: video.audioSource }),
  };
}

/** A participant as one user sees him. */
export function participantTl(viewer: bigint, participant: Participant, seen: Seen = {}): TlObject {
  const { as } = participant;
  const own = seen.min ? undefined : participant.volumeFor.get(viewer);
  return {
    _: 'GroupCallParticipant',
    ...seen,
    muted: participant.muted,
    canSelfUnmute: participant.canSelfUnmute,
    ...(!seen.min && { mutedByYou: participant.mutedFor.has(viewer), self: participant.userId === viewer }),
    videoJoined: participant.video !== undefined,
    peer: as.channel === undefined ? { _: 'PeerUser', userId: as.user } : { _: 'PeerChannel', channelId: as.channel },
    date: participant.date,
    source: participant.source,
    // Without one it is 100 %.
    ...(own !== undefined
      ? { volume: own }
      : participant.volume !== 10_000 && { volume: participant.volume, volumeByAdmin: true }),
    ...(participant.raisedHand && { raiseHandRating: 1n }),
    ...(participant.video && !participant.videoStopped && { video: videoTl(participant.video) }),
    ...(participant.presentation && { presentation: videoTl(participant.presentation) }),
  };
}

/** `updateGroupCallParticipants` as one user sees it. */
export function participantsUpdate(
  world: World,
  viewer: bigint,
  call: GroupCall,
  who: readonly Participant[],
  seen: Seen,
): TlObject {
  return {
    _: 'UpdateGroupCallParticipants',
    call: inputCall(world, viewer, call),
    participants: who.map((participant) => participantTl(viewer, participant, seen)),
    version: call.version,
  };
}

/** `updateGroupCall` as one user sees it. */
export function callUpdate(world: World, viewer: bigint, call: GroupCall): TlObject {
  return { _: 'UpdateGroupCall', chatId: call.chat.id, peer: world.peerTl(call.chat), call: callTl(world, viewer, call) };
}

/**
 * Tells everybody in a call that some participants changed; all but the one who did it get rows for everybody. Belief: a change that belongs into the order raises the version by one and is
 * marked `versioned`; others carry the present version (tdesktop, Data::GroupCall::processQueuedUpdates).
 *
 * @returns the update as the one who caused it gets it.
 */
export function tellParticipants(
  world: World,
  call: GroupCall,
  who: readonly Participant[],
  seen: Seen,
  by: Doer,
  extra: readonly bigint[] = [],
): TlObject {
  if (seen.versioned) call.version++;
  const listeners = new Set([...[...call.participants.values()].map(({ userId }) => userId), ...extra]);
  listeners.add(by.me);
  for (const listener of listeners) {
    world.push(listener, [participantsUpdate(world, listener, call, who, { ...seen, min: true })], by.session);
  }
  return participantsUpdate(world, by.me, call, who, seen);
}

/** Tells everybody of the chat that the call itself changed. @returns the update as the one who caused it gets it. */
export function tellCall(world: World, call: GroupCall, by: Doer): TlObject {
  for (const member of call.chat.members.keys()) world.push(member, [callUpdate(world, member, call)], by.session);
  return callUpdate(world, by.me, call);
}

/** Takes somebody out of a call. @returns the update as the one who caused it gets it. */
export function dropParticipant(world: World, call: GroupCall, participant: Participant, by: Doer): TlObject {
  const user = String(participant.userId);
  if (participant.presentation)
    world.sfu.leave({ call: String(call.id), user, source: participant.source >>> 0, presentation: true });
  world.sfu.leave({ call: String(call.id), user, source: participant.source >>> 0, presentation: false });
  call.participants.delete(peerKey(participant.as));
  return tellParticipants(world, call, [participant], { left: true, versioned: true }, by, [participant.userId]);
}
