import { BehaviorSubject, Observable, Subject } from 'rxjs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineNode } from '../../../src/graph/define-node.js';
import { audio, many, packets } from '../../../src/graph/ports.js';
import type { Gateway, ParticipantChange } from '../../../src/media/gateway.js';
import type { Packet } from '../../../src/media/packet.js';
import { participants } from '../../../src/nodes/sources/participants.js';
import { createOfflineScheduler, createRealtimeScheduler } from '../../../src/time/index.js';
import { FakeMachine } from '../../time/fake-waker.js';
import { constant, count, effectType, Lab, node, plan, wire } from './harness.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

const simple = (options = {}) => plan([node('s', 'source.value', {}, options), node('k', 'sink.heard', { audio: ['s'] })]);

describe('beat', () => {
  it('gives exactly one frame a tick through diamonds and cascades', async () => {
    const lab = new Lab();
    await lab.start(
      plan([
        node('s', 'source.value'),
        node('l', 'effect.plus', { audio: ['s'] }, { plus: 1 }),
        node('r', 'effect.plus', { audio: ['s'] }, { plus: 10 }),
        node('m', 'mix.plain', { audio: ['l', 'r', 's'] }),
        node('m2', 'mix.plain', { audio: ['m', 'l'] }),
        node('none', 'mix.plain'),
        node('k', 'sink.heard', { audio: ['m2'] }),
        node('k0', 'sink.heard', { audio: ['none'] }),
      ]),
    );
    lab.ticks(5);
    expect(lab.sink('k').values).toEqual(count(0, 5).map((t) => 12 + 4 * t));
    expect(lab.sink('k').ptsUs.length).toBe(5);
    const { nodes } = lab.run.stats();
    for (const id of ['s', 'l', 'r', 'm', 'm2']) expect(nodes[id]).toMatchObject({ passed: { audio: 5 }, counters: {} });
    // A mixer to which nothing is wired has nothing to wait for, and ends.
    expect(lab.sink('k0')).toMatchObject({ values: [], completed: true });
  });

  it('counts a branch that gives nothing as an underrun, and one that ends is heard to its last frame', async () => {
    const third = effectType(
      'effect.third',
      (audio$) =>
        new Observable((s) =>
          audio$.subscribe({ next: (f) => f.planes[0]![0]! % 3 === 0 && s.next(f), complete: () => s.complete() }),
        ),
    );
    const lab = new Lab(third);
    await lab.start(
      plan([
        node('s', 'source.value'),
        node('short', 'source.value', {}, { value: 100, frames: 3 }),
        node('t', 'effect.third', { audio: ['s'] }),
        node('m', 'mix.plain', { audio: ['short', 's', 't'] }),
        node('k', 'sink.heard', { audio: ['m'] }),
      ]),
    );
    lab.ticks(6);
    expect(lab.sink('k').values).toEqual([100, 102, 104, 6, 4, 5]);
    expect(lab.run.stats().nodes['m']?.counters).toEqual({ underruns: 4 });
  });

  it('a skipped beat leaves a gap in the presentation times', async () => {
    const machine = new FakeMachine();
    const scheduler = createRealtimeScheduler({ clock: machine.clock, waker: machine.waker });
    const lab = new Lab();
    await lab.start(simple(), { scheduler, phaseUs: 5000 });
    machine.runTo(60_000);
    machine.nowUs = 1_000_000;
    machine.runTo(1_030_000);
    expect(lab.sink('k').ptsUs).toEqual(
      [0, 20_000, 40_000, 900_000, 920_000, 940_000, 960_000, 980_000, 1_000_000, 1_020_000].slice(0, lab.sink('k').ptsUs.length),
    );
    expect(lab.run.stats().beat?.skipped).toBeGreaterThan(0);
    expect(lab.run.positionUs).toBe(lab.sink('k').ptsUs.at(-1)! + 20_000);
    await lab.run.stop();
    scheduler.close();
  });
});

