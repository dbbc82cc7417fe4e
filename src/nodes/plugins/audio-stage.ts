import { reasonOf } from '../../errors.js';
import type { ActivePlugin } from '../../graph/active-plugins.js';
import { atConfig, stageOf, type StageSpec } from '../../graph/plugin-media.js';
import { allFinite } from '../../media/dsp/finite.js';
import { Fade } from '../../media/dsp/fade.js';
import { SAMPLE_RATE } from '../../media/format.js';
import { frameSamples, type AudioFrame } from '../../media/frame.js';
import { Crossfader, FADE_SAMPLES } from './crossfader.js';
import { audioShapeFault } from './frame-shape.js';
import { FrameLender, WRITER } from './lending.js';
import { beginLife, type ChainPlace, type OperatorLife } from './operator-life.js';
import type { Laps } from './laps.js';
import type { MakeOperator } from './operator-run.js';
import { SLOW_US, StageFaults } from './stage-faults.js';

/** Outside of debug mode one frame in so many is lent as a copy and pushed in the operator's name, so that misuse is found: 2 s. */
const LEND_EVERY = 100;
const HOLDER = 'it gave NaN: it reads a borrowed frame after its call (copy it, or use keep()), or computes one';
const UNTRUE_SILENCE = 'it gave a frame marked silent that is not';

type Life = OperatorLife<AudioFrame>;

/** One plugin's place in a chain of sound. It gives one frame for each, whatever its operator does, and fades where it would click. */
export class AudioChainStage {
  /** What left it for the last frame. */
  out: AudioFrame | undefined;
  /** It is to go: once it is faded out. */
  leaving = false;
  /** It is to stand elsewhere in the chain: once it is faded out. */
  parked = false;
  readonly #place: ChainPlace;
  readonly #faults: StageFaults;
  readonly #lender: FrameLender;
  readonly #ending: (work: Promise<void>) => void;
  #plugin: ActivePlugin;
  #spec: StageSpec<unknown, unknown>;
  #life: Life | undefined;
  /** The operator that is being faded away from, in favour of the present one. */
  #old: Life | undefined;
  /** The operator's share of what leaves. */
  #share: Fade;
  /** The new operator's share, while there is an old one. */
  #swap = new Fade(1);
  #mixer: Crossfader | undefined;
  #swapMixer: Crossfader | undefined;
  #remake = false;
  #untilLent = LEND_EVERY;
  #tailSamples = Infinity;
  #silentSamples = 0;

  /**
   * Makes the operator.
   *
   * @param fadeIn false at the start of a chain: there is nothing to fade from.
   * @param ending told of clean-up that is under way.
   */
  constructor(plugin: ActivePlugin, place: ChainPlace, fadeIn: boolean, ending: (work: Promise<void>) => void) {
    this.#plugin = plugin;
    this.#place = place;
    this.#ending = ending;
    this.#faults = new StageFaults(place.plugins, place);
    this.#lender = new FrameLender(place.debug);
    this.#spec = stageOf(plugin.media, 'audio')!;
    this.#share = new Fade(fadeIn ? 0 : 1);
    this.#share.to(1, FADE_SAMPLES);
    this.#life = this.#begin();
  }

  /** Its plugin's key. */
  get key(): string {
    return this.#plugin.entry.key;
  }

  /** One frame through it. */
  run(input: AudioFrame, laps: Laps | undefined): AudioFrame {
    this.out = this.#through(input, laps);
    return this.out;
  }

