import { parse, parseParams, type MediaDescription, type SessionDescription } from 'sdp-transform';
import { voxError, type VoxError } from '../../errors.js';
import { EXTENSION_URIS, type ExtensionIds } from './rtp-extensions.js';
import { offeredVideos, type OfferedVideo } from './sdp-video.js';
import type { FingerprintParams, IceCandidateParams, TransportParams } from './transport-params.js';

/** Which way media flows, as the offerer or the answerer sees it. */
export type SdpDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** One section of the offer, as far as the answer must repeat it. */
export interface OfferedSection {
  readonly type: string;
  readonly protocol: string;
  readonly payloads: string;
  readonly mid: string | undefined;
}

/** The audio section that is answered. */
export interface OfferedAudio {
  /** Its place among the sections. */
  readonly index: number;
  readonly payloadType: number;
  readonly direction: SdpDirection;
  readonly extensions: ExtensionIds;
  readonly nack: boolean;
  /** The offerer can take stereo. */
  readonly stereo: boolean;
  readonly rtcpReducedSize: boolean;
}

/** A WebRTC offer with an Opus audio section, videos, or both, understood. */
export interface Offer {
  readonly transport: TransportParams;
  readonly sections: readonly OfferedSection[];
  /** Absent: it has none. */
  readonly audio?: OfferedAudio;
  /** In the order of the sections, two at most; none without a bundle. */
  readonly videos: readonly OfferedVideo[];
  /** The offer bundles its sections. */
  readonly bundle: boolean;
}

const MAX_OFFER_CHARS = 100_000;
const DIRECTIONS: readonly string[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

/**
 * Reads a WebRTC offer (RFC 8829) as Chromium, Firefox and libwebrtc clients write it.
 *
 * @throws VoxError BAD_OFFER with the reason.
 */
export function parseOffer(sdp: string): Offer {
  if (sdp.length > MAX_OFFER_CHARS) throw bad('it is too long');
  if (!/^v=0\r?\n/.test(sdp)) throw bad('it is no SDP');
  const session = parse(sdp);
  const media = session.media ?? [];
  const bundle = (session.groups ?? []).some((group) => group.type === 'BUNDLE');
  const directionOf = (section: MediaDescription): SdpDirection => {
    const direction = section.direction ?? session.direction ?? 'sendrecv';
    return DIRECTIONS.includes(direction) ? direction : 'inactive';
  };
  const audio = audioOf(media, directionOf);
  const videos = bundle || !audio ? offeredVideos(media, directionOf).slice(0, bundle ? undefined : 1) : [];
  // All of a bundle goes one way, which its first section describes.
  const section = media[Math.min(audio?.index ?? Infinity, videos[0]?.index ?? Infinity)];
  if (!section) throw bad('it has no audio');
  const setup = section.setup ?? session.setup ?? 'actpass';
  // We are the DTLS server: joins survive loss better that way round.
  if (setup !== 'actpass' && setup !== 'active') throw bad(`a=setup:${setup} leaves nobody to be the DTLS client`);
  return {
    transport: transportOf(session, section),
    sections: media.map(({ type, protocol, payloads, mid }) => ({
      type,
      protocol,
      payloads: String(payloads ?? '0'),
      mid: mid === undefined ? undefined : String(mid),
    })),
    ...(audio && { audio }),
    videos,
    bundle,
  };
}

/** The Opus section. @throws VoxError BAD_OFFER when there is audio of another kind only. */
function audioOf(
  media: readonly MediaDescription[],
  directionOf: (section: MediaDescription) => SdpDirection,
): OfferedAudio | undefined {
  const index = media.findIndex(
    (section) => section.type === 'audio' && isOffered(section) && opusPayload(section) !== undefined,
  );
  const section = media[index];
  if (!section) {
    if (media.some((m) => m.type === 'audio')) throw bad('its audio has no Opus');
    return undefined;
  }
  if (!/^UDP\/TLS\/RTP\/SAVPF?$/i.test(section.protocol)) throw bad(`its audio uses ${section.protocol}, not UDP/TLS/RTP/SAVPF`);
  if (!section.rtcpMux) throw bad('it has no rtcp-mux');
  const payloadType = opusPayload(section)!;
  const direction = directionOf(section);
  if (direction === 'inactive') throw bad('its audio is inactive');
  const fmtp = section.fmtp.find((line) => line.payload === payloadType);
  return {
    index,
    payloadType,
    direction,
    extensions: extensionsOf(section),
    nack: (section.rtcpFb ?? []).some(
      (line) => (line.payload === payloadType || line.payload === '*') && line.type === 'nack' && !line.subtype,
    ),
    stereo: fmtp !== undefined && parseParams(fmtp.config)['stereo'] === 1,
    rtcpReducedSize: section.rtcpRsize !== undefined,
  };
}

function bad(reason: string): VoxError {
  return voxError('BAD_OFFER', { reason });
}

/** Port 0 rejects a section, unless it only rides along in a bundle. */
function isOffered(section: MediaDescription): boolean {
  return section.port !== 0 || section.bundleOnly !== undefined;
}

function opusPayload(section: MediaDescription): number | undefined {
  const listed = String(section.payloads ?? '')
    .split(' ')
    .map(Number);
  const opus = section.rtp.filter((line) => line.codec.toLowerCase() === 'opus' && line.rate === 48_000);
  return opus.find((line) => listed.includes(line.payload))?.payload;
}

/** Ids beyond 14 would need the two-byte form of RFC 8285. */
function extensionsOf(section: MediaDescription): ExtensionIds {
  const idOf = (uri: string): number | undefined =>
    (section.ext ?? []).find((line) => line.uri === uri && line.value >= 1 && line.value <= 14)?.value;
  const audioLevel = idOf(EXTENSION_URIS.audioLevel);
  const mid = section.mid === undefined ? undefined : idOf(EXTENSION_URIS.mid);
  return { ...(audioLevel !== undefined && { audioLevel }), ...(mid !== undefined && { mid }) };
}

function transportOf(session: SessionDescription, section: MediaDescription): TransportParams {
  const ufrag = section.iceUfrag ?? session.iceUfrag;
  const pwd = section.icePwd ?? session.icePwd;
  if (ufrag === undefined || pwd === undefined) throw bad('it has no ice-ufrag and ice-pwd');
  const fingerprint = section.fingerprint ?? session.fingerprint;
  if (!fingerprint) throw bad('it has no fingerprint');
  const fingerprints: FingerprintParams[] = [
    { hash: fingerprint.type.toLowerCase(), fingerprint: fingerprint.hash.toUpperCase() },
  ];
  const candidates: IceCandidateParams[] = (section.candidates ?? []).map((c) => ({
    foundation: String(c.foundation),
    component: c.component,
    protocol: c.transport.toLowerCase(),
    priority: c.priority,
    ip: String(c.ip),
    port: c.port,
    type: c.type,
  }));
  return { ufrag: String(ufrag), pwd: String(pwd), iceLite: session.icelite !== undefined, fingerprints, candidates };
}
