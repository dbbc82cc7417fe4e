import { randomBytes } from 'node:crypto';
import { Observable, Subject } from 'rxjs';
import { voxError } from '../../errors.js';
import type { Gateway, IncomingAudio, ParticipantChange } from '../../media/gateway.js';
import type { Scheduler } from '../../time/scheduler.js';
import type { CallEvent, CallMedia, CallRequest } from '../call-media.js';
import { SpeakingWatch } from '../speaking.js';
import { createPeer, type PeerOptions, type PeerStats, type WebRtcPeer } from '../webrtc/peer.js';
import { MixRouter, type MixListener } from './mix-router.js';
import { mutableVoice } from './mutable-voice.js';
import { OwnSound } from './own-sound.js';
import { networkOf } from './network-of.js';
import { Removals } from './removals.js';
import { RoomVideo } from './room-video.js';
import {
  parseRoomRequest,
  roomConfig,
  type KickRequest,
  type OfferRequest,
  type PeerRole,
  type RoomConfig,
} from './room-requests.js';

/** What a room reports of itself, as plain JSON. */
export interface RoomStats {
  /** The room's name. */
  readonly room: string;
  /** Packets that left with nobody to hear them. */
  readonly unheardPackets: number;
  /** Frames of video that left with nobody to see them. */
  readonly unseenFrames: number;
  /** Every connection. */
  readonly peers: readonly ({ readonly peerId: string; readonly role: PeerRole; readonly participantId: string } & PeerStats)[];
}

/** What a room needs of a peer. */
export type RoomPeer = Pick<WebRtcPeer, 'answer' | 'state$' | 'incoming$' | 'sendAudio' | 'stats' | 'close'> &
  Pick<WebRtcPeer, 'sendVideo' | 'videoCodecs' | 'videoDemands$' | 'incomingVideo$'>;

interface Member extends MixListener {
  /** Its network, where bans count that. */
  readonly network: string | undefined;
  readonly peerId: string;
  readonly role: PeerRole;
  readonly peer: RoomPeer;
  /** Its streams that can be heard, by SSRC, the newest last. */
  readonly streams: Map<number, IncomingAudio>;
  readonly watch: SpeakingWatch;
  connected: boolean;
}

interface Voice {
  readonly member: Member;
  readonly audio: IncomingAudio;
}

/** The media side of one room: peers that speak into its graph and peers that listen to it. One encode serves every listener. */
export class RoomMedia implements CallMedia {
  readonly events$: Subject<CallEvent> = new Subject();
  readonly gateway: Gateway;
  readonly #config: RoomConfig;
  readonly #scheduler: Scheduler;
  readonly #openPeer: (options: PeerOptions) => Promise<RoomPeer>;
  readonly #members = new Map<string, Member>();
  readonly #voices = new Map<string, Voice>();
  readonly #changes = new Subject<ParticipantChange>();
  readonly #mixes = new MixRouter();
  readonly #video: RoomVideo;
  /** Who takes part, as it was told. */
  readonly #present = new Set<string>();
  readonly #muted = new Set<string>();
  /** How loud those are who are not as loud as they speak, in percent. */
  readonly #volumes = new Map<string, number>();
  readonly #own = new OwnSound();
  readonly #removals: Removals;
  #opening = 0;
  #closed = false;

