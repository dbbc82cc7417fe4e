import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VoxError } from '../../../src/errors.js';
import { SharingRig } from './rig.js';

let rig: SharingRig;
beforeEach(() => {
  rig = new SharingRig();
});
afterEach(() => rig.host.close());

/** A shared source, an effect that only follows it, a sink of the graph's own. */
const radio = (
  as: string,
  { source = {}, effect = {}, type = 'source.count' }: { source?: object; effect?: object; type?: string } = {},
) =>
  rig.plan({
    radio: { type, shared: type === 'source.count' ? true : undefined, ...source },
    fx: { type: 'effect.tally', in: { audio: 'radio' }, ...effect },
    out: { type: 'sink.heard', in: { audio: 'fx' }, options: { as } },
  });
const steps = (values: readonly number[]) => values.slice(1).map((value, i) => value - values[i]!);

describe('equal parts of graphs', () => {
  it('run once, and every graph hears the same, one frame a beat', async () => {
    for (const as of ['a', 'b', 'c', 'd']) await rig.load(as, radio(as));
    for (const graph of ['a', 'b', 'c', 'd']) await rig.request({ type: 'graph.start', graph });
    await rig.play(1000);
    expect([rig.made, rig.effects]).toEqual([1, 1]);
    for (const as of ['a', 'b', 'c', 'd']) {
      const { values, ptsUs } = rig.heard.get(as)!;
      expect(values.length).toBeGreaterThanOrEqual(49);
      expect(new Set(steps(values))).toEqual(new Set([1]));
      expect(ptsUs).toEqual(ptsUs.map((_, i) => i * 20_000));
      expect(values[0]).toBe(0);
    }
  });

  it('a late graph hears it where it is, with times of its own', async () => {
    await rig.start('a', radio('a'));
    await rig.play(1000);
    await rig.start('b', radio('b'));
    await rig.play(1000);
    expect(rig.made).toBe(1);
    const { values, ptsUs } = rig.heard.get('b')!;
    const heard = values.slice(1);
    expect(new Set(steps(heard))).toEqual(new Set([1]));
    expect(ptsUs).toEqual(ptsUs.map((_, i) => i * 20_000));
    // Neither ahead of time nor behind: both are at the same frame, or at two that follow each other.
    const [atA, atB] = [rig.values('a').at(-1)!, values.at(-1)!];
    expect(Math.abs(atA - atB)).toBeLessThanOrEqual(1);
    expect(rig.told('b', 'radio')).toContainEqual({ type: 'stream.opened', src: 'x', live: true });
  });

  it('many late graphs do not make it run faster', async () => {
    await rig.start('g0', radio('g0'));
    for (let i = 1; i <= 20; i++) {
      await rig.play(7);
      await rig.start(`g${i}`, radio(`g${i}`));
    }
    await rig.play(2000);
    const last = Array.from({ length: 21 }, (_, i) => rig.values(`g${i}`).at(-1)!);
    expect(Math.max(...last) - Math.min(...last)).toBeLessThanOrEqual(1);
    expect(Math.max(...last)).toBeLessThanOrEqual(rig.scheduler.nowUs() / 20_000);
    for (let i = 0; i <= 20; i++) expect(new Set(steps(rig.values(`g${i}`).slice(2)))).toEqual(new Set([1]));
  });

  it('are apart where options, inputs, or what the file asks for differ', async () => {
    await rig.start('a', radio('a'));
    await rig.start('b', radio('b', { source: { options: { value: 5 } } }));
    await rig.start('c', radio('c', { effect: { options: { plus: 100 } } }));
    await rig.start('d', radio('d', { source: { shared: false } }));
    await rig.start('e', radio('e', { effect: { shared: false } }));
    await rig.play(200);
    // a, c and e hear one source; d has one of its own, without anything shared behind it.
    expect([rig.made, rig.effects]).toEqual([3, 5]);
    expect((await rig.nodes('a'))['radio']).toMatchObject({ shared: 3, state: 'running' });
    expect((await rig.nodes('e'))['fx']).not.toHaveProperty('shared');
    expect((await rig.nodes('d'))['radio']).not.toHaveProperty('shared');
    expect(rig.values('c')[0]! - rig.values('a')[0]!).toBeGreaterThanOrEqual(99);
    expect(Object.keys(await rig.nodes('a'))).toEqual(['radio', 'fx', 'out']);
  });

  it('the names of nodes do not matter, except where branches meet', async () => {
    const other = (names: readonly [string, string], as: string) =>
      rig.plan({
        [names[0]]: { type: 'source.live' },
        [names[1]]: { type: 'source.live', options: { value: 7 } },
        sum: { type: 'mix.plain', in: { audio: [names[0], names[1]] } },
        out: { type: 'sink.heard', in: { audio: 'sum' }, options: { as } },
      });
    await rig.start('a', other(['x', 'y'], 'a'));
    await rig.start('b', other(['p', 'q'], 'b'));
    await rig.start('c', other(['x', 'y'], 'c'));
    await rig.play(100);
    expect(rig.made).toBe(2);
    expect((await rig.nodes('a'))['sum']).toMatchObject({ shared: 2 });
    expect((await rig.nodes('b'))['sum']).toMatchObject({ shared: 1 });
    expect((await rig.nodes('b'))['p']).toMatchObject({ shared: 3 });
    expect(rig.told('b', 'p')).toContainEqual({ type: 'stream.opened', src: 'x', live: true });
  });

  it('parts of one signal that come by different ways meet as they left, whoever came when', async () => {
    const two = (as: string) =>
      rig.plan({
        radio: { type: 'source.live' },
        fx: { type: 'effect.tally', in: { audio: 'radio' }, options: { plus: 1e6 } },
        // Once in what is shared, and once in each graph.
        both: { type: 'mix.plain', in: { audio: ['radio', 'fx'] } },
        mine: { type: 'effect.tally', in: { audio: 'radio' }, shared: false },
        all: { type: 'mix.plain', in: { audio: ['radio', 'both', 'mine'] } },
        out: { type: 'sink.heard', in: { audio: 'all' }, options: { as } },
      });
    await rig.start('first', rig.plan({ radio: { type: 'source.live' }, out: { type: 'sink.null', in: { audio: 'radio' } } }));
    await rig.play(313);
    await rig.start('second', radio('second', { type: 'source.live', effect: { options: { plus: 1e6 } } }));
    for (const as of ['a', 'b', 'c', 'd']) {
      await rig.play(107);
      await rig.start(as, two(as));
    }
    await rig.play(500);
    expect(rig.made).toBe(1);
    for (const as of ['a', 'b', 'c', 'd']) {
      const heard = rig.values(as).slice(2);
      expect(heard.length).toBeGreaterThan(20);
      // Four times the radio and one plus: divisible when all are of the same beat.
      expect(heard.filter((value) => (value - 1e6) % 4 !== 0)).toEqual([]);
    }
  });

  it('the last graph ends what it hears, and frees its names for a new one', async () => {
    await rig.start('a', radio('a'));
    await rig.start('b', radio('b'));
    await rig.play(100);
    await rig.request({ type: 'graph.stop', graph: 'a' });
    await rig.play(100);
    expect([rig.made, rig.present]).toEqual([1, 1]);
    const before = rig.values('b').length;
    await rig.play(200);
    expect(new Set(steps(rig.values('b').slice(before)))).toEqual(new Set([1]));
    expect(rig.values('b').length - before).toBe(10);
    await rig.request({ type: 'graph.stop', graph: 'b' });
    await rig.play(20);
    expect([rig.made, rig.present]).toEqual([1, 0]);
    await rig.start('c', radio('c'));
    await rig.play(40);
    expect([rig.made, rig.present, rig.values('c')[0]]).toEqual([2, 1, 0]);
  });

  it('what ends ends for all, each with its last frame; who comes later begins anew', async () => {
    const short = (as: string) => radio(as, { source: { options: { frames: 10 } } });
    for (const as of ['a', 'b']) await rig.load(as, short(as));
    for (const graph of ['a', 'b']) await rig.request({ type: 'graph.start', graph });
    await rig.play(500);
    for (const as of ['a', 'b']) {
      expect(rig.heard.get(as)).toMatchObject({ values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], completed: true });
      expect(rig.told(as).at(-1)).toEqual({ type: 'graph.ended', reason: 'finished', positionUs: 200_000 });
    }
    await rig.start('c', short('c'));
    await rig.play(60);
    expect(rig.made).toBe(2);
    expect(rig.values('c')[0]).toBe(0);
  });

  it('offline, recorded and debugged graphs have all to themselves', async () => {
    await rig.start('a', radio('a'));
    await rig.start('b', radio('b'), { debug: true });
    await rig.load('c', radio('c', { source: { options: { frames: 5 } } }), { pace: 'offline' });
    await rig.request({ type: 'graph.start', graph: 'c' });
    await rig.play(100);
    expect([rig.made, rig.effects]).toEqual([3, 3]);
    expect(rig.values('c')).toEqual([0, 1, 2, 3, 4]);
  });

  it('leaves nothing behind of a graph that cannot be loaded', async () => {
    const plan = radio('a');
    const bad = { ...plan, nodes: plan.nodes.map((node) => (node.id === 'fx' ? { ...node, type: 'effect.none' } : node)) };
    await expect(rig.load('a', bad)).rejects.toMatchObject({ code: 'UNKNOWN_TYPE' });
    const lone = { ...plan, nodes: plan.nodes.map((node) => (node.id === 'out' ? { ...node, type: 'sink.none' } : node)) };
    await expect(rig.load('a', lone)).rejects.toBeInstanceOf(VoxError);
    await rig.play(20);
    expect(rig.present).toBe(0);
    await rig.start('a', plan);
    await rig.play(40);
    expect(rig.present).toBe(1);
  });
});

describe('what may be live', () => {
  const station = (as: string, options = {}) => radio(as, { type: 'source.station', source: { options } });

  it('is shared once it says so, also when both begin at the same time', async () => {
    const both = Promise.all(['a', 'b', 'c'].map((as) => rig.start(as, station(as, { opensInMs: 300 }))));
    await rig.play(400);
    await both;
    await rig.play(400);
    expect(rig.made).toBe(1);
    expect(Math.abs(rig.values('a').at(-1)! - rig.values('c').at(-1)!)).toBeLessThanOrEqual(1);
  });

  it('is not when it is a file, or does not say in time', async () => {
    const both = Promise.all(['a', 'b'].map((as) => rig.start(as, station(as, { isLive: false }))));
    await rig.play(100);
    await both;
    const slow = Promise.all(['c', 'd'].map((as) => rig.start(as, station(as, { opensInMs: 5000 }))));
    await rig.play(2500);
    await slow;
    expect(rig.made).toBe(4);
    expect(rig.values('b')[0]).toBe(0);
  });
});
