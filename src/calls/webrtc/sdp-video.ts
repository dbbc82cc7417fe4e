import { parseParams, type MediaDescription } from 'sdp-transform';
import type { VideoCodecParams, VideoParams } from './media-params.js';
import { EXTENSION_URIS, type ExtensionIds } from './rtp-extensions.js';
import type { SdpDirection } from './sdp-offer.js';

/** A video section of an offer, as far as it can be used here. */
export interface OfferedVideo {
  /** Its place among the sections. */
  readonly index: number;
  readonly direction: SdpDirection;
  /** VP8 and H.264, as the offerer prefers them; never empty. */
  readonly codecs: readonly VideoCodecParams[];
  readonly extensions: ExtensionIds;
  /** RTCP feedback that is offered for all of `codecs`, such as `nack` and `nack pli`. */
  readonly feedback: ReadonlySet<string>;
  readonly ssrcs: readonly number[];
  readonly rtcpReducedSize: boolean;
}

/** The feedback that is understood here. */
const FEEDBACK = ['nack', 'nack pli', 'ccm fir', 'goog-remb', 'transport-cc'] as const;
/** So many videos of a session are used: the camera's and the screen's. */
const MOST_VIDEOS = 2;

/** The videos of an offer that can be used: the first is the camera's, the second the screen's. */
export function offeredVideos(media: readonly MediaDescription[], directionOf: (section: MediaDescription) => SdpDirection) {
  const videos: OfferedVideo[] = [];
  media.forEach((section, index) => {
    if (section.type !== 'video' || videos.length === MOST_VIDEOS) return;
    if (section.port === 0 && section.bundleOnly === undefined) return;
    if (!section.rtcpMux || !/^UDP\/TLS\/RTP\/SAVPF$/i.test(section.protocol)) return;
    const codecs = codecsOf(section);
    const [first] = codecs;
    if (!first) return;
    videos.push({
      index,
      direction: directionOf(section),
      codecs,
      extensions: videoExtensions(section),
      feedback: new Set(
        FEEDBACK.filter((wanted) => codecs.every(({ payloadType }) => hasFeedback(section, payloadType, wanted))),
      ),
      ssrcs: [...new Set((section.ssrcs ?? []).map(({ id }) => id))],
      rtcpReducedSize: section.rtcpRsize !== undefined,
    });
  });
  return videos;
}

/** What we do with an offered video: the parts of `wanted` that the offer leaves room for. */
export function agreeVideo(
  { codecs, direction, extensions, feedback, ssrcs }: OfferedVideo,
  place: { readonly purpose: VideoParams['purpose']; readonly mid: string | undefined },
  wanted: { readonly send: boolean; readonly receive: boolean },
): VideoParams {
  const send = wanted.send && (direction === 'sendrecv' || direction === 'recvonly');
  return {
    purpose: place.purpose,
    codecs,
    extensions,
    nack: feedback.has('nack'),
    pli: feedback.has('nack pli'),
    fir: feedback.has('ccm fir'),
    // What we take from others we report by transport-cc alone.
    remb: send && feedback.has('goog-remb'),
    transportCc: feedback.has('transport-cc') && extensions.transportCc !== undefined,
    send,
    receive: wanted.receive && (direction === 'sendrecv' || direction === 'sendonly'),
    ...(place.mid !== undefined && { mid: place.mid }),
    ssrcs,
  };
}

