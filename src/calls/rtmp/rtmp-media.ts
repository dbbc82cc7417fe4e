import { BehaviorSubject, EMPTY, Subject } from 'rxjs';
import { z } from 'zod';
import { VoxError, voxError } from '../../errors.js';
import { type AmfValue, encodeAmf } from '../../media/net/rtmp/amf0.js';
import { RTMP } from '../../media/net/rtmp/chunks.js';
import { RtmpPublisher } from '../../media/net/rtmp/publisher.js';
import { rtmpTarget } from '../../media/net/rtmp/target.js';
import { AacTrack } from '../../media/av/aac-track.js';
import { createAudioFrame, shapeAudioFrame, type AudioFrame } from '../../media/frame.js';
import type { Gateway } from '../../media/gateway.js';
import { openPacketDecoder, type PacketDecoder } from '../../media/opus/decoder.js';
import type { Packet } from '../../media/packet.js';
import type { TransportEvent } from '../../machines/transport.js';
import type { Scheduler } from '../../time/scheduler.js';
import type { CallEvent, CallMedia, CallMediaFactory, CallRequest } from '../call-media.js';
import { flv } from './flv.js';
import { RtmpVideo } from './rtmp-video.js';

/** Settings of an RTMP push. */
const rtmpConfig = z.strictObject({
  /** Bit rate of the sound in kbit/s: AAC, stereo. */
  audioKbps: z.number().min(32).max(320).default(160),
});

/** Connects; `transport.event` tells what becomes of it. The key is a secret. */
const connectRequest = z.object({
  type: z.literal('rtmp.connect'),
  attempt: z.number().int(),
  /** With the key at its end, unless that is given apart. */
  url: z.string(),
  key: z.string().optional(),
});
const closeRequest = z.object({ type: z.literal('rtmp.close'), attempt: z.number().int() });
const rtmpRequest = z.discriminatedUnion('type', [connectRequest, closeRequest]);

/** Beyond so much that waits for the network, pictures are left out, and then the connection is given up. */
const [SLOW_BYTES, STUCK_BYTES] = [1_000_000, 8_000_000];
/** Sound that is encoded begins a little before its time: streams have no times below 0. */
const LEAD_US = 100_000;
/** A graph without sound gets silence, as platforms want sound; it may only be late. */
const SOUNDLESS_US = 1_000_000;

/** What an RTMP push reports of itself, as plain JSON. */
export interface RtmpStats {
  readonly connected: boolean;
  readonly sentBytes: number;
  readonly backlogBytes: number;
  /** Opus packets that went out, and that found nobody. */
  readonly audioPackets: number;
  readonly unsentPackets: number;
  readonly videoFrames: number;
  readonly droppedFrames: number;
}

/** One connection, with the encoder whose clock is its own. */
interface Push {
  readonly attempt: number;
  /** The address without the key. */
  readonly server: string;
  readonly publisher: RtmpPublisher;
  readonly sound: AacTrack;
  /** Where its time begins on the graph's clock. */
  originUs: number | undefined;
  lastSoundUs: number;
  /** Since when pictures come without sound. */
  silentSinceUs: number | undefined;
}

/** Pushes a graph to an RTMP server. Its sound is decoded and made AAC; pictures in H.264 pass as they are. Nobody is heard. */
export class RtmpMedia implements CallMedia {
  readonly events$: Subject<CallEvent> = new Subject();
  readonly gateway: Gateway;
  readonly #scheduler: Scheduler;
  readonly #audioKbps: number;
  readonly #decoder: PacketDecoder;
  readonly #frame: AudioFrame = createAudioFrame(2);
  readonly #silence = createAudioFrame(2);
  readonly #video: RtmpVideo;
  #push: Push | undefined;
  #opening: AbortController | undefined;
  #openingAttempt = -1;
  #packets = 0;
  #unsent = 0;
  #closed = false;

