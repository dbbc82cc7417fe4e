import { describe, expect, it } from 'vitest';
import { checkGraphObject } from '../../../src/graph/load.js';
import { createRegistry } from '../../../src/graph/registry.js';
import { GraphRun } from '../../../src/graph/run/graph-run.js';
import { queueWire } from '../../../src/graph/run/wire-queue.js';
import { createAudioFrame, type AudioFrame } from '../../../src/media/frame.js';
import { builtinNodes } from '../../../src/nodes/index.js';
import { queue } from '../../../src/nodes/flow/queue.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { createOfflineScheduler, createVirtualScheduler } from '../../../src/time/index.js';
import { temporaryFolder } from '../support/media.js';
import { largestStep, sine } from '../support/signals.js';

/** What a queue on a wire has of its consumer's domain. */
class BeatByHand {
  tick = { ptsUs: 0 };
  #onTick = () => {};

  add({ tick }: { tick: { next: () => void } }): () => void {
    this.#onTick = tick.next;
    return () => {};
  }

  beat(index: number): void {
    this.tick = { ptsUs: index * 20_000 };
    this.#onTick();
  }
}

/** What feeds it. */
class OutletByHand {
  next: (frame: AudioFrame) => void = () => {};

  connect(consumer: { next: (frame: AudioFrame) => void }): () => void {
    this.next = consumer.next;
    return () => {};
  }
}

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

  it('leads to silence and back without a click when it runs dry in the middle', () => {
    const clock = new BeatByHand();
    const from = new OutletByHand();
    const heard: Float32Array[] = [];
    const queued = queueWire(
      'audio',
      { frames: 4, overflow: 'drop-oldest' },
      from as never,
      { next: (frame: AudioFrame) => heard.push(frame.planes[0]!.slice()), complete: () => {} } as never,
      clock as never,
    );
    const tone = sine(20 * 960, 150, 0.4);
    const frame = createAudioFrame(1);
    for (let tick = 0; tick < 20; tick++) {
      frame.planes[0]!.set(tone.subarray(tick * 960, tick * 960 + 960));
      frame.silent = false;
      // Three frames never come.
      if (tick < 8 || tick > 10) from.next(frame);
      clock.beat(tick);
    }
    const sound = Float32Array.from(heard.flatMap((samples) => [...samples]));
    expect(queued.stats()).toMatchObject({ passed: 17, underruns: 3 });
    expect(sound.subarray(8 * 960 + 240, 11 * 960).every((x) => x === 0)).toBe(true);
    expect(largestStep(sound)).toBeLessThan(0.01);
    expect(sound.subarray(11 * 960 + 240)).toEqual(tone.subarray(11 * 960 + 240));
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
