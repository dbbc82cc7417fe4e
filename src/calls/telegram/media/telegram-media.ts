import { BehaviorSubject, Subject } from 'rxjs';
import { problem, reasonOf, VoxError, voxError } from '../../../errors.js';
import type { Gateway } from '../../../media/gateway.js';
import type { TransportEvent, TransportParams } from '../../../machines/transport.js';
import type { VideoPurpose } from '../../../media/gateway-video.js';
import type { Scheduler } from '../../../time/scheduler.js';
import type { CallEvent, CallMedia, CallMediaFactory, CallRequest } from '../../call-media.js';
import type { PeerStats } from '../../webrtc/index.js';
import { BroadcastPlayer, UNIFIED_SOURCE } from './broadcast-player.js';
import { BroadcastPictures } from './broadcast-pictures.js';
import { GroupConnection } from './group-connection.js';
import { GroupVideo } from './group-video.js';
import { parseMediaRequest, telegramMediaConfig, type MediaParticipant, type TelegramMediaConfig } from './media-requests.js';
import { remoteVideo } from './video-sources.js';
import { Voices } from './voices.js';

/** What the media side of a Telegram call reports of itself, as plain JSON. */
export interface TelegramMediaStats {
  /** Packets of the graph that went nowhere: not connected, or muted. */
  readonly unsentPackets: number;
  readonly muted: boolean;
  /** Frames of pictures that nobody could see. */
  readonly unseenFrames: number;
  /** The present connection, or the one that is being made. */
  readonly connection?: PeerStats;
}

/** Who a call that is fed by RTMP is heard and seen as. */
const STREAM = 'stream';

/**
 * The media side of a Telegram group call: one connection at a time to the server, which forwards everybody's voice by itself. A connection
 * is of one attempt of the call's machine; what the graph sends goes to the newest that is connected. It speaks only in plain JSON:
 * `transport.event` with the attempt, `source.unknown`, `participant.joined`, `.left` and `.speaking`, `video.began` and `.ended`. A screen has
 * a connection of its own, beside the first.
 */
export class TelegramMedia implements CallMedia {
  readonly events$: Subject<CallEvent> = new Subject();
  readonly gateway: Gateway;
  readonly #config: TelegramMediaConfig;
  readonly #scheduler: Scheduler;
  readonly #voices: Voices;
  readonly #video: GroupVideo;
  readonly #connections = new Map<number, GroupConnection>();
  /** Where packets go. */
  #live: GroupConnection | undefined;
  /** What is heard of a broadcast, until the call is joined for real. */
  #broadcast: { readonly attempt: number; readonly player: BroadcastPlayer; readonly pictures: BroadcastPictures } | undefined;
  /** Where pictures of a screen go. */
  #screen: GroupConnection | undefined;
  #muted = false;
  #unsent = 0;
  #closed = false;

  /**
   * @param config see {@link telegramMediaConfig}.
   * @throws ZodError when the settings are wrong; they come from our own code.
   */
  constructor(config: Readonly<Record<string, unknown>>, scheduler: Scheduler) {
    this.#config = telegramMediaConfig.parse(config);
    this.#scheduler = scheduler;
    this.#voices = new Voices(
      scheduler,
      (event) => this.events$.next(event),
      (source) => this.#live?.forget(source),
    );
    this.#video = new GroupVideo(scheduler, (type, purpose) => this.events$.next({ type, purpose }));
    this.gateway = {
      video: this.#video,
      participants$: this.#voices.changes$,
      // The server gives everybody the same of us: there is nothing that only one could hear.
      personalMixes$: new BehaviorSubject<ReadonlySet<string>>(new Set()),
      sendAudio: (packet, forParticipantId) => {
        if (forParticipantId !== undefined) return;
        if (this.#live && !this.#muted) this.#live.sendAudio(packet);
        else this.#unsent++;
      },
    };
  }