  /** Between two frames: an operator that broke is made anew. */
  afterFrame(): void {
    if (!this.#remake) return;
    this.#remake = false;
    if (this.#faults.bypassed) return;
    this.#end(this.#life);
    this.#life = this.#begin();
  }

  /** What left it is no sound, though what came in was. */
  gaveNoNumbers(): void {
    this.#faults.notGood();
    this.#fault(this.#life, 'it gave samples that are no finite numbers', true);
  }

  /** It was fed what is no sound: its operator holds that, and is made anew at once. Not its fault. */
  renew(): void {
    if (!this.#life) return;
    this.settle();
    this.#remake = false;
    this.#end(this.#life);
    this.#life = this.#begin();
  }

  /** Takes what the control plane told of its plugin. True when that takes a fade. */
  update(plugin: ActivePlugin, configChanged: boolean): boolean {
    const swapped = plugin.media !== this.#plugin.media || plugin.entry.module !== this.#plugin.entry.module;
    this.#plugin = plugin;
    if (!swapped && !configChanged) return false;
    this.#spec = stageOf(plugin.media, 'audio')!;
    if (this.#faults.bypassed) {
      this.#faults.reset(plugin);
      this.#life = this.#begin();
      this.#restartFade();
      return true;
    }
    if (!swapped && this.#life?.run.configure(plugin.config)) {
      this.#readTail();
      return false;
    }
    this.#old = this.#life;
    this.#life = this.#begin();
    this.#swap = new Fade(0);
    this.#swap.to(1, FADE_SAMPLES);
    return true;
  }

  /** Fades it out. */
  fadeOut(): void {
    this.#share.to(0, FADE_SAMPLES);
  }

  /** Fades it in again. */
  fadeIn(): void {
    if (!this.#faults.bypassed) this.#share.to(1, FADE_SAMPLES);
  }

  /** The change that was under way is over. */
  settle(): void {
    this.#end(this.#old);
    this.#old = undefined;
  }

  /** Takes it down. */
  close(): void {
    this.#bypass();
    this.#faults.reset(this.#plugin);
  }

  #through(input: AudioFrame, laps: Laps | undefined): AudioFrame {
    const share = this.#share;
    if (!this.#life || (share.settled && share.target === 0)) return input;
    const wet = this.#wet(input, laps);
    // A fault may have set it anew, and a slow frame have it end in this one.
    const after = this.#share;
    if (after.settled) return after.target === 1 ? wet : input;
    if (share !== after && wet === input) return input;
    return (this.#mixer ??= new Crossfader()).mix(input, wet, after);
  }

  #wet(input: AudioFrame, laps: Laps | undefined): AudioFrame {
    if (this.#rungOut(input)) {
      this.#swap.advance(frameSamples(input));
      return input;
    }
    if (!this.#old) return this.#play(this.#life!, input, laps);
    const from = this.#play(this.#old, input, laps);
    const to = this.#life ? this.#play(this.#life, input, laps) : input;
    return (this.#swapMixer ??= new Crossfader()).mix(from, to, this.#swap);
  }

  /** Whether silence comes in, and nothing more out, of an operator that says when that is so. */
  #rungOut(input: AudioFrame): boolean {
    if (!input.silent) {
      this.#silentSamples = 0;
      return false;
    }
    if (this.#silentSamples >= this.#tailSamples) return true;
    this.#silentSamples += frameSamples(input);
    return false;
  }

  #play(life: Life, input: AudioFrame, laps: Laps | undefined): AudioFrame {
    const { debug } = this.#place;
    // Of a packet nobody reads a copy would have to be decoded.
    const lend = debug || (--this.#untilLent <= 0 && !input.coded);
    const given = lend ? this.#lender.lend(input) : input;
    life.nextFrame();
    let result = life.run.push(given, lend);
    const tookUs = laps ? laps.lap() : 0;
    if (laps) this.#took(tookUs);
    let reason = life.run.problem;
    if (lend) {
      this.#untilLent = LEND_EVERY;
      if (!this.#lender.isIntact(input)) reason = WRITER;
      if (result === given) result = input;
    }
    if (reason === undefined && result !== input) reason = this.#check(life, result!, input);
    if (reason !== undefined) {
      this.#fault(life, reason, life.run.broken || reason === HOLDER);
      return input;
    }
    if (tookUs <= SLOW_US) this.#faults.good();
    else if (this.#faults.slow(this.#plugin, tookUs)) this.#bypassAfter(frameSamples(input));
    return result!;
  }

  #check(life: Life, result: AudioFrame, input: AudioFrame): string | undefined {
    try {
      life.pool.emitted(result);
      const reason = audioShapeFault(result, input);
      if (reason !== undefined) return reason;
      if (result.ptsUs !== input.ptsUs) result.ptsUs = input.ptsUs;
      if (!this.#place.debug) return undefined;
      if (!result.planes.every((plane) => allFinite(plane)) && input.planes.every((plane) => allFinite(plane))) return HOLDER;
      if (result.silent && result.planes.some((plane) => plane.some((sample) => sample !== 0))) return UNTRUE_SILENCE;
      return undefined;
    } catch (error) {
      return reasonOf(error);
    }
  }

  #took(us: number): void {
    const { meter } = this.#plugin;
    meter.timed++;
    meter.totalUs += us;
    if (us > meter.longestUs) meter.longestUs = us;
  }

  #fault(life: Life | undefined, reason: string, remake: boolean): void {
    const tooMany = this.#faults.frame(this.#plugin, reason);
    if (life !== undefined && life === this.#old) {
      this.settle();
      return;
    }
    this.#restartFade();
    if (tooMany) this.#bypass();
    else if (remake) this.#remake = true;
  }

  /** What came in is heard now; the operator comes back by a fade, if it is to come back. */
  #restartFade(): void {
    this.#share = new Fade(0);
    if (!this.leaving && !this.parked && !this.#faults.bypassed) this.#share.to(1, FADE_SAMPLES);
  }

  #bypass(): void {
    this.settle();
    this.#end(this.#life);
    this.#life = undefined;
    this.#remake = false;
  }

  /** Fades it out within the frame that it has given already: it is not asked for another. */
  #bypassAfter(samples: number): void {
    this.#bypass();
    this.#share = new Fade(this.#share.value);
    this.#share.to(0, Math.min(samples, FADE_SAMPLES));
  }

  #begin(): Life {
    this.#readTail();
    const make = this.#spec.stage as MakeOperator<AudioFrame>;
    return beginLife(make, this.#plugin, this.#place, this.#faults, () => {});
  }

  #readTail(): void {
    this.#silentSamples = 0;
    this.#tailSamples = Infinity;
    try {
      const latencyMs = atConfig(this.#spec.latencyMs, this.#plugin.config, 0);
      const tailMs = atConfig(this.#spec.tailMs, this.#plugin.config, Infinity);
      this.#tailSamples = ((tailMs + latencyMs) * SAMPLE_RATE) / 1000;
    } catch (error) {
      this.#faults.beside(this.#plugin, `its tailMs or latencyMs failed: ${reasonOf(error)}`);
    }
  }

  #end(life: Life | undefined): void {
    if (life) this.#ending(life.end());
  }
}
