import type { ParticipantVideo } from '../../../machines/signalling.js';
import type { MediaAnswer, SourceGroup } from '../../../machines/transport.js';
import type { VideoPurpose } from '../../../media/gateway-video.js';
import type { VideoCodecParams, VideoParams } from '../../webrtc/index.js';
import { extensionsOf } from './agreement.js';

/** Sizes of the picture that are announced: a quarter, a half and the whole, as native clients have them for cameras. */
export const LAYERS = 3;

/** The sources of one size of our picture, and of what is sent of it again. */
export interface LayerSources {
  readonly ssrc: number;
  readonly rtxSsrc: number;
}

/** Our video sources, in the order that native clients have them: behind that of the sound, each with its retransmissions. */
export function layerSources(audioSource: number, count: number = LAYERS): LayerSources[] {
  return Array.from({ length: count }, (_, i) => ({
    ssrc: (audioSource + 1 + 2 * i) >>> 0,
    rtxSsrc: (audioSource + 2 + 2 * i) >>> 0,
  }));
}

/** How sources are told at a join: which are sizes of one picture (SIM), and which repeat another (FID). */
export function sourceGroups(layers: readonly LayerSources[]): SourceGroup[] {
  const fids = layers.map(({ ssrc, rtxSsrc }): SourceGroup => ({ semantics: 'FID', sources: [ssrc, rtxSsrc] }));
  return layers.length > 1 ? [{ semantics: 'SIM', sources: layers.map(({ ssrc }) => ssrc) }, ...fids] : fids;
}

/** Somebody's camera or screen that may be asked for. */
export interface RemoteVideo {
  readonly participantId: string;
  readonly purpose: VideoPurpose;
  /** What the server calls it. */
  readonly endpoint: string;
  /** Every source of it. */
  readonly sources: readonly number[];
}

/** What the signalling tells of a video, as it can be asked for; undefined while it is held. */
export function remoteVideo(
  participantId: string,
  purpose: VideoPurpose,
  video: Pick<ParticipantVideo, 'endpoint' | 'sourceGroups' | 'paused'> | undefined,
): RemoteVideo | undefined {
  if (!video || video.paused) return undefined;
  const sources = [...new Set(video.sourceGroups.flatMap((group) => group.sources))];
  return { participantId, purpose, endpoint: video.endpoint, sources };
}

/** What both sides do with videos; no codecs: nothing. */
export type VideoAgreement = Omit<VideoParams, 'purpose' | 'send' | 'receive' | 'ssrcs'>;

/** Reads the video part of an answer. H.264 counts only as it can be sent in parts (packetization-mode 1). */
export function agreeOnVideo(video: MediaAnswer | undefined): VideoAgreement {
  const types = video?.payloadTypes ?? [];
  const codecs = types.flatMap(({ id, name, parameters }): VideoCodecParams[] => {
    const codec = name.toLowerCase();
    if (codec !== 'vp8' && codec !== 'h264') return [];
    if (codec === 'h264' && String(parameters['packetization-mode'] ?? 0) !== '1') return [];
    const rtx = types.find((one) => one.name.toLowerCase() === 'rtx' && Number(one.parameters['apt']) === id);
    return [{ codec, payloadType: id, ...(rtx && { rtxPayloadType: rtx.id }) }];
  });
  const has = (feedback: string): boolean =>
    codecs.length > 0 &&
    codecs.every(({ payloadType }) => types.find(({ id }) => id === payloadType)!.feedback.includes(feedback));
  const extensions = video ? extensionsOf(video, ['absSendTime', 'transportCc']) : {};
  return {
    codecs,
    extensions,
    nack: has('nack'),
    pli: has('nack pli'),
    fir: has('ccm fir'),
    remb: has('goog-remb'),
    transportCc: has('transport-cc') && extensions.transportCc !== undefined,
  };
}
