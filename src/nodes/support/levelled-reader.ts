import type { AudioOutcome, AudioReader } from '../../media/av/audio-reader.js';
import type { MediaInfo } from '../../media/av/media-info.js';
import { scale, scaleByRamp } from '../../media/dsp/gain.js';
import { LookaheadLimiter } from '../../media/dsp/lookahead-limiter.js';
import { Ramp } from '../../media/dsp/ramp.js';
import { dbToLinear, SAMPLE_RATE, samplesToUs } from '../../media/format.js';
import { createAudioFrame, frameSamples, type AudioFrame } from '../../media/frame.js';

/** How far the limiter looks ahead: 5 ms. They are read ahead, so that nothing is delayed. */
const LOOK_AHEAD = SAMPLE_RATE / 200;
const RELEASE_MS = 100;

/**
 * A reader behind a gain and a limiter: the same samples at the same positions, louder or quieter. Until {@link level} is first called
 * it passes the reader through untouched. For readers whose samples are there when they are asked for, such as files.
 */
export class LevelledReader implements AudioReader {
  readonly #inner: AudioReader;
  readonly #ahead: AudioFrame;
  #gain = new Ramp(1, 1);
  #limiter: LookaheadLimiter | undefined;
  /** How many samples of the file wait in the limiter. */
  #waiting = 0;
  #started = false;

  readonly #onClose: () => void;
  #closed = false;

  /** @param inner the open reader; this one closes it. @param onClose called once, when it is closed. */
  constructor(inner: AudioReader, onClose: () => void = () => {}) {
    this.#inner = inner;
    this.#onClose = onClose;
    this.#ahead = createAudioFrame(inner.channels, LOOK_AHEAD);
  }

  get info(): MediaInfo {
    return this.#inner.info;
  }

  get channels(): 1 | 2 {
    return this.#inner.channels;
  }

  get positionUs(): number {
    return this.#inner.positionUs - samplesToUs(this.#waiting);
  }

  get outcome(): AudioOutcome | undefined {
    return this.#waiting > 0 ? undefined : this.#inner.outcome;
  }

  get badPackets(): number {
    return this.#inner.badPackets;
  }

  /**
   * Sets the gain and the ceiling. Before the first sample is read they hold at once; afterwards the gain goes there within `glideMs`, and
   * the ceiling holds for what is read from then on.
   *
   * @param truePeakDb the ceiling, in dBTP.
   */
  level(gainDb: number, truePeakDb: number, glideMs: number): void {
    const settings = { ceilingDb: truePeakDb, releaseMs: RELEASE_MS, truePeak: true };
    if (this.#limiter) this.#limiter.set(settings);
    else this.#limiter = new LookaheadLimiter(LOOK_AHEAD, settings);
    const factor = dbToLinear(gainDb);
    if (factor === this.#gain.target) return;
    this.#gain = new Ramp(this.#gain.value, Math.max(1, Math.round((glideMs * SAMPLE_RATE) / 1000)));
    if (this.#started) this.#gain.to(factor);
    else this.#gain.jump(factor);
  }

  read(out: AudioFrame): number {
    this.#started = true;
    const limiter = this.#limiter;
    if (!limiter) return this.#inner.read(out);
    if (this.#waiting === 0 && this.#inner.outcome === undefined) this.#fillAhead(limiter);
    const wanted = frameSamples(out);
    const came = this.#inner.read(out);
    const ready = Math.min(wanted, this.#waiting + came);
    this.#waiting += came - ready;
    if (out.silent && limiter.empty) {
      limiter.skip(wanted);
      this.#gain.advance(came);
      return ready;
    }
    this.#scale(out, came);
    limiter.run(out.planes, out.planes);
    out.silent = false;
    return ready;
  }

  seek(positionUs: number): void {
    this.#inner.seek(positionUs);
    this.#waiting = 0;
    this.#limiter?.forget();
  }

  approach(frames: number): boolean {
    return this.#inner.approach(frames);
  }

  close(): void {
    this.#waiting = 0;
    this.#inner.close();
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
  }

  /** Puts the first samples into the limiter; what comes out for them is from before the file. */
  #fillAhead(limiter: LookaheadLimiter): void {
    limiter.forget();
    this.#waiting = this.#inner.read(this.#ahead);
    this.#scale(this.#ahead, this.#waiting);
    limiter.run(this.#ahead.planes, this.#ahead.planes);
  }

  #scale({ planes }: AudioFrame, samples: number): void {
    const gain = this.#gain;
    for (const plane of planes) {
      if (!gain.settled) scaleByRamp(plane, plane, gain);
      else if (gain.target !== 1) scale(plane, plane, gain.target);
    }
    gain.advance(samples);
  }
}
