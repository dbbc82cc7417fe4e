import { NackRequester } from '../../../../src/calls/webrtc/nack-requester.js';
import { buildNack } from '../../../../src/calls/webrtc/rtcp.js';
import { buildPli } from '../../../../src/calls/webrtc/rtcp-feedback.js';
import { RtpSource } from '../../../../src/calls/webrtc/rtp-source.js';
import { type RtpHeaderView, sequenceDelta } from '../../../../src/calls/webrtc/rtp.js';
import { unpackH264 } from '../../../../src/calls/webrtc/video/h264-payload.js';
import { unpackVp8 } from '../../../../src/calls/webrtc/video/vp8-payload.js';
import { PAYLOAD } from './answer.js';
import type { SfuClient } from './sfu-client.js';

/** One packet of a sender's video, in the clear. */
export interface VideoPacket {
  /** From the smallest, 0. */
  readonly layer: number;
  /** With its header. */
  readonly plain: Buffer;
  readonly headerBytes: number;
  readonly sequence: number;
  readonly timestamp: number;
  /** A key frame begins with it. */
  readonly key: boolean;
}

const ORIGINAL: Readonly<Record<number, number>> = { [PAYLOAD.vp8Rtx]: PAYLOAD.vp8, [PAYLOAD.h264Rtx]: PAYLOAD.h264 };
/** As far back as a packet that comes again is known. */
const REMEMBERED = 1024;
const KEY_EVERY_US = 200_000;
/** A size of which nothing came for so long is not sent. */
const ACTIVE_US = 1_000_000;

/** What a client sends of pictures: its sizes by the groups of its join, what is lost asked for again, what came told to it. */
export class VideoSource {
  /** The sources of its sizes, the smallest first; the first one is what all receivers know it by. */
  readonly layers: readonly number[];
  readonly rtxOf = new Map<number, number>();
  readonly #client: SfuClient;
  readonly #sources = new Map<number, RtpSource>();
  readonly #nacks = new Map<number, NackRequester>();
  readonly #lastUs = new Map<number, number>();
  readonly #askedUs = new Map<number, number>();
  /** The packets that came last, each at the remainder of its number. */
  readonly #newest = new Map<number, number[]>();

  constructor(client: SfuClient) {
    this.#client = client;
    const { groups } = client.request;
    const sim = groups.find(({ semantics }) => semantics === 'SIM');
    const fids = groups.filter(({ semantics }) => semantics === 'FID');
    this.layers = sim?.sources ?? fids.flatMap(({ sources }) => sources.slice(0, 1));
    for (const { sources } of fids) this.rtxOf.set(sources[1]!, sources[0]!);
  }

  /** The largest size that is sent. */
  highest(nowUs: number): number {
    return this.layers.findLastIndex((ssrc) => nowUs - (this.#lastUs.get(ssrc) ?? -Infinity) < ACTIVE_US);
  }

  /** Takes a packet; undefined: it is none of its videos. `useless`: padding, or what came before. */
  receive(datagram: Buffer, header: RtpHeaderView, payload: Buffer, nowUs: number): VideoPacket | 'useless' | undefined {
    const original = this.rtxOf.get(header.ssrc);
    const ssrc = original ?? header.ssrc;
    const layer = this.layers.indexOf(ssrc);
    const payloadType = original === undefined ? header.payloadType : ORIGINAL[header.payloadType];
    if (layer < 0 || (payloadType !== PAYLOAD.vp8 && payloadType !== PAYLOAD.h264)) return undefined;
    const source = this.#sources.get(ssrc) ?? new RtpSource(ssrc, 90_000, 1000);
    this.#sources.set(ssrc, source);
    this.#client.received.set(ssrc, source);
    let media = payload;
    let { sequence } = header;
    let extended: number | undefined;
    if (original === undefined) extended = source.receive(sequence, header.timestamp, media.length, nowUs);
    else {
      // libwebrtc tries the network with padding, and with packets sent once more that nobody lost (ntgcalls, as seen); what is sent again has
      // numbers of its own and is not counted as received of the picture (RFC 4588).
      if (payload.length < 2 || source.highest < 0) return 'useless';
      sequence = payload.readUInt16BE(0);
      media = payload.subarray(2);
      extended = source.highest + sequenceDelta(sequence, source.highest % 65_536);
    }
    if (extended === undefined || media.length === 0 || this.#came(ssrc, extended)) return 'useless';
    this.#lastUs.set(ssrc, nowUs);
    const nacks = this.#nacks.get(ssrc) ?? new NackRequester({ maxMissing: 300, maxAsks: 10, giveUpMs: 1000 });
    this.#nacks.set(ssrc, nacks);
    const missing = nacks.arrived(extended, nowUs);
    if (missing.length > 0) this.#client.rtcp(buildNack(this.#client.ssrc, ssrc, missing));
    const part = payloadType === PAYLOAD.vp8 ? unpackVp8(media) : unpackH264(media);
    const plain = Buffer.concat([datagram.subarray(0, header.payloadOffset), media]);
    plain[0]! &= ~0x20;
    plain[1] = payloadType | (header.marker ? 0x80 : 0);
    plain.writeUInt16BE(sequence, 2);
    plain.writeUInt32BE(ssrc, 8);
    const { payloadOffset: headerBytes, timestamp } = header;
    return { layer, plain, headerBytes, sequence, timestamp, key: part?.key ?? false };
  }

  /** Whether a packet came before; remembers it. */
  #came(ssrc: number, extended: number): boolean {
    let newest = this.#newest.get(ssrc);
    if (!newest) this.#newest.set(ssrc, (newest = new Array<number>(REMEMBERED).fill(-1)));
    const came = newest[extended % REMEMBERED] === extended;
    newest[extended % REMEMBERED] = extended;
    return came;
  }

  /** Asks for a key frame of a size. */
  wantKey(layer: number, nowUs: number): void {
    const ssrc = this.layers[layer];
    if (ssrc === undefined || nowUs - (this.#askedUs.get(ssrc) ?? -Infinity) < KEY_EVERY_US) return;
    this.#askedUs.set(ssrc, nowUs);
    this.#client.rtcp(buildPli(this.#client.ssrc, ssrc));
  }
}
