import { randomBytes } from 'node:crypto';
import { BehaviorSubject, Observable, Subject } from 'rxjs';
import { z } from 'zod';
import { voxError } from '../../errors.js';
import type { Gateway, IncomingAudio, ParticipantChange } from '../../media/gateway.js';
import type { Packet } from '../../media/packet.js';
import type { Scheduler } from '../../time/scheduler.js';
import type { CallEvent, CallMedia, CallRequest } from '../call-media.js';
import { createPeer, type PeerStats, type WebRtcPeer } from '../webrtc/peer.js';

/** Settings of a room's media side. */
export const roomConfig = z.strictObject({
  /** The room's name. */
  room: z.string(),
  /** IP addresses that peers may reach us at. */
  addresses: z.array(z.string()).min(1).default(['127.0.0.1']),
  /** Most connections at once; one more is refused. */
  maxPeers: z.number().int().min(1).default(64),
});

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

/** Whether a peer sends or receives. */
export type PeerRole = z.infer<typeof offerRequest>['role'];

/** What a room reports of itself, as plain JSON. */
export interface RoomStats {
  /** The room's name. */
  readonly room: string;
  /** Packets that left with nobody to hear them. */
  readonly unheardPackets: number;
  /** Every connection. */
  readonly peers: readonly ({ readonly peerId: string; readonly role: PeerRole; readonly participantId: string } & PeerStats)[];
}

interface Member {
  readonly peerId: string;
  readonly role: PeerRole;
  readonly participantId: string;
  readonly peer: WebRtcPeer;
  connected: boolean;
}

/** The media side of one room: peers that speak into its graph and peers that listen to it. One encode serves every listener. */
export class RoomMedia implements CallMedia {
  readonly events$: Subject<CallEvent> = new Subject();
  readonly gateway: Gateway;
  readonly #config: z.infer<typeof roomConfig>;
  readonly #scheduler: Scheduler;
  readonly #members = new Map<string, Member>();
  readonly #voices = new Map<string, IncomingAudio>();
  readonly #changes = new Subject<ParticipantChange>();
  readonly #personal$ = new BehaviorSubject<ReadonlySet<string>>(new Set());
  /** Those whose personal mix has begun to flow; until then they hear the common one. */
  readonly #personalFlows = new Set<string>();
  /** Copied on change, since every packet walks it. */
  #listeners: readonly Member[] = [];
  #unheard = 0;
  #opening = 0;
  #closed = false;

