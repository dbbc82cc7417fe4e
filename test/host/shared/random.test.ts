import { expect, it } from 'vitest';
import { SharingRig } from './rig.js';

/** A small generator of numbers that a seed settles (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

it.each([1, 2, 3])('graphs that come, go and change miss no beat, and nothing is left behind (seed %i)', async (seed) => {
  const rig = new SharingRig();
  const pick = numbers(seed);
  const graph = (as: string) => {
    const more = pick(2) === 0;
    return rig.plan({
      radio: { type: 'source.live', ...(pick(4) === 0 && { options: { value: 1e4 } }) },
      fx: { type: 'effect.tally', in: { audio: 'radio' }, options: { plus: pick(3) * 1e5 } },
      ...(more && { more: { type: 'effect.plus', in: { audio: 'fx' }, options: { plus: pick(2) } } }),
      out: { type: 'sink.heard', in: { audio: more ? 'more' : 'fx' }, options: { as } },
    });
  };
  const running: string[] = [];
  const work: Promise<string | undefined>[] = [];
  const begin = (what: Promise<unknown>) => work.push(what.then(() => undefined, String));
  let count = 0;
  for (let step = 0; step < 120; step++) {
    const what = pick(6);
    const id = running[pick(running.length || 1)];
    if (what <= 1 && running.length < 8) {
      const fresh = `g${count++}`;
      await rig.start(fresh, graph(fresh));
      running.push(fresh);
    } else if (id === undefined) continue;
    else if (what === 2) {
      running.splice(running.indexOf(id), 1);
      await rig.request({ type: 'graph.stop', graph: id });
    } else if (what === 3) begin(rig.request({ type: 'graph.change', graph: id, plan: graph(id) }));
    else if (what === 4) begin(rig.request({ type: 'node.set', graph: id, node: 'fx', options: { plus: pick(3) * 1e5 } }));
    else begin(rig.request({ type: 'node.command', graph: id, node: 'radio', command: { type: 'play' } }));
    await rig.play(pick(300));
  }
  await rig.play(5000);
  // Those of a graph that was stopped meanwhile may fail; no other.
  const reasons = await Promise.all(work);
  expect(reasons.filter((reason) => reason !== undefined && !/ended meanwhile|not running|no graph/.test(reason))).toEqual([]);
  for (const { ptsUs } of rig.heard.values()) {
    const wrong = ptsUs.filter((us, i) => i > 0 && us - ptsUs[i - 1]! !== 20_000);
    expect(wrong).toEqual([]);
  }
  for (const id of running) await rig.request({ type: 'graph.stop', graph: id });
  await rig.play(100);
  expect(rig.present).toBe(0);
  expect(rig.events.filter(({ type }) => type === 'node.fault' || type === 'graph.fault')).toEqual([]);
  await rig.host.close();
});
