import { isDeepStrictEqual } from 'node:util';
import { reasonOf } from '../../errors.js';
import type { ActivePlugin } from '../../graph/active-plugins.js';
import { stageOf } from '../../graph/plugin-media.js';
import type { VideoFrame } from '../../media/video-frame.js';
import { videoShapeFault } from './frame-shape.js';
import type { Laps } from './laps.js';
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

  /** One picture through it: what it gave, which is the chain's to release then; the input when it could not be used. */
  run(input: VideoFrame, laps: Laps | undefined): VideoFrame {
    if (!this.#life) return input;
    const { run } = this.#life;
    this.#input = input;
    const result = run.push(input);
    this.#input = undefined;
    const tookUs = laps ? laps.lap() : 0;
    if (laps) this.#took(tookUs);
    let reason = run.problem;
    if (result !== undefined && result !== input) {
      reason = shapeFault(result);
      if (reason !== undefined) this.#refuse(result);
    }
    if (reason !== undefined) {
      if (this.#faults.frame(this.#plugin, reason)) this.#end();
      else if (run.broken) this.#remake();
      return input;
    }
    if (tookUs <= SLOW_US) this.#faults.good();
    else if (this.#faults.slow(this.#plugin, tookUs)) this.#end();
    return result!;
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
      picture.release();
    } catch (error) {
      this.#faults.beside(this.#plugin, `it gave a picture that cannot be released: ${reasonOf(error)}`);
    }
  }

  /** Takes it down. */
  close(): void {
    this.#end();
    this.#faults.reset(this.#plugin);
  }

  #begin(): void {
    const make = stageOf(this.#plugin.media, 'video')!.stage as MakeOperator<VideoFrame>;
    this.#life = beginLife(make, this.#plugin, this.#place, this.#faults, (picture) => this.#refuse(picture));
  }

  #remake(): void {
    this.#end();
    this.#begin();
  }

  #end(): void {
    if (this.#life) this.#ending(this.#life.end());
    this.#life = undefined;
  }

  /** A picture that goes no further is released here, unless it is the one that came in, or none at all. */
  #refuse(picture: unknown): void {
    if (typeof (picture as Partial<VideoFrame> | null)?.release !== 'function') return;
    if (picture !== this.#input) this.release(picture as VideoFrame);
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
