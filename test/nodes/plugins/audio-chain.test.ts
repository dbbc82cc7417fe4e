import { BehaviorSubject, identity, map, scan } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { PluginMedia, PluginOperatorArgs } from '../../../src/graph/plugin-media.js';
import { copyAudioFrame, createAudioFrame, type AudioFrame } from '../../../src/media/frame.js';
import { adder, ChainLab, constant, counter, entry, plugin, samples } from './chain-lab.js';

const doubler = plugin('double', () => samples((x) => x * 2));
const plus = (config: object) => entry('plus', { config: config as Record<string, unknown> });

describe('a chain of audio operators', () => {
  it('without operators hands on the very same frame', () => {
    const lab = new ChainLab([plugin('control-only')]);
    lab.set('control-only');
    const frame = constant(1);
    expect(lab.frame(frame)).toBe(frame);
    expect(lab.chain.empty).toBe(true);
  });

  it('runs them in the order it is given, with their configs', () => {
    const lab = new ChainLab([doubler, adder('plus')]);
    lab.set('double', plus({ plus: 3 }));
    expect(lab.value(5)).toEqual([13, 13]);
    const other = new ChainLab([doubler, adder('plus')]);
    other.set(plus({ plus: 3 }), 'double');
    expect(other.value(5)).toEqual([16, 16]);
  });

  it('keeps state across frames of any size', () => {
    const lab = new ChainLab([
      plugin('sum', () => {
        let sum = 0;
        return samples((x) => (sum += x));
      }),
    ]);
    lab.set('sum');
    const sizes = [960, 96, 1, 480, 1920];
    let seen = 0;
    for (const size of sizes) {
      const out = lab.frame(constant(1, size));
      expect(out.planes[0]).toHaveLength(size);
      expect(out.planes[0]![size - 1]).toBe((seen += size));
    }
  });

  it('gives the time of the frame that came in, whatever the operator wrote', () => {
    const lab = new ChainLab([
      plugin('timeless', () => map((frame) => copyAudioFrame(frame, createAudioFrame(1, frame.planes[0]!.length)))),
      plugin('late', () => map((frame) => Object.assign(copyAudioFrame(frame, createAudioFrame(1)), { ptsUs: 7 }))),
    ]);
    lab.set('timeless', 'late');
    lab.value(1);
    expect(lab.frame(constant(1)).ptsUs).toBe(20_000);
  });

  it('lets an operator make stereo of mono', () => {
    const lab = new ChainLab([
      plugin('wide', () =>
        map((frame) => ({ ...createAudioFrame(2), silent: false, planes: [frame.planes[0]!, frame.planes[0]!] })),
      ),
      doubler,
    ]);
    lab.set('wide', 'double');
    expect(lab.frame(constant(2)).planes.map((plane) => plane[7])).toEqual([4, 4]);
    expect(lab.told()).toEqual([]);
  });
});

