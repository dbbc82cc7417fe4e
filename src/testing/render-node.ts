import { BehaviorSubject, Subject, type Observable } from 'rxjs';
import type { NodeCommand, NodeContext, CounterName, Tick } from '../graph/context.js';
import type { NodeDefinition } from '../graph/define-node.js';
import { DEFAULT_FRAME_RATE } from '../graph/run/video-beat.js';
import { DEFAULT_PERMISSIONS } from '../graph/permissions.js';
import { FRAME_SAMPLES, samplesToUs } from '../media/format.js';
import { createVirtualScheduler } from '../time/virtual.js';
import { resolve } from 'node:path';
import { OutputCollector } from './collect-output.js';
import { feedOf } from './feed-input.js';
import { rosterOf } from './rendered-plugins.js';
import type { RenderedNode, RenderNodeSettings } from './rendered.js';

const LONGEST_MS = 10_000;

/**
 * Runs one node by itself in virtual time and gives back everything it did.
 *
 * The frames it gets are spoilt with NaN after each tick, so a node that keeps a borrowed frame, or writes to one, is found out:
 * the rendering then rejects with a TypeError that says which. So does a frame that says it is silent and is not.
 *
 * @throws ZodError when the options do not fit the node's schema; whatever `create` throws.
 * @example
 * ```ts
 * const { outputs } = await renderNode(gain, { inputs: { audio: marbles('aa|') }, options: { gainDb: -6 } });
 * expect(outputs.audio.planes[0][0]).toBeCloseTo(0.005);
 * ```
 */
