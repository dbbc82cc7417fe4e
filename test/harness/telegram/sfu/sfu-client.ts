import { randomBytes, randomInt } from 'node:crypto';
import { ArrivalLog } from '../../../../src/calls/webrtc/congestion/arrival-log.js';
import { buildReceiverReport, buildSdes, buildSenderReport, type SenderInfo } from '../../../../src/calls/webrtc/rtcp.js';
import { findExtension } from '../../../../src/calls/webrtc/rtp-extensions.js';
import { createRtpHeaderView, parseRtpHeader, type RtpHeaderView } from '../../../../src/calls/webrtc/rtp.js';
import { RtpSource } from '../../../../src/calls/webrtc/rtp-source.js';
import { estimateIndex } from '../../../../src/calls/webrtc/srtp-receiver.js';
import type { SfuPlace } from '../world/world.js';
import { EXTENSION } from './answer.js';
import { ColibriChannel, type ReceiverConstraints } from './colibri.js';
import type { JoinRequest } from './join-request.js';
import { SecureLeg, type SrtpPair } from './secure-leg.js';
import type { VideoForward } from './video-forward.js';
import { VideoSource } from './video-source.js';

/** Nearer than so many decibels to full scale is not silence. */
const AUDIBLE_DB = 60;

/** What a client tells the SFU. */
export interface ClientEvents {
  ready(): void;
  ended(reason: string): void;
  constraints(wanted: ReceiverConstraints): void;
  violation(what: string): void;
}

/** One participant's connection. */
export class SfuClient {
  readonly place: SfuPlace;
  readonly request: JoinRequest;
  readonly ufrag = randomBytes(6).toString('hex');
  readonly pwd = randomBytes(16).toString('hex');
  /** What the server calls itself towards this client. */
  readonly ssrc = randomInt(1, 2 ** 31);
  readonly leg: SecureLeg;
  readonly received = new Map<number, RtpSource>();
  readonly joinedUs: number;
  /** The data channel; undefined before the handshake. */
  channel: ColibriChannel | undefined;
  constraints: ReceiverConstraints | undefined;
  channelOpen = false;
  /** Numbers of what he is sent, over all streams. */
  transportSequence = 0;
  readonly video: VideoSource;
  /** What he is sent of others' pictures. */
  readonly forwards = new Map<SfuClient, VideoForward>();
  /** The lines that were last told to be wanted of his picture. */
  toldLines: number | undefined;
  remote: { readonly host: string; readonly port: number } | undefined;
  /** Whether it ever nominated a path, and whether it ever said to be controlled: towards a lite agent it should be controlling (RFC 8445). */
  nominates = false;
  controlled = false;
  heardUs: number;
  mediaUs: number;
  /** When his first packet came that says of itself that it can be heard (RFC 6464). */
  audibleUs: number | undefined;
  /** An admin may have muted him. */
  mayAudio = true;
  gone = false;
  /** The number of the first packet of each stream that he is sent from now on, so that a test sees them go around. */
  firstSequence: number | undefined;
  #srtp: SrtpPair | undefined;
  #rtcpIndex = 0;
  readonly #indexes = new Map<number, number>();
  readonly #shifts = new Map<number, number>();
  readonly #arrivals = new ArrivalLog();
  readonly #view = createRtpHeaderView();
  readonly #transmit: (datagram: Buffer, host: string, port: number) => void;

  constructor(
    place: SfuPlace,
    request: JoinRequest,
    nowUs: number,
    transmit: (datagram: Buffer, host: string, port: number) => void,
    on: ClientEvents,
  ) {
    this.place = place;
    this.request = request;
    this.joinedUs = this.heardUs = this.mediaUs = nowUs;
    this.#transmit = transmit;
    this.video = new VideoSource(this);
    this.leg = new SecureLeg((datagram) => this.raw(datagram), request.fingerprint, {
      ready: (srtp) => {
        if (this.gone) return;
        this.#srtp = srtp;
        this.channel = new ColibriChannel(this.leg.dtls, {
          open: () => (this.channelOpen = true),
          constraints: (wanted) => {
            this.constraints = wanted;
            on.constraints(wanted);
          },
          violation: (what) => on.violation(what),
        });
        on.ready();
      },
      ended: (reason) => on.ended(reason),
    });
  }

  /** What others ask for his picture by. */
  get endpoint(): string {
    return `${this.place.presentation ? 'screen' : 'video'}-${this.request.source}`;
  }

