import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostEvent } from '../../../src/host/messages.js';
import { SharingRig } from './rig.js';

let rig: SharingRig;
beforeEach(() => {
  rig = new SharingRig();
});
afterEach(() => rig.host.close());

const graph = (as: string, source: object, effect: object = {}, more: object = {}) =>
  rig.plan(
    {
      radio: { type: 'source.live', ...source },
      fx: { type: 'effect.tally', in: { audio: 'radio' }, ...effect },
      out: { type: 'sink.heard', in: { audio: 'fx' }, options: { as } },
    },
    more,
  );
const station = (as: string, effect: object = {}) => graph(as, { type: 'source.count', shared: true }, effect);
const live = (as: string, effect: object = {}, source: object = {}) => graph(as, source, effect);
const set = (id: string, node: string, options: object) =>
  rig.request({ type: 'node.set', graph: id, node, options: options as Record<string, unknown> });
const command = (id: string, node: string, type: string) =>
  rig.request({ type: 'node.command', graph: id, node, command: { type } });
/** What happens while time passes; its answer. */
async function during<R>(work: Promise<R>, ms = 1000): Promise<R> {
  // What it rejects with is for whoever awaits the answer.
  work.catch(() => {});
  await rig.play(ms);
  return work;
}
const last = (as: string) => rig.values(as).at(-1)!;
/** No beat without a frame, and no jump but those that are expected. */
const gaps = (as: string) => rig.heard.get(as)!.ptsUs.filter((us, i, all) => i > 0 && us - all[i - 1]! !== 20_000);

