import {
  concat,
  config,
  EMPTY,
  finalize,
  map,
  merge,
  NEVER,
  Observable,
  of,
  Subject,
  tap,
  throwError,
  timer,
  type Subscriber,
} from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { voxError } from '../../../src/errors.js';
import { defineNode, type NodeDefinition } from '../../../src/graph/define-node.js';
import { joinTicks } from '../../../src/graph/join-ticks.js';
import { audio, many } from '../../../src/graph/ports.js';
import { takeUnhandledErrors } from '../../../src/host/unhandled.js';
import { createAudioFrame, type AudioFrame } from '../../../src/media/frame.js';
import { constant, count, effectType, Lab, node, plan, watchProcess } from './harness.js';

let watch: ReturnType<typeof watchProcess>;
beforeEach(() => (watch = watchProcess()));
afterEach(async () => {
  await watch.settle();
  watch.stop();
  expect(watch.seen).toEqual([]);
});

/** source → the effect → sink, beside source → sink2. */
const chain = (type: string) =>
  plan([
    node('s', 'source.value'),
    node('e', type, { audio: ['s'] }),
    node('k', 'sink.heard', { audio: ['e'] }),
    node('k2', 'sink.heard', { audio: ['s'] }),
  ]);

/** An effect that throws at the given ticks, in the given way; otherwise adds 1000. */
function throwsAt(ticks: (tick: number) => boolean, how: 'map' | 'subscribe' | 'tap' | 'rxjs' = 'map'): NodeDefinition {
  return effectType('effect.throws', (audio$) => {
    const check = (frame: AudioFrame) => {
      const tick = frame.planes[0]![0]!;
      if (ticks(tick)) throw new Error(`tick ${tick}`);
    };
    if (how === 'subscribe')
      return new Observable((subscriber: Subscriber<AudioFrame>) =>
        audio$.subscribe((frame) => {
          check(frame);
          subscriber.next(frame);
        }),
      );
    if (how === 'tap') return audio$.pipe(tap(check));
    return audio$.pipe(
      map((frame) => {
        check(frame);
        return frame;
      }),
    );
  });
}

