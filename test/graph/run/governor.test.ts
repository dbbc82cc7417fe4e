import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineNode } from '../../../src/graph/define-node.js';
import { packets } from '../../../src/graph/ports.js';
import { noise } from '../../../src/nodes/sources/noise.js';
import { LiveLab } from './change/support.js';

const nodes = {
  music: { type: 'test.tone' },
  nice: { type: 'test.risky', in: { audio: 'music' }, options: { gain: 0.5 }, optional: true },
  out: { type: 'test.ear', in: { audio: 'nice' } },
};

it('sheds in the stated order under load, and recovers in reverse order, much later', async () => {
  let workUs = 2000;
  const lab = new LiveLab();
  await lab.start(nodes, { governor: () => workUs });
  lab.beat(200);
  expect(lab.types()).toEqual(['graph.started']);
  workUs = 18_000;
  lab.beat(200);
  const told = () => lab.events.slice(1).map(({ type, step }) => `${type} ${String(step)}`);
  expect(told()).toEqual(['governor.shed meters', 'governor.shed optional-effects']);
  expect(lab.events[1]).toMatchObject({ heavy: 13, skipped: 0, maxLateUs: 0 });
  expect(lab.run.stats().nodes['nice']?.state).toBe('bypassed');
  workUs = 2000;
  lab.beat(499);
  expect(told()).toHaveLength(2);
  lab.beat(52);
  expect(told().slice(2)).toEqual(['governor.restored optional-effects']);
  lab.beat(500);
  expect(told().slice(3)).toEqual(['governor.restored meters']);
  expect(lab.run.stats().nodes['nice']?.state).toBe('running');
  expect(lab.ear().frames).toHaveLength(lab.ticks);
});

it('takes the Opus encoders from complexity 10 to 5, and back', async () => {
  const kept: string[] = [];
  const sink = defineNode({
    type: 'test.packets',
    summary: 'Keep packets.',
    inputs: { packets: packets('Packets.') },
    outputs: {},
    options: z.strictObject({}),
    leadership: 'may',
    create: ({ inputs, ctx }) => {
      const subscription = inputs.packets.subscribe(({ data }) => void kept.push(Buffer.from(data).toString('base64')));
      ctx.defer(() => subscription.unsubscribe());
      return {};
    },
  });
  const encoded = {
    // Hard to encode, so that the encoder's effort shows in its packets.
    music: { type: 'source.noise' },
    opus: { type: 'encode.opus', in: { audio: 'music' }, options: { complexity: 10 } },
    out: { type: 'test.packets', in: { packets: 'opus' } },
  };
  const take = () => kept.splice(0);

  let workUs = 18_000;
  const lab = new LiveLab(sink, noise);
  await lab.start(encoded, { governor: () => workUs });
  const told = () => lab.events.slice(1).map(({ type, step }) => `${type} ${String(step)}`);
  // Another encoder is opened beside, and takes over once it is ready.
  const until = async (fact: string) => {
    while (!told().includes(fact)) await lab.play(1);
    return lab.ticks;
  };
  const shedAt = await until('governor.shed opus-complexity');
  workUs = 2000;
  const restoredAt = await until('governor.restored opus-complexity');
  await lab.play(50);
  expect(told().slice(0, 3)).toEqual([
    'governor.shed meters',
    'governor.shed opus-complexity',
    'governor.restored opus-complexity',
  ]);
  const governed = take();

  const plain = new LiveLab(sink, noise);
  await plain.start(encoded);
  await plain.play(lab.ticks);
  const always = take();
  // By hand, in the same beats.
  const byHand = new LiveLab(sink, noise);
  await byHand.start(encoded);
  await byHand.play(shedAt);
  byHand.run.setOptions('opus', { complexity: 5 });
  await byHand.play(restoredAt - shedAt);
  byHand.run.setOptions('opus', { complexity: 10 });
  await byHand.play(50);
  expect(governed).toEqual(take());
  expect(governed.slice(0, shedAt)).toEqual(always.slice(0, shedAt));
  expect(governed.slice(shedAt, restoredAt)).not.toEqual(always.slice(shedAt, restoredAt));
});

it('between light and heavy does nothing, and does not swing', async () => {
  let workUs = 18_000;
  const lab = new LiveLab();
  await lab.start(nodes, { governor: () => workUs });
  lab.beat(20);
  workUs = 10_000;
  lab.beat(2000);
  expect(lab.types()).toEqual(['graph.started', 'governor.shed']);
});

it('is off in virtual and offline time', async () => {
  const lab = new LiveLab();
  await lab.start(nodes);
  lab.beat(100);
  expect(lab.types()).toEqual(['graph.started']);
});