describe('changes while it runs', () => {
  it('fade an operator in and out in 20 ms, and begin anew when it comes back', () => {
    const lab = new ChainLab([counter('count')]);
    expect(lab.value(0.5)).toEqual([0.5, 0.5]);
    lab.set('count');
    const [first, last] = lab.value(0);
    expect(first).toBeCloseTo(1 / 960, 5);
    expect(last).toBe(1);
    expect(lab.values(0, 3)).toEqual([2, 3, 4]);
    lab.set(entry('count', { enabled: false }));
    const [begin, end] = lab.value(0);
    expect(begin).toBeCloseTo(5 * (959 / 960), 5);
    expect(end).toBe(0);
    expect(lab.value(0)).toEqual([0, 0]);
    expect(lab.chain.empty).toBe(true);
    lab.set('count');
    expect(lab.values(0, 2)).toEqual([1, 2]);
  });

  it('begin without a fade before the first frame: there is nothing to fade from', () => {
    const lab = new ChainLab([counter('count')]);
    lab.set('count');
    expect(lab.value(0)).toEqual([1, 1]);
  });

  it('make an operator anew that does not listen to its config, and fade over', () => {
    const lab = new ChainLab([adder('plus')]);
    lab.set(plus({ plus: 1 }));
    lab.value(0);
    lab.set(plus({ plus: 2 }));
    const [first, last] = lab.value(0);
    expect(first).toBeCloseTo(1 + 1 / 960, 5);
    expect(last).toBe(2);
    expect(lab.value(0)).toEqual([2, 2]);
    lab.set(plus({ plus: 2 }));
    expect(lab.value(0)).toEqual([2, 2]);
  });

  it('tell an operator that listens, which goes on with its state', () => {
    let made = 0;
    const follower: PluginMedia = plugin('follow', ({ config$ }: PluginOperatorArgs<{ plus: number }>) => {
      made++;
      return (frames$) =>
        frames$.pipe(
          scan((state, frame) => ({ frames: state.frames + 1, frame }), {
            frames: 0,
            frame: undefined as AudioFrame | undefined,
          }),
          (counted$) => {
            let extra = 0;
            config$.subscribe((config) => (extra = config.plus));
            return counted$.pipe(map(({ frames }) => constant(frames + extra)));
          },
        );
    });
    const lab = new ChainLab([follower]);
    lab.set(entry('follow', { config: { plus: 0 } }));
    expect(lab.values(0, 2)).toEqual([1, 2]);
    lab.set(entry('follow', { config: { plus: 100 } }));
    expect(lab.values(0, 2)).toEqual([103, 104]);
    expect(made).toBe(1);
  });

  it('swap code: the new module is faded over to', () => {
    const lab = new ChainLab([adder('plus')]);
    lab.set(plus({ plus: 1 }));
    lab.value(0);
    lab.swap(
      'plus@2',
      plugin('plus', () => samples((x) => x + 50)),
    );
    lab.set(entry('plus', { module: 'plus@2', config: { plus: 1 } }));
    expect(lab.value(0)[1]).toBe(50);
    expect(lab.told()).toEqual([]);
  });

  it('put operators in another order without making one anew', () => {
    let made = 0;
    const tripler = plugin('triple', () => {
      made++;
      return samples((x) => x * 3);
    });
    const stateful = counter('count');
    const lab = new ChainLab([tripler, stateful, doubler]);
    lab.set('triple', 'count', 'double');
    expect(lab.values(1, 3)).toEqual([8, 10, 12]);
    // One is faded out, moved and faded in; the others play on.
    lab.set('count', 'triple', 'double');
    lab.values(1, 2);
    // (1 + 6 frames) × 3 × 2
    expect(lab.value(1)).toEqual([42, 42]);
    expect(made).toBe(1);
    expect(lab.told()).toEqual([]);
  });

  it('take several changes at once, and those that come during a fade after it', () => {
    const lab = new ChainLab([adder('plus'), doubler, counter('count')]);
    lab.set(plus({ plus: 1 }), 'double');
    lab.value(0);
    lab.set('count', plus({ plus: 5 }));
    lab.set('double', plus({ plus: 7 }), 'count');
    lab.set('double', plus({ plus: 9 }));
    lab.values(1, 4);
    expect(lab.value(1)).toEqual([11, 11]);
  });

  it('never click: a sine stays smooth through all of them', () => {
    const lab = new ChainLab([
      plugin('quiet', () => samples((x) => x * 0.1)),
      plugin('loud', ({ config }: PluginOperatorArgs<{ by: number }>) => samples((x) => x * config.by)),
    ]);
    let sample = 0;
    let last = 0;
    let largest = 0;
    const play = (frames: number) => {
      for (let f = 0; f < frames; f++) {
        const frame = createAudioFrame(1, 480);
        frame.silent = false;
        frame.planes[0]!.forEach((_, i) => (frame.planes[0]![i] = 0.25 * Math.sin((2 * Math.PI * 100 * sample++) / 48_000)));
        for (const x of lab.frame(frame).planes[0]!) {
          largest = Math.max(largest, Math.abs(x - last));
          last = x;
        }
      }
    };
    const loud = (by: number, more: object = {}) => entry('loud', { config: { by }, ...more });
    play(3);
    const steps: (() => void)[] = [
      () => lab.set('quiet'),
      () => lab.set('quiet', loud(2)),
      () => lab.set(loud(2), 'quiet'),
      () => lab.set(loud(0.5), 'quiet'),
      () => lab.set(loud(0.5, { enabled: false }), 'quiet'),
      () => lab.set(loud(0.5)),
      () => lab.set(),
    ];
    for (const step of steps) {
      step();
      play(7);
    }
    // The sine itself moves by 0.0033 a sample, twice as loud by 0.0065; a fade adds at most 1/960 of full scale.
    expect(largest).toBeLessThan(0.0075);
    expect(lab.told()).toEqual([]);
  });
});

