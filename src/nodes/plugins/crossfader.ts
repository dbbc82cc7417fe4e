import { blend } from '../../media/dsp/blend.js';
import type { Fade } from '../../media/dsp/fade.js';
import { SAMPLE_RATE } from '../../media/format.js';
import { clearAudioFrame, createAudioFrame, frameSamples, shapeAudioFrame, type AudioFrame } from '../../media/frame.js';

/** How long an operator takes to join or leave: 20 ms. */
export const FADE_SAMPLES = SAMPLE_RATE / 50;

/** Mixes two versions of a sound while a fade is on its way from one to the other. */
export class Crossfader {
  readonly #output = createAudioFrame(2);
  #shares = new Float32Array(0);
  #rest = new Float32Array(0);

  /**
   * Advances the fade by the frame's length.
   *
   * @param fade the share of `to`.
   * @returns a frame of its own, or `to` when both are the same.
   */
  mix(from: AudioFrame, to: AudioFrame, fade: Fade): AudioFrame {
    const n = frameSamples(to);
    if (from === to) {
      fade.advance(n);
      return to;
    }
    if (this.#shares.length !== n) {
      this.#shares = new Float32Array(n);
      this.#rest = new Float32Array(n);
    }
    for (let i = 0; i < n; i++) {
      const share = fade.at(i + 1);
      this.#shares[i] = share;
      this.#rest[i] = 1 - share;
    }
    fade.advance(n);
    const out = this.#output;
    shapeAudioFrame(out, Math.max(from.planes.length, to.planes.length), n);
    out.ptsUs = to.ptsUs;
    if (from.silent && to.silent) {
      clearAudioFrame(out);
      return out;
    }
    for (let c = 0; c < out.planes.length; c++) {
      blend(channel(from, c), this.#rest, channel(to, c), this.#shares, out.planes[c]!);
    }
    out.silent = false;
    return out;
  }
}

/** A channel of a frame; a mono frame is heard on both sides. */
function channel(frame: AudioFrame, index: number): Float32Array | undefined {
  return frame.silent ? undefined : (frame.planes[index] ?? frame.planes[0]);
}
