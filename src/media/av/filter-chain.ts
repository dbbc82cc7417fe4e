import { PlanarQueue } from '../dsp/planar-queue.js';
import { SAMPLE_RATE } from '../format.js';
import { findFilterDelay, measureFilterDelay, type FilterDelay } from './filter-delay.js';
import { buildFilterGraph } from './filter-graph.js';
import { FilterPump } from './filter-pump.js';
import type { TakePlanes } from './rate-stage.js';

/** What waits beyond this, in samples, is let go: a chain that gives more than it gets must not fill the memory. */
const MOST_WAITING = 12 * SAMPLE_RATE;

/**
 * An open chain of FFmpeg filters: 48 kHz planar float in, as many samples of it out, at once. Whatever block lengths the filters work
 * in, a queue evens them out, filled with so much silence beforehand that it never runs dry while frames of 960 samples go in. Close it.
 */
export class FilterChain {
  /** Its text. */
  readonly text: string;
  /** Channels it takes. */
  readonly channelsIn: 1 | 2;
  /** Channels it gives. */
  readonly channelsOut: 1 | 2;
  /** Samples that it holds back, for the sake of equal frames. Delays that a filter makes as its effect are not in it. */
  readonly delaySamples: number;
  readonly #pump: FilterPump;
  readonly #queue: PlanarQueue;
  readonly #take: TakePlanes = (planes, count) => this.#queue.push(planes, 0, count);
  #missed = 0;

  /** Filters that are allowed besides those of `ALLOWED_FILTERS`. */
  readonly own: readonly string[];

  /** For {@link openFilterChain}. */
  constructor(text: string, channels: 1 | 2, pump: FilterPump, delaySamples: number, own: readonly string[]) {
    this.text = text;
    this.own = own;
    this.channelsIn = channels;
    this.channelsOut = pump.channelsOut;
    this.delaySamples = delaySamples;
    this.#pump = pump;
    this.#queue = new PlanarQueue(pump.channelsOut);
    this.#queue.pushSilence(delaySamples);
  }

  /** Samples of silence that had to be put in because a filter swallowed sound, as `silenceremove` does. */
  get missedSamples(): number {
    return this.#missed;
  }

  /**
   * Takes `count` samples of `input` and writes as many to `output`, which has a plane for each channel that comes out.
   *
   * @throws Error when a filter fails; the chain is of no use then.
   */
  run(input: readonly Float32Array[], output: readonly Float32Array[], count: number): void {
    const queue = this.#queue;
    this.#pump.run(input, count, this.#take);
    const got = queue.pull(output, 0, count);
    if (got < count) {
      for (const plane of output) plane.fill(0, got, count);
      this.#missed += count - got;
    }
    if (queue.length > MOST_WAITING) queue.drop(queue.length - MOST_WAITING);
  }

  /** Ends the sound: what waits and what the filters held back goes to `take`, in pieces. Nothing can be run afterwards. */
  finish(take: TakePlanes): void {
    const queue = this.#queue;
    if (queue.length > 0) {
      take(
        queue.planes.map((plane) => plane.subarray(queue.start)),
        queue.length,
      );
      queue.clear();
    }
    this.#pump.finish(take);
  }

  /**
   * Changes a parameter while it runs.
   *
   * @param target a filter's name, `name@instance`, or `all`.
   * @returns why nothing took it; undefined when one did.
   */
  command(target: string, command: string, argument: string): string | undefined {
    return this.#pump.command(target, command, argument);
  }

  /** Frees everything; more than once is the same as once. */
  close(): void {
    this.#pump.close();
  }
}

/**
 * Opens a filter chain; what takes time is done in FFmpeg's threads.
 *
 * @param text FFmpeg's filter graph syntax. Check it first with `checkFilterChain`, whose answers are better.
 * @param own filters that are allowed besides, for text that is no stranger's.
 * @throws Error with a plain reason.
 */
export async function openFilterChain(text: string, channels: 1 | 2, own: readonly string[] = []): Promise<FilterChain> {
  const delay = delayOf(await findFilterDelay(text, channels, own));
  const built = buildFilterGraph(text, channels, own);
  return new FilterChain(text, channels, new FilterPump(built, await built.graph.config()), delay, own);
}

/** As {@link openFilterChain}, at once: for a chain whose delay is known already, about half a millisecond. */
export function openFilterChainSync(text: string, channels: 1 | 2, own: readonly string[] = []): FilterChain {
  const delay = delayOf(measureFilterDelay(text, channels, own));
  const built = buildFilterGraph(text, channels, own);
  return new FilterChain(text, channels, new FilterPump(built, built.graph.configSync()), delay, own);
}

function delayOf(delay: FilterDelay): number {
  if (delay.kind === 'wrong') throw new Error(delay.reason);
  return delay.samples;
}
