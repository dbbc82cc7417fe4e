import { describe, expect, it } from 'vitest';
import type { QueueState } from '../../../src/nodes/support/queue-state.js';
import { QueueStage, type FakeTrack } from './queue-stage.js';
import { constant, largestDifference, largestStep, noise, sine } from './signals.js';

const tone = sine(96_000, 100.3, 0.5);
const tones = {
  first: { samples: tone.slice(0, 30_011) },
  second: { samples: tone.slice(30_011) },
  tone: { samples: tone },
  remote: { samples: tone, remote: true },
  slow: { samples: tone, slow: 40 },
  endless: { samples: tone.slice(0, 30_011), endless: true, slow: 3 },
  late: { samples: tone.slice(30_011), slow: 50 },
} satisfies Record<string, FakeTrack>;

const stageOf = (tracks: readonly string[], options: object = {}) => {
  const stage = new QueueStage(tones, options);
  stage.player.replaceTracks(tracks);
  stage.player.readAhead();
  return stage;
};
const soundOf = (stage: QueueStage) => stage.heard;

describe('a queue in real time', () => {
  it('joins tracks to the sample, though opening takes a while', async () => {
    const stage = stageOf(['first', 'second'], { onEmpty: 'end' });
    await stage.run(200);
    expect(largestDifference(soundOf(stage), tone)).toBe(0);
    expect(stage.counters).toEqual({});
    expect(stage.open).toBe(0);
  });

  it('opens the next at once when nobody knows how long the present one is', async () => {
    const stage = stageOf(['endless', 'second'], { onEmpty: 'end', prefetchSec: 0 });
    await stage.run(200);
    const heard = soundOf(stage);
    const from = heard.findIndex((x) => x !== 0) - 1;
    expect(largestDifference(heard.slice(from, from + tone.length), tone)).toBe(0);
  });

  it('counts underruns when the next is not open in time, and plays it when it is', async () => {
    const stage = stageOf(['first', 'late'], { onEmpty: 'end' });
    await stage.run(200);
    expect(stage.counters['underruns']).toBeGreaterThan(10);
    expect(stage.told).toEqual([
      'track.started t1',
      'track.ended t1 finished',
      'track.started t2',
      'track.ended t2 finished',
      'queue.ended finished',
    ]);
  });

  it('fades out and in again where the network cannot keep up, and loses nothing', async () => {
    const stage = stageOf(['remote'], { onEmpty: 'end' });
    await stage.run(20);
    stage.stalled = true;
    await stage.run(40);
    stage.stalled = false;
    await stage.run(200);
    expect(stage.counters['underruns']).toBeGreaterThan(5);
    expect(largestStep(stage.heard)).toBeLessThan(0.009);
    const silence = stage.frames.filter((frame) => frame.every((x) => x === 0)).length;
    expect(silence).toBeGreaterThan(5);
    expect(stage.heard.length).toBeGreaterThanOrEqual(tone.length + silence * 960);
  });

  it('goes on with the old track until the chosen one is open, and never starts those in between', async () => {
    const stage = stageOf(['tone', 'second', 'slow']);
    await stage.run(5);
    stage.command('next');
    stage.command('next');
    await stage.run(30);
    expect(stage.told).toEqual(['track.started t1']);
    expect(largestDifference(soundOf(stage), tone.slice(0, 35 * 960))).toBe(0);
    await stage.run(30);
    expect(stage.told).toEqual(['track.started t1', 'track.ended t1 skipped', 'track.started t3']);
    expect(largestStep(soundOf(stage))).toBeLessThan(0.009);
    expect(stage.counters).toEqual({});
  });

  it('begins where it was sought to while it was being opened', async () => {
    const stage = stageOf(['slow']);
    await stage.run(5);
    stage.command('seek', { positionMs: 500 });
    await stage.run(80);
    const heard = soundOf(stage);
    const from = heard.findIndex((x) => x !== 0);
    expect(largestDifference(heard.slice(from, from + 9600), tone.slice(24_000, 33_600))).toBe(0);
  });

  it('closes what was opened for nothing', async () => {
    const stage = stageOf(['tone', 'slow', 'first']);
    await stage.run(3);
    stage.command('jump', { index: 1 });
    await stage.run(3);
    stage.command('jump', { index: 0 });
    stage.command('clear', { current: true });
    await stage.run(60);
    expect(stage.open).toBe(0);
    expect(stage.told).toEqual(['track.started t1', 'track.ended t1 stopped', 'queue.ended finished']);
  });
});

/** Numbers of 0 … 1 from a seed. */
function random(seed: number): () => number {
  const values = noise(5000, 1, seed * 2_654_435 + 1);
  let at = 0;
  return () => (values[at++ % values.length]! + 1) / 2;
}

