import { Subject } from 'rxjs';
import type { IncomingVideo, VideoPurpose } from '../../../media/gateway-video.js';
import type { Packet } from '../../../media/packet.js';
import { untilBeatMs } from '../../../time/phase.js';
import { ArrivalLog } from '../congestion/arrival-log.js';
import { BandwidthEstimator, type EstimatorLimits, type EstimatorStats } from '../congestion/bandwidth-estimator.js';
import { parseTransportFeedback } from '../congestion/transport-feedback.js';
import type { VideoParams } from '../media-params.js';
import { PtsClock } from '../pts-clock.js';
import { findExtension } from '../rtp-extensions.js';
import type { RtpHeaderView } from '../rtp.js';
import { buildFir, buildPli, type FeedbackItem } from '../rtcp-feedback.js';
import type { RtcpReporter } from '../rtcp-reporter.js';
import type { RtpSender, RtpSenderOptions } from '../rtp-sender.js';
import type { RtpSource } from '../rtp-source.js';
import type { Timers } from '../timers.js';
import { Pacer } from './pacer.js';
import { PlayoutClock } from './playout-clock.js';
import { VideoReceiver, type VideoReceiverStats } from './video-receiver.js';
import { VideoSender, type VideoSenderStats } from './video-sender.js';

/** A remote video begins or ends. */
export type IncomingVideoChange =
  { readonly type: 'started'; readonly video: IncomingVideo } | { readonly type: 'ended'; readonly video: IncomingVideo };

/** What the other side wants of the videos it is sent. */
export type PeerVideoDemand =
  | { readonly type: 'key-frame'; readonly purpose: VideoPurpose }
  /** So much for all videos together, in kbit/s. */
  | { readonly type: 'bitrate'; readonly bitrateKbps: number };

/** Figures of the videos of a connection, as plain JSON. */
export interface PeerVideoStats {
  readonly sent: readonly VideoSenderStats[];
  readonly received: readonly VideoReceiverStats[];
  /** Of a connection that sends videos. */
  readonly network?: EstimatorStats;
}

/** What the videos of a connection need of it. */
export interface PeerVideoOptions extends Pick<RtpSenderOptions, 'cipher' | 'transmit' | 'random32'> {
  readonly timers: Timers;
  readonly videos: readonly VideoParams[];
  /** The SSRCs we send each purpose with. */
  readonly ssrcs: ReadonlyMap<VideoPurpose, { readonly ssrc: number; readonly rtxSsrc: number }>;
  readonly ptsClock: PtsClock;
  /** Our SSRC in feedback. */
  readonly ssrc: number;
  readonly participantId: string | undefined;
  /** Every remote stream whose packets are counted; those of the videos are kept here. */
  readonly sources: Map<number, RtpSource>;
  readonly rtcp: () => RtcpReporter | undefined;
  readonly rttMs: () => number | undefined;
  /** When what is heard of a participant at this moment was made, on his clock, in microseconds. */
  readonly heardUs: (participantId: string | undefined) => number | undefined;
  /** Bit rate of the sound that is sent besides, in kbit/s. */
  readonly audioKbps: () => number;
  readonly onIncoming: (change: IncomingVideoChange) => void;
  readonly onDemand: (demand: PeerVideoDemand) => void;
  readonly limits?: EstimatorLimits;
}

const FEEDBACK_MS = 100;
/** A video of which nothing comes for so long has ended, in microseconds; a screen that stands still sends at least once a second. */
const SILENT_US = 5_000_000;
/** A changed bit rate is told from this share on, and otherwise so often, in microseconds. */
const [TOLD_CHANGE, TOLD_EVERY_US] = [0.04, 1_000_000];
/** The encoder is asked for this share: its bit rate is a mean, and what is sent again needs room. */
const SHARE = 0.93;
const LEAST_KBPS = 30;
/** A probe of the network lasts so long, in milliseconds, and has at least so many bytes. */
const [PROBE_MS, PROBE_BYTES] = [15, 3500];

interface Incoming {
  readonly receiver: VideoReceiver;
  readonly video: IncomingVideo;
  readonly packets$: Subject<Packet>;
  lastUs: number;
}

