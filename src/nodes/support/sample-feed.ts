import type { Observable } from 'rxjs';
import { audioPerTick } from '../../graph/audio-operators.js';
import type { NodeContext } from '../../graph/context.js';
import { DryEdge } from '../../media/dsp/dry-edge.js';
import type { SampleQueue } from '../../media/dsp/sample-queue.js';
import { frameSamples, type AudioFrame } from '../../media/frame.js';

/** Where sound begins in the middle, it fades in over so many samples: 5 ms. */
const FADE = 240;

/** Samples that a program or a command writes at its own pace, read as one frame a tick. */
export class SampleFeed {
  /** Set when nothing more will be written. */
  ended = false;
  readonly #queue: SampleQueue;
  readonly #startAt: number;
  readonly #edge = new DryEdge(2);
  #flows = false;
  #arrived: (() => void) | undefined;

  /** @param queue what is written into. @param startAt samples that must wait before it begins, or goes on after it ran dry. */
  constructor(queue: SampleQueue, startAt: number) {
    this.#queue = queue;
    this.#startAt = startAt;
  }

  /** Must be called after each writing, and after {@link SampleFeed.ended} was set. */
  wrote(): void {
    this.#arrived?.();
    this.#arrived = undefined;
  }

  /** Resolves at the next {@link SampleFeed.wrote}. */
  next(): Promise<void> {
    return new Promise((done) => (this.#arrived = done));
  }

  /** Whether the next frame is complete, or as complete as it will ever be. */
  get ready(): boolean {
    return this.ended || this.#queue.length >= Math.max(960, this.#flows ? 0 : this.#startAt);
  }

  /** Fills a frame. `dry`: with silence, wholly or in part, though more is to come; `over`: nothing is left. */
  fill(frame: AudioFrame): 'sound' | 'dry' | 'waiting' | 'over' {
    const wanted = frameSamples(frame);
    const { length } = this.#queue;
    if (this.ended && length === 0) return 'over';
    if (!this.#flows && !this.ended && length < this.#startAt) {
      frame.silent = !this.#runDry(frame, 0);
      return 'waiting';
    }
    const got = this.#queue.read(frame.planes, wanted);
    if (!this.#flows && got > 0) for (const plane of frame.planes) fadeIn(plane, Math.min(got, FADE));
    const dry = got < wanted && !this.ended;
    if (dry) this.#runDry(frame, got);
    else {
      for (const plane of frame.planes) plane.fill(0, got);
      this.#edge.gave(frame.planes);
    }
    this.#flows = !dry;
    frame.silent = frame.planes.every((plane) => plane.every((x) => x === 0));
    return dry ? 'dry' : 'sound';
  }

  #runDry({ planes }: AudioFrame, from: number): boolean {
    const sounds = this.#edge.runDry(planes, from);
    // The way may not be at its end yet.
    this.#edge.gave(planes);
    return sounds;
  }
}

/** A straight line from 0 to 1. */
function fadeIn(plane: Float32Array, count: number): void {
  for (let i = 0; i < count; i++) plane[i]! *= (i + 1) / count;
}

/** What a node does around its feed. */
export interface FeedHooks {
  /** Between two ticks, and before the first: the time to write more. */
  refill?(): void;
  /** The first sound came. */
  started(): void;
  /** Nothing is left. It may throw what failed. */
  over(): void;
}

/** One frame a tick from a feed; completes when it is over. Offline time waits for whoever writes. */
export function feedOutput(ctx: NodeContext, feed: SampleFeed, channels: 1 | 2, hooks: FeedHooks): Observable<AudioFrame> {
  const wait = async () => {
    for (hooks.refill?.(); !feed.ready; hooks.refill?.()) await feed.next();
  };
  if (ctx.offline) ctx.hold(wait());
  const subscription = ctx.idle$.subscribe(() => {
    hooks.refill?.();
    if (ctx.offline && !feed.ready) ctx.hold(wait());
  });
  ctx.defer(() => {
    subscription.unsubscribe();
    feed.ended = true;
    feed.wrote();
  });
  let started = false;
  return audioPerTick(ctx, channels, () => (frame) => {
    const what = feed.fill(frame);
    if (what === 'over') {
      hooks.over();
      return false;
    }
    if (what === 'sound' && !started) {
      started = true;
      hooks.started();
    }
    if (what === 'dry' && started) ctx.count('underruns');
    return true;
  });
}
