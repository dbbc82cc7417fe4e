import { map, merge, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fileMedia } from '../../src/calls/file/file-media.js';
import { defineNode } from '../../src/graph/define-node.js';
import { audio } from '../../src/graph/ports.js';
import { graphFromObject } from '../../src/graph/load.js';
import { createRegistry } from '../../src/graph/registry.js';
import type { GraphEvent } from '../../src/graph/run/graph-events.js';
import { InProcessHost } from '../../src/host/in-process.js';
import { WatchCounts } from '../../src/host/watch-counts.js';
import type { AudioFrame } from '../../src/media/frame.js';
import { builtinNodes } from '../../src/nodes/index.js';
import { createVirtualScheduler } from '../../src/time/index.js';
import { adder, entry, plugin } from '../nodes/plugins/chain-lab.js';
import { watchProcess } from '../graph/run/harness.js';
import { describeMediaHost, tonePlan } from './contract.js';

describeMediaHost('InProcessHost', () => {
  const scheduler = createVirtualScheduler();
  return new InProcessHost({ registry: createRegistry(builtinNodes), scheduler, backends: { file: fileMedia } });
});

describe('InProcessHost', () => {
  const withNode = (use: (audio$: Observable<AudioFrame>, loop: () => void) => void) => {
    const bad = defineNode({
      type: 'sink.bad',
      summary: 'x',
      inputs: { audio: audio('x') },
      outputs: {},
      options: z.strictObject({}),
      create: ({ inputs, ctx }) => {
        const loop = () => void ctx.scheduler.after(0, loop);
        use(inputs.audio, loop);
        return {};
      },
    });
    const host = new InProcessHost({
      registry: createRegistry([...builtinNodes, bad]),
      scheduler: createVirtualScheduler(),
      backends: {},
    });
    const plan = tonePlan(60);
    const graph = { ...plan, nodes: [...plan.nodes, { ...plan.nodes[2]!, id: 'bad', type: 'sink.bad' }] };
    return { host, graph };
  };
  const play = async ({ host, graph }: ReturnType<typeof withNode>) => {
    const events: GraphEvent[] = [];
    const done = new Promise<void>((resolve) => {
      host.events$.subscribe((message) => {
        if (message.type !== 'graph') return;
        events.push(message.event);
        if (message.event.type === 'graph.ended') resolve();
      });
    });
    await host.request({ type: 'graph.load', graph: 'g', plan: graph, pace: 'offline' });
    await host.request({ type: 'graph.start', graph: 'g' });
    await done;
    return events;
  };

  it('survives what no guard sees, and names the graph', async () => {
    const watch = watchProcess();
    const setup = withNode((audio$) => {
      merge(audio$).subscribe(() => {
        throw new Error('unseen');
      });
    });
    const events: GraphEvent[] = [];
    setup.host.events$.subscribe((message) => message.type === 'graph' && events.push(message.event));
    await play(setup);
    await watch.settle();
    await setup.host.close();
    watch.stop();
    expect(watch.seen).toEqual([]);
    const faults = events.filter((event) => event.type === 'graph.fault' || event.type === 'node.fault');
    expect(faults[0]).toMatchObject({ graph: 'g', problem: { message: expect.stringContaining('unseen') } });
  });

  it('ends a graph in which time stands still', async () => {
    const setup = withNode((_, loop) => loop());
    const events = await play(setup);
    expect(events.find((event) => event.type === 'graph.fault')).toMatchObject({
      problem: { message: expect.stringContaining('stands still') },
    });
    await setup.host.close();
  });
});

describe('WatchCounts', () => {
  it('needs as many removals as additions; * is every node', () => {
    const counts = new WatchCounts();
    counts.add('a', 'x');
    counts.add('a', 'x');
    counts.remove('a', 'x');
    expect([counts.has('a', 'x'), counts.has('b', 'x'), counts.has('a', 'y')]).toEqual([true, false, false]);
    counts.remove('a', 'x');
    counts.remove('a', 'x');
    counts.add('*', 'x');
    expect([counts.has('a', 'x'), counts.has('b', 'x')]).toEqual([true, true]);
    counts.remove('*', 'x');
    expect(counts.has('a', 'x')).toBe(false);
  });
});

