import { isDeepStrictEqual } from 'node:util';
import { reasonOf } from '../../errors.js';
import type { ActivePlugin } from '../../graph/active-plugins.js';
import { stageOf } from '../../graph/plugin-media.js';
import type { VideoFrame } from '../../media/video-frame.js';
import { videoShapeFault } from './frame-shape.js';
import type { Laps } from './laps.js';
import { HeldShares, LentPicture } from './lent-picture.js';
import { beginLife, type ChainPlace, type OperatorLife } from './operator-life.js';
import type { MakeOperator } from './operator-run.js';
import { SLOW_US, StageFaults } from './stage-faults.js';

/** One plugin's place in a chain of pictures. */
export class VideoChainStage {
  readonly #place: ChainPlace;
  readonly #faults: StageFaults;
  readonly #ending: (work: Promise<void>) => void;
  #plugin: ActivePlugin;
  #life: OperatorLife<VideoFrame> | undefined;
  #shares = new HeldShares();
  /** What is lent to the operator at the moment. */
  #input: VideoFrame | undefined;

  /** Makes the operator. @param ending told of clean-up that is under way. */
  constructor(plugin: ActivePlugin, place: ChainPlace, ending: (work: Promise<void>) => void) {
    this.#plugin = plugin;
    this.#place = place;
    this.#ending = ending;
    this.#faults = new StageFaults(place.plugins, place);
    this.#begin();
  }

  /**
   * One picture through it: what it gave, which with other content than the input's is the chain's to release; the input when it could not
   * be used.
   */
  run(input: VideoFrame, laps: Laps | undefined): VideoFrame {
    if (!this.#life) return input;
    const { run } = this.#life;
    this.#input = input;
    const lent = new LentPicture(input, this.#shares);
    const given = run.push(lent);
    const tookUs = laps ? laps.lap() : 0;
    if (laps) this.#took(tookUs);
    const reason = run.problem ?? (given === lent ? undefined : this.#check(given!));
    if (reason !== undefined && given !== undefined) this.#refuse(given);
    this.#input = undefined;
    if (reason !== undefined) {
      if (this.#faults.frame(this.#plugin, reason)) this.#end();
      else if (run.broken) this.#remake();
      return input;
    }
    if (tookUs <= SLOW_US) this.#faults.good();
    else if (this.#faults.slow(this.#plugin, tookUs)) this.#end();
    return given === lent ? input : given!;
  }

  /** Takes what the control plane told of its plugin. */
  update(plugin: ActivePlugin): void {
    const before = this.#plugin;
    this.#plugin = plugin;
    const swapped = plugin.media !== before.media || plugin.entry.module !== before.entry.module;
    if (!swapped && isDeepStrictEqual(plugin.config, before.config)) return;
    if (!swapped && this.#life?.run.configure(plugin.config)) return;
    this.#faults.reset(plugin);
    this.#remake();
  }

  /** Gives a picture of its operator back. */
  release(picture: VideoFrame): void {
    try {
      // What had been lent counts shares; this one is counted already.
      if (picture instanceof LentPicture) picture.content.release();
      else picture.release();
    } catch (error) {
      this.#faults.beside(this.#plugin, `it gave a picture that cannot be released: ${reasonOf(error)}`);
    }
  }

  /** Takes it down. */
  close(): void {
    this.#end();
    this.#faults.reset(this.#plugin);
  }

  #check(given: VideoFrame): string | undefined {
    const reason = shapeFault(given);
    if (reason !== undefined || given.content === this.#input?.content) return reason;
    return this.#handedOver(given) ? undefined : 'it gave a picture it had been lent before and not retained';
  }

  #begin(): void {
    this.#shares = new HeldShares();
    const make = stageOf(this.#plugin.media, 'video')!.stage as MakeOperator<VideoFrame>;
    this.#life = beginLife(make, this.#plugin, this.#place, this.#faults, (picture) => this.#refuse(picture));
  }

  #remake(): void {
    this.#end();
    this.#begin();
  }

  #end(): void {
    if (this.#life) this.#ending(this.#ended(this.#life, this.#shares));
    this.#life = undefined;
  }

  async #ended(life: OperatorLife<VideoFrame>, shares: HeldShares): Promise<void> {
    await life.end();
    if (shares.held > 0) this.#faults.beside(this.#plugin, `it retained ${shares.held} pictures and did not release them`);
  }

  /** A picture that goes no further is released here, unless it is the one that came in, or none at all. */
  #refuse(picture: unknown): void {
    const given = picture as Partial<VideoFrame> | null;
    if (typeof given?.release !== 'function' || given.content?.alive === false) return;
    if (given.content === undefined || (given.content !== this.#input?.content && this.#handedOver(given as VideoFrame)))
      this.release(given as VideoFrame);
  }

  /** Whether a picture came with a share. One that the operator had kept comes with that, one that it made with its own. */
  #handedOver(picture: VideoFrame): boolean {
    return this.#shares.take(picture.content) || !(picture instanceof LentPicture);
  }

  #took(us: number): void {
    const { meter } = this.#plugin;
    meter.timed++;
    meter.totalUs += us;
    if (us > meter.longestUs) meter.longestUs = us;
  }
}

function shapeFault(picture: VideoFrame): string | undefined {
  try {
    return videoShapeFault(picture);
  } catch (error) {
    return reasonOf(error);
  }
}