  /** How many lines he wants of somebody's picture. */
  wantedLines(endpoint: string): number {
    const { constraints } = this;
    return constraints ? (constraints.constraints[endpoint] ?? constraints.defaultConstraints).maxHeight : 0;
  }

  /** Whether media can flow. */
  get ready(): boolean {
    return this.#srtp !== undefined && !this.gone;
  }

  get srtp(): SrtpPair | undefined {
    return this.#srtp;
  }

  /** Sends a datagram as it is. */
  raw(datagram: Buffer): void {
    if (this.remote && !this.gone) this.#transmit(datagram, this.remote.host, this.remote.port);
  }

  /** Sends an RTP packet in the clear on, encrypted for him. */
  rtp(plain: Buffer, headerBytes: number): void {
    const srtp = this.#srtp;
    if (!srtp || this.gone) return;
    const { out } = srtp;
    const datagram = Buffer.allocUnsafe(plain.length + out.tagBytes);
    plain.copy(datagram);
    const ssrc = plain.readUInt32BE(8);
    const original = plain.readUInt16BE(2);
    let shift = this.#shifts.get(ssrc);
    if (shift === undefined)
      this.#shifts.set(ssrc, (shift = this.firstSequence === undefined ? 0 : this.firstSequence - original));
    const sequence = (original + shift) & 0xffff;
    datagram.writeUInt16BE(sequence, 2);
    const newest = this.#indexes.get(ssrc);
    const index = newest === undefined ? sequence : estimateIndex(newest, sequence);
    if (index < 0) return;
    if (newest === undefined || index > newest) this.#indexes.set(ssrc, index);
    out.protectRtp(datagram, headerBytes, ssrc, index);
    this.raw(datagram);
  }

  /** Gives a packet for him the next number of his, over all streams: the sender's numbers are of another way. */
  number(packet: Buffer): void {
    if (!parseRtpHeader(packet, this.#view)) return;
    const at = findExtension(packet, this.#view, EXTENSION.transportCc);
    if (at >= 0) packet.writeUInt16BE(this.transportSequence++ & 0xffff, at);
  }

  /** Sends a compound RTCP packet in the clear, encrypted for him. */
  rtcp(plain: Buffer): void {
    const srtp = this.#srtp;
    if (srtp && !this.gone) this.raw(srtp.out.protectRtcp(plain, ++this.#rtcpIndex));
  }

  /** Notes that a packet of his came, of whatever stream: senders number them all together. */
  arrived(datagram: Buffer, header: RtpHeaderView, nowUs: number): void {
    const at = findExtension(datagram, header, EXTENSION.transportCc);
    if (at >= 0) this.#arrivals.arrived(datagram.readUInt16BE(at), nowUs);
  }

  /** Notes when he can first be heard. */
  heard(datagram: Buffer, header: RtpHeaderView, nowUs: number): void {
    if (this.audibleUs !== undefined) return;
    const at = findExtension(datagram, header, EXTENSION.audioLevel);
    if (at >= 0 && (datagram[at]! & 0x7f) < AUDIBLE_DB) this.audibleUs = nowUs;
  }

  /** Tells him which of his packets came and when, for his estimate of the network. */
  feedback(): void {
    const feedback = this.#arrivals.take(this.ssrc, this.request.source);
    if (feedback) this.rtcp(feedback);
  }

  /** Tells what came of him. */
  report(nowUs: number): void {
    const blocks = [...this.received.values()].map((source) => source.reportBlock(nowUs));
    this.rtcp(Buffer.concat([buildReceiverReport(this.ssrc, blocks), buildSdes(this.ssrc, 'sfu')]));
  }

  /** Passes on another participant's report, so that his streams are in step here too. */
  senderReport(sender: SenderInfo, cname: string): void {
    this.rtcp(Buffer.concat([buildSenderReport(sender), buildSdes(sender.ssrc, cname)]));
  }

  /** Counts a packet of his. */
  count(ssrc: number, clockRate: number, sequence: number, timestamp: number, bytes: number, nowUs: number): void {
    let source = this.received.get(ssrc);
    if (!source) this.received.set(ssrc, (source = new RtpSource(ssrc, clockRate)));
    source.receive(sequence, timestamp, bytes, nowUs);
  }

  /** Ends the DTLS session as a server does that goes on without this client. */
  hangUp(): void {
    this.leg.sendCloseNotify();
  }

  close(): void {
    if (this.gone) return;
    this.gone = true;
    this.channel?.close();
    this.leg.close();
  }
}
