import { map } from 'rxjs';
import { copyAudioFrame, createAudioFrame, type AudioFrame } from '../../media/frame.js';
import type { Gateway, IncomingAudio, IncomingQuality, ParticipantChange } from '../../media/gateway.js';

/**
 * A view of a gateway whose participants may be pulled by several nodes in one tick (the common mix and the personal ones): the
 * first pull of a tick takes from the call, later ones get the same frame.
 *
 * @param tickIndex the present tick.
 */
export function shareIncoming(gateway: Gateway, tickIndex: () => number): Gateway {
  const shared = new WeakMap<IncomingAudio, IncomingAudio>();
  const share = (audio: IncomingAudio): IncomingAudio => {
    const known = shared.get(audio);
    if (known) return known;
    const made = shareOne(audio, tickIndex);
    shared.set(audio, made);
    return made;
  };
  return {
    participants$: gateway.participants$.pipe(
      map((change): ParticipantChange => (change.type === 'joined' ? { ...change, audio: share(change.audio) } : change)),
    ),
    personalMixes$: gateway.personalMixes$,
    sendAudio: (packet, forParticipantId) => gateway.sendAudio(packet, forParticipantId),
  };
}

function shareOne(audio: IncomingAudio, tickIndex: () => number): IncomingAudio {
  const frame = createAudioFrame(1);
  let pulledAt = -1;
  let quality: IncomingQuality = 'silent';
  return {
    participantId: audio.participantId,
    pull(out: AudioFrame): IncomingQuality {
      const tick = tickIndex();
      if (tick !== pulledAt) {
        pulledAt = tick;
        quality = audio.pull(frame);
      }
      const ptsUs = out.ptsUs;
      copyAudioFrame(frame, out);
      out.ptsUs = ptsUs;
      return quality;
    },
  };
}
