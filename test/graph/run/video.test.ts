import { Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineNode } from '../../../src/graph/define-node.js';
import { many, video, type Branch } from '../../../src/graph/ports.js';
import { joinVideo, mapVideo, videoPerTick } from '../../../src/graph/video-operators.js';
import type { VideoContent, VideoFrame } from '../../../src/media/video-frame.js';
import { checkGraphObject } from '../../../src/graph/load.js';
import { createRegistry } from '../../../src/graph/registry.js';
import { GraphRun } from '../../../src/graph/run/graph-run.js';
import type { GraphEvent } from '../../../src/graph/run/graph-events.js';
import { createOfflineScheduler } from '../../../src/time/index.js';

/** A content that is a number and counts its shares. */
class Numbered implements VideoContent {
  readonly width = 2;
  readonly height = 2;
  static live = 0;
  shares = 1;
  shared = false;
  constructor(readonly value: number) {
    Numbered.live++;
  }
  get alive() {
    return this.shares > 0;
  }
  share() {
    this.shared = true;
  }
  retain() {
    this.shares++;
  }
  release() {
    if (--this.shares === 0) Numbered.live--;
  }
}

const source = defineNode({
  type: 'source.numbers',
  summary: 'Give pictures.',
  inputs: {},
  outputs: { video: video('Pictures.') },
  options: z.strictObject({ count: z.number().default(1e9), leak: z.boolean().default(false), failAt: z.number().default(-1) }),
  create: ({ options, ctx }) => ({
    video: videoPerTick(ctx, ({ index }) => {
      if (index === options.failAt) throw new Error('broken');
      if (index >= options.count) return 'end';
      const made = new Numbered(index);
      if (options.leak && index === 0) made.retain();
      return made;
    }),
  }),
});

const plus = defineNode({
  type: 'video.plus',
  summary: 'Add.',
  inputs: { video: video('Pictures.') },
  outputs: { video: video('Pictures.') },
  options: z.strictObject({ plus: z.number().default(0), failAt: z.number().default(-1) }),
  create: ({ inputs, options }) => ({
    video: inputs.video.pipe(
      mapVideo(({ content }) => {
        const { value } = content as Numbered;
        if (value === options.failAt) throw new Error('broken');
        return new Numbered(value + options.plus);
      }),
    ),
  }),
});

const sum = defineNode({
  type: 'mix.numbers',
  summary: 'Add up.',
  inputs: { video: many(video('Pictures.')) },
  outputs: { video: video('Their sum.') },
  options: z.strictObject({}),
  create: ({ inputs, ctx }) => ({
    video: joinVideo(ctx, inputs.video).pipe(
      (joined) =>
        new Observable((subscriber) =>
          joined.subscribe({
            next: (slots) => {
              const content = new Numbered(
                slots.reduce((all, { frame }) => all + ((frame?.content as Numbered | undefined)?.value ?? 0), 0),
              );
              subscriber.next({
                kind: 'video',
                ptsUs: 0,
                width: 2,
                height: 2,
                content,
                retain: () => null as never,
                release: () => {},
              });
              content.release();
            },
            complete: () => subscriber.complete(),
          }),
        ),
    ),
  }),
});

const seen = new Map<string, { value: number; ptsUs: number; shared: boolean }[]>();
const sink = defineNode({
  type: 'sink.numbers',
  summary: 'Look.',
  inputs: { video: video('Pictures.') },
  outputs: {},
  options: z.strictObject({ frameRate: z.number().optional(), keep: z.boolean().default(false) }),
  leadership: 'may',
  frameRate: ({ frameRate }) => frameRate,
  create: ({ inputs, options, ctx }) => {
    const list: { value: number; ptsUs: number; shared: boolean }[] = [];
    seen.set(ctx.nodeId, list);
    const finish = () => ctx.finish();
    const subscription = inputs.video.subscribe({
      next: (frame) => {
        const { value, shared } = frame.content as Numbered;
        list.push({ value, ptsUs: frame.ptsUs, shared });
        if (options.keep && list.length === 1) frame.retain();
      },
      error: finish,
      complete: finish,
    });
    ctx.defer(() => subscription.unsubscribe());
    return {};
  },
});

