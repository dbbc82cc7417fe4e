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
import type { Plan } from './plan-types.js';

/**
 * Frames lent to one operator. Most need none: a frame that is emitted is borrowed, so one of its own, written anew each time, is enough
 * (`mapAudio` does it). Who needs several, or holds some over time, takes them here.
 */
export interface FramePool {
  /**
   * A silent frame of the wanted shape.
   *
   * @param channels 1 or 2.
   * @param samples per channel; default 960, 20 ms.
   */
  take(channels: 1 | 2, samples?: number): AudioFrame;
  /**
   * Gives a frame back, to be used again from the operator's next frame on; a frame that is emitted goes back by itself.
   * @throws TypeError when the frame is not lent at the moment, or not by this pool.
   */
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
  /** Whose voice it works on, where each participant has operators of his own. */
  readonly participantId?: string;
  /** The graph's clock: give it to RxJS operators that take a scheduler, so that `delay` means media time. */
  readonly scheduler: Scheduler;
  /** True when frames are made as fast as possible and nothing may be skipped. */
  readonly offline: boolean;
  /** True while debugging and in tests: borrowed frames are spoilt after use so that misuse shows. */
  readonly debug: boolean;
  /** Frames to work with. */
  readonly pool: FramePool;
  /** Tells a fact about the media, as `plugin.told`; plain JSON. At most 50 a second, more are dropped and counted. */
  tell(what: string, data?: Readonly<Record<string, unknown>>): void;
  /** Registers clean-up; last in, first out, each exactly once, all even if one throws. */
  defer(dispose: () => void | Promise<void>): void;
}

/** What an operator is made from. */
export interface PluginOperatorArgs<C> {
  /** The config when it is made, complete. */
  readonly config: C;
  /**
   * The config: the present one on subscribing, then each change. An operator that is subscribed to it goes on with its state when the
   * config changes, and ramps what would click; any other is then made anew and faded over to in 20 ms.
   */
  readonly config$: Observable<C>;
  /** Clock, pool, clean-up. */
  readonly ctx: PluginMediaContext;
}

/**
 * Makes a plugin's operator for sound. It answers each frame with exactly one frame of the same length, in the same call; what it gets
 * and what it emits is borrowed (see {@link AudioFrame}). Whatever it does wrong, the frame that came in goes on in its place.
 */
export type AudioStage<C> = (args: PluginOperatorArgs<C>) => OperatorFunction<AudioFrame, AudioFrame>;

/**
 * As {@link AudioStage}, for pictures. The picture that comes in is lent: it is not to be released, and retained if it is needed later. A
 * picture that the operator makes and emits is handed over with its share, and released for it.
 */
export type VideoStage<C> = (args: PluginOperatorArgs<C>) => OperatorFunction<VideoFrame, VideoFrame>;

/** A number, or how it follows from the config. */
export type OfConfig<C> = number | ((config: C) => number);

/** An operator with what the graph should know of it. */
export interface StageSpec<C, S> {
  /** Makes the operator. */
  readonly stage: S;
  /** The delay it adds, in milliseconds, for `voxgraph graph --latency` and for keeping branches aligned. Default 0. */
  readonly latencyMs?: OfConfig<C>;
  /**
   * Sound only: how long it rings on after its input fell silent, in milliseconds; 0 for one that makes silence of silence. After that
   * silent frames pass it by and cost nothing. Default: it gets every frame.
   */
  readonly tailMs?: OfConfig<C>;
}

/** A plugin's part in `plugin.audio` nodes: the operator alone, or with what the graph should know of it. */
export type AudioPart<C> = AudioStage<C> | StageSpec<C, AudioStage<C>>;

/** A plugin's part in `plugin.video` nodes. */
export type VideoPart<C> = VideoStage<C> | Omit<StageSpec<C, VideoStage<C>>, 'tailMs'>;

/** The part of a plugin that the media plane needs; types erased. */
export interface PluginMedia {
  /** Its name. */
  readonly name: string;
  /** Checks the config and completes it. */
  readonly config: z.ZodType;
  /** Its operator for sound. */
  readonly audio?: AudioPart<never>;
  /** Its operator for pictures. */
  readonly video?: VideoPart<never>;
}

/** Where a media host finds plugins' code. */
export interface PluginMediaSupply {
  /** The plugin that a module holds; undefined: there is no such module. */
  find(module: string): PluginMedia | undefined;
}

/** One plugin of a graph's chain, as it is told to a media host: plain JSON. */
export interface PluginChainEntry {
  /** The plugin's name. */
  readonly plugin: string;
  /** The instance's key in state and events. */
  readonly key: string;
  /** Which module holds its code: another one means that the code was swapped. */
  readonly module: string;
  /** Disabled ones let frames pass. */
  readonly enabled: boolean;
  /** As written: what has a default may be missing. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** The plugins whose operators run in a graph's `plugin.audio` and `plugin.video` nodes, first to last. */
export type PluginChain = readonly PluginChainEntry[];

/** The chain of a plan by itself: by priority, then by name, each plugin's module called as the plugin. */
export function chainOfPlan({ plugins }: Pick<Plan, 'plugins'>): PluginChain {
  return Object.entries(plugins)
    .sort(([a, { priority: p }], [b, { priority: q }]) => q - p || (a < b ? -1 : 1))
    .map(([plugin, { enabled, config }]) => ({ plugin, key: plugin, module: plugin, enabled, config }));
}

/** A kind of frame that plugins have operators for. */
export type StageKind = 'audio' | 'video';

/** An operator with what is known of it, whichever way it was declared. */
export function stageOf(
  media: PluginMedia,
  kind: StageKind,
): StageSpec<unknown, AudioStage<unknown> | VideoStage<unknown>> | undefined {
  const part = media[kind];
  if (!part) return undefined;
  return (typeof part === 'function' ? { stage: part } : part) as StageSpec<unknown, AudioStage<unknown> | VideoStage<unknown>>;
}

/** The value of an {@link OfConfig} at a config; `otherwise` when it is absent or no number that makes sense. May throw. */
export function atConfig<D>(value: OfConfig<unknown> | undefined, config: unknown, otherwise: D): number | D {
  const found = typeof value === 'function' ? value(config) : value;
  return typeof found === 'number' && found >= 0 ? found : otherwise;
}
