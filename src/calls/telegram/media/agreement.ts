import { voxError, type VoxError } from '../../../errors.js';
import type { MediaAnswer, TransportAnswer } from '../../../machines/transport.js';
import type { VideoPurpose } from '../../../media/gateway-video.js';
import { EXTENSION_URIS, type ExtensionIds } from '../../webrtc/rtp-extensions.js';
import type { MediaParams, TransportParams } from '../../webrtc/index.js';
import { agreeOnVideo, type VideoAgreement } from './video-sources.js';

/** What a server's answer means for our connection. */
export interface Agreement {
  readonly remote: TransportParams;
  readonly audio: MediaParams;
  readonly video: VideoAgreement;
}

function unusable(reason: string): VoxError {
  return voxError('TELEGRAM_ANSWER_UNREADABLE', { reason });
}

/**
 * Reads an answer as what both sides do: the server is ICE-lite with candidates for hosts, and begins the DTLS handshake; Opus has whatever
 * payload type it says; the loudness of our packets is told where it takes that. The second connection, for a screen, is without sound.
 *
 * @throws VoxError `TELEGRAM_ANSWER_UNREADABLE`, which says what is missing.
 */
export function agreeOn(answer: TransportAnswer, purpose: VideoPurpose = 'camera'): Agreement {
  if (answer.kind !== 'webrtc') throw unusable(`it is of the kind "${answer.kind}", with no connection to make`);
  const { ice, candidates, audio, video } = answer;
  // We offered to be called. A server that wants to be called too would wait for ever.
  if (ice.fingerprints.every(({ setup }) => setup === 'passive')) throw unusable('the server does not begin the DTLS handshake');
  if (!candidates.some(({ protocol }) => protocol === 'udp')) throw unusable('it has no address for UDP');
  const opus = audio?.payloadTypes.find(({ name }) => name.toLowerCase() === 'opus');
  if (!opus && purpose === 'camera') throw unusable('it has no Opus');
  const agreedVideo = agreeOnVideo(video);
  const numberedBy =
    audio && opus?.feedback.includes('transport-cc') ? extensionsOf(audio, ['transportCc']).transportCc : undefined;
  if (purpose === 'screen' && agreedVideo.codecs.length === 0) throw unusable('it has no codec for a screen');
  return {
    remote: {
      ufrag: ice.ufrag,
      pwd: ice.pwd,
      iceLite: true,
      fingerprints: ice.fingerprints.map(({ hash, fingerprint }) => ({ hash, fingerprint })),
      candidates,
    },
    audio:
      opus && audio && purpose === 'camera'
        ? {
            payloadType: opus.id,
            extensions: extensionsOf(audio, ['audioLevel']),
            ...(numberedBy !== undefined && { numberedBy }),
            nack: opus.feedback.includes('nack'),
            send: true,
            receive: true,
          }
        : { payloadType: -1, extensions: {}, nack: false, send: false, receive: false },
    video: agreedVideo,
  };
}

/** The ids of those extensions that the server lists. */
export function extensionsOf(media: MediaAnswer, wanted: readonly (keyof ExtensionIds)[]): ExtensionIds {
  const found = wanted.flatMap((key) => {
    const extension = media.extensions.find(({ uri }) => uri === EXTENSION_URIS[key]);
    // Above 14 the one-byte form of headers ends (RFC 8285, 4.2).
    return extension && extension.id >= 1 && extension.id <= 14 ? [[key, extension.id] as const] : [];
  });
  return Object.fromEntries(found);
}