/** The videos of one connection, both ways, and what its network takes. */
export class PeerVideo {
  readonly senders: readonly VideoSender[];
  readonly #options: PeerVideoOptions;
  #receiving: readonly VideoParams[];
  readonly #incoming = new Map<VideoParams, Incoming>();
  readonly #streams = new Map<number, { readonly params: VideoParams; readonly again: boolean }>();
  readonly #pacer: Pacer;
  readonly #estimator: BandwidthEstimator;
  readonly #arrivals = new ArrivalLog();
  readonly #playouts = new Map<string, PlayoutClock>();
  readonly #fullRequests = new Map<number, number>();
  #transportSequence = 0;
  #firCount = 0;
  #toldKbps = 0;
  #toldUs = -Infinity;
  #cancel: (() => void) | undefined;

  constructor(options: PeerVideoOptions) {
    const { timers, videos, ssrcs, cipher, transmit, random32, ptsClock } = options;
    this.#options = options;
    this.#receiving = videos.filter(({ receive }) => receive);
    this.#estimator = new BandwidthEstimator(options.limits);
    this.#pacer = new Pacer({ timers, nextSequence: (bytes, nowUs) => this.#number(bytes, nowUs) });
    this.senders = videos.flatMap((params) => {
      const own = params.own ?? ssrcs.get(params.purpose);
      if (!params.send || !own) return [];
      const wantKey = () => options.onDemand({ type: 'key-frame', purpose: params.purpose });
      return [new VideoSender({ params, ...own, pacer: this.#pacer, wantKey, cipher, transmit, random32, ptsClock })];
    });
    this.#pacer.setRate(this.#estimator.estimateKbps(timers.nowUs()));
  }

  /** Takes other videos than before: those of `videos` that were there already go on. */
  setReceiving(videos: readonly VideoParams[]): void {
    for (const params of this.#incoming.keys()) if (!videos.includes(params)) this.#end(params);
    for (const [ssrc, { params }] of this.#streams) if (!videos.includes(params)) this.#streams.delete(ssrc);
    this.#receiving = videos;
  }

  /** Begins to ask for what is wanted of the videos. */
  start(): void {
    for (const { purpose } of this.senders) this.#options.onDemand({ type: 'key-frame', purpose });
    if (this.senders.length > 0) this.#retune(this.#options.timers.nowUs());
  }

  /** Sends a frame, of one of several sizes. Its bytes must stay as they are. */
  send(packet: Packet, purpose: VideoPurpose, layer = 0): void {
    const nowUs = this.#options.timers.nowUs();
    for (const sender of this.senders)
      if (sender.purpose === purpose && (sender.params.layer ?? 0) === layer) {
        const first = this.#transportSequence & 0xffff;
        const probes =
          sender.rtp.pads && sender.params.transportCc && this.#pacer.queuedMs === 0 && this.#estimator.wantsProbe(nowUs);
        if (probes) this.#estimator.probeBegins(first, nowUs);
        sender.send(packet, nowUs);
        if (probes) this.#probe(sender, packet.data.length);
      }
  }

  /** Figures of this moment. */
  stats(): PeerVideoStats {
    return {
      sent: this.senders.map(({ stats }) => stats),
      received: [...this.#incoming.values()].map(({ receiver }) => receiver.stats),
      ...(this.senders.length > 0 && { network: this.#estimator.stats(this.#options.timers.nowUs()) }),
    };
  }

  /** Takes a decrypted packet that is none of the sound. */
  receive(datagram: Buffer, header: RtpHeaderView, payload: Buffer, nowUs: number): void {
    const stream = this.#streams.get(header.ssrc) ?? this.#findStream(datagram, header);
    if (!stream) return;
    const { params, again } = stream;
    const { transportCc } = params.extensions;
    if (transportCc !== undefined && params.transportCc) this.arrived(datagram, header, transportCc, nowUs);
    let incoming = this.#incoming.get(params);
    if (again) incoming?.receiver.repaired(datagram, header, payload, nowUs);
    else {
      if (incoming?.receiver.ssrc !== header.ssrc) {
        if (incoming) this.#end(params);
        incoming = this.#begin(params, header.ssrc);
      }
      incoming.lastUs = nowUs;
      incoming.receiver.receive(datagram, header, payload, nowUs);
    }
  }

  /** A packet of any stream came, whose number is in a header extension. */
  arrived(datagram: Buffer, header: RtpHeaderView, extension: number, nowUs: number): void {
    const at = findExtension(datagram, header, extension);
    if (at < 0) return;
    this.#arrivals.arrived(datagram.readUInt16BE(at), nowUs);
    this.#watch();
  }

  /** The other side asks for packets again. @returns whether they are of a video. */
  nacked(rtp: RtpSender, sequences: readonly number[]): boolean {
    const sender = this.senders.find((one) => one.rtp === rtp);
    sender?.nacked(sequences);
    return sender !== undefined;
  }

  /** The other side reported loss of one of ours. */
  lossReported(rtp: RtpSender, fraction: number, nowUs: number): void {
    if (!this.senders.some((one) => one.rtp === rtp)) return;
    this.#estimator.lossReported(fraction, nowUs);
    this.#retune(nowUs);
  }

  /** Takes feedback of the other side. */
  feedback(item: FeedbackItem, nowUs: number): void {
    const senderOf = (ssrc: number) => this.senders.find(({ rtp }) => rtp.stats.ssrc === ssrc);
    switch (item.type) {
      case 'pli':
        return senderOf(item.mediaSsrc)?.keyWanted(nowUs);
      case 'fir':
        for (const { ssrc, count } of item.entries) {
          // Repeated until a key frame comes.
          if (this.#fullRequests.get(ssrc) === count) continue;
          this.#fullRequests.set(ssrc, count);
          senderOf(ssrc)?.keyWanted(nowUs);
        }
        return;
      case 'remb':
        this.#estimator.limitedTo(item.bitrateBps / 1000, nowUs);
        return this.#retune(nowUs);
      case 'transport-cc': {
        const feedback = parseTransportFeedback(item.data);
        if (!feedback) return;
        const rttMs = this.#options.rttMs();
        if (rttMs !== undefined) this.#estimator.roundTrip(rttMs);
        this.#estimator.feedback(feedback, nowUs);
        return this.#retune(nowUs);
      }
    }
  }

  /** The other side said that a stream of its has ended. */
  bye(ssrc: number): void {
    for (const [params, { receiver }] of this.#incoming) if (receiver.ssrc === ssrc) this.#end(params);
  }

  /** Ends everything. */
  close(): void {
    this.#cancel?.();
    this.#pacer.close();
    for (const params of [...this.#incoming.keys()]) this.#end(params);
  }

  #number(bytes: number, nowUs: number): number {
    const sequence = this.#transportSequence++ & 0xffff;
    this.#estimator.sent.note(sequence, bytes, nowUs);
    return sequence;
  }

  /** Makes of the frame that leaves just now a train of packets long enough to tell what the network carries. */
  #probe(sender: VideoSender, bytes: number): void {
    const wanted = Math.max(PROBE_BYTES, this.#pacer.bytesPerMs * PROBE_MS);
    this.#pacer.pad(sender.rtp, Math.max(0, wanted - bytes), () =>
      this.#estimator.probeEnds((this.#transportSequence - 1) & 0xffff),
    );
  }

  /** Tells what the videos may take together. */
  #retune(nowUs: number): void {
    const estimateKbps = this.#estimator.estimateKbps(nowUs);
    this.#pacer.setRate(estimateKbps);
    const kbps = Math.max(LEAST_KBPS, estimateKbps * SHARE - this.#options.audioKbps());
    const change = Math.abs(kbps - this.#toldKbps) / Math.max(1, this.#toldKbps);
    if (change < TOLD_CHANGE && nowUs - this.#toldUs < TOLD_EVERY_US) return;
    this.#toldKbps = kbps;
    this.#toldUs = nowUs;
    this.#options.onDemand({ type: 'bitrate', bitrateKbps: kbps });
  }

  /** Which video a stream that is heard for the first time is of: by its section's name, by the SSRCs that were told, or there is but one. */
  #findStream(datagram: Buffer, header: RtpHeaderView) {
    const { payloadType, ssrc } = header;
    const has = (params: VideoParams) =>
      params.codecs.some((codec) => codec.payloadType === payloadType || codec.rtxPayloadType === payloadType);
    const possible = this.#receiving.filter(has);
    const named = possible.find(({ extensions, mid }) => {
      const at = extensions.mid === undefined ? -1 : findExtension(datagram, header, extensions.mid);
      if (at < 0 || mid === undefined) return false;
      return datagram.toString('latin1', at, at + (datagram[at - 1]! & 0x0f) + 1) === mid;
    });
    const params =
      named ??
      possible.find(({ ssrcs }) => ssrcs.includes(ssrc)) ??
      (possible.length === 1 && possible[0]!.participantId === undefined ? possible[0] : undefined);
    if (!params) return undefined;
    const stream = { params, again: params.codecs.some((codec) => codec.rtxPayloadType === payloadType) };
    this.#streams.set(ssrc, stream);
    return stream;
  }

  #begin(params: VideoParams, ssrc: number): Incoming {
    const { onIncoming, sources, rttMs, heardUs, rtcp, timers } = this.#options;
    const participantId = params.participantId ?? this.#options.participantId;
    const playout = this.#playoutOf(params.participantId);
    const packets$ = new Subject<Packet>();
    const receiver = new VideoReceiver({
      params,
      ssrc,
      rttMs,
      dueUs: (source, timestamp, nowUs) => playout.dueUs(source.madeUs(timestamp), heardUs(params.participantId), nowUs),
      onFrame: (packet) => packets$.next(packet),
      askKey: (media) => this.#askKey(params, media),
      askAgain: (media, sequences) => rtcp()?.nack(media, sequences),
    });
    const video: IncomingVideo = {
      participantId: participantId ?? String(ssrc),
      purpose: params.purpose,
      packets$: packets$.asObservable(),
      requestKeyFrame: () => receiver.wantKey(timers.nowUs()),
    };
    const incoming = { receiver, video, packets$, lastUs: timers.nowUs() };
    this.#incoming.set(params, incoming);
    this.#watch();
    sources.set(ssrc, receiver.source);
    onIncoming({ type: 'started', video });
    return incoming;
  }

  /** One for all videos of a participant, as they are all in step with his sound. */
  #playoutOf(participantId = ''): PlayoutClock {
    const playout = this.#playouts.get(participantId) ?? new PlayoutClock();
    this.#playouts.set(participantId, playout);
    return playout;
  }

  #end(params: VideoParams): void {
    const incoming = this.#incoming.get(params);
    if (!incoming) return;
    this.#incoming.delete(params);
    if (
      params.participantId !== undefined &&
      ![...this.#incoming.keys()].some((one) => one.participantId === params.participantId)
    )
      this.#playouts.delete(params.participantId);
    this.#options.sources.delete(incoming.receiver.ssrc);
    incoming.packets$.complete();
    this.#options.onIncoming({ type: 'ended', video: incoming.video });
  }

  #askKey(params: VideoParams, mediaSsrc: number): void {
    const { rtcp, ssrc } = this.#options;
    if (params.pli) rtcp()?.send(buildPli(ssrc, mediaSsrc));
    else if (params.fir) rtcp()?.send(buildFir(ssrc, mediaSsrc, this.#firCount++));
  }

  /** Tells the sender what came, and notices who has stopped; while nothing comes nobody has to wake up for it. */
  #watch(): void {
    if (this.#cancel) return;
    const { timers, rtcp, ssrc } = this.#options;
    this.#cancel = timers.after(untilBeatMs(timers.nowUs(), FEEDBACK_MS), () => {
      this.#cancel = undefined;
      const [first] = this.#incoming.values();
      const feedback = this.#arrivals.take(ssrc, first?.receiver.ssrc ?? 0);
      if (feedback) rtcp()?.sendAlone(feedback);
      const nowUs = timers.nowUs();
      for (const [params, { lastUs }] of this.#incoming) if (nowUs - lastUs > SILENT_US) this.#end(params);
      if (feedback ?? this.#incoming.size > 0) this.#watch();
    });
  }
}