describe('start and stop', () => {
  const holding = (work: Promise<void>) =>
    effectType('effect.holding', (audio$, ctx) => {
      ctx.hold(work.then(() => ctx.hold(Promise.reject(new Error('its own affair')))));
      return audio$;
    });
  const graph = plan([
    node('s', 'source.value'),
    node('h', 'effect.holding', { audio: ['s'] }),
    node('k', 'sink.heard', { audio: ['h'] }),
  ]);

  it('waits for what nodes prepare, without limit in virtual time', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const lab = new Lab(holding(promise));
    const started = lab.make(graph).start();
    lab.scheduler.advanceBy(60_000);
    await Promise.resolve();
    expect(lab.types()).toEqual([]);
    resolve();
    await started;
    expect(lab.types()).toEqual(['graph.started']);
  });

  it('waits two seconds in real time', async () => {
    const machine = new FakeMachine();
    const scheduler = createRealtimeScheduler({ clock: machine.clock, waker: machine.waker });
    const lab = new Lab(holding(new Promise(() => {})));
    const started = lab.make(graph, { scheduler }).start();
    machine.runTo(1_999_000);
    await Promise.resolve();
    expect(lab.types()).toEqual([]);
    machine.runTo(2_000_000);
    await started;
    expect(lab.types()).toEqual(['graph.started']);
    await lab.run.stop();
    scheduler.close();
  });

  it('can be stopped while it waits, before it started, twice, and from within', async () => {
    const lab = new Lab(holding(new Promise(() => {})));
    const started = lab.make(graph).start();
    await Promise.all([lab.run.stop(), lab.run.stop()]);
    await started;
    expect(lab.types()).toEqual(['graph.ended']);
    const never = new Lab();
    never.make(simple());
    await never.run.stop();
    await never.run.start();
    expect(never.types()).toEqual(['graph.ended']);
    expect(await never.run.ended).toBe('stopped');
  });

  it('started twice runs once', async () => {
    const lab = new Lab();
    await lab.start(simple());
    await lab.run.start();
    lab.ticks(3);
    expect(lab.sink('k').values).toEqual([0, 1, 2]);
  });

  it('ends after a duration in whole frames', async () => {
    const lab = new Lab();
    await lab.start(simple(), { durationUs: 50_001 });
    lab.ticks(10);
    expect(await lab.run.ended).toBe('finished');
    expect(lab.sink('k')).toMatchObject({ values: [0, 1, 2], completed: true });
    expect(lab.events.at(-1)).toEqual({ type: 'graph.ended', graph: 'g', reason: 'finished', positionUs: 60_000 });
  });

  it('ends when all its leading sinks have finished; the others get the last frame too', async () => {
    const lab = new Lab();
    await lab.start(
      plan(
        [
          node('s', 'source.value', {}, { frames: 4 }),
          node('t', 'source.value', {}, { value: 50 }),
          node('k', 'sink.heard', { audio: ['s'] }),
          node('other', 'sink.heard', { audio: ['t'] }),
        ],
        ['k'],
      ),
    );
    lab.ticks(10);
    expect(await lab.run.ended).toBe('finished');
    expect(lab.sink('k').values).toEqual([0, 1, 2, 3]);
    // The beat in which the leader found out that there is no more.
    expect(lab.sink('other')).toMatchObject({ values: [50, 51, 52, 53, 54], completed: true });
  });

  it('a node that never completes is given ten seconds to ring out', async () => {
    const endless = effectType('effect.endless', (audio$) => new Observable((s) => audio$.subscribe({ next: (f) => s.next(f) })));
    const lab = new Lab(endless);
    await lab.start(
      plan([node('s', 'source.value'), node('e', 'effect.endless', { audio: ['s'] }), node('k', 'sink.heard', { audio: ['e'] })]),
      { durationUs: 100_000 },
    );
    lab.ticks(504);
    expect(lab.types()).toEqual(['graph.started']);
    lab.ticks(2);
    expect(await lab.run.ended).toBe('finished');
    expect(lab.run.positionUs).toBe(100_000);
  });

  it('in real time goes on after 15 s when clean-up hangs, and says so', async () => {
    const machine = new FakeMachine();
    const scheduler = createRealtimeScheduler({ clock: machine.clock, waker: machine.waker });
    const hangs = effectType('effect.hangs', (audio$, ctx) => {
      ctx.defer(() => new Promise(() => {}));
      return audio$;
    });
    const lab = new Lab(hangs);
    await lab.start(
      plan([node('s', 'source.value'), node('e', 'effect.hangs', { audio: ['s'] }), node('k', 'sink.heard', { audio: ['e'] })]),
      { scheduler },
    );
    const stopped = lab.run.stop();
    machine.runTo(15_000_000);
    await stopped;
    expect(lab.types()).toEqual(['graph.started', 'graph.fault', 'graph.ended']);
    scheduler.close();
  });

  it('refuses what cannot run, all of it, and leaves nothing behind', () => {
    const lab = new Lab(participants);
    const bad = plan([node('p', 'source.participants', {}, {}), node('x', 'effect.none', { audio: ['p'] })]);
    expect(() => lab.make(bad)).toThrow(/node "p" needs a call[^]*node type "effect.none" does not exist/);
    expect(() => lab.make(plan([node('k', 'sink.heard', { audio: ['gone'] })]))).toThrow('no node is called "gone"');
  });
});

