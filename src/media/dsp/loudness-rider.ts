import { dbToLinear } from '../format.js';
import { LoudnessSteps, lufsToPower, powerToLufs, STEP_SAMPLES } from './loudness-steps.js';

/** How a rider behaves. */
export interface LoudnessRiderSettings {
  /** Loudness it goes for, in LUFS. */
  readonly targetLufs: number;
  /** How far it may turn up, in decibels. */
  readonly maxGainDb: number;
  /** How far it may turn down, in decibels: 0 or more. */
  readonly maxCutDb: number;
  /** What is quieter counts as a pause, in LUFS. */
  readonly gateLufs: number;
}

/** The level is that of the last 3 s of programme. */
const WINDOW_STEPS = 30;
/** A block of 400 ms says whether there is programme. */
const BLOCK_STEPS = 4;
/** What is this much quieter than the programme was counts as a pause too, … */
const PAUSE_LU = 15;
/** … for so long: then it is the programme. */
const PAUSE_STEPS = 100;

const STEPS_PER_SECOND = 10;
/** The fastest ways, in decibels per second: down faster, since what is too loud hurts. */
const FASTEST_UP = 6;
const FASTEST_DOWN = 10;
/** Below this error the gain moves slower than the error alone would have it, so that music keeps its swells. */
const CALM_DB = 4;

/**
 * Rides a live signal's gain towards a loudness, like a hand on a fader: it measures K-weighted power in steps of 100 ms (ITU-R BS.1770-4), takes the
 * mean of the last 3 s that were programme, and moves the gain by a share of the error each second. In pauses the gain stands
 * still. Within a step it moves along a straight line.
 */
export class LoudnessRider {
  readonly #steps = new LoudnessSteps((power) => this.#step(power));
  #settings: LoudnessRiderSettings;
  readonly #window = new Float64Array(WINDOW_STEPS);
  #windowCount = 0;
  readonly #block = new Float64Array(BLOCK_STEPS);
  #blockCount = 0;
  #quietSteps = 0;
  #gainDb = 0;
  /** Factors at the beginning and at the end of this step. */
  #from = 1;
  #to = 1;

  /** @param settings how it behaves; {@link set} changes it. */
  constructor(settings: LoudnessRiderSettings) {
    this.#settings = settings;
  }

  /** Changes its behaviour; the gain goes there at its own pace. */
  set(settings: LoudnessRiderSettings): void {
    this.#settings = settings;
  }

  /** Where the gain is going in this step, in decibels. */
  get gainDb(): number {
    return this.#gainDb;
  }

  /** Loudness of the programme as it comes in, in LUFS; −Infinity before there was any. */
  get programmeLufs(): number {
    const n = Math.min(this.#windowCount, WINDOW_STEPS);
    let sum = 0;
    for (let i = 0; i < n; i++) sum += this.#window[i]!;
    return n === 0 ? -Infinity : powerToLufs(sum / n);
  }

  /** Measures a frame and scales it. `input` and `output` may be the same planes. */
  run(input: readonly Float32Array[], output: readonly Float32Array[]): void {
    const n = output[0]!.length;
    for (let at = 0; at < n;) {
      const end = Math.min(n, at + this.#steps.missing);
      // Taken first: measuring may end the step, and what is measured may be what is overwritten.
      const from = this.#from;
      const slope = (this.#to - from) / STEP_SAMPLES;
      const place = STEP_SAMPLES - this.#steps.missing + 1 - at;
      this.#steps.push(input, at, end);
      for (let c = 0; c < output.length; c++) {
        const x = input[c]!;
        const y = output[c]!;
        if (slope !== 0) for (let i = at; i < end; i++) y[i] = x[i]! * (from + slope * (place + i));
        else if (from !== 1) for (let i = at; i < end; i++) y[i] = x[i]! * from;
        else if (x !== y) for (let i = at; i < end; i++) y[i] = x[i]!;
      }
      at = end;
    }
  }

  /** As {@link run} with silence. */
  skip(samples: number): void {
    this.#steps.skip(samples);
  }

  #step(power: number): void {
    this.#block[this.#blockCount++ % BLOCK_STEPS] = power;
    this.#from = this.#to;
    if (!this.#isProgramme(power)) return;
    this.#window[this.#windowCount++ % WINDOW_STEPS] = power;
    const { targetLufs, maxGainDb, maxCutDb } = this.#settings;
    const wanted = Math.max(-maxCutDb, Math.min(maxGainDb, targetLufs - this.programmeLufs));
    const error = wanted - this.#gainDb;
    const rate = error * Math.min(1, Math.abs(error) / CALM_DB);
    this.#gainDb += Math.max(-FASTEST_DOWN, Math.min(FASTEST_UP, rate)) / STEPS_PER_SECOND;
    this.#to = dbToLinear(this.#gainDb);
  }

  /** Both the last 400 ms and the step itself must be loud enough, so that the gaps between words do not count. */
  #isProgramme(power: number): boolean {
    const n = Math.min(this.#blockCount, BLOCK_STEPS);
    let sum = 0;
    for (let i = 0; i < n; i++) sum += this.#block[i]!;
    const quieter = Math.min(power, sum / n);
    if (quieter < lufsToPower(this.#settings.gateLufs)) return false;
    if (quieter < lufsToPower(this.programmeLufs - PAUSE_LU)) {
      if (++this.#quietSteps <= PAUSE_STEPS) return false;
      this.#windowCount = 0;
    }
    this.#quietSteps = 0;
    return true;
  }
}