/** Two cameras on one wire. */
const cameras = defineNode({
  type: 'source.cameras',
  summary: 'Give pictures of two.',
  inputs: {},
  outputs: { video: many(video('Pictures.')) },
  options: z.strictObject({}),
  create: ({ ctx }) => ({
    video: new Observable<Branch<VideoFrame>>((subscriber) => {
      for (const [id, from] of [
        ['ann', 1000],
        ['bob', 2000],
      ] as const)
        subscriber.next({ id, stream$: videoPerTick(ctx, ({ index }) => new Numbered(from + index)) });
    }),
  }),
});

const registry = createRegistry([source, plus, sum, sink, cameras]);

interface Settings {
  readonly durationMs?: number;
  readonly debug?: boolean;
  /** Called before the first beat. */
  readonly before?: (graph: GraphRun) => void;
}

async function run(nodes: Record<string, unknown>, settings: Settings = {}) {
  seen.clear();
  const checked = checkGraphObject({ version: 1, nodes } as never, { registry });
  if (!checked.plan) throw new Error(JSON.stringify(checked.problems));
  const scheduler = createOfflineScheduler();
  const events: GraphEvent[] = [];
  const graph = new GraphRun({
    id: 'g',
    plan: checked.plan,
    registry,
    scheduler,
    debug: settings.debug ?? true,
    ...(settings.durationMs !== undefined && { durationUs: settings.durationMs * 1000 }),
    onEvent: (event) => events.push(event),
  });
  await graph.start();
  settings.before?.(graph);
  await scheduler.run();
  await graph.stop();
  return { events, plan: checked.plan, stats: graph.stats(), of: (node: string) => seen.get(node)! };
}

