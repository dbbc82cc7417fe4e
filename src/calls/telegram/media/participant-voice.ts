import type { AudioFrame } from '../../../media/frame.js';
import type { IncomingAudio, IncomingQuality } from '../../../media/gateway.js';
import type { SpeakingWatch } from '../../speaking.js';
import { VoiceGain, type VoiceSettings } from '../../voice-gain.js';

/** The voice of a participant, as loud as the call says. It is pulled even while it is muted, so that it goes on in the present. */
export class ParticipantVoice implements IncomingAudio {
  readonly participantId: string;
  readonly #audio: IncomingAudio;
  readonly #settings: () => VoiceSettings;
  readonly #watch: SpeakingWatch;
  readonly #gain: VoiceGain;

  /**
   * @param settings how it is to be heard at this moment.
   * @param watch is told what is heard.
   */
  constructor(participantId: string, audio: IncomingAudio, settings: () => VoiceSettings, watch: SpeakingWatch) {
    this.participantId = participantId;
    this.#audio = audio;
    this.#settings = settings;
    this.#watch = watch;
    this.#gain = new VoiceGain(settings());
  }

  pull(out: AudioFrame): IncomingQuality {
    const quality = this.#audio.pull(out);
    const settings = this.#settings();
    this.#watch.frame(settings.muted ? undefined : out);
    return this.#gain.apply(out, settings) ? 'silent' : quality;
  }
}