  /**
   * @param config see {@link roomConfig}.
   * @param openPeer how a peer is opened; tests give their own.
   * @throws ZodError when the settings are wrong; they come from our own code.
   */
  constructor(
    config: Readonly<Record<string, unknown>>,
    scheduler: Scheduler,
    openPeer: (options: PeerOptions) => Promise<RoomPeer> = createPeer,
  ) {
    this.#config = roomConfig.parse(config);
    this.#scheduler = scheduler;
    this.#openPeer = openPeer;
    this.#removals = new Removals(this.#config.room, () => scheduler.nowUs());
    this.#video = new RoomVideo(scheduler);
    this.gateway = {
      video: this.#video,
      participants$: new Observable<ParticipantChange>((observer) => {
        for (const [participantId, { audio }] of this.#voices) observer.next({ type: 'joined', participantId, audio });
        return this.#changes.subscribe(observer);
      }),
      personalMixes$: this.#mixes.personal$.asObservable(),
      sendAudio: (packet, forParticipantId) => this.#mixes.send(this.#own.sent(packet), forParticipantId),
    };
  }

  async request(request: CallRequest): Promise<unknown> {
    const wanted = parseRoomRequest(request);
    switch (wanted.type) {
      case 'peer.offer':
        return this.#answer(wanted);
      case 'peer.close': {
        const member = this.#members.get(wanted.peerId);
        await member?.peer.close();
        return { closed: member !== undefined };
      }
      case 'participant.kick':
        return this.#kick(wanted);
      case 'participant.mute':
        return this.#mute(wanted.participantId, wanted.muted);
      case 'participant.volume':
        return this.#adjust(wanted.participantId, wanted.percent);
      case 'participants.settle':
        for (const id of wanted.muted) this.#setMuted(id, true);
        for (const [id, percent] of Object.entries(wanted.volumes)) this.#setVolume(id, percent);
        return undefined;
      case 'call.mute':
        if (this.#own.mute(wanted.muted)) this.events$.next({ type: 'call.muted', muted: wanted.muted });
        return undefined;
      case 'chat.send':
        if (wanted.to !== undefined) this.#connectionsOf(wanted.to);
        return this.events$.next({ ...wanted, type: 'message.sent' });
      case 'chat.receive':
        this.#mayCome(wanted.from.id, this.#networkOf(wanted.address));
        return this.events$.next({ type: 'message.received', text: wanted.text, from: wanted.from });
    }
  }

  stats(): RoomStats {
    const peers = [...this.#members.values()].map(({ peerId, role, participantId, peer }) => ({
      peerId,
      role,
      participantId,
      ...peer.stats(),
    }));
    const { unheard } = this.#mixes;
    return { room: this.#config.room, unheardPackets: unheard, unseenFrames: this.#video.unseen, peers };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled([...this.#members.values()].map(({ peer }) => peer.close()));
    this.#changes.complete();
    this.#mixes.personal$.complete();
    this.#video.close();
    this.events$.complete();
  }

  async #answer(offer: OfferRequest): Promise<unknown> {
    const { role, sdp, participantId = randomBytes(9).toString('base64url') } = offer;
    const { room, maxPeers, addresses } = this.#config;
    const network = this.#networkOf(offer.address);
    this.#mayCome(participantId, network);
    if (this.#closed) throw voxError('UNKNOWN_CALL', { call: room });
    const taken = this.#members.size + this.#opening - this.#predecessors(role, participantId).length;
    if (taken >= maxPeers) throw voxError('ROOM_FULL', { room, limit: maxPeers });
    this.#opening++;
    let peer: RoomPeer;
    let answer: string;
    const watch = new SpeakingWatch(this.#scheduler, (speaking) =>
      this.events$.next({ type: 'participant.speaking', participantId, speaking }),
    );
    try {
      peer = await this.#openPeer({
        addresses,
        timers: this.#scheduler,
        participantId,
        send: role === 'listen',
        receive: role === 'speak',
        video: true,
        incomingChannels: sendsStereo(sdp) ? 2 : 1,
        onLevel: (levelDbov) => watch.packet(this.#muted.has(participantId) ? -127 : levelDbov),
      });
      answer = await peer.answer(sdp);
    } finally {
      this.#opening--;
    }
    if (this.#closed) {
      await peer.close();
      throw voxError('UNKNOWN_CALL', { call: room });
    }
    try {
      // He may have been removed while it was answered.
      this.#mayCome(participantId, network);
    } catch (error) {
      await peer.close();
      throw error;
    }
    // Only an offer that could be answered takes an old one's place.
    for (const old of this.#predecessors(role, participantId)) void old.peer.close();
    const member: Member = {
      peerId: randomBytes(12).toString('base64url'),
      role,
      participantId,
      network,
      peer,
      streams: new Map(),
      watch,
      connected: false,
      hear: (packet) => peer.sendAudio(packet),
    };
    this.#members.set(member.peerId, member);
    this.#follow(member);
    return { peerId: member.peerId, participantId, sdp: answer };
  }

  /** His connections. @throws VoxError `UNKNOWN_PARTICIPANT` when he has none. */
  #connectionsOf(participantId: string): Member[] {
    const found = [...this.#members.values()].filter((member) => member.participantId === participantId);
    if (found.length === 0) throw voxError('UNKNOWN_PARTICIPANT', { call: this.#config.room, participant: participantId });
    return found;
  }

  #networkOf(address: string | undefined): string | undefined {
    return this.#config.banAddresses ? networkOf(address) : undefined;
  }

  /** @throws VoxError `REMOVED_FROM_CALL`. */
  #mayCome(participantId: string, network: string | undefined): void {
    this.#removals.check(participantId);
    if (network !== undefined) this.#removals.check(`network ${network}`);
  }

  /** His connections end; when he tries to come back too early he is told why. */
  async #kick({ participantId, reason, banMs }: KickRequest): Promise<void> {
    const connections = this.#connectionsOf(participantId);
    this.#removals.add(participantId, banMs, reason);
    for (const { network } of connections) if (network !== undefined) this.#removals.add(`network ${network}`, banMs, reason);
    this.events$.next({ type: 'participant.kicked', participantId, banMs, ...(reason !== undefined && { reason }) });
    await Promise.all(connections.map(({ peer }) => peer.close()));
  }