describe('options and commands', () => {
  it('change live, or not at all', async () => {
    const lab = new Lab();
    await lab.start(
      plan([node('s', 'source.value'), node('e', 'effect.plus', { audio: ['s'] }), node('k', 'sink.heard', { audio: ['e'] })]),
    );
    lab.ticks(2);
    lab.run.setOptions('e', { plus: 100 });
    lab.ticks(2);
    expect(() => lab.run.setOptions('e', { plus: 'much', minus: 1 })).toThrow(/"minus" does not exist[^]*"plus"/);
    expect(() => lab.run.setOptions('s', { fixed: 1, value: 'x' })).toThrow(/"fixed": it cannot change[^]*"value"/);
    expect(() => lab.run.setOptions('nobody', {})).toThrow(/no node "nobody"/);
    expect(() => lab.run.command('nobody', { type: 'x' })).toThrow(/no node "nobody"/);
    lab.ticks(1);
    expect(lab.sink('k').values).toEqual([0, 1, 102, 103, 104]);
    expect(lab.of('node.options-changed')).toEqual([
      { type: 'node.options-changed', graph: 'g', node: 'e', options: { plus: 100 } },
    ]);
  });
});

describe('two domains', () => {
  const crossing = (overflow: 'drop-oldest' | 'block' = 'drop-oldest', frames = 3) =>
    plan(
      [
        node('s', 'source.value', {}, { frames: 6 }),
        node('k', 'sink.heard', { audio: [wire('s', { queue: { frames, overflow } })] }, {}, 0),
        node('k2', 'sink.heard', { audio: ['s'] }, {}, 1),
      ].map((n) => (n.id === 's' ? { ...n, domain: 1 } : n)),
      ['k', 'k2'],
    );

  it('the feeding one beats first, so nothing runs dry; the end drains the queue', async () => {
    const lab = new Lab();
    await lab.start(crossing());
    lab.ticks(12);
    expect(await lab.run.ended).toBe('finished');
    expect(lab.sink('k')).toMatchObject({ values: count(0, 6), ptsUs: count(0, 6).map((i) => i * 20_000), completed: true });
    expect(lab.run.stats().queues).toEqual([
      { from: 's.audio', to: 'k.audio', depth: 0, capacity: 3, passed: 6, dropped: 0, underruns: 0 },
    ]);
  });

  it('a duration drains the queue as well', async () => {
    const lab = new Lab();
    await lab.start(crossing('block', 1), { durationUs: 60_000 });
    lab.ticks(12);
    await lab.run.ended;
    expect(lab.sink('k').values).toEqual([0, 1, 2]);
  });

  it('block loses nothing when more comes than fits', async () => {
    const twice = effectType(
      'effect.twice',
      (audio$) =>
        new Observable((s) =>
          audio$.subscribe({
            next: (f) => {
              s.next(f);
              s.next(f);
            },
            complete: () => s.complete(),
          }),
        ),
    );
    for (const [overflow, heard, dropped] of [
      ['block', 12, 0],
      ['drop-oldest', 7, 5],
      ['drop-newest', 7, 5],
    ] as const) {
      const lab = new Lab(twice);
      await lab.start(
        plan(
          [
            { ...node('s', 'source.value', {}, { frames: 6 }), domain: 1 },
            { ...node('t', 'effect.twice', { audio: ['s'] }), domain: 1 },
            node('k', 'sink.heard', { audio: [wire('t', { queue: { frames: 2, overflow } })] }),
          ],
          ['k', null],
        ),
      );
      lab.ticks(20);
      await lab.run.ended;
      expect([overflow, lab.sink('k').values.length, lab.run.stats().queues[0]]).toEqual([
        overflow,
        heard,
        expect.objectContaining({ dropped, underruns: 0, passed: heard }),
      ]);
      expect([...lab.sink('k').ptsUs].sort((a, b) => a - b)).toEqual(lab.sink('k').ptsUs);
    }
  });

  it('stopping hands on what waits', async () => {
    const lab = new Lab();
    await lab.start(crossing());
    lab.ticks(3);
    await lab.run.stop();
    expect(lab.sink('k').values).toEqual([0, 1, 2]);
    expect(lab.sink('k').completed).toBe(true);
  });
});

