import type { TapListener } from '../graph/run/tap.js';
import { peak, meanSquare } from '../media/dsp/level.js';
import { FRAME_US } from '../media/format.js';
import type { AudioFrame } from '../media/frame.js';
import type { HostEvent } from './messages.js';

/** Frames in one message: 100 ms. */
const FRAMES = 5;

/** Turns what leaves a wire into messages: levels ten times a second, and the sound itself for who wants it. */
export class WireTap implements TapListener {
  readonly #tap: string;
  readonly #sound: boolean;
  readonly #tell: (event: HostEvent) => void;
  readonly #pcm = new Int16Array(FRAMES * 960 * 2);
  #frames = 0;
  #peak = 0;
  #square = 0;
  #fromUs = 0;

  /** @param tap its id. @param sound whether samples are wanted as well. @param tell takes the messages. */
  constructor(tap: string, sound: boolean, tell: (event: HostEvent) => void) {
    this.#tap = tap;
    this.#sound = sound;
    this.#tell = tell;
  }

  frame(frame: AudioFrame): void {
    const [left, right = left] = frame.planes;
    if (!left || !right || left.length !== 960) return;
    if (this.#frames === 0) this.#fromUs = frame.ptsUs;
    if (!frame.silent) {
      this.#peak = Math.max(this.#peak, peak(frame.planes));
      this.#square += meanSquare(frame.planes);
    }
    if (this.#sound) {
      const at = this.#frames * 960 * 2;
      for (let i = 0; i < 960; i++) {
        this.#pcm[at + 2 * i] = sample16(left[i]!);
        this.#pcm[at + 2 * i + 1] = sample16(right[i]!);
      }
    }
    if (++this.#frames === FRAMES) this.#send();
  }

  end(): void {
    if (this.#frames > 0) this.#send();
    this.#tell({ type: 'tap', tap: this.#tap, ended: true });
  }

  #send(): void {
    const frames = this.#frames;
    const square = this.#square / frames;
    this.#tell({
      type: 'tap',
      tap: this.#tap,
      positionMs: this.#fromUs / 1000,
      durationMs: (frames * FRAME_US) / 1000,
      peakDb: decibels(this.#peak, 20),
      rmsDb: decibels(square, 10),
      ...(this.#sound && { pcm: Buffer.from(this.#pcm.buffer, 0, frames * 960 * 4).toString('base64') }),
    });
    this.#frames = 0;
    this.#peak = 0;
    this.#square = 0;
  }
}

/** −120 stands for silence, since JSON has no infinity. */
function decibels(value: number, factor: 10 | 20): number {
  return value > 0 ? Math.max(-120, Number((factor * Math.log10(value)).toFixed(2))) : -120;
}

function sample16(x: number): number {
  const scaled = Math.round(x * 32_767);
  return scaled > 32_767 ? 32_767 : scaled < -32_768 ? -32_768 : scaled;
}
