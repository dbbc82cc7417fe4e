import { expect, it } from 'vitest';
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
