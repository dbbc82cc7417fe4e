import { map, tap } from 'rxjs';
import { FRAME_SAMPLES } from '../../media/format.js';
import { clearAudioFrame, createAudioFrame, shapeAudioFrame, type AudioFrame } from '../../media/frame.js';
import type { Gateway, IncomingAudio, IncomingQuality, ParticipantChange } from '../../media/gateway.js';

/**
 * A view of a gateway whose participants may be pulled by several nodes in one tick (the common mix and the personal ones): the
 * first pull of a tick takes from the call, later ones get the same frame.
 *
 * @param tickIndex the present tick.
 * @param beforeChange told before somebody comes or goes.
 */
export function shareIncoming(gateway: Gateway, tickIndex: () => number, beforeChange: () => void = () => {}): Gateway {
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
      tap(beforeChange),
      map((change): ParticipantChange => (change.type === 'joined' ? { ...change, audio: share(change.audio) } : change)),
    ),
    personalMixes$: gateway.personalMixes$,
    sendAudio: (packet, forParticipantId) => gateway.sendAudio(packet, forParticipantId),
    ...(gateway.video && { video: gateway.video }),
  };
}

function shareOne(audio: IncomingAudio, tickIndex: () => number): IncomingAudio {
  // As wide as any of those who pull: no channel is lost to the order in which they come.
  const frame = createAudioFrame(1);
  let pulledAt = NaN;
  let quality: IncomingQuality = 'silent';
  return {
    participantId: audio.participantId,
    pull(out: AudioFrame): IncomingQuality {
      const tick = tickIndex();
      if (tick !== pulledAt) {
        pulledAt = tick;
        shapeAudioFrame(frame, Math.max(frame.planes.length, out.planes.length), FRAME_SAMPLES);
        quality = audio.pull(frame);
      }
      writeShaped(frame, out);
      return quality;
    },
  };
}

/** Copies the samples of a frame into one that keeps its channels and its time. */
function writeShaped(from: AudioFrame, to: AudioFrame): void {
  if (from.silent) {
    clearAudioFrame(to);
    return;
  }
  const [left, right = left] = from.planes;
  const [first, second] = to.planes;
  if (!left || !right || !first) return;
  if (second || left === right) {
    first.set(left);
    second?.set(right);
  } else for (let i = 0; i < first.length; i++) first[i] = (left[i]! + right[i]!) / 2;
  to.silent = false;
}