describe('personal mixes', () => {
  const sent: { to: string | undefined; value: number }[] = [];
  const callSink = defineNode({
    type: 'sink.call',
    summary: 'x',
    inputs: { audio: audio('x') },
    outputs: {},
    options: z.strictObject({}),
    leadership: 'lead',
    needsCall: true,
    create: ({ inputs, ctx }) => {
      inputs.audio.subscribe((frame) => sent.push({ to: ctx.personalMixOf, value: frame.planes[0]![0]! }));
      return {};
    },
  });

  function call() {
    const pulls: Record<string, number> = {};
    const changes$ = new Subject<ParticipantChange>();
    const present = new Map<string, ParticipantChange>();
    const wanted$ = new BehaviorSubject<ReadonlySet<string>>(new Set());
    const gateway: Gateway = {
      participants$: new Observable((s) => {
        for (const change of present.values()) s.next(change);
        return changes$.subscribe(s);
      }),
      personalMixes$: wanted$,
      sendAudio: (_packet: Packet) => {},
    };
    const join = (participantId: string, value: number) => {
      const change: ParticipantChange = {
        type: 'joined',
        participantId,
        audio: {
          participantId,
          pull: (out) => {
            pulls[participantId] = (pulls[participantId] ?? 0) + 1;
            for (const plane of out.planes) plane.fill(value);
            out.silent = false;
            return 'audio';
          },
        },
      };
      present.set(participantId, change);
      changes$.next(change);
    };
    const leave = (participantId: string) => {
      present.delete(participantId);
      changes$.next({ type: 'left', participantId });
    };
    return { gateway, pulls, wanted$, join, leave };
  }

  const graph = plan(
    [
      node('music', 'source.value', {}, { value: 1000 }),
      node('quiet', 'effect.plus', { audio: ['music'] }),
      node('room', 'source.participants', {}, {}),
      node('voices', 'mix.plain', { audio: [wire('room', { branches: true })] }),
      node('louder', 'effect.plus', { audio: ['voices'] }),
      node('all', 'mix.plain', { audio: ['quiet', 'louder'] }),
      node('call', 'sink.call', { audio: ['all'] }),
      node('rec', 'sink.heard', { audio: ['quiet'] }),
    ],
    ['call'],
  );

  it('are second instances of the nodes between participants and call, without the own voice', async () => {
    sent.length = 0;
    const { gateway, pulls, wanted$, join, leave } = call();
    const lab = new Lab(participants, callSink);
    join('ann', 1);
    join('bob', 20);
    await lab.start(graph, { gateway });
    lab.ticks(1);
    expect(sent.splice(0)).toEqual([{ to: undefined, value: 1021 }]);
    wanted$.next(new Set(['ann', 'bob']));
    lab.ticks(1);
    expect(sent.splice(0)).toEqual([
      { to: undefined, value: 1022 },
      { to: 'ann', value: 1021 },
      { to: 'bob', value: 1002 },
    ]);
    expect(Object.keys(lab.run.stats().nodes).filter((id) => id.includes('@ann'))).toEqual(
      ['room', 'voices', 'louder', 'all', 'call'].map((id) => `${id}@ann`),
    );
    lab.run.setOptions('louder', { plus: 300 });
    wanted$.next(new Set(['bob', 'cem']));
    join('cem', 500);
    lab.ticks(1);
    // Also the one who came after the change of options.
    expect(sent.splice(0)).toEqual([
      { to: undefined, value: 1002 + 521 + 300 },
      { to: 'bob', value: 1002 + 501 + 300 },
      { to: 'cem', value: 1002 + 21 + 300 },
    ]);
    leave('ann');
    wanted$.next(new Set());
    lab.ticks(1);
    expect(sent.splice(0)).toEqual([{ to: undefined, value: 1003 + 520 + 300 }]);
    expect(pulls).toEqual({ ann: 3, bob: 4, cem: 2 });
    expect(lab.sink('rec').values).toEqual(count(1000, 4));
    expect(lab.of('node.fault')).toEqual([]);
    await lab.run.stop();
  });

  it('leave out what was left out before they were made, and take it in again with all others', async () => {
    sent.length = 0;
    const { gateway, wanted$, join } = call();
    const lab = new Lab(participants, callSink);
    join('ann', 1);
    join('bob', 20);
    await lab.start(graph, { gateway });
    lab.run.setOptions('louder', { plus: 300 });
    lab.ticks(1);
    expect(sent.splice(0)).toEqual([{ to: undefined, value: 1021 + 300 }]);
    lab.run.leaveOut('louder', true);
    wanted$.next(new Set(['ann']));
    lab.ticks(1);
    expect(sent.splice(0)).toEqual([
      { to: undefined, value: 1022 },
      { to: 'ann', value: 1021 },
    ]);
    expect(lab.run.stats().nodes['louder@ann']).toMatchObject({ state: 'bypassed', leftOut: true });
    lab.run.leaveOut('louder', false);
    wanted$.next(new Set(['ann', 'bob']));
    lab.ticks(1);
    expect(sent.splice(0)).toEqual([
      { to: undefined, value: 1023 + 300 },
      { to: 'ann', value: 1022 + 300 },
      { to: 'bob', value: 1003 + 300 },
    ]);
    expect(lab.of('node.fault')).toEqual([]);
    await lab.run.stop();
  });

  it('a thousand of them leave nothing behind', async () => {
    const { gateway, wanted$, join } = call();
    const lab = new Lab(participants, callSink);
    join('ann', 1);
    await lab.start(graph, { gateway });
    lab.ticks(1);
    const before = Object.keys(lab.run.stats().nodes);
    const main = (lab.run.stats().nodes['quiet']?.passed ?? {})['audio'];
    for (let i = 0; i < 1000; i++) {
      wanted$.next(new Set([`p${i}`]));
      lab.ticks(1);
      wanted$.next(new Set());
    }
    expect(Object.keys(lab.run.stats().nodes)).toEqual(before);
    expect(lab.run.stats().nodes['quiet']?.passed).toEqual({ audio: main! + 1000 });
    sent.length = 0;
    lab.ticks(1);
    expect(sent).toHaveLength(1);
    await lab.run.stop();
  });

  it('stereo and mono listeners of one participant get what they asked for', async () => {
    const { gateway, join, pulls } = call();
    const wide: number[] = [];
    const width = defineNode({
      type: 'sink.width',
      summary: 'x',
      inputs: { audio: many(audio('x')) },
      outputs: {},
      options: z.strictObject({}),
      create: ({ inputs }) => {
        inputs.audio.subscribe(({ stream$ }) => stream$.subscribe((frame) => wide.push(frame.planes.length)));
        return {};
      },
    });
    const lab = new Lab(participants, callSink, width);
    join('ann', 1);
    const branches = { branches: true };
    await lab.start(
      plan([
        node('a', 'source.participants', {}, { channels: 1 }),
        node('b', 'source.participants', {}, { channels: 2 }),
        node('k1', 'sink.width', { audio: [wire('a', branches)] }),
        node('k2', 'sink.width', { audio: [wire('b', branches)] }),
      ]),
      { gateway },
    );
    lab.ticks(2);
    expect(wide).toEqual([1, 2, 1, 2]);
    expect(pulls).toEqual({ ann: 2 });
  });
});