describe('an effect that throws', () => {
  for (const how of ['map', 'subscribe', 'tap'] as const) {
    it(`lets that very tick's input pass (${how})`, async () => {
      const lab = new Lab(throwsAt((tick) => tick === 3, how));
      await lab.start(chain('effect.throws'));
      lab.ticks(10);
      expect(lab.sink('k').values).toEqual(count(0, 10));
      expect(lab.sink('k2').values).toEqual(count(0, 10));
      expect(lab.run.stats().nodes['e']).toMatchObject({ state: 'running', faults: 1, passed: { audio: 10 } });
      expect(lab.of('node.fault')).toMatchObject([
        { node: 'e', problem: { code: 'NODE_FAULT', node: 'e', nodeType: 'effect.throws', message: 'node "e" failed: tick 3' } },
      ]);
    });
  }

  it('five times in a row is bypassed, and reported once', async () => {
    const lab = new Lab(throwsAt((tick) => tick >= 2));
    await lab.start(chain('effect.throws'));
    lab.ticks(20);
    expect(lab.sink('k').values).toEqual(count(0, 20));
    expect(lab.run.stats().nodes['e']).toMatchObject({ state: 'bypassed', faults: 5, passed: { audio: 20 } });
    expect(lab.of('node.bypassed')).toMatchObject([
      { problem: { message: 'node "e" failed 5 times in a row and is bypassed: tick 6' } },
    ]);
    // The five came within a second.
    expect(lab.of('node.fault')).toHaveLength(1);
  });

  it('never comes to five while a good tick lies between', async () => {
    const lab = new Lab(throwsAt((tick) => tick % 5 !== 4));
    await lab.start(chain('effect.throws'));
    lab.ticks(100);
    expect(lab.run.stats().nodes['e']).toMatchObject({ state: 'running', faults: 80 });
    expect(lab.sink('k').values).toEqual(count(0, 100));
    // Two seconds.
    expect(lab.of('node.fault')).toHaveLength(2);
  });

  it('is not forgiven by ticks in which it got nothing', async () => {
    const sparse = effectType(
      'effect.sparse',
      (audio$) =>
        new Observable((subscriber) => audio$.subscribe({ next: (f) => f.planes[0]![0]! % 3 === 0 && subscriber.next(f) })),
    );
    const lab = new Lab(
      sparse,
      throwsAt(() => true),
    );
    await lab.start(
      plan([
        node('s', 'source.value'),
        node('third', 'effect.sparse', { audio: ['s'] }),
        node('e', 'effect.throws', { audio: ['third'] }),
        node('k', 'sink.heard', { audio: ['e'] }),
      ]),
    );
    lab.ticks(15);
    expect(lab.run.stats().nodes['e']).toMatchObject({ state: 'bypassed', faults: 5 });
    expect(lab.sink('k').values).toEqual([0, 3, 6, 9, 12]);
  });

  it('in create is tried five times at once', async () => {
    let made = 0;
    const bad = effectType('effect.bad', () => {
      made++;
      throw new Error('no');
    });
    const lab = new Lab(bad);
    await lab.start(chain('effect.bad'));
    lab.ticks(3);
    expect(made).toBe(5);
    expect(lab.sink('k').values).toEqual([0, 1, 2]);
    expect(lab.run.stats().nodes['e']).toMatchObject({ state: 'bypassed', faults: 5 });
  });

  it('while create still subscribes leaves no second instance behind', async () => {
    let made = 0;
    let heard = 0;
    const bad = defineNode({
      type: 'effect.bad',
      summary: 'x',
      inputs: { audio: audio('x') },
      outputs: { audio: audio('x') },
      options: z.strictObject({ on: z.boolean().default(true) }),
      create: ({ inputs, options$ }) => {
        const first = ++made === 1;
        options$.subscribe(() => {
          if (first) throw new Error('option');
        });
        inputs.audio.subscribe(() => heard++);
        return { audio: inputs.audio };
      },
    });
    const lab = new Lab(bad);
    await lab.start(chain('effect.bad'));
    lab.ticks(4);
    expect([made, heard]).toEqual([2, 4]);
    expect(lab.sink('k').values).toEqual(count(0, 4));
  });

  it('gives no observable where it should', async () => {
    const bad = effectType('effect.bad', () => 7 as never);
    const lab = new Lab(bad);
    await lab.start(chain('effect.bad'));
    lab.ticks(2);
    expect(lab.of('node.bypassed')[0]).toMatchObject({ problem: { message: expect.stringContaining('no Observable') } });
    expect(lab.sink('k').values).toEqual([0, 1]);
  });

  it('between ticks, by a timer, adds no frame', async () => {
    const late = effectType('effect.late', (audio$, ctx) =>
      merge(
        audio$,
        timer(30, ctx.scheduler).pipe(
          map(() => {
            throw new Error('late');
          }),
        ),
      ),
    );
    const lab = new Lab(late);
    await lab.start(chain('effect.late'));
    lab.ticks(4);
    expect(lab.sink('k').values).toEqual(count(0, 4));
    expect(lab.run.stats().nodes['e']?.faults).toBe(2);
  });

  it('asynchronously, by a promise, is counted', async () => {
    let made = 0;
    const late = effectType('effect.late', (audio$) =>
      ++made === 1 ? merge(audio$, Promise.reject(new Error('async'))) : audio$,
    );
    const lab = new Lab(late);
    await lab.start(chain('effect.late'));
    lab.ticks(2);
    await watch.settle();
    lab.ticks(2);
    expect(lab.sink('k').values).toEqual(count(0, 4));
    expect(lab.run.stats().nodes['e']).toMatchObject({ state: 'running', faults: 1 });
  });

  it('is tried again when an option is set, and may recover', async () => {
    let broken = true;
    const lab = new Lab(throwsAt(() => broken));
    await lab.start(chain('effect.throws'));
    lab.ticks(8);
    expect(lab.run.stats().nodes['e']?.state).toBe('bypassed');
    lab.run.setOptions('e', { on: false });
    lab.ticks(8);
    expect(lab.run.stats().nodes['e']).toMatchObject({ state: 'bypassed', faults: 10 });
    broken = false;
    lab.run.setOptions('e', { on: true });
    lab.ticks(4);
    expect(lab.run.stats().nodes['e']).toMatchObject({ state: 'running', faults: 10 });
    expect(lab.sink('k').values).toEqual(count(0, 20));
  });

  it('in a callback of the beat, an option or a command is counted as its own', async () => {
    const bad = effectType('effect.bad', (audio$, ctx, options$) => {
      ctx.tick$.subscribe(({ index }) => {
        if (index === 1) throw new Error('tick');
      });
      ctx.settle$.subscribe(({ index }) => {
        if (index === 2) throw new Error('settle');
      });
      ctx.idle$.pipe(map((t) => t.index)).subscribe((index) => {
        if (index === 3) throw new Error('idle');
      });
      ctx.commands$.subscribe(() => {
        throw new Error('command');
      });
      options$.subscribe((options) => {
        if (!(options as { on: boolean }).on) throw new Error('option');
      });
      return audio$;
    });
    const lab = new Lab(bad);
    await lab.start(chain('effect.bad'));
    lab.ticks(6);
    expect(lab.run.stats().nodes['e']?.faults).toBe(3);
    lab.run.command('e', { type: 'x' });
    expect(lab.run.stats().nodes['e']?.faults).toBe(4);
    lab.ticks(2);
    expect(lab.sink('k').values).toEqual(count(0, 8));
    expect(lab.run.stats().nodes['e']?.state).toBe('running');
  });
});