  /** @throws ZodError when the settings are wrong; they come from our own code. */
  constructor(config: Readonly<Record<string, unknown>>, scheduler: Scheduler) {
    this.#config = roomConfig.parse(config);
    this.#scheduler = scheduler;
    this.gateway = {
      participants$: new Observable<ParticipantChange>((observer) => {
        for (const [participantId, audio] of this.#voices) observer.next({ type: 'joined', participantId, audio });
        return this.#changes.subscribe(observer);
      }),
      personalMixes$: this.#personal$,
      sendAudio: (packet, forParticipantId) => this.#send(packet, forParticipantId),
    };
  }

  async request(request: CallRequest): Promise<unknown> {
    const parsed = roomRequest.safeParse(request);
    if (!parsed.success) throw voxError('BAD_OFFER', { reason: parsed.error.issues[0]?.message ?? 'malformed request' });
    const wanted = parsed.data;
    if (wanted.type === 'peer.offer') return this.#answer(wanted);
    return { closed: await this.#remove(wanted.peerId) };
  }

  stats(): RoomStats {
    const peers = [...this.#members.values()].map(({ peerId, role, participantId, peer }) => ({
      peerId,
      role,
      participantId,
      ...peer.stats(),
    }));
    return { room: this.#config.room, unheardPackets: this.#unheard, peers };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled([...this.#members.keys()].map((peerId) => this.#remove(peerId)));
    this.#changes.complete();
    this.#personal$.complete();
    this.events$.complete();
  }

  async #answer({
    role,
    sdp,
    participantId = randomBytes(9).toString('base64url'),
  }: z.infer<typeof offerRequest>): Promise<unknown> {
    const { room, maxPeers, addresses } = this.#config;
    if (this.#closed) throw voxError('UNKNOWN_CALL', { call: room });
    // A page that reloads takes its own old place.
    for (const old of this.#members.values())
      if (old.role === role && old.participantId === participantId) void this.#remove(old.peerId);
    if (this.#members.size + this.#opening >= maxPeers) throw voxError('ROOM_FULL', { room, limit: maxPeers });
    this.#opening++;
    try {
      const peer = await createPeer({
        addresses,
        timers: this.#scheduler,
        participantId,
        send: role === 'listen',
        receive: role === 'speak',
      });
      const answer = await peer.answer(sdp);
      if (this.#closed) {
        await peer.close();
        throw voxError('UNKNOWN_CALL', { call: room });
      }
      const member: Member = { peerId: randomBytes(12).toString('base64url'), role, participantId, peer, connected: false };
      this.#members.set(member.peerId, member);
      this.#follow(member);
      return { peerId: member.peerId, participantId, sdp: answer };
    } finally {
      this.#opening--;
    }
  }

  #follow(member: Member): void {
    const { peer, peerId, role, participantId } = member;
    peer.state$.subscribe((state) => {
      if (state.type === 'connected') {
        member.connected = true;
        this.#refresh();
        this.events$.next({ type: 'peer.connected', peerId, role, participantId, joinMs: state.joinMs });
      } else if (state.type === 'closed') {
        this.#members.delete(peerId);
        this.#refresh();
        this.events$.next({
          type: 'peer.closed',
          peerId,
          role,
          participantId,
          reason: state.reason,
          ...(state.problem && { problem: state.problem }),
        });
      }
    });
    if (role !== 'speak') return;
    peer.incoming$.subscribe((change) => {
      if (change.type === 'started') this.#voiceJoins(participantId, change.audio);
      else if (this.#voices.get(participantId) && !this.#speaks(member)) this.#voiceLeaves(participantId);
    });
  }

  /** Whether the member still has a stream that is heard, after one of them ended. */
  #speaks(member: Member): boolean {
    return member.peer.state.type === 'connected' && member.peer.stats().incoming.length > 0;
  }

  #voiceJoins(participantId: string, audio: IncomingAudio): void {
    if (this.#voices.has(participantId)) this.#voiceLeaves(participantId);
    this.#voices.set(participantId, audio);
    this.#changes.next({ type: 'joined', participantId, audio });
    this.events$.next({ type: 'participant.joined', participantId });
    this.#refresh();
  }

  #voiceLeaves(participantId: string): void {
    if (!this.#voices.delete(participantId)) return;
    this.#changes.next({ type: 'left', participantId });
    this.events$.next({ type: 'participant.left', participantId });
    this.#refresh();
  }

  /** Brings the list of listeners, and the set of those who need a mix of their own, up to date. */
  #refresh(): void {
    this.#listeners = [...this.#members.values()].filter((m) => m.role === 'listen' && m.connected);
    const listening = new Set(this.#listeners.map((m) => m.participantId));
    const personal = new Set([...this.#voices.keys()].filter((id) => listening.has(id)));
    for (const id of [...this.#personalFlows]) if (!personal.has(id)) this.#personalFlows.delete(id);
    const before = this.#personal$.value;
    const same = before.size === personal.size && [...personal].every((id) => before.has(id));
    if (!same) this.#personal$.next(personal);
  }

  #send(packet: Packet, forParticipantId: string | undefined): void {
    if (forParticipantId !== undefined && this.#personal$.value.has(forParticipantId)) this.#personalFlows.add(forParticipantId);
    let heard = false;
    const listeners = this.#listeners;
    for (let i = 0; i < listeners.length; i++) {
      const member = listeners[i]!;
      const own = this.#personalFlows.has(member.participantId);
      if (forParticipantId === undefined ? own : !own || member.participantId !== forParticipantId) continue;
      member.peer.sendAudio(packet);
      heard = true;
    }
    if (!heard && forParticipantId === undefined) this.#unheard++;
  }

  async #remove(peerId: string): Promise<boolean> {
    const member = this.#members.get(peerId);
    if (!member) return false;
    await member.peer.close();
    return true;
  }
}

/** Refuses what is no room name: 1–64 letters, digits, `-` and `_`. @throws VoxError BAD_CALL_ADDRESS. */
export function checkRoomName(room: string): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(room)) throw voxError('BAD_CALL_ADDRESS', { address: `room:${room}` });
  return room;
}
