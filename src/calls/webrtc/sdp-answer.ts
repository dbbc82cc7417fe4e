import { write, type MediaDescription } from 'sdp-transform';
import type { MediaParams } from './media-params.js';
import { EXTENSION_URIS, type ExtensionIds } from './rtp-extensions.js';
import type { Offer, OfferedSection, SdpDirection } from './sdp-offer.js';
import type { TransportParams } from './transport-params.js';

/** Our side of an answer. */
export interface AnswerOptions {
  readonly offer: Offer;
  readonly transport: TransportParams;
  readonly media: MediaParams;
  /** The stream we send, if any. */
  readonly sender?: { readonly ssrc: number; readonly cname: string };
  /** We take stereo. */
  readonly stereoIn: boolean;
  /** A number of up to 62 bits that no other session has. */
  readonly sessionId: string;
}

/** What we do with the offered audio: the parts of `wanted` that the offer leaves room for. */
export function agree(offer: Offer, wanted: { readonly send: boolean; readonly receive: boolean }): MediaParams {
  const { audio, sections } = offer;
  const mid = sections[audio.index]?.mid;
  return {
    payloadType: audio.payloadType,
    extensions: audio.extensions,
    nack: audio.nack,
    send: wanted.send && (audio.direction === 'sendrecv' || audio.direction === 'recvonly'),
    receive: wanted.receive && (audio.direction === 'sendrecv' || audio.direction === 'sendonly'),
    ...(mid !== undefined && { mid }),
  };
}

/** Writes the SDP answer: the audio section accepted, every other section refused in its place. */
export function writeAnswer(options: AnswerOptions): string {
  const { offer, media } = options;
  const sections = offer.sections.map((section, i) =>
    i === offer.audio.index ? audioSection(section, options) : refused(section),
  );
  return write({
    version: 0,
    origin: { username: '-', sessionId: options.sessionId, sessionVersion: 1, netType: 'IN', ipVer: 4, address: '127.0.0.1' },
    name: '-',
    timing: { start: 0, stop: 0 },
    ...(offer.bundle && media.mid !== undefined && { groups: [{ type: 'BUNDLE', mids: media.mid }] }),
    msidSemantic: { semantic: 'WMS', token: '*' },
    media: sections,
  });
}

function refused(section: OfferedSection): MediaDescription {
  return {
    type: section.type,
    port: 0,
    protocol: section.protocol,
    payloads: section.payloads,
    rtp: [],
    fmtp: [],
    connection: { version: 4, ip: '0.0.0.0' },
    ...(section.mid !== undefined && { mid: section.mid }),
    direction: 'inactive',
  };
}

function audioSection(section: OfferedSection, options: AnswerOptions): MediaDescription {
  const { offer, transport, media, sender, stereoIn } = options;
  const [first] = transport.candidates;
  const { payloadType } = media;
  const stereo = media.send && !media.receive ? true : stereoIn;
  const fmtp = ['minptime=10', 'useinbandfec=1', ...(stereo ? ['stereo=1'] : []), ...(media.send ? ['sprop-stereo=1'] : [])];
  return {
    type: 'audio',
    port: first?.port ?? 9,
    protocol: section.protocol,
    payloads: String(payloadType),
    connection: { version: first?.ip.includes(':') ? 6 : 4, ip: first?.ip ?? '0.0.0.0' },
    ...(section.mid !== undefined && { mid: section.mid }),
    iceUfrag: transport.ufrag,
    icePwd: transport.pwd,
    fingerprint: { type: transport.fingerprints[0]!.hash, hash: transport.fingerprints[0]!.fingerprint },
    setup: 'passive',
    direction: directionOf(media),
    rtcpMux: 'rtcp-mux',
    ...(offer.audio.rtcpReducedSize && { rtcpRsize: 'rtcp-rsize' as const }),
    rtp: [{ payload: payloadType, codec: 'opus', rate: 48_000, encoding: 2 }],
    fmtp: [{ payload: payloadType, config: fmtp.join(';') }],
    ...(media.nack && { rtcpFb: [{ payload: payloadType, type: 'nack' }] }),
    ext: extensionLines(media.extensions),
    ...(sender && {
      msid: [{ id: 'voxgraph', appdata: 'audio' }],
      ssrcs: [{ id: sender.ssrc, attribute: 'cname', value: sender.cname }],
    }),
    candidates: transport.candidates.map((c) => ({
      foundation: c.foundation,
      component: c.component,
      transport: c.protocol,
      priority: c.priority,
      ip: c.ip,
      port: c.port,
      type: c.type,
    })),
    endOfCandidates: 'end-of-candidates',
  };
}

function directionOf(media: MediaParams): SdpDirection {
  if (media.send) return media.receive ? 'sendrecv' : 'sendonly';
  return media.receive ? 'recvonly' : 'inactive';
}

function extensionLines(ids: ExtensionIds): { value: number; uri: string }[] {
  const lines: { value: number; uri: string }[] = [];
  for (const name of Object.keys(EXTENSION_URIS) as (keyof ExtensionIds)[]) {
    const value = ids[name];
    if (value !== undefined) lines.push({ value, uri: EXTENSION_URIS[name] });
  }
  return lines;
}