  /** Stays when he leaves and comes back. */
  #mute(participantId: string, muted: boolean): void {
    if (muted && !this.#muted.has(participantId)) this.#connectionsOf(participantId);
    this.#setMuted(participantId, muted);
  }

  #setMuted(participantId: string, muted: boolean): void {
    if (this.#muted.has(participantId) === muted) return;
    if (muted) this.#muted.add(participantId);
    else this.#muted.delete(participantId);
    this.events$.next({ type: 'participant.muted', participantId, muted });
  }

  /** Stays when he leaves and comes back, as a mute does. */
  #adjust(participantId: string, percent: number): void {
    if (percent !== 100 && this.#volumes.get(participantId) !== percent) this.#connectionsOf(participantId);
    this.#setVolume(participantId, percent);
  }

  #setVolume(participantId: string, percent: number): void {
    if ((this.#volumes.get(participantId) ?? 100) === percent) return;
    if (percent === 100) this.#volumes.delete(participantId);
    else this.#volumes.set(participantId, percent);
    this.events$.next({ type: 'participant.levelled', participantId, percent });
  }

  /** The connections whose place a new one of the same participant and role takes. */
  #predecessors(role: PeerRole, participantId: string): Member[] {
    return [...this.#members.values()].filter((member) => member.role === role && member.participantId === participantId);
  }

  #follow(member: Member): void {
    const { peer, peerId, role, participantId } = member;
    const endWatch = role === 'listen' ? this.#video.watch(peer) : undefined;
    peer.state$.subscribe((state) => {
      if (state.type === 'connected') {
        member.connected = true;
        this.#refresh();
        this.events$.next({ type: 'peer.connected', peerId, role, participantId, joinMs: state.joinMs });
      } else if (state.type === 'closed') {
        this.#members.delete(peerId);
        endWatch?.();
        member.streams.clear();
        this.#speak(member);
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
    peer.incomingVideo$.subscribe(({ type, video }) => {
      if (type === 'started') this.#video.joined(video);
      else this.#video.left(video);
      this.#tellPresence(participantId);
    });
    peer.incoming$.subscribe((change) => {
      if (change.type === 'started') {
        const settings = () => ({
          muted: this.#muted.has(participantId),
          volume: (this.#volumes.get(participantId) ?? 100) / 100,
        });
        const voice = mutableVoice(change.audio, settings, member.watch);
        member.streams.set(change.ssrc, voice);
      } else member.streams.delete(change.ssrc);
      this.#speak(member);
    });
  }

  /** Makes the member's newest stream his voice. A change of stream is no leaving: his personal mix goes on. */
  #speak(member: Member): void {
    const { participantId } = member;
    const present = this.#voices.get(participantId);
    const audio = [...member.streams.values()].at(-1);
    if (audio === present?.audio || (!audio && present?.member !== member)) return;
    if (present) {
      this.#changes.next({ type: 'left', participantId });
      present.member.watch.end();
    }
    if (audio) {
      this.#voices.set(participantId, { member, audio });
      this.#changes.next({ type: 'joined', participantId, audio });
    } else this.#voices.delete(participantId);
    this.#tellPresence(participantId);
    this.#refresh();
  }

  /** He takes part as long as there is anything to be heard or seen of him. */
  #tellPresence(participantId: string): void {
    const there = this.#voices.has(participantId) || this.#video.shows(participantId);
    if (there === this.#present.has(participantId)) return;
    if (there) this.#present.add(participantId);
    else this.#present.delete(participantId);
    this.events$.next({ type: there ? 'participant.joined' : 'participant.left', participantId });
  }

  #refresh(): void {
    const listeners = [...this.#members.values()].filter((member) => member.role === 'listen' && member.connected);
    this.#mixes.update(listeners, this.#voices.keys());
  }
}

/** Whether an offer announces stereo, as a browser with music or OBS does (RFC 7587, 6.1); microphones are mono. */
function sendsStereo(sdp: string): boolean {
  return /^a=fmtp:\d+ [^\r\n]*\bsprop-stereo=1\b/m.test(sdp);
}
