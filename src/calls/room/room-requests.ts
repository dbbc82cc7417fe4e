import { z } from 'zod';
import { voxError } from '../../errors.js';

/** Settings of a room's media side. */
export const roomConfig = z.strictObject({
  /** The room's name. */
  room: z.string(),
  /** IP addresses that peers may reach us at. */
  addresses: z.array(z.string()).min(1).default(['127.0.0.1']),
  /** Most connections at once; one more is refused. */
  maxPeers: z.number().int().min(1).default(64),
  /** Whether who is removed may not come back from the same network either. */
  banAddresses: z.boolean().default(false),
});

/** Settings of a room's media side, with every default filled in. */
export type RoomConfig = z.output<typeof roomConfig>;

const offerRequest = z.object({
  type: z.literal('peer.offer'),
  /** `speak`: the peer sends (WHIP). `listen`: it receives (WHEP). */
  role: z.enum(['speak', 'listen']),
  sdp: z.string(),
  /** Ties a speaker to the listener who must not hear himself; made up when absent. */
  participantId: z.string().optional(),
  /** Where the request came from. */
  address: z.string().optional(),
});
const closeRequest = z.object({ type: z.literal('peer.close'), peerId: z.string() });
const kickRequest = z.object({
  type: z.literal('participant.kick'),
  participantId: z.string(),
  reason: z.string().optional(),
  banMs: z.number().min(0),
});
const muteRequest = z.object({ type: z.literal('participant.mute'), participantId: z.string(), muted: z.boolean() });
/** How loud somebody's voice is in the graph; 100 is as he speaks. */
const volumeRequest = z.object({
  type: z.literal('participant.volume'),
  participantId: z.string(),
  percent: z.number().min(0).max(200),
});
/** What was set for guests before the process was killed; they come back by the same ids. */
const settleRequest = z.object({
  type: z.literal('participants.settle'),
  muted: z.array(z.string()),
  volumes: z.record(z.string(), volumeRequest.shape.percent),
});
/** Whether everybody hears silence instead of the graph's sound. */
const selfMuteRequest = z.object({ type: z.literal('call.mute'), muted: z.boolean() });
/** We write in the room's chat. */
const sendRequest = z.object({ type: z.literal('chat.send'), text: z.string(), to: z.string().optional() });
/** Somebody writes in the room's chat. */
const receiveRequest = z.object({
  type: z.literal('chat.receive'),
  text: z.string().min(1).max(4096),
  from: z.object({ id: z.string(), name: z.string().optional(), admin: z.boolean().optional() }),
  /** Where the request came from. */
  address: z.string().optional(),
});
const roomRequest = z.discriminatedUnion('type', [
  offerRequest,
  closeRequest,
  kickRequest,
  muteRequest,
  volumeRequest,
  settleRequest,
  selfMuteRequest,
  sendRequest,
  receiveRequest,
]);

/** Somebody wants to speak or to listen. */
export type OfferRequest = z.output<typeof offerRequest>;
/** Somebody is to go. */
export type KickRequest = z.output<typeof kickRequest>;
/** Whether a peer sends or receives. */
export type PeerRole = OfferRequest['role'];

/** Checks what a room is asked. @throws VoxError `BAD_OFFER`, `BAD_REQUEST`. */
export function parseRoomRequest(request: unknown): z.output<typeof roomRequest> {
  const parsed = roomRequest.safeParse(request);
  if (!parsed.success) {
    const reason = parsed.error.issues[0]?.message ?? 'malformed request';
    const { type } = request as { readonly type?: unknown };
    throw voxError(type === 'peer.offer' ? 'BAD_OFFER' : 'BAD_REQUEST', { reason });
  }
  return parsed.data;
}

/** Refuses what is no room name: 1–64 letters, digits, `-` and `_`. @throws VoxError BAD_CALL_ADDRESS. */
export function checkRoomName(room: string): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(room)) throw voxError('BAD_CALL_ADDRESS', { address: `room:${room}` });
  return room;
}
