import type { IncomingAudio } from '../../media/gateway.js';
import type { SpeakingWatch } from '../speaking.js';
import { VoiceGain, type VoiceSettings } from '../voice-gain.js';

/** A voice with a switch and a volume. */
export interface MutableVoice extends IncomingAudio {
  /** The voice itself. */
  readonly source: IncomingAudio;
}

/**
 * A voice that is as loud as its settings say. It is pulled even while it is muted, so that it goes on in the present.
 *
 * @param settings how it is to be heard at this moment.
 * @param watch is told what is heard of it.
 */
export function mutableVoice(audio: IncomingAudio, settings: () => VoiceSettings, watch: SpeakingWatch): MutableVoice {
  const gain = new VoiceGain(settings());
  return {
    participantId: audio.participantId,
    source: audio,
    pull: (out) => {
      const quality = audio.pull(out);
      const wanted = settings();
      watch.frame(wanted.muted ? undefined : out);
      return gain.apply(out, wanted) ? 'silent' : quality;
    },
  };
}