describe('what one graph changes of a shared node', () => {
  it('is for all where the file says that it is one for all', async () => {
    for (const as of ['a', 'b']) await rig.start(as, station(as));
    await rig.play(100);
    await set('a', 'radio', { value: 1000 });
    await rig.play(40);
    expect([last('a') > 1000, last('b') > 1000]).toEqual([true, true]);
    for (const id of ['a', 'b'])
      expect(rig.told(id, 'radio')).toContainEqual({ type: 'node.options-changed', options: { value: 1000 } });
    await command('b', 'radio', 'pause');
    await rig.play(40);
    expect([last('a'), last('b')]).toEqual([-1, -1]);
    expect(rig.told('a', 'radio')).toContainEqual({ type: 'stream.paused', positionMs: 0 });
    // Who comes now with the old options gets a station of his own; with the new ones, this one.
    await rig.start('c', station('c'));
    await rig.start('d', graph('d', { type: 'source.count', shared: true, options: { value: 1000 } }));
    await rig.play(60);
    expect([rig.made, last('c') >= 0, last('d')]).toEqual([2, true, -1]);
    expect(rig.told('d', 'radio')).toContainEqual({ type: 'stream.paused', positionMs: 0 });
  });

  it('is its own elsewhere, from what it heard so far; the others hear nothing of it', async () => {
    for (const as of ['a', 'b', 'c']) await rig.start(as, live(as));
    await rig.play(200);
    await during(set('a', 'fx', { plus: 5000 }));
    expect([rig.made, rig.effects]).toEqual([1, 2]);
    // The source is still one: only what was changed, and what is behind it, came apart.
    expect(last('a') - last('b')).toBeGreaterThanOrEqual(4999);
    expect(last('b') - last('c')).toBeLessThanOrEqual(1);
    expect((await rig.nodes('a'))['radio']).toMatchObject({ shared: 3 });
    expect((await rig.nodes('a'))['fx']).not.toHaveProperty('shared');
    expect(rig.told('a', 'fx')).toEqual([
      { type: 'node.unshared', reason: 'its options were changed' },
      { type: 'node.options-changed', options: { plus: 5000 } },
    ]);
    expect(rig.told('b', 'fx')).toEqual([]);
    for (const as of ['a', 'b', 'c']) expect(gaps(as)).toEqual([]);
    // From now on it is steered like any other.
    await set('a', 'fx', { plus: 9000 });
    await rig.play(20);
    expect(last('a') - last('b')).toBeGreaterThanOrEqual(8999);
  });

  it('stays shared while nobody else hears it, and who comes later compares with what it is now', async () => {
    await rig.start('a', live('a'));
    await rig.play(60);
    await set('a', 'fx', { plus: 100 });
    await rig.start('b', live('b'));
    await rig.start('c', live('c', { options: { plus: 100 } }));
    await rig.play(60);
    expect([rig.made, rig.effects]).toEqual([1, 2]);
    expect((await rig.nodes('c'))['fx']).toMatchObject({ shared: 2 });
    expect((await rig.nodes('b'))['fx']).toMatchObject({ shared: 1 });
  });

  it('a command to a live source gives the graph one of its own', async () => {
    for (const as of ['a', 'b']) await rig.start(as, live(as));
    await rig.play(200);
    await during(command('a', 'radio', 'pause'));
    expect([rig.made, rig.present, last('a')]).toEqual([2, 2, -1]);
    expect(last('b')).toBeGreaterThan(10);
    expect(rig.told('a', 'radio')).toContainEqual({ type: 'node.unshared', reason: 'it got the command "pause"' });
    // Alone again, b's is steered in place, and is no more what its options say.
    await command('b', 'radio', 'pause');
    await rig.start('c', live('c'));
    await rig.play(40);
    expect([rig.made, last('b')]).toEqual([3, -1]);
    expect(last('c')).toBeGreaterThanOrEqual(0);
  });

  it('is left out of that graph alone, and stays so when it is edited', async () => {
    const bypass = (id: string, bypassed: boolean) => rig.request({ type: 'node.bypass', graph: id, node: 'fx', bypassed });
    for (const as of ['a', 'b']) await rig.start(as, live(as, { options: { plus: 5000 } }));
    await rig.play(200);
    await during(bypass('a', true));
    expect([last('a') < 5000, last('b') > 5000]).toEqual([true, true]);
    expect((await rig.nodes('a'))['fx']).toMatchObject({ state: 'bypassed', leftOut: true });
    expect((await rig.nodes('b'))['fx']).not.toHaveProperty('leftOut');
    for (const as of ['a', 'b']) expect(gaps(as)).toEqual([]);
    // Alone it is left out in place; who comes later gets one that works.
    await bypass('b', true);
    await rig.start('c', live('c', { options: { plus: 5000 } }));
    await rig.play(40);
    expect([last('b') < 5000, last('c') > 5000]).toEqual([true, true]);
    await bypass('b', false);
    await rig.play(40);
    expect(last('b')).toBeGreaterThan(5000);
    await expect(rig.request({ type: 'node.bypass', graph: 'b', node: 'radio', bypassed: true })).rejects.toMatchObject({
      code: 'CANNOT_BYPASS',
    });
  });

  it('is left out for all where the file says that it is one for all', async () => {
    const asked = (as: string) => station(as, { shared: true, options: { plus: 5000 } });
    for (const as of ['a', 'b']) await rig.start(as, asked(as));
    await rig.play(100);
    await rig.request({ type: 'node.bypass', graph: 'a', node: 'fx', bypassed: true });
    await rig.play(40);
    expect([last('a') < 5000, last('b') < 5000]).toEqual([true, true]);
  });

  it('is refused as anywhere when it is wrong, and nothing comes apart', async () => {
    for (const as of ['a', 'b']) await rig.start(as, live(as));
    await rig.play(60);
    await expect(set('a', 'fx', { plus: 'much' })).rejects.toMatchObject({ code: 'BAD_OPTION' });
    await expect(set('a', 'fx', { puls: 1 })).rejects.toMatchObject({ code: 'UNKNOWN_OPTION' });
    await expect(set('a', 'radio', { fixed: 1 })).rejects.toMatchObject({ code: 'BAD_OPTION' });
    await expect(set('a', 'none', {})).rejects.toMatchObject({ code: 'UNKNOWN_RUNNING_NODE' });
    expect((await rig.nodes('a'))['fx']).toMatchObject({ shared: 2 });
  });
});

