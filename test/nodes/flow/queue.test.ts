import { describe, expect, it } from 'vitest';
import { checkGraphObject } from '../../../src/graph/load.js';
import { createRegistry } from '../../../src/graph/registry.js';
import { GraphRun } from '../../../src/graph/run/graph-run.js';
import { builtinNodes } from '../../../src/nodes/index.js';
import { queue } from '../../../src/nodes/flow/queue.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { createOfflineScheduler, createVirtualScheduler } from '../../../src/time/index.js';
import { temporaryFolder } from '../support/media.js';

const folder = temporaryFolder();
const registry = createRegistry(builtinNodes);

/** Two file sinks lead a clock each; the queue stands between them. */
const twoClocks = (options: object = {}, wire: unknown = 'tone') => ({
  version: 1,
  nodes: {
    tone: { type: 'source.tone', options: { durationMs: 200 }, clock: 'one' },
    near: { type: 'sink.null', in: { audio: 'tone' } },
    cross: { type: 'flow.queue', in: { audio: wire }, options },
    far: { type: 'sink.file', in: { audio: 'cross' }, options: { path: `${folder}/far.wav` }, clock: 'two' },
  },
});

describe('flow.queue', () => {
  it('lets two clocks meet, as a queue on the wire does, and its counts are exact', async () => {
    const { plan, problems } = checkGraphObject(twoClocks({ frames: 3 }), { registry });
    expect(problems).toEqual([]);
    expect(plan!.domains.map(({ name }) => name)).toEqual(['one', 'two']);
    const cross = plan!.nodes.find(({ id }) => id === 'cross')!;
    expect(cross.inputs).toEqual({
      audio: [{ node: 'tone', port: 'audio', branches: false, queue: { frames: 3, overflow: 'drop-oldest' } }],
    });
    const scheduler = createOfflineScheduler();
    const run = new GraphRun({ id: 'g', plan: plan!, registry, scheduler, onEvent: () => {} });
    await run.start();
    const finished = run.ended;
    await scheduler.run();
    await finished;
    expect(run.stats().queues).toEqual([
      { from: 'tone.audio', to: 'cross.audio', depth: 0, capacity: 3, passed: 10, dropped: 0, underruns: 0 },
    ]);
    expect(run.stats().nodes['cross']).toMatchObject({ passed: { audio: 10, packets: 0 } });
  });

  it('gives way to a queue that the wire has of its own', () => {
    const own = { from: 'tone', queue: { frames: 7, overflow: 'drop-newest' } };
    const { plan } = checkGraphObject(twoClocks({}, own), { registry });
    expect(plan!.nodes.find(({ id }) => id === 'cross')!.inputs['audio']![0]!.queue).toEqual(own.queue);
  });

  it('is refused with block where time is real, and with a wrong number where it stands', () => {
    const { plan } = checkGraphObject(twoClocks({ overflow: 'block' }), { registry });
    const realtime = { ...createVirtualScheduler(), kind: 'realtime' as const };
    expect(() => new GraphRun({ id: 'g', plan: plan!, registry, scheduler: realtime, onEvent: () => {} })).toThrow(/block/);
    const { problems } = checkGraphObject(twoClocks({ frames: 0 }), { registry });
    expect(problems.map(({ code, path }) => [code, path])).toEqual([['BAD_OPTION', 'nodes.cross.options.frames']]);
  });

  it('hands on what comes, by itself', async () => {
    const { outputs } = await renderNode(queue, { inputs: { audio: marbles('ab-0|') } });
    expect(drawMarbles(outputs.audio!)).toBe('ab-0|');
    expect(outputs.packets!.end).toEqual({ tick: 0 });
  });
});