  async request(request: CallRequest): Promise<unknown> {
    const wanted = parseMediaRequest(request);
    switch (wanted.type) {
      case 'transport.open':
        return this.#open(wanted.attempt, wanted.purpose);
      case 'transport.apply':
        if (wanted.answer.kind === 'broadcast') return this.#listen(wanted.attempt, wanted.answer.rtmp);
        return this.#at(wanted.attempt).apply(wanted.answer);
      case 'broadcast.part':
        // Parts may be under way when it ends.
        if (this.#broadcast?.attempt !== wanted.attempt) return undefined;
        return this.#broadcast.player.push(wanted.timeMs, Buffer.from(wanted.data, 'base64'));
      case 'transport.close':
        return this.#close(wanted.attempt);
      case 'participant.set':
        return this.#set(wanted.participant);
      case 'participant.left':
        this.#video.set(wanted.participantId, 'camera', undefined);
        this.#video.set(wanted.participantId, 'screen', undefined);
        return this.#voices.remove(wanted.participantId);
      case 'source.unnamed':
        return this.#voices.unnamed(wanted.sources);
      case 'self.set':
        this.#muted = wanted.muted;
        return undefined;
    }
  }

  stats(): TelegramMediaStats {
    const connection = this.#live ?? [...this.#connections.values()].at(-1);
    return {
      unsentPackets: this.#unsent,
      unseenFrames: this.#video.unseen,
      muted: this.#muted,
      ...(connection && { connection: connection.stats() }),
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#unlisten();
    await Promise.allSettled([...this.#connections.keys()].map((attempt) => this.#close(attempt)));
    this.#voices.close();
    this.#video.close();
    this.events$.complete();
  }

  #set(participant: MediaParticipant): void {
    const { participantId, video, screen } = participant;
    this.#voices.set(participant);
    this.#video.set(participantId, 'camera', remoteVideo(participantId, 'camera', video));
    this.#video.set(participantId, 'screen', remoteVideo(participantId, 'screen', screen));
  }

  /** Packets go another way from now on. */
  #goLive(connection: GroupConnection | undefined): void {
    this.#live = connection;
    this.#video.connected(connection);
  }

  #gone(connection: GroupConnection): void {
    if (this.#live === connection) this.#goLive(undefined);
    if (this.#screen !== connection) return;
    this.#screen = undefined;
    this.#video.presenting(undefined);
  }

  async #open(attempt: number, purpose: VideoPurpose): Promise<TransportParams> {
    if (this.#closed) throw voxError('HOST_CLOSED');
    const { addresses, stereo } = this.#config;
    const connection: GroupConnection = await GroupConnection.open({
      timers: this.#scheduler,
      addresses,
      stereo,
      purpose,
      transport: (event) => this.#told(attempt, connection, event),
      incoming: (change) => this.#voices.stream(change),
      level: (levelDbov, source) => this.#voices.level(levelDbov, source),
      incomingVideo: (change) => this.#video.stream(change),
      videoDemand: (demand) => this.#video.demand(demand, purpose),
      wantedLines: (lines) => this.#video.wanted(lines, purpose),
      soundOf: (participantId) => this.#voices.sourceOf(participantId),
    });
    if (this.#closed) {
      await connection.close();
      throw voxError('HOST_CLOSED');
    }
    this.#connections.set(attempt, connection);
    return connection.params();
  }

  /** The server sends nothing: parts come instead. The connection is kept for when it may be made after all. */
  #listen(attempt: number, rtmp: boolean): void {
    this.#at(attempt);
    this.#unlisten();
    const pictures = new BroadcastPictures(this.#scheduler, STREAM, (change) => this.#video.stream(change));
    const player = new BroadcastPlayer(this.#scheduler, rtmp, {
      wantsPictures: () => this.#video.watched,
      pictures: (given, fromUs) => (given ? pictures.push(given, fromUs) : pictures.clear()),
      began: () => this.#tell(attempt, { type: 'transport.connected' }),
      voice: (change) => this.#voices.stream(change),
      failed: (error) => {
        const { code, message } =
          error instanceof VoxError ? error.problems[0]! : problem('INTERNAL', { reason: reasonOf(error) });
        this.#tell(attempt, { type: 'transport.failed', failure: { code, message, retry: 'never' } });
      },
    });
    this.#broadcast = { attempt, player, pictures };
    const participant = { participantId: STREAM, source: UNIFIED_SOURCE, muted: false };
    if (rtmp) this.#voices.set(participant);
  }

  #unlisten(): void {
    this.#broadcast?.player.close();
    this.#broadcast?.pictures.close();
    this.#broadcast = undefined;
  }

  #tell(attempt: number, event: TransportEvent): void {
    this.events$.next({ type: 'transport.event', attempt, event });
  }

  #at(attempt: number): GroupConnection {
    const connection = this.#connections.get(attempt);
    if (!connection) throw voxError('BAD_REQUEST', { reason: `there is no attempt ${attempt}` });
    return connection;
  }

  async #close(attempt: number): Promise<void> {
    const connection = this.#connections.get(attempt);
    if (!connection) return;
    this.#connections.delete(attempt);
    if (this.#broadcast?.attempt === attempt) this.#unlisten();
    this.#gone(connection);
    await connection.close();
  }

  #told(attempt: number, connection: GroupConnection, event: TransportEvent): void {
    if (event.type === 'transport.connected') {
      if (connection.purpose === 'screen') this.#video.presenting((this.#screen = connection));
      else {
        this.#unlisten();
        this.#goLive(connection);
      }
    } else if (event.type === 'transport.failed') this.#gone(connection);
    this.#tell(attempt, event);
  }
}

/** Makes the media side of a Telegram call. */
export const telegramMedia: CallMediaFactory = async (config, scheduler) => new TelegramMedia(config, scheduler);