describe('a changed graph file', () => {
  const change = (id: string, plan: ReturnType<typeof live>) => during(rig.request({ type: 'graph.change', graph: id, plan }));

  it('takes what differs out of what is shared, and puts it back in when it is equal again', async () => {
    for (const as of ['a', 'b']) await rig.start(as, live(as));
    await rig.play(200);
    const diff = await change('a', live('a', { options: { plus: 300 } }));
    expect(diff).toMatchObject({ set: [{ node: 'fx', from: { plus: 0 }, to: { plus: 300 } }], added: [], rebuilt: [] });
    expect(rig.told('a')).toContainEqual(expect.objectContaining({ type: 'graph.changed', changes: ['"fx": plus 0 → 300'] }));
    expect([rig.made, rig.effects]).toEqual([1, 2]);
    expect(last('a') - last('b')).toBeGreaterThanOrEqual(299);
    expect((await rig.nodes('a'))['fx']).toMatchObject({ shared: 1 });
    await change('a', live('a'));
    expect((await rig.nodes('a'))['fx']).toMatchObject({ shared: 2 });
    expect([rig.made, rig.effects, rig.present]).toEqual([1, 2, 1]);
    expect(Math.abs(last('a') - last('b'))).toBeLessThanOrEqual(1);
    for (const as of ['a', 'b']) expect(gaps(as)).toEqual([]);
  });

  it('of a station sets what may change live for all, and lets the others follow', async () => {
    for (const as of ['a', 'b']) await rig.start(as, station(as));
    await rig.play(200);
    const louder = (as: string) => graph(as, { type: 'source.count', shared: true, options: { value: 1000 } });
    await change('a', louder('a'));
    expect([rig.made, last('a') > 1000, last('b') > 1000]).toEqual([1, true, true]);
    await change('b', louder('b'));
    expect(rig.made).toBe(1);
    expect((await rig.nodes('b'))['radio']).toMatchObject({ shared: 2 });
    // Something that cannot change live: the first gets a new one, the second joins that.
    const other = (as: string) => graph(as, { type: 'source.count', shared: true, options: { value: 1000, fixed: 1 } });
    await change('a', other('a'));
    expect([rig.made, rig.present]).toEqual([2, 2]);
    await change('b', other('b'));
    expect([rig.made, rig.present]).toEqual([2, 1]);
    expect(Math.abs(last('a') - last('b'))).toBeLessThanOrEqual(1);
  });

  it('leaves alone what came apart, with the options it was given', async () => {
    for (const as of ['a', 'b']) await rig.start(as, live(as));
    await rig.play(100);
    await during(set('a', 'fx', { plus: 500 }));
    const gained = (as: string) =>
      rig.plan({
        radio: { type: 'source.live' },
        fx: { type: 'effect.tally', in: { audio: 'radio' } },
        more: { type: 'effect.plus', in: { audio: 'fx' }, options: { plus: 10_000 } },
        out: { type: 'sink.heard', in: { audio: 'more' }, options: { as } },
      });
    await change('a', gained('a'));
    expect(rig.effects).toBe(2);
    expect(last('a') - last('b')).toBeGreaterThanOrEqual(10_499);
    expect((await rig.nodes('a'))['radio']).toMatchObject({ shared: 2 });
  });

  it('that fails leaves everything as it was', async () => {
    for (const as of ['a', 'b']) await rig.start(as, live(as));
    await rig.play(100);
    const plan = live('a', { options: { plus: 7 } });
    const broken = { ...plan, nodes: plan.nodes.filter(({ id }) => id !== 'out') };
    await expect(change('a', broken)).rejects.toMatchObject({ code: 'CHANGE_REFUSED' });
    expect((await rig.nodes('a'))['fx']).toMatchObject({ shared: 2 });
    expect([rig.made, rig.present]).toEqual([1, 1]);
  });

  it('stops sharing, and starts', async () => {
    await rig.start('a', live('a', {}, { shared: false }));
    await rig.start('b', live('b'));
    await rig.play(100);
    expect(rig.made).toBe(2);
    await change('a', live('a', { shared: true }));
    expect([rig.made, rig.present]).toEqual([3, 2]);
    await change('a', live('a'));
    expect((await rig.nodes('a'))['radio']).toMatchObject({ shared: 2 });
    await change('a', live('a', {}, { shared: false }));
    expect((await rig.nodes('b'))['radio']).toMatchObject({ shared: 1 });
    expect((await rig.nodes('a'))['radio']).not.toHaveProperty('shared');
  });
});

