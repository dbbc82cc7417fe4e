import { bandLevelsDb } from '../../media/dsp/bands.js';
import { Canvas, yuvOf } from '../../media/av/video/canvas.js';
import type { Picture } from '../../media/av/video/picture.js';
import { SAMPLE_RATE } from '../../media/format.js';
import type { AudioFrame } from '../../media/frame.js';

/** How sound is drawn. */
export interface SoundLook {
  readonly mode: 'waveform' | 'spectrum';
  readonly width: number;
  readonly height: number;
  readonly color: string;
  readonly background: string;
  /** Bars of the spectrum. */
  readonly bars: number;
}

/** The sound that is looked at: 43 ms. */
const WINDOW = 2048;
const [LOW_HZ, HIGH_HZ] = [40, 16_000];
const FLOOR_DB = -70;
/** A bar falls by so much of the height from picture to picture. */
const FALL = 0.04;

/** Draws the sound of the last moments. */
export class SoundPicture {
  readonly #ring = new Float32Array(WINDOW);
  readonly #window = new Float32Array(WINDOW);
  #at = 0;
  #shown = new Float32Array(0);

  /** Takes a frame of sound. */
  hear({ planes, silent }: AudioFrame): void {
    const [left, right = left] = planes;
    for (let i = 0; i < left!.length; i++) {
      this.#ring[this.#at] = silent ? 0 : (left![i]! + right![i]!) / 2;
      this.#at = (this.#at + 1) % WINDOW;
    }
  }

  /** A picture of what was heard last; the caller has its share. @param left pixels that stay empty at the left; even. */
  draw(look: SoundLook, left = 0): Picture {
    const canvas = new Canvas(look.width, look.height, yuvOf(look.background));
    this.#window.set(this.#ring.subarray(this.#at));
    this.#window.set(this.#ring.subarray(0, this.#at), WINDOW - this.#at);
    if (look.mode === 'waveform') this.#drawWave(canvas, look, left);
    else this.#drawBars(canvas, look, left);
    return canvas.picture;
  }

  #drawWave(canvas: Canvas, { width: whole, height, color }: SoundLook, left: number): void {
    const width = whole - left;
    const ink = yuvOf(color);
    for (let x = 0; x < width; x += 2) {
      const from = Math.floor((x * WINDOW) / width);
      const to = Math.max(from + 1, Math.floor(((x + 2) * WINDOW) / width));
      let [low, high] = [1, -1];
      for (let i = from; i < to && i < WINDOW; i++) {
        low = Math.min(low, this.#window[i]!);
        high = Math.max(high, this.#window[i]!);
      }
      const y = (sample: number) => Math.round((height / 2) * (1 - 0.9 * Math.max(-1, Math.min(1, sample))));
      canvas.fill(left + x, y(high) - 1, 2, Math.max(2, y(low) - y(high) + 2), ink);
    }
  }

  #drawBars(canvas: Canvas, { width: whole, height, color, bars }: SoundLook, left: number): void {
    const width = whole - left;
    const levels = bandLevelsDb(this.#window, SAMPLE_RATE, bars, LOW_HZ, HIGH_HZ, FLOOR_DB);
    if (this.#shown.length !== bars) this.#shown = new Float32Array(bars);
    const ink = yuvOf(color);
    const pitch = width / bars;
    for (let bar = 0; bar < bars; bar++) {
      const share = (levels[bar]! - FLOOR_DB) / -FLOOR_DB;
      const shown = Math.max(share, this.#shown[bar]! - FALL, 0);
      this.#shown[bar] = shown;
      const tall = Math.max(2, Math.round(shown * height * 0.9));
      const x = left + 2 * Math.round((bar * pitch + pitch * 0.15) / 2);
      canvas.fill(x, height - tall, Math.max(2, 2 * Math.floor((pitch * 0.7) / 2)), tall, ink);
    }
  }
}
