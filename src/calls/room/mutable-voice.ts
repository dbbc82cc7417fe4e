import { clearAudioFrame } from '../../media/frame.js';
import type { IncomingAudio } from '../../media/gateway.js';
import type { SpeakingWatch } from '../speaking.js';

/** A voice with a switch. */
export interface MutableVoice extends IncomingAudio {
  /** The voice itself. */
  readonly source: IncomingAudio;
}

/**
 * A voice that is silent while `muted` says so. It is pulled all the same, so that it goes on in the present.
 *
 * @param watch is told what is heard of it.
 */
export function mutableVoice(audio: IncomingAudio, muted: () => boolean, watch: SpeakingWatch): MutableVoice {
  return {
    participantId: audio.participantId,
    source: audio,
    pull: (out) => {
      const quality = audio.pull(out);
      if (!muted()) {
        watch.frame(out);
        return quality;
      }
      watch.frame(undefined);
      clearAudioFrame(out);
      return 'silent';
    },
  };
}