describe('pictures in a graph', () => {
  it('come at the frame rate of the sink, at exact times, and every share is given back', async () => {
    const { of, plan, events } = await run(
      { n: { type: 'source.numbers' }, s: { type: 'sink.numbers', in: { video: 'n' }, options: { frameRate: 24 } } },
      { durationMs: 1000 },
    );
    expect(plan.domains[0]!.frameRate).toBe(24);
    expect(of('s')).toHaveLength(24);
    expect(of('s').map(({ ptsUs }) => ptsUs)).toEqual(Array.from({ length: 24 }, (_, i) => Math.round((i * 1e6) / 24)));
    expect(events.filter(({ type }) => type !== 'graph.started' && type !== 'graph.ended')).toEqual([]);
    expect(Numbered.live).toBe(0);
  });

  it('can be looked at beside those they are for, who get the same as if nobody looked', async () => {
    const looks: number[] = [];
    const look = ({ content }: VideoFrame) => void looks.push((content as Numbered).value);
    const nodes = {
      n: { type: 'source.numbers' },
      a: { type: 'video.plus', in: { video: 'n' }, options: { plus: 10 } },
      s: { type: 'sink.numbers', in: { video: 'a' } },
    };
    const { of, stats, events } = await run(nodes, {
      durationMs: 200,
      debug: false,
      before: (graph) => {
        graph.peek('n', look);
        graph.peek('a.video', look);
        graph.peek('a', () => looks.push(-1))();
        expect(() => graph.peek('none', look)).toThrow('has no wire "none"');
      },
    });
    // Each looks once, and nothing is made twice for it.
    expect(looks.toSorted((a, b) => a - b)).toEqual([0, 10]);
    expect(of('s').map(({ value }) => value)).toEqual([10, 11, 12, 13, 14, 15]);
    expect(of('s').some(({ shared }) => shared)).toBe(false);
    expect(stats.nodes['n']!.passed).toEqual({ video: 6 });
    expect(events.filter(({ type }) => type === 'node.fault')).toEqual([]);
    expect(Numbered.live).toBe(0);
  });

  it('of several on one wire the first is looked at', async () => {
    const looks: number[] = [];
    await run(
      {
        c: { type: 'source.cameras' },
        m: { type: 'mix.numbers', in: { video: 'c' } },
        s: { type: 'sink.numbers', in: { video: 'm' } },
      },
      {
        durationMs: 200,
        debug: false,
        before: (graph) => void graph.peek('c.video', ({ content }) => void looks.push((content as Numbered).value)),
      },
    );
    expect(looks).toEqual([1000]);
    expect(Numbered.live).toBe(0);
  });

  it('beat 30 times a second where nobody asks for a rate; the highest rate wins among those who follow', async () => {
    const one = await run(
      { n: { type: 'source.numbers' }, s: { type: 'sink.numbers', in: { video: 'n' } } },
      { durationMs: 500 },
    );
    expect(one.of('s')).toHaveLength(15);
    const nodes = {
      n: { type: 'source.numbers' },
      s: { type: 'sink.numbers', in: { video: 'n' } },
      t: { type: 'sink.numbers', in: { video: 'n' }, options: { frameRate: 60 } },
    };
    expect((await run(nodes, { durationMs: 500 })).of('s')).toHaveLength(30);
  });

  it('are told to be shared where several consumers get them', async () => {
    const { of } = await run(
      {
        n: { type: 'source.numbers', options: { count: 3 } },
        p: { type: 'video.plus', in: { video: 'n' }, options: { plus: 10 } },
        s: { type: 'sink.numbers', in: { video: 'n' } },
        t: { type: 'sink.numbers', in: { video: 'p' } },
      },
      {},
    );
    expect(of('s').map(({ value, shared }) => [value, shared])).toEqual([0, 1, 2].map((value) => [value, true]));
    expect(of('t').map(({ value, shared }) => [value, shared])).toEqual([10, 11, 12].map((value) => [value, false]));
  });

  it('are joined by mixers on their own beat', async () => {
    const { of, stats } = await run({
      a: { type: 'source.numbers', options: { count: 4 } },
      b: { type: 'source.numbers', options: { count: 2 } },
      m: { type: 'mix.numbers', in: { video: ['a', 'b'] } },
      s: { type: 'sink.numbers', in: { video: 'm' } },
    });
    expect(of('s').map(({ value }) => value)).toEqual([0, 2, 2, 3]);
    expect(stats.nodes['m']!.counters).toEqual({});
  });

  it('cross a queue by their own times: dropped to fewer, given again to more', async () => {
    const nodes = (from: number, to: number) => ({
      n: { type: 'source.numbers' },
      a: { type: 'sink.numbers', in: { video: 'n' }, options: { frameRate: from } },
      s: {
        type: 'sink.numbers',
        in: { video: { from: 'n', queue: { frames: 8, overflow: 'drop-oldest' } } },
        options: { frameRate: to },
      },
    });
    const fewer = await run(nodes(50, 25), { durationMs: 400 });
    // What waits when the sources end still comes.
    expect(fewer.of('s').map(({ value }) => value)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 19]);
    const more = await run(nodes(25, 50), { durationMs: 200 });
    expect(more.of('s').map(({ value }) => value)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
    expect(more.of('s').map(({ ptsUs }) => ptsUs)).toEqual(Array.from({ length: 10 }, (_, i) => i * 20_000));
    expect(Numbered.live).toBe(0);
  });

  it('pass an effect that fails, and nothing leaks by that', async () => {
    const { of, events } = await run({
      n: { type: 'source.numbers', options: { count: 5 } },
      p: { type: 'video.plus', in: { video: 'n' }, options: { plus: 100, failAt: 2 } },
      s: { type: 'sink.numbers', in: { video: 'p' } },
    });
    expect(of('s').map(({ value }) => value)).toEqual([100, 101, 2, 103, 104]);
    expect(events.map(({ type }) => type)).toEqual(['graph.started', 'node.fault', 'graph.ended']);
    expect(Numbered.live).toBe(0);
  });

  it('that are not given back are reported with the name of who has them', async () => {
    const leaks = (events: readonly GraphEvent[]) =>
      events
        .filter(({ type }) => type === 'frames.leaked')
        .map((event) => [event['node'], (event['problem'] as { message: string }).message]);
    const kept = await run({
      n: { type: 'source.numbers', options: { count: 3 } },
      s: { type: 'sink.numbers', in: { video: 'n' }, options: { keep: true } },
    });
    expect(leaks(kept.events)).toEqual([['s', 'node "s" has not given back 1 pictures']]);
    const made = await run({
      n: { type: 'source.numbers', options: { count: 3, leak: true } },
      s: { type: 'sink.numbers', in: { video: 'n' } },
    });
    expect(leaks(made.events)).toEqual([['n', 'node "n" has not given back 1 pictures']]);
    Numbered.live = 0;
  });
});
