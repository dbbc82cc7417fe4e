import { SAMPLE_RATE } from '../format.js';
import { Lfo } from './lfo.js';
import { DELAY_CHUNK, ModulatedDelay } from './modulated-delay.js';
import { Ramp } from './ramp.js';

/** The longest delay and depth together: 70 ms. */
const LONGEST = (SAMPLE_RATE * 70) / 1000;
/** How long a changed layout takes to fade over: 20 ms, since a delay that moved would bend the pitch. */
const FADE_SAMPLES = SAMPLE_RATE / 50;

/** Where the voices of a chorus are. */
export interface ChorusLayout {
  /** How many there are. */
  readonly voices: number;
  /** Their average delay in samples. */
  readonly delay: number;
  /** How far the delay swings to each side, in samples; less than the delay. */
  readonly depth: number;
  /** How far the second channel's phase is ahead, in quarters of a period. */
  readonly spread: number;
}

/**
 * `y = (1 − mix) · x + mix / √V · Σ x(t − delay − depth · sin(2π(f·t + v/V + c · spread/4)))` over the voices v = 0…V−1, c the channel.
 *
 * A new layout is faded to; the phase runs on through every change.
 */
export class Chorus {
  readonly #lfo = new Lfo(0);
  readonly #mix = new Ramp(0);
  readonly #arrived = new Ramp(1, FADE_SAMPLES);
  readonly #lines: ModulatedDelay[] = [];
  #layout: ChorusLayout = { voices: 1, delay: 480, depth: 0, spread: 0 };
  #before = this.#layout;
  #wanted = this.#layout;
  #sines = new Float64Array(0);
  #cosines = new Float64Array(0);
  #delays = new Float64Array(0);
  #wet = new Float32Array(0);
  #leaving = new Float32Array(0);

  /** Takes new settings; `atOnce` for a start. A layout that comes while another is faded to waits for it. */
  set(layout: ChorusLayout, frequencyHz: number, mix: number, atOnce: boolean): void {
    this.#lfo.frequencyHz = frequencyHz;
    this.#wanted = layout;
    if (atOnce) {
      this.#layout = layout;
      this.#mix.jump(mix);
    } else this.#mix.to(mix);
  }

  /** Works on one block. False when the input may pass as it is; `out` is untouched then. */
  run(input: readonly Float32Array[], silent: boolean, out: readonly Float32Array[]): boolean {
    const n = input[0]!.length;
    const lines = this.#lines;
    // A second channel that appears goes on from what the first has.
    while (lines.length < input.length) lines.push(lines[0]?.clone() ?? new ModulatedDelay(LONGEST));
    lines.length = input.length;
    if (silent && lines.every(isEmpty)) {
      this.#lfo.skip(n);
      this.#mix.advance(n);
      this.#arrived.jump(1);
      this.#layout = this.#wanted;
      return false;
    }
    if (this.#mix.settled && this.#mix.target === 0) {
      // What comes in is remembered, so that the voices are there when they are asked for.
      this.#lfo.skip(n);
      for (let c = 0; c < input.length; c++) this.#remember(lines[c]!, input[c]!, silent);
      return false;
    }
    this.#begin(n);
    for (let c = 0; c < input.length; c++) this.#channel(c, input[c]!, silent, out[c]!);
    this.#mix.advance(n);
    this.#arrived.advance(n);
    return true;
  }

  #remember(line: ModulatedDelay, input: Float32Array, silent: boolean): void {
    const n = input.length;
    for (let start = 0; start < n; start += DELAY_CHUNK) line.write(input, silent, start, Math.min(n, start + DELAY_CHUNK));
  }

  #begin(n: number): void {
    if (this.#arrived.settled && !sameLayout(this.#wanted, this.#layout)) {
      this.#before = this.#layout;
      this.#layout = this.#wanted;
      this.#arrived.jump(0);
      this.#arrived.to(1);
    }
    if (this.#wet.length !== n) {
      this.#sines = new Float64Array(n);
      this.#cosines = new Float64Array(n);
      this.#delays = new Float64Array(n);
      this.#wet = new Float32Array(n);
      this.#leaving = new Float32Array(n);
    }
    this.#lfo.fill(this.#sines, this.#cosines);
  }

  #channel(c: number, input: Float32Array, silent: boolean, out: Float32Array): void {
    const n = input.length;
    const mix = this.#mix;
    const wet = this.#wet;
    const leaving = this.#leaving;
    const line = this.#lines[c]!;
    const arrived = this.#arrived;
    const fades = !arrived.settled;
    wet.fill(0);
    if (fades) leaving.fill(0);
    for (let start = 0; start < n; start += DELAY_CHUNK) {
      const end = Math.min(n, start + DELAY_CHUNK);
      line.write(input, silent, start, end);
      this.#addVoices(line, this.#layout, c, wet, start, end);
      if (fades) this.#addVoices(line, this.#before, c, leaving, start, end);
    }
    if (fades)
      for (let i = 0; i < n; i++) {
        const share = arrived.at(i + 1);
        wet[i] = share * wet[i]! + (1 - share) * leaving[i]!;
      }
    if (mix.settled) {
      const share = mix.target;
      for (let i = 0; i < n; i++) out[i] = (1 - share) * input[i]! + share * wet[i]!;
    } else
      for (let i = 0; i < n; i++) {
        const share = mix.at(i + 1);
        out[i] = (1 - share) * input[i]! + share * wet[i]!;
      }
  }

  #addVoices(line: ModulatedDelay, layout: ChorusLayout, c: number, out: Float32Array, start: number, end: number): void {
    const { voices, delay, depth, spread } = layout;
    const delays = this.#delays;
    const sines = this.#sines;
    const cosines = this.#cosines;
    const gain = 1 / Math.sqrt(voices);
    for (let v = 0; v < voices; v++) {
      const phase = 2 * Math.PI * (v / voices + (c * spread) / 4);
      const ofSine = depth * Math.cos(phase);
      const ofCosine = depth * Math.sin(phase);
      for (let i = start; i < end; i++) delays[i] = delay + ofSine * sines[i]! + ofCosine * cosines[i]!;
      line.addTap(delays, gain, out, start, end);
    }
  }
}

const isEmpty = (line: ModulatedDelay): boolean => line.empty;

function sameLayout(a: ChorusLayout, b: ChorusLayout): boolean {
  return a.voices === b.voices && a.delay === b.delay && a.depth === b.depth && a.spread === b.spread;
}
