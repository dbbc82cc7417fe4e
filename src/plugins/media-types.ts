/**
 * A plugin as the media plane sees it: operators on frames. Nothing here knows of engines, state or storage, so that a media host of
 * another process can load it.
 * @module
 */
import type { Observable, OperatorFunction } from 'rxjs';
import type { z } from 'zod';
import type { AudioFrame } from '../media/frame.js';
import type { VideoFrame } from '../media/video-frame.js';
import type { Scheduler } from '../time/scheduler.js';

/**
 * Frames lent to a plugin. Most operators need none: a frame that is emitted is borrowed, so one frame of its own, written anew each time,
 * is enough. Who must hold frames over time takes them here and gives them back.
 */
export interface FramePool {
  /**
   * A frame with silence, of the wanted shape.
   *
   * @param channels 1 or 2.
   * @param samples per channel; default 960, 20 ms.
   */
  take(channels: 1 | 2, samples?: number): AudioFrame;
  /** Gives a frame back. It must not be touched afterwards; in debug mode a second release, or a foreign frame, is a fault. */
  release(frame: AudioFrame): void;
}

/** What an operator may use besides its frames. */
export interface PluginMediaContext {
  /** The plugin's name. */
  readonly plugin: string;
  /** The running graph's id. */
  readonly graph: string;
  /** The node that it runs in. */
  readonly node: string;
  /** The graph's clock: give it to RxJS operators that take a scheduler, so that `delay` means media time. */
  readonly scheduler: Scheduler;
  /** True when frames are made as fast as possible and nothing may be skipped. */
  readonly offline: boolean;
  /** True while debugging and in tests: borrowed frames are spoilt after use so that misuse shows. */
  readonly debug: boolean;
  /** Frames to hold. */
  readonly pool: FramePool;
  /** Tells a fact about the media, as `plugin.told`; a few per second at most, more are dropped and counted. */
  tell(what: string, data?: Readonly<Record<string, unknown>>): void;
  /** Registers clean-up; last in, first out, each exactly once, all even if one throws. */
  defer(dispose: () => void): void;
}

/** What an operator is made from. */
export interface PluginOperatorArgs<C> {
  /** The config when it is made, complete. */
  readonly config: C;
  /** The config: the present one on subscribing, then each change. */
  readonly config$: Observable<C>;
  /** Clock, pool, clean-up. */
  readonly ctx: PluginMediaContext;
}

/**
 * Makes the plugin's stage in a `plugin.audio` node. It must answer each frame with exactly one frame of the same length and time,
 * synchronously; what it emits is borrowed (see {@link AudioFrame}). Whatever it does wrong, the frame that came in goes on in its place.
 */
export type AudioStage<C> = (args: PluginOperatorArgs<C>) => OperatorFunction<AudioFrame, AudioFrame>;

/** As {@link AudioStage}, for a `plugin.video` node: one picture out for each picture in. */
export type VideoStage<C> = (args: PluginOperatorArgs<C>) => OperatorFunction<VideoFrame, VideoFrame>;

/** The part of a plugin that the media plane needs; types erased. */
export interface PluginMedia {
  /** Its name. */
  readonly name: string;
  /** Checks the config and completes it. */
  readonly config: z.ZodType;
  /** Its stage for sound. */
  readonly audio?: AudioStage<never>;
  /** Its stage for pictures. */
  readonly video?: VideoStage<never>;
}
