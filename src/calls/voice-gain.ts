import { scale, scaleByRamp } from '../media/dsp/gain.js';
import { Ramp } from '../media/dsp/ramp.js';
import { clearAudioFrame, frameSamples, type AudioFrame } from '../media/frame.js';

/** How a participant is to be heard. */
export interface VoiceSettings {
  /** Not at all. */
  readonly muted: boolean;
  /** 1 is as he speaks. */
  readonly volume: number;
}

/** As he speaks. */
export const AS_HE_SPEAKS: VoiceSettings = { muted: false, volume: 1 };

/** Makes a voice as loud as it is to be. A change takes 10 ms, so that it does not click. */
export class VoiceGain {
  readonly #ramp: Ramp;

  /** @param settings how it is to be heard at first. */
  constructor(settings: VoiceSettings = AS_HE_SPEAKS) {
    this.#ramp = new Ramp(gainOf(settings));
  }

  /** Scales a frame in place; says whether nothing of it is left. */
  apply(out: AudioFrame, settings: VoiceSettings): boolean {
    const ramp = this.#ramp;
    ramp.to(gainOf(settings));
    // Where there is nothing to hear there is nothing to fade.
    if (out.silent) ramp.jump(ramp.target);
    else if (!ramp.settled) for (const plane of out.planes) scaleByRamp(plane, plane, ramp);
    else if (ramp.target === 0) clearAudioFrame(out);
    else if (ramp.target !== 1) for (const plane of out.planes) scale(plane, plane, ramp.target);
    ramp.advance(frameSamples(out));
    return out.silent;
  }
}

function gainOf({ muted, volume }: VoiceSettings): number {
  return muted ? 0 : volume;
}