describe('what all graphs see of a shared node', () => {
  it('is its faults, with the name it has in each', async () => {
    await rig.start('a', station('a'));
    const named = rig.plan({
      music: { type: 'source.count', shared: true },
      fx: { type: 'effect.tally', in: { audio: 'music' } },
      out: { type: 'sink.heard', in: { audio: 'fx' }, options: { as: 'b' } },
    });
    await rig.start('b', named);
    await rig.play(100);
    await command('a', 'radio', 'fail');
    await rig.play(1000);
    const faults = (id: string, node: string) =>
      rig.told(id, node).filter((event) => 'problem' in event) as { type: string; problem: { node: string } }[];
    expect(faults('a', 'radio')).toHaveLength(1);
    expect(faults('b', 'music')).toMatchObject([{ type: 'node.fault', problem: { node: 'music' } }]);
    expect((await rig.nodes('b'))['music']).toMatchObject({ faults: 1, state: 'running' });
    for (const as of ['a', 'b']) expect(gaps(as)).toEqual([]);
  });

  it('is what they watch, and only who does', async () => {
    for (const as of ['a', 'b']) await rig.start(as, live(as));
    await rig.request({ type: 'watch', graph: 'b', node: 'radio', event: 'numbers.given' });
    await rig.play(1000);
    const given = (id: string) => rig.told(id, 'radio').filter((event) => (event as { type: string }).type === 'numbers.given');
    expect(given('a')).toEqual([]);
    expect(given('b').length).toBeGreaterThanOrEqual(4);
    await rig.request({ type: 'unwatch', graph: 'b', node: 'radio', event: 'numbers.given' });
    const before = given('b').length;
    await rig.play(1000);
    expect(given('b').length).toBe(before);
  });

  it('is its wires, until the graph hears it no more', async () => {
    const taps: HostEvent[] = [];
    rig.host.events$.subscribe((event) => event.type === 'tap' && taps.push(event));
    for (const as of ['a', 'b']) await rig.start(as, live(as));
    await rig.request({ type: 'tap.open', tap: 't', graph: 'a', wire: 'radio', sound: false });
    await rig.request({ type: 'tap.open', tap: 'u', graph: 'b', wire: 'fx.audio', sound: false });
    await rig.play(1000);
    expect(taps.filter((event) => event.type === 'tap' && event.tap === 't').length).toBeGreaterThanOrEqual(9);
    expect(taps.filter((event) => event.type === 'tap' && event.tap === 'u').length).toBeGreaterThanOrEqual(9);
    await expect(rig.request({ type: 'tap.open', tap: 'v', graph: 'a', wire: 'radio.none', sound: false })).rejects.toMatchObject(
      { code: 'UNKNOWN_WIRE' },
    );
    await rig.request({ type: 'graph.stop', graph: 'a' });
    await rig.play(20);
    expect(taps.filter((event) => event.type === 'tap' && event.ended)).toEqual([{ type: 'tap', tap: 't', ended: true }]);
  });
});