describe('a mixer that throws', () => {
  /** Adds up, and throws where it emits, so in the settle phase when a branch is missing. */
  const shaky = (fails: () => boolean) =>
    defineNode({
      type: 'mix.shaky',
      summary: 'x',
      inputs: { audio: many(audio('x')) },
      outputs: { audio: audio('x') },
      options: z.strictObject({}),
      create: ({ inputs, ctx }) => {
        const out = createAudioFrame(1);
        return {
          audio: joinTicks(ctx, inputs.audio).pipe(
            map((slots) => {
              if (fails()) throw new Error('x');
              out.planes[0]!.fill(slots.reduce((sum, { frame }) => sum + frame!.planes[0]![0]!, 0));
              return out;
            }),
          ),
        };
      },
    });

  it('gives one frame a tick all the same, and keeps its place before those behind it', async () => {
    let failures = 0;
    const lab = new Lab(shaky(() => failures-- > 0));
    await lab.start(
      plan([
        node('a', 'source.value', {}, { value: 100 }),
        node('b', 'source.value', {}, { value: 200 }),
        node('m1', 'mix.shaky', { audio: ['a', 'b'] }),
        node('m2', 'mix.plain', { audio: ['m1', 'a'] }),
        node('m3', 'mix.plain', { audio: ['m2', 'm1'] }),
        node('k', 'sink.heard', { audio: ['m3'] }),
      ]),
    );
    lab.ticks(2);
    failures = 1;
    lab.ticks(3);
    // Tick 2: the mixer's silence in its place.
    expect(lab.sink('k').values).toEqual([700, 705, 102, 715, 720]);
    expect(lab.run.stats().nodes).toMatchObject({
      m1: { faults: 1, passed: { audio: 5 }, counters: {} },
      m2: { faults: 0, passed: { audio: 5 }, counters: {} },
      m3: { faults: 0, passed: { audio: 5 }, counters: {} },
    });
  });

  it('until it is bypassed gives silence, and ends with its inputs', async () => {
    const lab = new Lab(shaky(() => true));
    await lab.start(
      plan([
        node('a', 'source.value', {}, { frames: 10 }),
        node('m1', 'mix.shaky', { audio: ['a'] }),
        node('k', 'sink.heard', { audio: ['m1'] }),
      ]),
    );
    lab.ticks(20);
    await lab.run.ended;
    expect(lab.sink('k').values).toEqual(Array(11).fill(0));
    expect(lab.of('node.bypassed')).toHaveLength(1);
  });
});