  private constructor(audioKbps: number, scheduler: Scheduler, decoder: PacketDecoder) {
    this.#audioKbps = audioKbps;
    this.#scheduler = scheduler;
    this.#decoder = decoder;
    this.#video = new RtmpVideo({
      ready: () => this.#push !== undefined && this.#push.publisher.backlogBytes < SLOW_BYTES,
      header: (sets, ptsUs) => this.#send(RTMP.video, flv.videoHeader(sets), ptsUs),
      picture: (units, key, ptsUs) => {
        this.#soundless(ptsUs);
        this.#send(RTMP.video, flv.video(units, key), ptsUs);
      },
    });
    this.gateway = {
      video: this.#video,
      // Ends at once, not never: who mixes voices with a stream must not wait for people who cannot come.
      participants$: EMPTY,
      personalMixes$: new BehaviorSubject<ReadonlySet<string>>(new Set()),
      sendAudio: (packet, forParticipantId) => {
        if (forParticipantId === undefined) this.#sound(packet);
      },
    };
  }

  /** Opens one; nothing is connected yet. */
  static async open(config: Readonly<Record<string, unknown>>, scheduler: Scheduler): Promise<RtmpMedia> {
    const { audioKbps } = rtmpConfig.parse(config);
    return new RtmpMedia(audioKbps, scheduler, await openPacketDecoder(2));
  }

  async request(request: CallRequest): Promise<unknown> {
    const parsed = rtmpRequest.safeParse(request);
    if (!parsed.success) throw voxError('COMMAND_REFUSED', { command: request.type, reason: 'a stream by RTMP cannot do that' });
    if (parsed.data.type === 'rtmp.close') this.#end(parsed.data.attempt);
    else await this.#connect(parsed.data);
    return null;
  }

  stats(): RtmpStats {
    const { publisher } = this.#push ?? {};
    return {
      connected: publisher !== undefined,
      sentBytes: publisher?.sentBytes ?? 0,
      backlogBytes: publisher?.backlogBytes ?? 0,
      audioPackets: this.#packets,
      unsentPackets: this.#unsent,
      videoFrames: this.#video.frames,
      droppedFrames: this.#video.dropped,
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#end();
    this.#video.close();
    this.#decoder.free();
    this.events$.complete();
  }

  async #connect({ attempt, url, key }: z.output<typeof connectRequest>): Promise<void> {
    const target = rtmpTarget(url, key);
    this.#end();
    const opening = (this.#opening = new AbortController());
    this.#openingAttempt = attempt;
    const lost = (error: VoxError): void => this.#lost(attempt, error);
    const timer = (delayMs: number, run: () => void) => this.#scheduler.after(delayMs, run);
    const publisher = await RtmpPublisher.open(target, { timer, lost }, opening.signal);
    let sound: AacTrack;
    try {
      sound = await AacTrack.open(this.#audioKbps, (data, atUs) =>
        this.#send(RTMP.audio, flv.audio(data), atUs + push.originUs!),
      );
    } catch (error) {
      publisher.close();
      throw error;
    }
    const push: Push = {
      attempt,
      server: target.shown,
      publisher,
      sound,
      originUs: undefined,
      lastSoundUs: -Infinity,
      silentSinceUs: undefined,
    };
    if (this.#closed || opening.signal.aborted) {
      publisher.close();
      sound.close();
      if (this.#closed) throw voxError('HOST_CLOSED');
      throw voxError('RTMP_UNREACHABLE', { server: target.shown, reason: 'it went away at once' });
    }
    this.#push = push;
    this.#tell(attempt, { type: 'transport.connected' });
    this.#video.restart();
  }

  #lost(attempt: number, { problems }: VoxError): void {
    this.#end(attempt);
    const { code, message } = problems[0]!;
    this.#tell(attempt, { type: 'transport.failed', failure: { code, message, retry: 'backoff' } });
  }

  #tell(attempt: number, event: TransportEvent): void {
    if (!this.#closed) this.events$.next({ type: 'transport.event', attempt, event });
  }

  #end(attempt?: number): void {
    if (attempt === undefined || attempt === this.#openingAttempt) this.#opening?.abort();
    const push = this.#push;
    if (!push || (attempt !== undefined && push.attempt !== attempt)) return;
    this.#push = undefined;
    push.publisher.close();
    push.sound.close();
  }

  #sound(packet: Packet): void {
    const push = this.#push;
    if (!push) {
      this.#unsent++;
      return;
    }
    const samples = this.#decoder.decode(packet.data);
    if (!samples) return;
    const frame = this.#frame;
    const count = samples.length / 2;
    shapeAudioFrame(frame, 2, count);
    const [left, right] = frame.planes as [Float32Array, Float32Array];
    for (let i = 0; i < count; i++) {
      left[i] = samples[2 * i]!;
      right[i] = samples[2 * i + 1]!;
    }
    frame.ptsUs = packet.ptsUs;
    frame.silent = false;
    this.#packets++;
    push.lastSoundUs = packet.ptsUs;
    push.silentSinceUs = undefined;
    this.#begin(push, packet.ptsUs);
    push.sound.write(frame, packet.ptsUs - push.originUs!);
  }

  /** A graph that shows and says nothing is heard as silence. */
  #soundless(ptsUs: number): void {
    const push = this.#push;
    if (!push) return;
    this.#begin(push, ptsUs);
    if (ptsUs - push.lastSoundUs < SOUNDLESS_US) return;
    push.silentSinceUs ??= ptsUs;
    if (ptsUs - push.silentSinceUs < SOUNDLESS_US) return;
    const atUs = ptsUs - push.originUs! - SOUNDLESS_US / 2;
    if (atUs - push.sound.endUs >= 0) push.sound.write(this.#silence, atUs);
  }

  #begin(push: Push, ptsUs: number): void {
    if (push.originUs !== undefined) return;
    push.originUs = ptsUs - LEAD_US;
    const about = new Map<string, AmfValue>(
      Object.entries({
        encoder: 'voxgraph',
        audiocodecid: 10,
        audiosamplerate: 48_000,
        stereo: true,
        audiodatarate: this.#audioKbps,
      }),
    );
    this.#send(RTMP.data, encodeAmf('@setDataFrame', 'onMetaData', about), push.originUs);
    this.#send(RTMP.audio, flv.audioHeader(push.sound.config), push.originUs);
  }

  #send(type: number, payload: Buffer, ptsUs: number): void {
    const push = this.#push;
    if (!push) return;
    this.#begin(push, ptsUs);
    push.publisher.send(type, Math.max(0, Math.round((ptsUs - push.originUs!) / 1000)), payload);
    // Not at once: this may be within the encoder that would be closed.
    if (push.publisher.backlogBytes > STUCK_BYTES) queueMicrotask(() => this.#giveUp(push));
  }

  #giveUp({ attempt, server }: Push): void {
    if (this.#push?.attempt !== attempt) return;
    this.#lost(attempt, voxError('RTMP_UNREACHABLE', { server, reason: 'the network is too slow for the stream' }));
  }
}

/** Makes the media side of an RTMP push. */
export const rtmpMedia: CallMediaFactory = (config, scheduler) => RtmpMedia.open(config, scheduler);
