import { beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { audioPerTick } from '../../../src/graph/audio-operators.js';
import { defineNode } from '../../../src/graph/define-node.js';
import { audio } from '../../../src/graph/ports.js';
import { difference, living, LiveLab } from './change/support.js';

beforeEach(() => living.clear());

const nodes = (fail: string, after = 3) => ({
  music: { type: 'test.tone' },
  a: { type: 'test.risky', in: { audio: 'music' }, options: { fail, after } },
  b: { type: 'test.risky', in: { audio: 'a' }, options: { gain: 0.5 } },
  out: { type: 'test.ear', in: { audio: 'b' } },
});
const groups = (group: object) => ({ groups: { fx: { nodes: ['a', 'b'], ...group } } });
const told = (lab: LiveLab) => lab.events.filter(({ type }) => type.startsWith('group.')).map(({ type }) => type);

it('bypass: when one gives up all let their input pass, and no tick is missed', async () => {
  const lab = new LiveLab();
  await lab.start(nodes('throw', 0), {}, groups({ onError: 'bypass' }));
  lab.beat(20);
  expect(told(lab)).toEqual(['group.bypassed']);
  expect(lab.events.find(({ type }) => type === 'group.bypassed')).toMatchObject({
    group: 'fx',
    node: 'a',
    problem: { code: 'NODE_BYPASSED' },
  });
  expect(lab.run.stats().nodes).toMatchObject({
    a: { state: 'bypassed' },
    b: { state: 'bypassed' },
    music: { state: 'running' },
  });
  expect(living.get('test.risky')).toBe(0);
  const pure = new LiveLab();
  await pure.start({ music: { type: 'test.tone' }, out: { type: 'test.ear', in: { audio: 'music' } } });
  pure.beat(20);
  expect(lab.ear().frames).toHaveLength(20);
  expect(difference(lab.ear().samples(6), pure.ear().samples(6))).toBeUndefined();
});

it('restart: with pauses that double, and recovery counts the restarts anew', async () => {
  const lab = new LiveLab();
  // Five faults in the first five ticks of each life; a life ends in its first tick.
  await lab.start(nodes('throw', 0), {}, groups({ onError: 'restart', backoffMs: 100, maxRestarts: 3 }));
  lab.beat(100);
  expect(told(lab)).toEqual(['group.restarted', 'group.restarted', 'group.restarted', 'group.bypassed']);
  const starts = lab.ear().frames.length;
  expect(starts).toBe(100);
  // Ticks 0–4 fault; restarts follow 100, 200 and 400 ms after the giving up of each life.
  expect(lab.run.stats().nodes['a']?.faults).toBe(20);
});

it('restart: once it has run well for five seconds it has recovered', async () => {
  let lives = 0;
  const flaky = defineNode({
    type: 'test.flaky',
    summary: 'Fail in its first five lives.',
    inputs: { audio: audio('In.') },
    outputs: { audio: audio('Out.') },
    options: z.strictObject({}),
    create: ({ inputs }) => {
      if (++lives <= 5) throw new Error('not yet');
      return { audio: inputs.audio };
    },
  });
  const lab = new LiveLab(flaky);
  await lab.start(
    { ...nodes('no'), a: { type: 'test.flaky', in: { audio: 'music' } } },
    {},
    groups({ onError: 'restart', backoffMs: 100 }),
  );
  lab.beat(250);
  expect(told(lab)).toEqual(['group.restarted']);
  lab.beat(10);
  expect(told(lab)).toEqual(['group.restarted', 'group.recovered']);
  expect(lives).toBe(6);
  expect(lab.run.stats().nodes).toMatchObject({ a: { state: 'running' }, b: { state: 'running' } });
  expect(lab.ear().frames).toHaveLength(260);
});

it('restart: a source without attempts left is silent until its group brings it back', async () => {
  let lives = 0;
  const flaky = defineNode({
    type: 'test.source',
    summary: 'Fail in its first two lives.',
    inputs: {},
    outputs: { audio: audio('Ones.') },
    retry: { attempts: 1, firstDelayMs: 10 },
    options: z.strictObject({}),
    create: ({ ctx }) => {
      if (++lives <= 2) throw new Error('not yet');
      return {
        audio: audioPerTick(ctx, 1, () => (frame) => {
          frame.planes[0]!.fill(1);
          frame.silent = false;
          return true;
        }),
      };
    },
  });
  const lab = new LiveLab(flaky);
  await lab.start(
    { ...nodes('no'), music: { type: 'test.source' } },
    {},
    {
      groups: { one: { nodes: ['music'], onError: 'restart', backoffMs: 100 } },
    },
  );
  lab.beat(30);
  expect(told(lab)).toEqual(['group.restarted', 'group.restarted']);
  // Tries at 0, 100 and 300 ms; one frame a tick all the while.
  expect(lab.ear().frames.map((frame) => frame[0])).toEqual([
    ...new Array<number>(15).fill(0),
    ...new Array<number>(15).fill(0.5),
  ]);
});

it('end: ends the graph, and says why', async () => {
  const lab = new LiveLab();
  await lab.start(nodes('throw', 0), {}, groups({ onError: 'end' }));
  lab.beat(20);
  expect(await lab.run.ended).toBe('failed');
  expect(told(lab)).toEqual(['group.ended']);
  expect(lab.events.at(-1)).toMatchObject({ type: 'graph.ended', reason: 'failed' });
  expect([...living.values()]).toEqual([0, 0, 0]);
});

it('a node that cannot be made at all is tried as often as its group allows', async () => {
  const lab = new LiveLab();
  await lab.start(nodes('create', 0), {}, groups({ onError: 'restart', backoffMs: 20, maxRestarts: 2 }));
  lab.beat(50);
  expect(told(lab)).toEqual(['group.restarted', 'group.restarted', 'group.bypassed']);
  expect(living.get('test.risky')).toBe(0);
  expect(lab.ear().frames).toHaveLength(50);
});

it('are checked with the rest of the file', () => {
  const lab = new LiveLab();
  const plan = (spec: object) => () => lab.plan(nodes('no'), { groups: spec });
  expect(plan({ fx: { nodes: ['a', 'bb'], onError: 'restart' } })).toThrow('no node is called "bb". Did you mean');
  expect(plan({ fx: { nodes: ['a'], onError: 'restart' }, other: { nodes: ['b', 'a'], onError: 'end' } })).toThrow(
    '"a" is in two groups: "fx" and "other"',
  );
  expect(plan({ fx: { nodes: ['music'], onError: 'bypass' } })).toThrow('"music" cannot be bypassed');
  expect(plan({ fx: { nodes: ['a'], onError: 'explode' } })).toThrow(
    '"onError" must be "bypass", "restart" or "end", not "explode"',
  );
  expect(plan({ fx: { nodes: 'a', onError: 'end' } })).toThrow('"nodes" must be an array of names');
  expect(plan({ fx: { nodes: ['a'], onError: 'restart', backoff: 1 } })).toThrow(
    'a group has no "backoff". Did you mean "backoffMs"?',
  );
  expect(plan({ fx: { nodes: ['a'], onError: 'restart', backoffMs: 0.5 } })).toThrow('"backoffMs" must be a whole number');
  expect(() => lab.plan({ ...nodes('no'), music: { type: 'test.tone', optional: true } })).toThrow('it cannot be optional');
  expect(lab.plan(nodes('no'), { crossfadeMs: 250, ...groups({ onError: 'restart' }) })).toMatchObject({
    crossfadeMs: 250,
    groups: [{ name: 'fx', nodes: ['a', 'b'], onError: 'restart', backoffMs: 500, maxRestarts: 5 }],
  });
});