describe('plugins in an InProcessHost', () => {
  const throwing = plugin('throwing', () =>
    map((frame: AudioFrame) => {
      if (frame.ptsUs >= 0) throw new Error('each time');
      return frame;
    }),
  );
  const modules = new Map([
    ['plus', adder('plus')],
    ['throwing', throwing],
  ]);
  const make = () => {
    const scheduler = createVirtualScheduler();
    const registry = createRegistry(builtinNodes);
    const host = new InProcessHost({
      registry,
      scheduler,
      backends: {},
      plugins: { find: (module) => modules.get(module) },
    });
    const events: GraphEvent[] = [];
    const levels: number[] = [];
    host.events$.subscribe((message) => {
      if (message.type === 'graph') events.push(message.event);
      if (message.type === 'graph' && message.event.type === 'level.measured') levels.push(Number(message.event['peakDb']));
    });
    const plan = graphFromObject(
      {
        version: 1,
        plugins: { plus: { config: { plus: 0.25 } }, off: { enabled: false } },
        nodes: {
          silence: { type: 'source.silence' },
          fx: { type: 'plugin.audio', in: { audio: 'silence' } },
          meter: { type: 'meter.level', in: { audio: 'fx' } },
          out: { type: 'sink.null', in: { audio: 'meter.audio' } },
        },
      },
      { registry },
    );
    const start = async (more: object = {}) => {
      await host.request({ type: 'graph.load', graph: 'g', plan, pace: 'realtime', ...more });
      await host.request({ type: 'watch', graph: 'g', node: 'meter', event: 'level.measured' });
      await host.request({ type: 'graph.start', graph: 'g' });
      await scheduler.play(600);
    };
    return { host, scheduler, events, levels, start };
  };

  it('come with the plan, or with the message that loads it', async () => {
    const byPlan = make();
    await byPlan.start();
    expect(byPlan.levels.at(-1)).toBeCloseTo(-12.04, 1);
    await byPlan.host.close();
    const byMessage = make();
    await byMessage.start({ plugins: [entry('plus', { key: 'plus@g', config: { plus: 0.5 } })] });
    expect(byMessage.levels.at(-1)).toBeCloseTo(-6.02, 1);
    const { stats } = await byMessage.host.request({ type: 'graph.stats', graph: 'g' });
    expect(stats.plugins).toEqual({ 'plus@g': expect.objectContaining({ faults: 0, bypassedIn: [] }) });
    await byMessage.host.close();
  });

  it('change by message, and their faults are events under their keys', async () => {
    const { host, scheduler, events, levels, start } = make();
    await start();
    await host.request({ type: 'plugin.set', graph: 'g', plugins: [entry('throwing', { key: 'throwing@g' })] });
    await scheduler.play(2000);
    expect(levels.at(-1)).toBe(-120);
    const told = events.filter(({ type }) => type.startsWith('plugin.'));
    expect(told.at(-1)).toEqual({
      type: 'plugin.bypassed',
      graph: 'g',
      node: 'fx',
      plugin: 'throwing@g',
      where: 'audio',
      problem: expect.objectContaining({ code: 'PLUGIN_BYPASSED', node: 'fx' }),
    });
    expect(told[0]).toMatchObject({ type: 'plugin.faulted', plugin: 'throwing@g', count: 1 });
    await host.request({ type: 'plugin.set', graph: 'g', plugins: [entry('plus', { config: { plus: 0.25 } })] });
    await scheduler.play(600);
    expect(levels.at(-1)).toBeCloseTo(-12.04, 1);
    await expect(host.request({ type: 'plugin.set', graph: 'h', plugins: [] })).rejects.toThrow(/"h"/);
    await host.close();
  });
});