describe('a source that fails', () => {
  const failing = (fail: (attempt: number) => Observable<AudioFrame> | undefined, retry = { attempts: 4, firstDelayMs: 100 }) => {
    const made: number[] = [];
    let attempt = 0;
    const type = defineNode({
      type: 'source.failing',
      summary: 'x',
      inputs: {},
      outputs: { audio: audio('x') },
      options: z.strictObject({}),
      retry,
      create: ({ ctx }) => {
        made.push(ctx.scheduler.nowUs() / 1000);
        return { audio: fail(++attempt) ?? constant(1000, ctx) };
      },
    });
    return { type, made };
  };
  const graph = plan([node('s', 'source.failing'), node('k', 'sink.heard', { audio: ['s'] })]);

  it('is made anew with growing pauses, gives silence meanwhile, then ends with a reason', async () => {
    const { type, made } = failing(() => throwError(() => new Error('gone')));
    const lab = new Lab(type);
    await lab.start(graph);
    lab.ticks(50);
    await lab.run.ended;
    expect(made).toEqual([0, 100, 300, 700]);
    expect(lab.of('source.failed')).toMatchObject([
      { problem: { code: 'SOURCE_FAILED', message: 'source "s" gave up after 4 attempts: gone' } },
    ]);
    // Silence at 0, 20 … 680 ms; the timer of 700 ms was set before that of the tick.
    expect(lab.sink('k').values).toEqual(Array(35).fill(0));
    expect(lab.sink('k').completed).toBe(true);
    expect(lab.types().at(-1)).toBe('graph.ended');
  });

  it('that recovers plays on', async () => {
    const { type, made } = failing((attempt) => (attempt < 3 ? throwError(() => new Error('gone')) : undefined));
    const lab = new Lab(type);
    await lab.start(graph);
    lab.ticks(20);
    expect(made).toEqual([0, 100, 300]);
    expect(lab.sink('k').values).toEqual([...Array(15).fill(0), ...count(1015, 5)]);
    expect(lab.run.stats().nodes['s']).toMatchObject({ state: 'running', faults: 2, passed: { audio: 20 } });
  });

  it('in the middle of a tick gives silence in that tick', async () => {
    let first = true;
    const type = defineNode({
      type: 'source.failing',
      summary: 'x',
      inputs: {},
      outputs: { audio: audio('x') },
      options: z.strictObject({}),
      create: ({ ctx }) => ({
        audio: constant(1000, ctx).pipe(
          tap((frame) => {
            if (first && frame.planes[0]![0] === 1002) {
              first = false;
              throw new Error('x');
            }
          }),
        ),
      }),
    });
    const lab = new Lab(type);
    await lab.start(graph);
    lab.ticks(30);
    expect(lab.sink('k').values).toEqual([1000, 1001, ...Array(25).fill(0), 1027, 1028, 1029]);
  });

  it('because of what the user gave is not tried again, and says so in its words', async () => {
    const { type, made } = failing(() => throwError(() => voxError('MEDIA_NOT_FOUND', { path: 'x.mp3' })));
    const lab = new Lab(type);
    await lab.start(graph);
    await lab.run.ended;
    expect(made).toEqual([0]);
    expect(lab.of('source.failed')).toMatchObject([{ problem: { code: 'MEDIA_NOT_FOUND', node: 's' } }]);
  });

  it('after it ran well for long has all its attempts again', async () => {
    let broken = true;
    const fail$ = new Subject<AudioFrame>();
    const { type, made } = failing((attempt) => (broken && attempt < 3 ? throwError(() => new Error('x')) : undefined), {
      attempts: 3,
      firstDelayMs: 100,
    });
    const lab = new Lab({
      ...type,
      create: (args) => ({ audio: merge(type.create(args)['audio'] as Observable<never>, fail$) }),
    });
    await lab.start(graph);
    lab.ticks(1600);
    expect(made).toEqual([0, 100, 300]);
    broken = false;
    fail$.error(new Error('after half a minute'));
    expect(lab.run.stats().nodes['s']).toMatchObject({ state: 'retrying', faults: 3 });
  });

  it('with branches: one that errors leaves alone', async () => {
    const fail$ = new Subject<AudioFrame>();
    const type = defineNode({
      type: 'source.branches',
      summary: 'x',
      inputs: {},
      outputs: { audio: many(audio('x')) },
      options: z.strictObject({}),
      create: ({ ctx }) => ({
        audio: concat(
          of({ id: 'a', stream$: constant(100, ctx) }, { id: 'b', stream$: merge(constant(1000, ctx), fail$) }),
          NEVER,
        ),
      }),
    });
    const lab = new Lab(type);
    const wireOf = { node: 's', port: 'audio', branches: true };
    await lab.start(
      plan([
        node('s', 'source.branches'),
        node('m', 'mix.plain', { audio: [wireOf] }),
        node('k', 'sink.heard', { audio: ['m'] }),
      ]),
    );
    lab.ticks(3);
    fail$.error(new Error('b broke'));
    lab.ticks(3);
    expect(lab.sink('k').values).toEqual([1100, 1102, 1104, 103, 104, 105]);
    expect(lab.run.stats().nodes['s']).toMatchObject({ state: 'running', faults: 1, passed: { audio: 9 } });
    expect(lab.of('node.fault')).toHaveLength(1);
  });
});

