import { beforeEach, describe, expect, it } from 'vitest';
import { difference, living, LiveLab } from './support.js';

beforeEach(() => living.clear());

const tone = { type: 'test.tone' };
const chain = (effect: object) => ({
  music: tone,
  fx: { in: { audio: 'music' }, ...effect },
  out: { type: 'test.ear', in: { audio: 'fx' } },
});
const risky = (options = {}) => ({ type: 'test.risky', options });

/** The same graph without a change, for comparison. */
async function unchanged(nodes: Record<string, unknown>, ticks: number): Promise<Float32Array> {
  const lab = new LiveLab();
  await lab.start(nodes);
  lab.beat(ticks);
  return lab.ear().samples();
}

describe('a change of a running graph', () => {
  it('of options alone sets them', async () => {
    const lab = new LiveLab();
    await lab.start(chain(risky()));
    lab.beat(10);
    const change = lab.run.change(lab.plan(chain(risky({ gain: 0.5 }))));
    lab.beat(10);
    await expect(change).resolves.toMatchObject({ set: [{ node: 'fx', from: { gain: 1 }, to: { gain: 0.5 } }], rebuilt: [] });
    expect(living.get('test.risky')).toBe(1);
    const heard = lab.ear().samples();
    expect(heard).toHaveLength(20 * 960);
    const [before, after] = [await unchanged(chain(risky()), 20), await unchanged(chain(risky({ gain: 0.5 })), 20)];
    expect(difference(heard.subarray(0, 10 * 960), before.subarray(0, 10 * 960))).toBeUndefined();
    expect(difference(heard.subarray(10 * 960), after.subarray(10 * 960))).toBeUndefined();
    expect(difference(before, after)).toBeDefined();
    expect(lab.events.at(-1)).toMatchObject({ type: 'graph.changed', changes: ['"fx": gain 1 → 0.5'] });
  });

  it('that changes nothing does nothing', async () => {
    const lab = new LiveLab();
    await lab.start(chain(risky()));
    lab.beat(5);
    await expect(lab.run.change(lab.plan(chain(risky())))).resolves.toMatchObject({ empty: true });
    lab.beat(5);
    expect(lab.types()).toEqual(['graph.started']);
    expect(difference(lab.ear().samples(), await unchanged(chain(risky()), 10))).toBeUndefined();
  });

  it('makes a node anew for a fixed option, and is heard only during its fade', async () => {
    const lab = new LiveLab();
    await lab.start(chain(risky()));
    lab.beat(10);
    const change = lab.run.change(lab.plan(chain(risky({ fixed: 1, gain: 0.5 }))), { preRollMs: 100 });
    lab.beat(20);
    await change;
    expect(living.get('test.risky')).toBe(1);
    const before = await unchanged(chain(risky()), 30);
    const after = await unchanged(chain(risky({ gain: 0.5 })), 30);
    const heard = lab.ear().samples();
    expect(heard).toHaveLength(30 * 960);
    // 5 ticks of pre-roll after tick 9, then 20 ms of fade: tick 15, and no sample of another.
    expect(difference(heard.subarray(0, 15 * 960), before.subarray(0, 15 * 960))).toBeUndefined();
    expect(difference(heard.subarray(16 * 960), after.subarray(16 * 960))).toBeUndefined();
    for (let i = 0; i < 960; i++) {
      const t = (i + 1) / 960;
      const at = 15 * 960 + i;
      expect(heard[at]).toBeCloseTo(before[at]! * (1 - t) + after[at]! * t, 6);
    }
  });

  it('leaves out what was left out before, also when it is made anew', async () => {
    const lab = new LiveLab();
    await lab.start(chain(risky({ gain: 0.5 })));
    lab.run.leaveOut('fx', true);
    lab.beat(10);
    const change = lab.run.change(lab.plan(chain(risky({ fixed: 1, gain: 0.5 }))), { preRollMs: 100 });
    lab.beat(20);
    await change;
    expect(lab.run.stats().nodes['fx']).toMatchObject({ state: 'bypassed', leftOut: true });
    expect(difference(lab.ear().samples(), await unchanged(chain(risky({ gain: 1 })), 30))).toBeUndefined();
    lab.run.leaveOut('fx', false);
    lab.beat(5);
    const after = await unchanged(chain(risky({ gain: 0.5 })), 35);
    expect(
      difference(
        lab
          .ear()
          .samples()
          .subarray(31 * 960),
        after.subarray(31 * 960),
      ),
    ).toBeUndefined();
  });

  it('inserts an effect between two nodes that go on, and takes it out again', async () => {
    const lab = new LiveLab();
    const plain = { music: tone, out: { type: 'test.ear', in: { audio: 'music' } } };
    await lab.start(plain);
    lab.beat(10);
    const insert = lab.run.change(lab.plan(chain(risky({ gain: 0.5 }))));
    lab.beat(20);
    expect(await insert).toMatchObject({ added: ['fx'], rewired: ['out'], unchanged: ['music'] });
    const remove = lab.run.change(lab.plan(plain));
    lab.beat(5);
    expect(await remove).toMatchObject({ removed: ['fx'], rewired: ['out'] });
    expect(living).toEqual(new Map(Object.entries({ 'test.tone': 1, 'test.risky': 0, 'test.ear': 1 })));
    const pure = await unchanged(plain, 35);
    const heard = lab.ear().samples();
    expect(difference(heard.subarray(0, 20 * 960), pure.subarray(0, 20 * 960))).toBeUndefined();
    expect(difference(heard.subarray(31 * 960), pure.subarray(31 * 960))).toBeUndefined();
    for (let i = 21 * 960; i < 30 * 960; i++) expect(heard[i]).toBe(Math.fround(pure[i]! * 0.5));
    expect(lab.ear().ptsUs).toEqual(Array.from({ length: 35 }, (_, i) => i * 20_000));
  });

  it('leaves parts that did not change exactly as they were, with their state', async () => {
    const graph = (effect: object) => ({
      music: tone,
      voice: { type: 'test.tone', options: { hz: 200 } },
      echo: { type: 'effect.echo', in: { audio: 'voice' }, options: { delayMs: 300, feedback: 0.8 } },
      fx: { in: { audio: 'music' }, ...effect },
      mix: { type: 'mix.sum', in: { audio: ['fx', 'echo'] } },
      out: { type: 'test.ear', in: { audio: 'mix' } },
      tap: { type: 'test.tap', in: { audio: 'echo' } },
    });
    const [lab, still] = [new LiveLab(), new LiveLab()];
    for (const one of [lab, still]) await one.start(graph(risky()));
    lab.beat(50);
    const change = lab.run.change(lab.plan(graph({ type: 'effect.gain', options: { gainDb: -6 } })));
    lab.beat(50);
    still.beat(100);
    expect(await change).toMatchObject({ rebuilt: [{ node: 'fx', reason: 'it was test.risky and is effect.gain' }] });
    expect(difference(lab.ear('tap').samples(), still.ear('tap').samples())).toBeUndefined();
    const differs = difference(lab.ear().samples(), still.ear().samples())!;
    expect(differs.first).toBeGreaterThanOrEqual(60 * 960);
    expect(lab.run.stats().nodes['mix']?.counters).toEqual({});
  });

  it('crossfades a source for as long as is wanted, and starts it at its beginning', async () => {
    const lab = new LiveLab();
    const graph = (hz: number) => ({ music: { ...tone, options: { hz } }, out: { type: 'test.ear', in: { audio: 'music' } } });
    await lab.start(graph(440));
    lab.beat(10);
    const change = lab.run.change(lab.plan(graph(660)), { crossfadeMs: 200 });
    lab.beat(20);
    await change;
    const [before, after] = [await unchanged(graph(440), 30), await unchanged(graph(660), 30)];
    const heard = lab.ear().samples();
    expect(difference(heard.subarray(0, 11 * 960), before.subarray(0, 11 * 960))).toBeUndefined();
    expect(difference(heard.subarray(21 * 960), after.subarray(21 * 960))).toBeUndefined();
    const half = 16 * 960 - 1;
    expect(heard[half]).toBeCloseTo((before[half]! + after[half]!) * Math.SQRT1_2, 5);
  });

  it('takes the length of source fades from the graph itself', async () => {
    const lab = new LiveLab();
    const graph = (hz: number) => ({ music: { ...tone, options: { hz } }, out: { type: 'test.ear', in: { audio: 'music' } } });
    await lab.start(graph(440));
    lab.beat(2);
    const change = lab.run.change({ ...lab.plan(graph(660)), crossfadeMs: 100 });
    lab.beat(5);
    const early = await unchanged(graph(660), 12);
    lab.beat(5);
    await change;
    const differs = difference(lab.ear().samples(3), early.subarray(3 * 960))!;
    expect(differs.last).toBeGreaterThan(3 * 960);
    expect(differs.last).toBeLessThan(5 * 960);
  });

  it('adds and removes sinks that do not lead; the leader stays', async () => {
    const lab = new LiveLab();
    const graph = (more: object) => ({ music: tone, out: { type: 'test.ear', in: { audio: 'music' } }, ...more });
    await lab.start(graph({}));
    lab.beat(5);
    const add = lab.run.change(lab.plan(graph({ tap: { type: 'test.tap', in: { audio: 'music' } } })));
    lab.beat(10);
    await add;
    const remove = lab.run.change(lab.plan(graph({})));
    lab.beat(10);
    await remove;
    expect(lab.ear('tap').frames.length).toBeGreaterThanOrEqual(9);
    expect(living.get('test.tap')).toBe(0);
    expect(lab.ear().frames).toHaveLength(25);
    await expect(lab.run.change(lab.plan({ music: tone, other: { type: 'test.ear', in: { audio: 'music' } } }))).rejects.toThrow(
      /cannot be changed to this: none of the sinks that lead it \("out"\)/,
    );
    lab.beat(1);
    expect(lab.ear().frames).toHaveLength(26);
  });

  it('rewires what goes on, without making anything anew', async () => {
    const lab = new LiveLab();
    const graph = (from: string, other: string) => ({
      a: tone,
      b: { type: 'test.tone', options: { hz: 1000 } },
      out: { type: 'test.ear', in: { audio: from } },
      tap: { type: 'test.tap', in: { audio: other } },
    });
    await lab.start(graph('a', 'b'));
    lab.beat(5);
    const change = lab.run.change(lab.plan(graph('b', 'a')));
    lab.beat(5);
    expect(await change).toMatchObject({ rewired: ['out', 'tap'], unchanged: ['a', 'b'] });
    const [a, b] = [await unchanged(graph('a', 'b'), 10), await unchanged(graph('b', 'a'), 10)];
    expect(difference(lab.ear().samples(0, 5), a.subarray(0, 5 * 960))).toBeUndefined();
    expect(difference(lab.ear().samples(6), b.subarray(6 * 960))).toBeUndefined();
    expect(difference(lab.ear('tap').samples(6), a.subarray(6 * 960))).toBeUndefined();
  });

  it('adds and removes branches of a mixer with a fade', async () => {
    const lab = new LiveLab();
    const graph = (...branches: string[]) => ({
      a: tone,
      b: { type: 'test.tone', options: { hz: 1000 } },
      mix: { type: 'mix.sum', in: { audio: branches } },
      out: { type: 'test.ear', in: { audio: 'mix' } },
      tap: { type: 'test.tap', in: { audio: 'b' } },
      other: { type: 'test.tap', in: { audio: 'a' } },
    });
    await lab.start(graph('a'));
    lab.beat(5);
    const add = lab.run.change(lab.plan(graph('a', 'b')));
    lab.beat(5);
    await add;
    const remove = lab.run.change(lab.plan(graph('b')));
    lab.beat(5);
    await remove;
    const [alone, both] = [await unchanged(graph('a'), 15), await unchanged(graph('a', 'b'), 15)];
    const heard = lab.ear().samples();
    expect(difference(heard.subarray(0, 5 * 960), alone.subarray(0, 5 * 960))).toBeUndefined();
    expect(difference(heard.subarray(6 * 960, 10 * 960), both.subarray(6 * 960, 10 * 960))).toBeUndefined();
    expect(difference(heard.subarray(11 * 960), (await unchanged(graph('b'), 15)).subarray(11 * 960))).toBeUndefined();
    const steps = heard.subarray(1).map((x, i) => Math.abs(x - heard[i]!));
    expect(Math.max(...steps)).toBeLessThan(0.06);
    expect(lab.run.stats().nodes['mix']?.counters).toEqual({});
  });
});

