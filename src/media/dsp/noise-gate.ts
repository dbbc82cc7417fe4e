import { SAMPLE_RATE, dbToLinear } from '../format.js';

/** How a gate behaves. */
export interface NoiseGateSettings {
  /** Peak level at which it opens, in decibels below full scale. */
  readonly thresholdDb: number;
  /** How far below the threshold the level must fall for it to close, in decibels. */
  readonly hysteresisDb: number;
  /** How long opening takes, from closed, in milliseconds. */
  readonly attackMs: number;
  /** How long it stays open after the level has fallen, in milliseconds. */
  readonly holdMs: number;
  /** How long closing takes, from open, in milliseconds. */
  readonly releaseMs: number;
  /** Gain when closed, in decibels: 0 or less. {@link GATE_MUTE_DB} and less is complete silence. */
  readonly rangeDb: number;
}

/** The range from which on a closed gate lets nothing through at all, in decibels. */
export const GATE_MUTE_DB = -90;

/** The level falls by 60 dB in this time at most, so that the gaps between a deep voice's periods do not count as pauses. */
const DETECTOR_FALL_MS = 70;
const FALL = dbToLinear(-60 / ((DETECTOR_FALL_MS * SAMPLE_RATE) / 1000));
/** A level that counts as nothing: −160 dB. */
const TINY = 1e-8;
const HUGE = 1e6;

/**
 * Opens for what is loud and closes for what is quiet, all channels by the loudest. It opens along a straight line and closes along a
 * straight line in decibels, as a sound dies away. Every sample's state follows from the one before, whatever the frame size.
 */
export class NoiseGate {
  #opensAt = 0;
  #closesAt = 0;
  #floor = 0;
  #up = 0;
  #down = 0;
  #holdSamples = 0;
  #level = 0;
  #hold = 0;
  #open = false;
  #gain: number;

  /** @param settings how it behaves; {@link set} changes it. It begins closed. */
  constructor(settings: NoiseGateSettings) {
    this.set(settings);
    this.#gain = this.#floor;
  }

  /** Changes its behaviour; the gain goes on from where it is. */
  set({ thresholdDb, hysteresisDb, attackMs, holdMs, releaseMs, rangeDb }: NoiseGateSettings): void {
    this.#opensAt = dbToLinear(thresholdDb);
    this.#closesAt = dbToLinear(thresholdDb - hysteresisDb);
    this.#floor = rangeDb <= GATE_MUTE_DB ? 0 : dbToLinear(rangeDb);
    this.#up = (1 - this.#floor) / Math.max(1, samplesOf(attackMs));
    this.#down = dbToLinear(Math.max(rangeDb, GATE_MUTE_DB) / Math.max(1, samplesOf(releaseMs)));
    this.#holdSamples = samplesOf(holdMs);
  }

  /** The gain now, as a factor. */
  get gain(): number {
    return this.#gain;
  }

  /** True when it is closed and silence changes nothing any more. */
  get closed(): boolean {
    return !this.#open && this.#level === 0 && this.#gain === this.#floor;
  }

  /** Listens to a frame (no planes: silence) and writes the gain for each of its samples. */
  run(planes: readonly Float32Array[], gains: Float32Array): void {
    const a = planes[0];
    const b = planes[1] ?? a;
    const n = gains.length;
    for (let i = 0; i < n; i++) {
      let level = this.#level * FALL;
      if (a !== undefined) {
        const x = Math.abs(a[i]!);
        const y = Math.abs(b![i]!);
        const loudest = x > y ? x : y;
        if (loudest > level && loudest < HUGE) level = loudest;
      }
      this.#level = level < TINY ? 0 : level;

      if (level >= this.#opensAt || (this.#open && level >= this.#closesAt)) {
        this.#open = true;
        this.#hold = this.#holdSamples;
      } else if (this.#hold > 0) this.#hold--;
      else this.#open = false;
      gains[i] = this.#gain = this.#move(this.#gain);
    }
  }

  #move(gain: number): number {
    if (this.#open) return Math.min(1, gain + this.#up);
    if (gain > this.#floor) {
      const less = gain * this.#down;
      // Along the line a muted gate never reaches zero: at −90 dB nobody hears the last step.
      return less < this.#floor || (this.#floor === 0 && less < MUTE) ? this.#floor : less;
    }
    // A range that was made smaller while it was closed.
    return Math.min(this.#floor, gain + this.#up);
  }
}

const MUTE = dbToLinear(GATE_MUTE_DB);

function samplesOf(ms: number): number {
  return Math.round((ms * SAMPLE_RATE) / 1000);
}
