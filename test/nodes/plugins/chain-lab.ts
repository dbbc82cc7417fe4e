import { map, type OperatorFunction } from 'rxjs';
import { z } from 'zod';
import type { GraphEvent } from '../../../src/graph/run/graph-events.js';
import { PluginRoster } from '../../../src/graph/run/plugin-roster.js';
import { mapAudio } from '../../../src/graph/audio-operators.js';
import type {
  AudioPart,
  AudioStage,
  PluginChainEntry,
  PluginMedia,
  PluginOperatorArgs,
  VideoPart,
} from '../../../src/graph/plugin-media.js';
import { createAudioFrame, type AudioFrame } from '../../../src/media/frame.js';
import { AudioChain } from '../../../src/nodes/plugins/audio-chain.js';
import { createVirtualScheduler } from '../../../src/time/index.js';

/** Any config. */
const anything = z.record(z.string(), z.unknown());

/** A plugin's media side with any config. */
export function plugin(name: string, audio?: AudioPart<never> | AudioStage<never>, video?: VideoPart<never>): PluginMedia {
  return { name, config: anything, ...(audio && { audio }), ...(video && { video }) };
}

/** An entry of a chain. */
export function entry(name: string, more: Partial<PluginChainEntry> = {}): PluginChainEntry {
  return { plugin: name, key: name, module: name, enabled: true, config: {}, ...more };
}

/** An operator that computes each sample; state in the closure is one operator's own. */
export function samples(
  each: (sample: number, index: number, channel: number) => number,
): OperatorFunction<AudioFrame, AudioFrame> {
  return mapAudio(() => (input, output) => {
    input.planes.forEach((plane, c) => plane.forEach((sample, i) => (output.planes[c]![i] = each(sample, i, c))));
    output.silent = false;
  });
}

/** Adds the number `plus` of its config, read once. */
export const adder = (name: string): PluginMedia =>
  plugin(name, ({ config }: PluginOperatorArgs<{ plus: number }>) => samples((x) => x + config.plus));

/** Counts the frames it has seen, and adds that: shows whether it went on or began anew. */
export const counter = (name: string): PluginMedia =>
  plugin(name, () => {
    let seen = 0;
    return (frames$) =>
      frames$.pipe(
        map((frame) => {
          seen++;
          const out = createAudioFrame(frame.planes.length, frame.planes[0]!.length);
          out.planes.forEach((plane, c) => plane.forEach((_, i) => (plane[i] = frame.planes[c]![i]! + seen)));
          out.silent = false;
          return out;
        }),
      );
  });

/** A frame of one value. */
export function constant(value: number, count = 960, channels = 1): AudioFrame {
  const frame = createAudioFrame(channels, count);
  for (const plane of frame.planes) plane.fill(value);
  frame.silent = value === 0;
  return frame;
}

/** A chain with plugins by name, a clock that only moves when told, and what it told. */
export class ChainLab {
  readonly events: Omit<GraphEvent, 'graph'>[] = [];
  readonly scheduler = createVirtualScheduler();
  /** Of the clock that times operators, in microseconds. */
  nowUs = 0;
  readonly roster: PluginRoster;
  readonly chain: AudioChain;
  readonly #modules: Map<string, PluginMedia>;
  #ptsUs = 0;

  constructor(plugins: readonly PluginMedia[], { debug = false, timed = true } = {}) {
    this.#modules = new Map(plugins.map((media) => [media.name, media]));
    this.roster = new PluginRoster({
      graph: 'g',
      scheduler: this.scheduler,
      supply: { find: (module) => this.#modules.get(module) },
      clock: timed ? () => this.nowUs : undefined,
      event: (event) => void this.events.push(event),
      onError: (error) => {
        throw error;
      },
    });
    this.chain = new AudioChain({
      node: 'fx',
      kind: 'audio',
      plugins: this.roster,
      scheduler: this.scheduler,
      offline: true,
      debug,
    });
    this.roster.list$.subscribe((active) => this.chain.set(active.filter(({ media }) => media.audio)));
  }

  /** Puts a module in the place of another. */
  swap(module: string, media: PluginMedia): void {
    this.#modules.set(module, media);
  }

  set(...entries: readonly (PluginChainEntry | string)[]): void {
    this.roster.set(entries.map((one) => (typeof one === 'string' ? entry(one) : one)));
  }

  /** One frame through the chain; what came out, as it was then. */
  frame(input: AudioFrame): AudioFrame {
    input.ptsUs = this.#ptsUs;
    this.#ptsUs += 20_000;
    this.scheduler.advanceTo(this.#ptsUs);
    let out: AudioFrame | undefined;
    this.chain.run(input, (frame) => (out = frame));
    return out!;
  }

  /** One frame of a value; the first and the last sample that came out. */
  value(value: number): number[] {
    const plane = this.frame(constant(value)).planes[0]!;
    return [plane[0]!, plane.at(-1)!];
  }

  /** So many frames of a value; the last sample of each. */
  values(value: number, count: number): number[] {
    return Array.from({ length: count }, () => this.value(value)[1]!);
  }

  /** Tells what is still waiting to be told. */
  flush(): this {
    this.scheduler.advanceTo(this.scheduler.nowUs() + 2_000_000);
    return this;
  }

  of(type: string): Omit<GraphEvent, 'graph'>[] {
    return this.events.filter((event) => event.type === type);
  }

  /** The sentences of all problems told. */
  told(): string[] {
    return this.events.flatMap((event) => ('problem' in event ? [(event['problem'] as { message: string }).message] : []));
  }
}
