import { FRAME_SAMPLES, SAMPLE_RATE } from '../format.js';
import { reasonOf } from '../../errors.js';
import { buildFilterGraph } from './filter-graph.js';
import { FilterPump } from './filter-pump.js';

/** No chain may hold back more than ten seconds. */
const MOST_DELAY = 10 * SAMPLE_RATE;

/** So long nothing may change before a delay counts as found: 64 frames, the time in which blocks up to 4096 have met every frame. */
const STEADY_FRAMES = 64;

/** What has not become steady within half a minute of sound never does. */
const MOST_FRAMES = 1500;

/** Changes of the bounds up to this many samples are no growth. */
const TOLERANCE = 240;

/** How long a chain holds sound back, or why it cannot stand in a stream. */
export type FilterDelay =
  { readonly kind: 'delay'; readonly samples: number } | { readonly kind: 'wrong'; readonly reason: string };

/** Watches what goes into a chain and comes out until the difference stays within bounds. */
class DelayMeter {
  #missing = 0;
  #most = 0;
  #least = Infinity;
  /** The bounds when they were last left by more than the tolerance. */
  #high = -Infinity;
  #low = Infinity;
  #steady = 0;
  #exact = 0;
  #frames = 0;

  /** Notes one frame of 960 samples in, and `out` samples out. The answer, once there is one. */
  add(out: number): FilterDelay | undefined {
    this.#frames++;
    this.#missing += FRAME_SAMPLES - out;
    this.#steady++;
    this.#exact++;
    if (this.#missing > this.#most) this.#exact = 0;
    this.#most = Math.max(this.#most, this.#missing);
    // A chain that gives more than it gets, such as atempo=0.5, finds ever new lows.
    this.#least = Math.min(this.#least, this.#missing);
    if (this.#most > this.#high + TOLERANCE || this.#least < this.#low - TOLERANCE) {
      this.#high = this.#most;
      this.#low = this.#least;
      this.#steady = 0;
    }
    if (this.#most > MOST_DELAY) {
      return { kind: 'wrong', reason: 'it holds back more than 10 s of sound, or makes the sound shorter' };
    }
    if (this.#least < -MOST_DELAY) return { kind: 'wrong', reason: 'it makes the sound longer' };
    // What is found after long must last long, for a chain such as atempo=1.02 grows slowly.
    const enough = Math.max(STEADY_FRAMES, this.#frames - this.#steady);
    if (this.#steady >= enough && this.#exact >= enough) return { kind: 'delay', samples: this.#most };
    // Blocks of an odd length, such as superequalizer's 8190, meet frames in ever new ways: a frame more is enough for all of them.
    if (this.#steady >= enough + 4 * STEADY_FRAMES) return { kind: 'delay', samples: this.#most + FRAME_SAMPLES };
    return this.#frames < MOST_FRAMES ? undefined : { kind: 'wrong', reason: 'it changes how long the sound is' };
  }
}

const found = new Map<string, FilterDelay>();

function remember(key: string, delay: FilterDelay): FilterDelay {
  if (found.size >= 200) found.delete(found.keys().next().value!);
  found.set(key, delay);
  return delay;
}

/**
 * Measures how many samples a chain must be ahead of its output so that each frame of 960 gives one of 960: the most it ever held back
 * while faint noise went through. The answer is remembered by text.
 */
export function measureFilterDelay(text: string, channels: 1 | 2, own: readonly string[] = []): FilterDelay {
  const key = `${channels} ${text}`;
  const known = found.get(key);
  if (known) return known;
  let pump: FilterPump | undefined;
  try {
    const built = buildFilterGraph(text, channels, own);
    pump = new FilterPump(built, built.graph.configSync());
    const meter = new DelayMeter();
    for (;;) {
      const answer = meter.add(pump.probe());
      if (answer) return remember(key, answer);
    }
  } catch (error) {
    return { kind: 'wrong', reason: reasonOf(error) };
  } finally {
    pump?.close();
  }
}

/** As {@link measureFilterDelay}, with the filters at work in FFmpeg's threads. */
export async function findFilterDelay(text: string, channels: 1 | 2, own: readonly string[] = []): Promise<FilterDelay> {
  const key = `${channels} ${text}`;
  const known = found.get(key);
  if (known) return known;
  let pump: FilterPump | undefined;
  try {
    const built = buildFilterGraph(text, channels, own);
    pump = new FilterPump(built, await built.graph.config());
    const meter = new DelayMeter();
    for (;;) {
      const answer = meter.add(await pump.probeElsewhere());
      if (answer) return remember(key, answer);
    }
  } catch (error) {
    return { kind: 'wrong', reason: reasonOf(error) };
  } finally {
    pump?.close();
  }
}