describe('silence', () => {
  const counting = (tailMs?: number) => {
    let runs = 0;
    const media = plugin('quiet', {
      ...(tailMs !== undefined && { tailMs }),
      stage: () => map((frame: AudioFrame) => (runs++, frame)),
    } as never);
    return { media, runs: () => runs };
  };

  it('costs nothing where an operator says that it makes silence of silence', () => {
    const { media, runs } = counting(0);
    const lab = new ChainLab([media]);
    lab.set('quiet');
    lab.values(1, 2);
    const silence = constant(0);
    expect(lab.frame(silence)).toBe(silence);
    lab.values(0, 5);
    expect(runs()).toBe(2);
    lab.value(1);
    expect(runs()).toBe(3);
  });

  it('reaches an operator as long as it rings, and one that says nothing always', () => {
    const { media, runs } = counting(50);
    const lab = new ChainLab([media]);
    lab.set('quiet');
    lab.values(0, 10);
    expect(runs()).toBe(3);
    const always = counting();
    const other = new ChainLab([always.media]);
    other.set('quiet');
    other.values(0, 10);
    expect(always.runs()).toBe(10);
  });
});

describe('time', () => {
  it('is measured per plugin, and a blocking one is named and then left out', () => {
    const lab: ChainLab = new ChainLab([
      plugin('quick', () => map((frame: AudioFrame) => ((lab.nowUs += 40), frame))),
      plugin('slow', () => samples((x, i) => ((lab.nowUs += i === 0 ? 200_000 : 0), x + 1))),
    ]);
    lab.set('quick', 'slow');
    expect(lab.values(0, 4)).toEqual([1, 1, 1, 1]);
    // The fifth is faded out within itself; it is not asked again.
    expect(lab.value(0)).toEqual([expect.closeTo(959 / 960, 5), 0]);
    const before = lab.nowUs;
    expect(lab.values(0, 3)).toEqual([0, 0, 0]);
    expect(lab.nowUs - before).toBe(120);
    lab.flush();
    expect(lab.of('plugin.faulted')[0]).toMatchObject({ plugin: 'slow', problem: { code: 'PLUGIN_SLOW' } });
    expect(lab.of('plugin.bypassed')).toEqual([expect.objectContaining({ plugin: 'slow', where: 'audio', node: 'fx' })]);
    const stats = lab.roster.stats();
    expect(stats['quick']).toMatchObject({ timed: 8, meanUs: 40, longestUs: 40, faults: 0, bypassedIn: [] });
    expect(stats['slow']).toMatchObject({ timed: 5, longestUs: 200_000, slow: 5, faults: 5, bypassedIn: ['fx'] });
  });

  it('is not measured without a clock', () => {
    const lab = new ChainLab([doubler], { timed: false });
    lab.set('double');
    lab.values(1, 3);
    expect(lab.roster.stats()['double']).toMatchObject({ timed: 0, meanUs: 0 });
  });
});

it('tells facts of operators, at most 50 a second', () => {
  const lab = new ChainLab([
    plugin('teller', ({ ctx }) =>
      map((frame: AudioFrame) => {
        for (let i = 0; i < 20; i++) ctx.tell('level', { db: i });
        return frame;
      }),
    ),
  ]);
  lab.set('teller');
  lab.values(1, 5);
  expect(lab.of('plugin.told')).toHaveLength(50);
  expect(lab.events[0]).toEqual({ type: 'plugin.told', plugin: 'teller', what: 'level', data: { db: 0 } });
  expect(lab.roster.stats()['teller']).toMatchObject({ dropped: 50, faults: 0 });
});

it('gives an operator what it needs', () => {
  const given: unknown[] = [];
  const lab = new ChainLab([
    plugin('asks', ({ ctx, config, config$ }) => {
      given.push({ ...ctx, config, isLive: new BehaviorSubject(0).constructor !== config$.constructor });
      return identity;
    }),
  ]);
  lab.set(entry('asks', { key: 'asks@room', config: { a: 1 } }));
  expect(given).toEqual([
    expect.objectContaining({ plugin: 'asks', graph: 'g', node: 'fx', offline: true, debug: false, config: { a: 1 } }),
  ]);
});