/** The codec lines of a video section of an answer. */
export function videoCodecLines(video: VideoParams): Pick<MediaDescription, 'payloads' | 'rtp' | 'fmtp' | 'rtcpFb'> {
  const { codecs, nack, pli, fir, remb, transportCc } = video;
  const lines: Pick<MediaDescription, 'rtp' | 'fmtp'> & { rtcpFb: NonNullable<MediaDescription['rtcpFb']> } = {
    rtp: [],
    fmtp: [],
    rtcpFb: [],
  };
  for (const { codec, payloadType, rtxPayloadType, fmtp } of codecs) {
    lines.rtp.push({ payload: payloadType, codec: codec.toUpperCase(), rate: 90_000 });
    if (fmtp !== undefined) lines.fmtp.push({ payload: payloadType, config: fmtp });
    const said = [
      [remb, 'goog-remb'],
      [transportCc, 'transport-cc'],
      [fir, 'ccm', 'fir'],
      [nack, 'nack'],
      [pli, 'nack', 'pli'],
    ] as const;
    for (const [agreed, type, subtype] of said)
      if (agreed) lines.rtcpFb.push({ payload: payloadType, type, ...(subtype && { subtype }) });
    if (rtxPayloadType === undefined) continue;
    lines.rtp.push({ payload: rtxPayloadType, codec: 'rtx', rate: 90_000 });
    lines.fmtp.push({ payload: rtxPayloadType, config: `apt=${payloadType}` });
  }
  return { ...lines, payloads: lines.rtp.map(({ payload }) => payload).join(' ') };
}

function hasFeedback(section: MediaDescription, payloadType: number, wanted: string): boolean {
  return (section.rtcpFb ?? []).some(
    ({ payload, type, subtype }) =>
      (payload === payloadType || payload === '*') && `${type}${subtype ? ` ${subtype}` : ''}` === wanted,
  );
}

/** VP8, and of H.264 one of the offered profiles: the constrained baseline, which everybody decodes, where there is a choice. */
function codecsOf(section: MediaDescription): VideoCodecParams[] {
  // A single one is a number, whatever the parser's types say.
  const listed = [section.payloads].join(' ').split(' ').map(Number);
  const offered = listed.flatMap((payload) => section.rtp.find((line) => line.payload === payload) ?? []);
  const fmtpOf = (payload: number) => section.fmtp.find((line) => line.payload === payload)?.config;
  const rtxOf = (payload: number) =>
    offered.find((line) => line.codec.toLowerCase() === 'rtx' && parseParams(fmtpOf(line.payload) ?? '')['apt'] === payload)
      ?.payload;
  const baseline = ({ payload }: { payload: number }) => {
    const profile = (h264Params(fmtpOf(payload))['profile-level-id'] ?? '42000a').toLowerCase();
    return profile.startsWith('42e0') ? 2 : profile.startsWith('42') ? 1 : 0;
  };
  const [h264] = offered
    .filter((line) => line.codec.toLowerCase() === 'h264' && Number(h264Params(fmtpOf(line.payload))['packetization-mode']) === 1)
    .toSorted((a, b) => baseline(b) - baseline(a));
  const vp8 = offered.find((line) => line.codec.toLowerCase() === 'vp8');
  return offered.flatMap((line): VideoCodecParams[] => {
    if (line.rate !== 90_000 || (line !== vp8 && line !== h264)) return [];
    const rtxPayloadType = rtxOf(line.payload);
    const fmtp = fmtpOf(line.payload);
    return [
      {
        codec: line === vp8 ? 'vp8' : 'h264',
        payloadType: line.payload,
        ...(rtxPayloadType !== undefined && { rtxPayloadType }),
        ...(fmtp !== undefined && { fmtp }),
      },
    ];
  });
}

/** The parser turns what looks like a number into one, `profile-level-id=420010` as well. */
function h264Params(fmtp: string | undefined): Record<string, string> {
  return Object.fromEntries(
    (fmtp ?? '').split(';').map((pair) => {
      const [key = '', value = ''] = pair.split('=');
      return [key.trim().toLowerCase(), value.trim()];
    }),
  );
}

/** Ids beyond 14 would need the two-byte form of RFC 8285. */
function videoExtensions(section: MediaDescription): ExtensionIds {
  const ids: { -readonly [K in keyof ExtensionIds]: ExtensionIds[K] } = {};
  for (const name of ['mid', 'absSendTime', 'transportCc', 'colorSpace'] as const) {
    const line = (section.ext ?? []).find(({ uri, value }) => uri === EXTENSION_URIS[name] && value >= 1 && value <= 14);
    if (line && (name !== 'mid' || section.mid !== undefined)) ids[name] = line.value;
  }
  return ids;
}
