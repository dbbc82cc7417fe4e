import { scale } from '../../../media/dsp/gain.js';
import { clearAudioFrame, type AudioFrame } from '../../../media/frame.js';
import type { IncomingAudio, IncomingQuality } from '../../../media/gateway.js';
import type { SpeakingWatch } from '../../speaking.js';

/** How a participant is to be heard. */
export interface VoiceSettings {
  /** Muted for us alone. */
  readonly mutedByUs: boolean;
  /** 1 is 100 %. */
  readonly volume: number;
}

/** The voice of a participant, as loud as the call says. It is pulled even while it is muted, so that it goes on in the present. */
export class ParticipantVoice implements IncomingAudio {
  readonly participantId: string;
  readonly #audio: IncomingAudio;
  readonly #settings: () => VoiceSettings;
  readonly #watch: SpeakingWatch;

  /**
   * @param settings how it is to be heard at this moment.
   * @param watch is told what is heard.
   */
  constructor(participantId: string, audio: IncomingAudio, settings: () => VoiceSettings, watch: SpeakingWatch) {
    this.participantId = participantId;
    this.#audio = audio;
    this.#settings = settings;
    this.#watch = watch;
  }

  pull(out: AudioFrame): IncomingQuality {
    const quality = this.#audio.pull(out);
    const { mutedByUs, volume } = this.#settings();
    if (mutedByUs || volume === 0) {
      clearAudioFrame(out);
      this.#watch.frame(undefined);
      return 'silent';
    }
    this.#watch.frame(out);
    if (volume !== 1 && !out.silent) for (const plane of out.planes) scale(plane, plane, volume);
    return quality;
  }
}