describe('offline', () => {
  it('runs long graphs to the end and keeps nothing of any frame', async () => {
    const dropping = defineNode({
      type: 'sink.drop',
      summary: 'x',
      inputs: { audio: audio('x') },
      outputs: {},
      options: z.strictObject({}),
      create: ({ inputs, ctx }) => {
        inputs.audio.subscribe({ complete: () => ctx.finish() });
        return {};
      },
    });
    const tick = defineNode({
      type: 'source.tick',
      summary: 'x',
      inputs: {},
      outputs: { audio: audio('x') },
      options: z.strictObject({}),
      create: ({ ctx }) => ({ audio: constant(0, ctx) }),
    });
    const lab = new Lab(dropping, tick);
    const chain = Array.from({ length: 10 }, (_, i) => node(`e${i}`, 'effect.plus', { audio: [i === 0 ? 's' : `e${i - 1}`] }));
    const scheduler = createOfflineScheduler();
    lab.make(plan([node('s', 'source.tick'), ...chain, node('k', 'sink.drop', { audio: ['e9'] })]), {
      scheduler,
      durationUs: 50_000 * 20_000,
    });
    await lab.run.start();
    const heap = () => {
      gc();
      return process.memoryUsage().heapUsed;
    };
    const half = new Promise<number>((resolve) => scheduler.at(25_000 * 20_000, () => resolve(heap())));
    const done = scheduler.run();
    const before = await half;
    await done;
    expect(lab.run.stats().nodes['e9']?.passed).toEqual({ audio: 50_000 });
    // 300,000 frames passed from node to node meanwhile: 10 bytes kept of each would be 3 MB.
    expect(heap() - before).toBeLessThan(2e6);
    expect(JSON.parse(JSON.stringify(lab.run.stats()))).toEqual(lab.run.stats());
  });
});