describe('any sequence of commands', () => {
  const tracks: Record<string, FakeTrack> = {
    a: { samples: constant(48_000, 0.25) },
    b: { samples: constant(7777, 0.25), slow: 2 },
    tiny: { samples: constant(333, 0.25) },
    slow: { samples: constant(20_000, 0.25), slow: 9 },
    endless: { samples: constant(30_000, 0.25), endless: true },
    broken: { samples: constant(1, 0), broken: true },
    'slow-broken': { samples: constant(1, 0), broken: true, slow: 5 },
    failing: { samples: constant(9000, 0.25), failsAt: 4000 },
    empty: { samples: new Float32Array() },
    silent: { samples: constant(9000, 0) },
  };
  const names = Object.keys(tracks);

  const play = async (seed: number) => {
    const next = random(seed);
    const int = (below: number) => Math.min(below - 1, Math.floor(next() * below));
    const pick = <T>(items: readonly T[]) => items[int(items.length)]!;
    const options = {
      repeat: pick(['off', 'track', 'queue']),
      shuffle: pick(['off', 'on', 'dynamic']),
      seed,
      crossfadeMs: pick([0, 0, 50, 300]),
      curve: 'linear',
      trimSilence: pick(['off', 'crossfade', 'always']),
      prefetchSec: pick([0, 20]),
      history: pick([0, 2, 100]),
      autoplay: pick([true, true, false]),
    };
    const stage = new QueueStage(tracks, options);
    const { player } = stage;
    player.replaceTracks(Array.from({ length: int(5) }, () => pick(names)));
    let ticks = 0;
    for (let step = 0; step < 25; step++) {
      const { order } = player.state();
      const id = order.length > 0 ? pick(order) : 'none';
      const commands: (() => unknown)[] = [
        () => stage.command('add', { track: pick(names) }),
        () => stage.command('add', { tracks: [pick(names), pick(names)], at: pick(['next', 'end', int(6)]) }),
        () => stage.command('next'),
        () => stage.command('next'),
        () => stage.command('previous'),
        () => stage.command('jump', { index: int(6) }),
        () => stage.command('move', { id, to: int(6) }),
        () => stage.command('remove', { id }),
        () => stage.command('clear', { current: pick([true, false]) }),
        () => stage.command('shuffle', pick([{}, { mode: 'off' }, { mode: 'on' }, { mode: 'dynamic' }])),
        () => stage.command('repeat', { mode: pick(['off', 'track', 'queue']) }),
        () => stage.command('pause'),
        () => stage.command('play'),
        () => stage.command('play'),
        () => stage.command('stop'),
        () => stage.command('seek', { positionMs: int(1500) }),
        () => stage.command('replay'),
        () => player.replaceTracks(Array.from({ length: int(4) }, () => pick(names))),
      ];
      pick(commands)();
      const run = int(20);
      ticks += run;
      await stage.run(run);
      check(stage, ticks);
    }
    player.stop();
    return stage;
  };

  /** What holds at any moment. */
  const check = (stage: QueueStage, ticks: number) => {
    expect(stage.frames).toHaveLength(ticks);
    const state: QueueState = stage.player.state();
    const ids = state.tracks.map(({ id }) => id).sort();
    expect([...state.order].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(state.current).toBe(state.order[state.index] ?? null);
    expect(state.index).toBeLessThanOrEqual(state.order.length);
    expect(state.history.every((id) => ids.includes(id))).toBe(true);
    expect(stage.open).toBeLessThanOrEqual(4);
  };

  /** Every track has the same level and fades are linear, so nothing is ever louder, and nothing below zero. */
  const inRange = (frames: readonly Float32Array[]) => {
    for (const frame of frames) for (const x of frame) if (!(x >= -1e-6 && x <= 0.25 + 1e-6)) return false;
    return true;
  };

  it(
    'leaves one end for each start, the current track in the list, one frame a tick and nothing open',
    { timeout: 120_000 },
    async () => {
      const reasons = new Set<string>();
      for (let seed = 1; seed <= 500; seed++) {
        const stage = await play(seed);
        let present: unknown;
        for (const { type, id, reason } of stage.events) {
          if (type === 'track.started') {
            expect(present, `seed ${seed}`).toBeUndefined();
            present = id;
          } else if (type === 'track.ended') {
            expect(id, `seed ${seed}`).toBe(present);
            present = undefined;
            reasons.add(String(reason));
          }
        }
        expect(present, `seed ${seed}`).toBeUndefined();
        await Promise.resolve();
        expect(stage.open, `seed ${seed}`).toBe(0);
        expect(inRange(stage.frames), `seed ${seed}`).toBe(true);
      }
      expect(reasons).toEqual(new Set(['failed', 'finished', 'replaced', 'skipped', 'stopped']));
    },
  );

  it('gives the same for the same', async () => {
    for (const seed of [3, 77, 401]) {
      const [one, other] = [await play(seed), await play(seed)];
      expect(other.events).toEqual(one.events);
      expect(other.heard).toEqual(one.heard);
    }
  });
});
