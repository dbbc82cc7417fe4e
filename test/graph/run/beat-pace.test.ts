import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineNode } from '../../../src/graph/define-node.js';
import { graphFromObject } from '../../../src/graph/load.js';
import { audio } from '../../../src/graph/ports.js';
import { createRegistry } from '../../../src/graph/registry.js';
import { GraphRun } from '../../../src/graph/run/graph-run.js';
import { builtinNodes } from '../../../src/nodes/index.js';
import { createRealtimeScheduler } from '../../../src/time/index.js';
import { fakeGateway, joins } from '../../nodes/support/gateway.js';
import { FakeMachine } from '../../time/fake-waker.js';

interface Taken {
  readonly ptsUs: number;
  readonly atUs: number;
  readonly first: number;
}

/** A call in real time that is moved by hand; `taken` is what its sinks got, and when. */
async function setUp(nodes: Readonly<Record<string, object>>) {
  const machine = new FakeMachine();
  const scheduler = createRealtimeScheduler({ clock: machine.clock, waker: machine.waker });
  const taken: Taken[] = [];
  const sink = (type: string, unhurried: boolean) =>
    defineNode({
      type,
      summary: 'Take audio.',
      inputs: { audio: audio('What to take.') },
      outputs: {},
      options: z.strictObject({}),
      leadership: 'may',
      unhurried,
      create: ({ inputs, ctx }) => {
        const subscription = inputs.audio.subscribe(({ ptsUs, planes }) =>
          taken.push({ ptsUs, atUs: machine.nowUs, first: planes[0]![0]! }),
        );
        ctx.defer(() => subscription.unsubscribe());
        return {};
      },
    });
  const registry = createRegistry([...builtinNodes, sink('sink.later', true), sink('sink.now', false)]);
  const gateway = fakeGateway();
  const plan = graphFromObject({ version: 1, nodes }, { registry });
  const run = new GraphRun({ id: 'quiet', plan, registry, scheduler, gateway, onEvent: () => {} });
  await run.start();
  const moments = (): number[] => [...new Set(taken.map(({ atUs }) => atUs))];
  return { machine, run, gateway, taken, moments };
}

const room = { type: 'source.participants', options: { channels: 1 } };
const later = { type: 'sink.later', in: { audio: 'room' } };
const everyBeat = (count: number): number[] => Array.from({ length: count }, (_, n) => n * 20_000);

describe('a graph whose sinks are unhurried', () => {
  it('wakes ten times a second while nobody speaks, and makes every frame', async () => {
    const { machine, taken, moments, run } = await setUp({ room, ear: later });
    machine.runTo(1_000_000);
    expect(moments()).toEqual([0, ...everyBeat(10).map((us) => 80_000 + us * 5)]);
    expect(taken.map(({ ptsUs }) => ptsUs)).toEqual(everyBeat(50));
    expect(run.stats().beat).toMatchObject({ skipped: 0, lateness: { maxUs: 0 } });
    expect(machine.lenient).toBe(true);
  });

  it('beats every 20 ms from the moment on at which somebody is there, with all frames before his made', async () => {
    const { machine, gateway, taken, moments } = await setUp({ room, ear: later });
    machine.runTo(130_000);
    gateway.participants$.next(joins('anna', 0.25));
    expect(taken.map(({ ptsUs }) => ptsUs)).toEqual(everyBeat(7));
    machine.runTo(300_000);
    expect(moments().slice(-9)).toEqual(everyBeat(9).map((us) => 140_000 + us));
    expect(taken.map(({ ptsUs }) => ptsUs)).toEqual(everyBeat(16));
    // The fade-in of a new branch begins with the first frame that is his.
    expect(taken.findIndex(({ first }) => first !== 0)).toBe(7);
  });

  it('is quiet again when the last has left', async () => {
    const { machine, gateway, taken, moments } = await setUp({ room, ear: later });
    gateway.participants$.next(joins('anna', 0.25));
    machine.runTo(200_000);
    gateway.participants$.next({ type: 'left', participantId: 'anna' });
    machine.runTo(1_000_000);
    expect(moments().filter((us) => us > 300_000)).toEqual(everyBeat(7).map((us) => 380_000 + us * 5));
    expect(taken.map(({ ptsUs }) => ptsUs)).toEqual(everyBeat(50));
  });

  it('has made what is past when it is stopped', async () => {
    const { machine, taken, run } = await setUp({ room, ear: later });
    machine.runTo(150_000);
    void run.stop();
    expect(taken.map(({ ptsUs }) => ptsUs)).toEqual(everyBeat(8));
    expect(run.positionUs).toBe(160_000);
  });
});

it.each([
  ['a sink that somebody hears', { room, ear: later, other: { type: 'sink.now', in: { audio: 'room' } } }],
  [
    'a source that gives something',
    { room, tone: { type: 'source.tone' }, ear: later, low: { ...later, in: { audio: 'tone' } } },
  ],
])('a graph with %s beats every 20 ms', async (_what, nodes) => {
  const { machine, moments } = await setUp(nodes);
  machine.runTo(400_000);
  expect(moments()).toEqual(everyBeat(21));
});