it('packets cross domains as many as fill a tick', async () => {
  const source = defineNode({
    type: 'source.packets',
    summary: 'x',
    inputs: {},
    outputs: { packets: packets('x') },
    options: z.strictObject({ durationUs: z.number() }),
    create: ({ ctx, options: { durationUs } }) => ({
      packets: new Observable<Packet>((s) => {
        let n = 0;
        return ctx.tick$.subscribe(() => {
          for (let us = 0; us < 20_000; us += durationUs) {
            if (n === 8) return s.complete();
            s.next({ kind: 'packet', codec: 'opus', ptsUs: n * durationUs, durationUs, key: true, data: Uint8Array.of(n++) });
          }
        });
      }),
    }),
  });
  const got: [number, number][] = [];
  const sink = defineNode({
    type: 'sink.packets',
    summary: 'x',
    inputs: { packets: packets('x') },
    outputs: {},
    options: z.strictObject({}),
    create: ({ inputs, ctx }) => {
      let tick = 0;
      ctx.settle$.subscribe(() => tick++);
      inputs.packets.subscribe({ next: (p) => got.push([tick, p.data[0]!]), complete: () => ctx.finish() });
      return {};
    },
  });
  const lab = new Lab(source, sink);
  await lab.start(
    plan(
      [
        { ...node('s', 'source.packets', {}, { durationUs: 10_000 }), domain: 1 },
        node('k', 'sink.packets', { packets: [wire('s.packets', { queue: { frames: 4, overflow: 'drop-oldest' } })] }),
      ],
      ['k', null],
    ),
  );
  lab.ticks(8);
  await lab.run.ended;
  expect(got).toEqual([0, 0, 1, 1, 2, 2, 3, 3].map((tick, n) => [tick, n]));
  expect(lab.run.stats().queues).toEqual([
    { from: 's.packets', to: 'k.packets', depth: 0, capacity: 4, passed: 8, dropped: 0, underruns: 0 },
  ]);
});