describe('a sink that throws', () => {
  const sinks = (subscribe: (audio$: Observable<AudioFrame>) => void) =>
    defineNode({
      type: 'sink.bad',
      summary: 'x',
      inputs: { audio: audio('x') },
      outputs: {},
      options: z.strictObject({}),
      create: ({ inputs }) => {
        subscribe(inputs.audio);
        return {};
      },
    });
  const graph = plan([
    node('s', 'source.value'),
    node('bad', 'sink.bad', { audio: ['s'] }),
    node('k', 'sink.heard', { audio: ['s'] }),
  ]);
  const boom = () => {
    throw new Error('boom');
  };

  it.each<[string, (audio$: Observable<AudioFrame>) => void]>([
    ['in a plain callback', (a) => void a.subscribe(boom)],
    ['behind an operator', (a) => void a.pipe(map((f) => f.ptsUs)).subscribe(boom)],
    [
      'behind three',
      (a) =>
        void a
          .pipe(
            map((f) => f.ptsUs),
            tap(),
            map(String),
          )
          .subscribe({ next: boom }),
    ],
    ['in an operator, with nobody taking the error', (a) => void a.pipe(map(boom)).subscribe()],
  ])('%s is attributed to it at once', async (_, subscribe) => {
    const lab = new Lab(sinks(subscribe));
    await lab.start(graph);
    lab.ticks(8);
    expect(lab.run.stats().nodes['bad']).toMatchObject({ state: 'bypassed', faults: 5 });
    expect(lab.sink('k').values).toEqual(count(0, 8));
    expect(lab.of('node.bypassed')).toMatchObject([{ node: 'bad', problem: { message: expect.stringContaining('boom') } }]);
  });

  it('where no guard sees it is told as the fault of the graph, and ends nothing', async () => {
    const giveBack = takeUnhandledErrors();
    const lab = new Lab(sinks((a) => void merge(a, EMPTY).subscribe(boom)));
    await lab.start(graph);
    lab.ticks(3);
    await watch.settle();
    lab.ticks(1);
    expect(lab.of('graph.fault')).toHaveLength(3);
    expect(lab.of('graph.fault')[0]).toMatchObject({ graph: 'g', problem: { code: 'INTERNAL' } });
    expect(lab.sink('k').values).toEqual(count(0, 4));
    await lab.run.stop();
    await watch.settle();
    giveBack();
    expect(config.onUnhandledError).toBeNull();
  });

  it('where no guard sees it, in create, is its own', async () => {
    const giveBack = takeUnhandledErrors();
    let made = 0;
    const lab = new Lab(sinks(() => void (++made === 1 && of(1).subscribe(boom))));
    await lab.start(graph);
    await watch.settle();
    expect(lab.run.stats().nodes['bad']).toMatchObject({ state: 'running', faults: 1 });
    expect(made).toBe(2);
    giveBack();
  });

  it("does not end a program's own handler", () => {
    const own = () => {};
    config.onUnhandledError = own;
    const giveBack = takeUnhandledErrors();
    expect(config.onUnhandledError).toBe(own);
    giveBack();
    expect(config.onUnhandledError).toBe(own);
    config.onUnhandledError = null;
  });
});