describe('a change that fails', () => {
  it.each([
    ['cannot be made', { fail: 'create' }, /goes on as it was: .*it cannot be made/],
    ['throws on trial', { fail: 'throw', after: 3 }, /goes on as it was: .*it broke/],
    ['gives nothing', { fail: 'silent' }, /"fx" gave nothing in time/],
    ['gives NaN on trial', { fail: 'nan', after: 3 }, /"fx" gave samples that are not finite numbers/],
    ['throws during its fade', { fail: 'throw', after: 10 }, /goes on as it was: .*it broke/],
    ['gives NaN during its fade', { fail: 'nan', after: 10 }, /"fx" gave samples that are not finite numbers/],
  ])('since the new part %s leaves the old graph as it was', async (_, options, message) => {
    const lab = new LiveLab();
    await lab.start(chain({ type: 'effect.gain', options: { gainDb: -6 } }));
    lab.beat(10);
    const change = lab.run.change(lab.plan(chain(risky(options))));
    change.catch(() => {});
    lab.beat(120);
    await expect(change).rejects.toThrow(message);
    expect(lab.events.at(-1)).toMatchObject({ type: 'graph.change-failed', problem: { code: 'CHANGE_FAILED' } });
    expect(living.get('test.risky')).toBe(0);
    const pure = await unchanged(chain({ type: 'effect.gain', options: { gainDb: -6 } }), 130);
    const heard = lab.ear().samples();
    expect(heard).toHaveLength(130 * 960);
    const differs = difference(heard, pure);
    if (differs) {
      // At most the fade's beginning and the way back.
      expect(differs.first).toBeGreaterThanOrEqual(20 * 960);
      expect(differs.last).toBeLessThan(23 * 960);
      for (const x of heard) expect(Number.isFinite(x)).toBe(true);
    }
    expect(lab.run.stats().nodes['fx']).toMatchObject({ state: 'running', faults: 0 });
  });

  it('takes set options back', async () => {
    const lab = new LiveLab();
    const graph = (gain: number, fx: object) => ({
      ...chain(fx),
      soft: { type: 'test.risky', options: { gain }, in: { audio: 'music' } },
      tap: { type: 'test.tap', in: { audio: 'soft' } },
    });
    await lab.start(graph(1, { type: 'effect.gain' }));
    lab.beat(10);
    const change = lab.run.change(lab.plan(graph(0.25, risky({ fail: 'throw', after: 10 }))));
    change.catch(() => {});
    lab.beat(30);
    await expect(change).rejects.toThrow('it broke');
    const tap = lab.ear('tap').samples();
    const out = lab.ear().samples();
    expect(difference(tap.subarray(25 * 960), out.subarray(25 * 960))).toBeUndefined();
  });

  it('before the start, after the end, and on stop meanwhile says so', async () => {
    const lab = new LiveLab();
    await lab.start(chain(risky()));
    lab.beat(3);
    const change = lab.run.change(lab.plan(chain(risky({ fixed: 2 }))));
    const queued = lab.run.change(lab.plan(chain(risky({ fixed: 3 }))));
    lab.beat(3);
    const stopped = lab.run.stop();
    await expect(change).rejects.toThrow('the graph ended meanwhile');
    await expect(queued).rejects.toThrow('it is not running');
    await stopped;
    await expect(lab.run.change(lab.plan(chain(risky())))).rejects.toThrow('it is not running');
    expect([...living.values()]).toEqual([0, 0, 0]);
  });
});

it('changes wait for each other', async () => {
  const lab = new LiveLab();
  await lab.start(chain(risky()));
  lab.beat(3);
  const all = [1, 2, 3].map((fixed) => lab.run.change(lab.plan(chain(risky({ fixed, gain: 1 / (fixed + 1) })))));
  lab.beat(60);
  await Promise.all(all);
  expect(lab.types().filter((type) => type === 'graph.changed')).toHaveLength(3);
  expect(living.get('test.risky')).toBe(1);
  expect(
    difference(lab.ear().samples(50), (await unchanged(chain(risky({ gain: 0.25 })), 63)).subarray(50 * 960)),
  ).toBeUndefined();
});
