import { write, type MediaDescription } from 'sdp-transform';
import type { MediaParams, VideoParams } from './media-params.js';
import { EXTENSION_URIS, type ExtensionIds } from './rtp-extensions.js';
import type { Offer, OfferedSection, SdpDirection } from './sdp-offer.js';
import { agreeVideo, videoCodecLines } from './sdp-video.js';
import type { TransportParams } from './transport-params.js';

/** A stream we send: its SSRC, and that of its retransmissions where it has any. */
export interface AnsweredStream {
  readonly ssrc: number;
  readonly rtxSsrc?: number;
}

/** Our side of an answer. */
export interface AnswerOptions {
  readonly offer: Offer;
  readonly transport: TransportParams;
  readonly media: MediaParams;
  /** What was agreed on for each of the offer's videos, in their order; absent: they are refused. */
  readonly videos?: readonly VideoParams[];
  /** The audio we send, if any. */
  readonly sender?: { readonly ssrc: number; readonly cname: string };
  /** The videos we send, by purpose. */
  readonly videoSenders?: ReadonlyMap<VideoParams['purpose'], AnsweredStream>;
  /** Names us over all our streams. */
  readonly cname?: string;
  /** We take stereo. */
  readonly stereoIn: boolean;
  /** A number of up to 62 bits that no other session has. */
  readonly sessionId: string;
}

/** The audio of a session without any. */
const NO_AUDIO: MediaParams = { payloadType: -1, extensions: {}, nack: false, send: false, receive: false };

/** What we do with the offered audio: the parts of `wanted` that the offer leaves room for. */
export function agree(offer: Offer, wanted: { readonly send: boolean; readonly receive: boolean }): MediaParams {
  const { audio, sections } = offer;
  if (!audio) return NO_AUDIO;
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

/** What we do with the offered videos, in their order: the first is the camera's, the second the screen's. */
export function agreeVideos(offer: Offer, wanted: { readonly send: boolean; readonly receive: boolean }): VideoParams[] {
  return offer.videos.map((video, i) =>
    agreeVideo(video, { purpose: i === 0 ? 'camera' : 'screen', mid: offer.sections[video.index]?.mid }, wanted),
  );
}

/** Writes the SDP answer: audio and videos accepted, every other section refused in its place. */
export function writeAnswer(options: AnswerOptions): string {
  const { offer, media, videos = [] } = options;
  const params = new Map<number, VideoParams>(
    videos.flatMap((video, i) => (offer.videos[i] && (video.send || video.receive) ? [[offer.videos[i].index, video]] : [])),
  );
  const sections = offer.sections.map((section, i) => {
    const video = params.get(i);
    if (i === offer.audio?.index) return audioSection(section, options);
    return video ? videoSection(section, video, i, options) : refused(section);
  });
  const mids = [media.mid, ...[...params.values()].map(({ mid }) => mid)].filter((mid) => mid !== undefined);
  return write({
    version: 0,
    origin: { username: '-', sessionId: options.sessionId, sessionVersion: 1, netType: 'IN', ipVer: 4, address: '127.0.0.1' },
    name: '-',
    timing: { start: 0, stop: 0 },
    ...(offer.bundle && mids.length > 0 && { groups: [{ type: 'BUNDLE', mids: mids.join(' ') }] }),
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
  const { offer, media, sender, stereoIn } = options;
  const { payloadType } = media;
  const stereo = media.send && !media.receive ? true : stereoIn;
  const fmtp = ['minptime=10', 'useinbandfec=1', ...(stereo ? ['stereo=1'] : []), ...(media.send ? ['sprop-stereo=1'] : [])];
  return {
    ...transportLines(section, options),
    type: 'audio',
    payloads: String(payloadType),
    direction: directionOf(media),
    ...(offer.audio?.rtcpReducedSize && { rtcpRsize: 'rtcp-rsize' as const }),
    rtp: [{ payload: payloadType, codec: 'opus', rate: 48_000, encoding: 2 }],
    fmtp: [{ payload: payloadType, config: fmtp.join(';') }],
    ...(media.nack && { rtcpFb: [{ payload: payloadType, type: 'nack' }] }),
    ext: extensionLines(media.extensions),
    ...(sender && {
      msid: [{ id: 'voxgraph', appdata: 'audio' }],
      ssrcs: [{ id: sender.ssrc, attribute: 'cname', value: sender.cname }],
    }),
  };
}

function videoSection(section: OfferedSection, video: VideoParams, index: number, options: AnswerOptions): MediaDescription {
  const { offer, videoSenders, cname = 'voxgraph' } = options;
  const sender = video.send ? videoSenders?.get(video.purpose) : undefined;
  const ssrcs = sender ? [sender.ssrc, ...(sender.rtxSsrc !== undefined ? [sender.rtxSsrc] : [])] : [];
  return {
    ...transportLines(section, options),
    ...videoCodecLines(video),
    type: 'video',
    direction: directionOf(video),
    ...(offer.videos.find((offered) => offered.index === index)?.rtcpReducedSize && { rtcpRsize: 'rtcp-rsize' as const }),
    ext: extensionLines(video.extensions),
    ...(sender && {
      // The camera is of the same stream as the sound, so that the receiver keeps both in step.
      msid: [{ id: video.purpose === 'camera' ? 'voxgraph' : 'voxgraph-screen', appdata: video.purpose }],
      ...(ssrcs.length > 1 && { ssrcGroups: [{ semantics: 'FID', ssrcs: ssrcs.join(' ') }] }),
      ssrcs: ssrcs.map((id) => ({ id, attribute: 'cname', value: cname })),
    }),
  };
}

function transportLines(section: OfferedSection, { transport }: AnswerOptions): Omit<MediaDescription, 'type' | 'payloads'> {
  const [first] = transport.candidates;
  return {
    port: first?.port ?? 9,
    protocol: section.protocol,
    connection: { version: first?.ip.includes(':') ? 6 : 4, ip: first?.ip ?? '0.0.0.0' },
    ...(section.mid !== undefined && { mid: section.mid }),
    iceUfrag: transport.ufrag,
    icePwd: transport.pwd,
    fingerprint: { type: transport.fingerprints[0]!.hash, hash: transport.fingerprints[0]!.fingerprint },
    setup: 'passive',
    rtcpMux: 'rtcp-mux',
    rtp: [],
    fmtp: [],
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

function directionOf(media: { readonly send: boolean; readonly receive: boolean }): SdpDirection {
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
