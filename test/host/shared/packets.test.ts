import { resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { packetsOf } from '../../graph/passthrough/rig.js';
import { SharingRig } from './rig.js';

const tune = resolve('media/tune.opus');
let rig: SharingRig;
beforeEach(() => {
  rig = new SharingRig();
});
afterEach(() => rig.host.close());

const radio = (more: object = {}) =>
  rig.plan({
    radio: { type: 'source.file', options: { src: tune, loop: true }, shared: true },
    gain: { type: 'effect.gain', in: { audio: 'radio' }, ...more },
    opus: { type: 'encode.opus', in: { audio: 'gain' } },
    call: { type: 'sink.call', in: { audio: 'opus' } },
  });
const start = async (as: string, more: object = {}) => rig.start(as, radio(more), { call: await rig.call(as) });
const bytes = (as: string) => rig.sent.get(as)!.map(({ data }) => Buffer.from(data).toString('base64'));
const late = (as: string) => rig.sent.get(as)!.filter(({ ptsUs }, i, all) => i > 0 && ptsUs - all[i - 1]!.ptsUs !== 20_000);

it('one radio in many calls is read once, and its packets are copied into each', async () => {
  const calls = Array.from({ length: 10 }, (_, i) => `c${i}`);
  for (const as of calls) await start(as);
  await rig.play(1000);
  const nodes = await rig.nodes('c3');
  const { copied = 0, encoded = 0 } = nodes['opus']!.counters;
  expect(nodes['opus']).toMatchObject({ shared: 10 });
  expect(encoded).toBe(0);
  // Not ten times as many: the beats of one radio.
  expect(copied).toBeGreaterThanOrEqual(49);
  expect(copied).toBeLessThanOrEqual(60);
  const file = (await packetsOf(tune)).map((data) => Buffer.from(data).toString('base64'));
  for (const as of calls) {
    const sent = bytes(as);
    expect(sent.length).toBeGreaterThanOrEqual(45);
    const at = file.indexOf(sent[0]!);
    expect(sent).toEqual(file.slice(at, at + sent.length));
    expect(late(as)).toEqual([]);
  }
});

it('one encoder serves all calls; the one that changes its sound gets its own, and misses no packet', async () => {
  const louder = { options: { gainDb: -3 } };
  for (const as of ['a', 'b', 'c']) await start(as, louder);
  await rig.play(1000);
  const { counters, shared } = (await rig.nodes('a'))['opus']!;
  expect(shared).toBe(3);
  expect(counters.encoded).toBeLessThanOrEqual(60);
  const [b, c] = [bytes('b'), bytes('c')];
  const at = b.indexOf(c[2]!);
  expect(at).toBeGreaterThanOrEqual(0);
  expect(c.slice(2, 40)).toEqual(b.slice(at, at + 38));
  const setting = rig.request({ type: 'node.set', graph: 'a', node: 'gain', options: { gainDb: -20 } });
  await rig.play(1000);
  await setting;
  expect((await rig.nodes('a'))['radio']).toMatchObject({ shared: 3 });
  expect((await rig.nodes('a'))['opus']).not.toHaveProperty('shared');
  expect((await rig.nodes('b'))['opus']).toMatchObject({ shared: 2 });
  for (const as of ['a', 'b', 'c']) expect(late(as)).toEqual([]);
  // Each at its own phase inside the 20 ms, so that not all send at once.
  const phases = new Set(['a', 'b', 'c'].map((as) => rig.sent.get(as)!.at(-1)!.atUs % 20_000));
  expect(phases.size).toBe(3);
});

it('60 ms packets reach every call once, also one that joins in between', async () => {
  const long = () =>
    rig.plan({
      radio: { type: 'source.tone', shared: true },
      opus: { type: 'encode.opus', in: { audio: 'radio' }, options: { frameMs: 60 } },
      call: { type: 'sink.call', in: { audio: 'opus' } },
    });
  await rig.start('a', long(), { call: await rig.call('a') });
  await rig.play(510);
  await rig.start('b', long(), { call: await rig.call('b') });
  await rig.play(1000);
  for (const as of ['a', 'b']) {
    const steps = rig.sent.get(as)!.map(({ ptsUs }, i, all) => (i === 0 ? 60_000 : ptsUs - all[i - 1]!.ptsUs));
    expect(new Set(steps)).toEqual(new Set([60_000]));
    expect(steps.length).toBeGreaterThanOrEqual(16);
  }
});