export async function renderNode(definition: NodeDefinition, settings: RenderNodeSettings = {}): Promise<RenderedNode> {
  const samples = settings.frameSamples ?? FRAME_SAMPLES;
  const offline = settings.offline ?? true;
  const scheduler = createVirtualScheduler();
  const tick$ = new Subject<Tick>();
  const settle$ = new Subject<Tick>();
  const idle$ = new Subject<Tick>();
  const videoTick$ = new Subject<Tick>();
  const videoSettle$ = new Subject<Tick>();
  const frameRate = settings.frameRate ?? DEFAULT_FRAME_RATE;
  const videoTick: Tick = { index: -1, ptsUs: 0 };
  const commands$ = new Subject<NodeCommand>();
  const events: { atUs: number; event: RenderedNode['events'][number]['event'] }[] = [];
  const counters: Partial<Record<CounterName, number>> = {};
  const disposers: (() => void | Promise<void>)[] = [];
  const problems: unknown[] = [];
  const tick: Tick = { index: 0, ptsUs: 0 };
  let finished = false;
  let wrong: Error | undefined;

  const { plugins, setPlugins } = rosterOf(scheduler, (event) => ctx.emit(event));
  setPlugins(settings.plugins ?? []);
  let given: Record<string, unknown> = { ...settings.options };
  const options$ = new BehaviorSubject<unknown>(definition.options.parse(given));
  const ctx: NodeContext = {
    nodeId: 'node',
    tick$,
    settle$,
    idle$,
    videoTick$,
    videoSettle$,
    frameRate,
    wired: () => true,
    scheduler,
    offline,
    debug: true,
    gateway: settings.gateway,
    personalMixOf: settings.personalMixOf,
    permissions: { ...DEFAULT_PERMISSIONS, ...settings.permissions },
    ...(settings.subgraph && { subgraph: { ...settings.subgraph, leftOut: new Set(), show: () => {} } }),
    plugins,
    commands$,
    watched: (type) => settings.watch?.includes(type) ?? true,
    emit: (event) => void events.push({ atUs: tick.ptsUs, event: structuredClone(event) }),
    count: (name, by = 1) => void (counters[name] = (counters[name] ?? 0) + by),
    resolvePath: (path) => resolve(path),
    hold: (work) => scheduler.hold(work),
    defer: (dispose) => void disposers.push(dispose),
    finish: () => void (finished = true),
  };

  const feeds = Object.entries(definition.inputs).map(
    ([name, spec]) => [name, feedOf(name, spec, settings.inputs?.[name], samples)] as const,
  );
  const unknown = Object.keys(settings.inputs ?? {}).find((name) => !(name in definition.inputs));
  if (unknown !== undefined) throw new TypeError(`renderNode: ${definition.type} has no input "${unknown}"`);
  // Before the node subscribes, as producers come before consumers in a running graph.
  for (const [, feed] of feeds) {
    tick$.subscribe(({ index, ptsUs }) => feed.tick(index, ptsUs));
    videoTick$.subscribe(({ index, ptsUs }) => feed.videoTick?.(index, ptsUs));
  }

  const inputs = Object.fromEntries(feeds.map(([name, feed]) => [name, feed.stream]));
  const streams = definition.create({ inputs, options$, options: options$.value, ctx });
  const gaveNaN = () => feeds.some(([, feed]) => feed.gaveNaN);
  const collectors = Object.keys(definition.outputs).map(
    (name) =>
      [
        name,
        new OutputCollector(
          name,
          () => tick.index,
          () => videoTick.index,
          gaveNaN,
        ),
      ] as const,
  );
  const subscriptions = collectors.map(([name, collector]) =>
    collector.listen(definition.outputs[name]!, streams[name] as Observable<unknown>, (reason) => (wrong ??= reason)),
  );

  const changes = byTime(settings.optionChanges);
  const pluginChanges = byTime(settings.pluginChanges);
  const commands = byTime(settings.commands);
  const endUs = (settings.durationMs ?? LONGEST_MS) * 1000;
  const ended = () => finished || (collectors.length > 0 && collectors.every(([, collector]) => collector.end !== undefined));
  await scheduler.settle();
  let index = 0;
  for (; samplesToUs(index * samples) < endUs; index++) {
    if (settings.durationMs === undefined && ended()) break;
    tick.index = index;
    tick.ptsUs = samplesToUs(index * samples);
    scheduler.advanceTo(tick.ptsUs);
    while (changes[0] && changes[0].atMs * 1000 <= tick.ptsUs) {
      given = { ...given, ...changes.shift()!.options };
      options$.next(definition.options.parse(given));
    }
    while (pluginChanges[0] && pluginChanges[0].atMs * 1000 <= tick.ptsUs) setPlugins(pluginChanges.shift()!.plugins);
    while (commands[0] && commands[0].atMs * 1000 <= tick.ptsUs) commands$.next(commands.shift()!.command);
    tick$.next(tick);
    settle$.next(tick);
    const untilUs = samplesToUs((index + 1) * samples);
    for (let next = videoTick.index + 1; Math.round((next * 1e6) / frameRate) < untilUs; next++) {
      videoTick.index = next;
      videoTick.ptsUs = Math.round((next * 1e6) / frameRate);
      videoTick$.next(videoTick);
      videoSettle$.next(videoTick);
    }
    for (const [, feed] of feeds) wrong = feed.afterTick() ?? wrong;
    idle$.next(tick);
    if (wrong) break;
    if (offline) await scheduler.settle();
    else await new Promise((done) => setImmediate(done));
  }

  for (const subscription of subscriptions) subscription.unsubscribe();
  for (const dispose of disposers.reverse()) {
    try {
      await dispose();
    } catch (reason) {
      problems.push(reason);
    }
  }
  plugins.close();
  scheduler.close();
  for (const [, feed] of feeds) wrong ??= feed.close?.();
  for (const [, collector] of collectors) wrong ??= collector.close();
  if (wrong) throw wrong;
  const outputs = Object.fromEntries(collectors.map(([name, collector]) => [name, collector.result()]));
  return { outputs, events, counters, problems, finished, ticks: index };
}

function byTime<T extends { readonly atMs: number }>(list: readonly T[] = []): T[] {
  return [...list].sort((a, b) => a.atMs - b.atMs);
}
