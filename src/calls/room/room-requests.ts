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
});
const closeRequest = z.object({ type: z.literal('peer.close'), peerId: z.string() });
const roomRequest = z.discriminatedUnion('type', [offerRequest, closeRequest]);

/** Somebody wants to speak or to listen. */
export type OfferRequest = z.output<typeof offerRequest>;
/** Whether a peer sends or receives. */
export type PeerRole = OfferRequest['role'];

/** Checks what a room is asked. @throws VoxError BAD_OFFER. */
export function parseRoomRequest(request: unknown): z.output<typeof roomRequest> {
  const parsed = roomRequest.safeParse(request);
  if (!parsed.success) throw voxError('BAD_OFFER', { reason: parsed.error.issues[0]?.message ?? 'malformed request' });
  return parsed.data;
}

/** Refuses what is no room name: 1–64 letters, digits, `-` and `_`. @throws VoxError BAD_CALL_ADDRESS. */
export function checkRoomName(room: string): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(room)) throw voxError('BAD_CALL_ADDRESS', { address: `room:${room}` });
  return room;
}