describe('clean-up', () => {
  it('runs last in first out, all of it, awaiting what takes time', async () => {
    const log: string[] = [];
    const type = effectType('effect.clean', (audio$, ctx) => {
      ctx.defer(() => void log.push('first'));
      ctx.defer(() => {
        throw new Error('sync');
      });
      ctx.defer(async () => {
        await Promise.resolve();
        log.push('async');
      });
      ctx.defer(async () => {
        await Promise.resolve();
        throw new Error('rejected');
      });
      ctx.defer(() => void log.push('last'));
      return audio$.pipe(
        finalize(() => {
          log.push('finalize');
          throw new Error('finalizer');
        }),
      );
    });
    const lab = new Lab(type);
    await lab.start(chain('effect.clean'));
    lab.ticks(2);
    await Promise.all([lab.run.stop(), lab.run.stop()]);
    expect(log).toEqual(['finalize', 'last', 'async', 'first']);
    const failed = lab.of('node.cleanup-failed').map((e) => (e['problem'] as { message: string }).message);
    expect(failed).toHaveLength(3);
    expect(failed.join()).toMatch(/finalizer.*rejected.*sync/s);
    expect(lab.of('node.cleanup-failed').every((e) => e.node === 'e')).toBe(true);
    expect(lab.types().at(-1)).toBe('graph.ended');
  });

  it('registered too late runs at once', async () => {
    const log: string[] = [];
    const type = effectType('effect.clean', (audio$, ctx) => {
      void lab.run.stop();
      ctx.defer(() => void log.push('late'));
      return audio$;
    });
    const lab = new Lab(type);
    await lab.start(chain('effect.clean'));
    await lab.run.ended;
    expect(log).toEqual(['late']);
    lab.ticks(2);
    expect(lab.types()).toEqual(['graph.ended']);
  });

  it('of a faulted instance runs once for each', async () => {
    let made = 0;
    let cleaned = 0;
    const type = effectType('effect.clean', (audio$, ctx) => {
      made++;
      ctx.defer(() => void cleaned++);
      return audio$.pipe(
        tap((frame) => {
          if (frame.planes[0]![0]! % 4 === 0) throw new Error('x');
        }),
      );
    });
    const lab = new Lab(type);
    await lab.start(chain('effect.clean'));
    lab.ticks(8);
    await lab.run.stop();
    expect([made, cleaned]).toEqual([3, 3]);
  });
});

describe('debug mode', () => {
  it('names who writes into a borrowed frame, and keeps the damage from others', async () => {
    const writer = effectType('effect.writer', (audio$) => audio$.pipe(tap((frame) => frame.planes[0]!.fill(9))));
    const lab = new Lab(writer);
    await lab.start(chain('effect.writer'), { debug: true });
    lab.ticks(6);
    expect(lab.of('node.bypassed')).toMatchObject([{ node: 'e', problem: { message: expect.stringContaining('borrowed') } }]);
    expect(lab.sink('k2').values).toEqual(count(0, 6));
    expect(lab.run.stats().nodes['s']?.faults).toBe(0);
  });

  it('names who reads a frame after its tick', async () => {
    const holder = effectType('effect.holder', (audio$) => {
      let before: AudioFrame | undefined;
      return audio$.pipe(
        map((frame) => {
          const out = before ?? frame;
          before = frame;
          return out;
        }),
      );
    });
    const lab = new Lab(holder);
    await lab.start(
      plan([
        node('s', 'source.value'),
        node('e', 'effect.holder', { audio: ['s'] }),
        node('f', 'effect.plus', { audio: ['e'] }, { plus: 0 }),
        node('k', 'sink.heard', { audio: ['f'] }),
      ]),
      { debug: true },
    );
    lab.ticks(6);
    expect(lab.run.stats().nodes['e']!.faults).toBeGreaterThan(0);
    expect(lab.of('node.fault')[0]).toMatchObject({ node: 'e', problem: { message: expect.stringContaining('NaN') } });
    expect(lab.run.stats().nodes['f']?.faults).toBe(0);
    expect(lab.sink('k').values.some(Number.isNaN)).toBe(false);
    expect(lab.sink('k').values).toHaveLength(6);
  });
});
