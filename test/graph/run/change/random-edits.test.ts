import { expect, it } from 'vitest';
import { VoxError } from '../../../../src/errors.js';
import type { Plan } from '../../../../src/graph/plan-types.js';
import { living, LiveLab } from './support.js';

type Nodes = Record<string, { type: string; in?: Record<string, string | string[]>; options?: Record<string, unknown> }>;

/** Mulberry32: small, seeded, good enough to shuffle edits. */
function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const start: Nodes = {
  a: { type: 'test.tone', options: { hz: 300 } },
  b: { type: 'test.tone', options: { hz: 500, level: 0.1 } },
  echo: { type: 'effect.echo', in: { audio: 'a' }, options: { delayMs: 200 } },
  mix: { type: 'mix.sum', in: { audio: ['echo', 'b'] } },
  out: { type: 'test.ear', in: { audio: 'mix' } },
};

/** One edit of a graph, chosen by chance; it may well be wrong. */
function edit(from: Nodes, next: () => number, serial: number): Nodes {
  const nodes = structuredClone(from);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const names = Object.keys(nodes);
  const effects = names.filter((name) => /^(echo|fx)/.test(name));
  const consumers = names.filter((name) => nodes[name]!.in);
  const kind = pick(['options', 'fixed', 'insert', 'remove', 'rewire', 'branch', 'tap', 'break', 'invalid'] as const);
  const wires = (name: string) => [nodes[name]!.in!['audio']!].flat();
  const wire = (name: string, to: string[]) => (nodes[name]!.in = { audio: name === 'mix' ? to : to[0]! });
  const risky = (fail = 'no') => ({ fixed: serial, gain: 0.5 + next() / 2, fail, after: Math.floor(next() * 14) });
  switch (kind) {
    case 'options':
      if (nodes['echo']) nodes['echo'].options = { delayMs: 100 + Math.floor(next() * 300), decay: next() / 2 };
      break;
    case 'fixed':
      nodes[pick(['a', 'b'])]!.options = { hz: 200 + Math.floor(next() * 400), level: 0.1 };
      break;
    case 'insert':
    case 'break': {
      const at = pick(consumers);
      const [first, ...rest] = wires(at);
      const name = `fx${serial}`;
      const fail = kind === 'break' ? pick(['create', 'throw', 'silent', 'nan']) : 'no';
      nodes[name] = { type: 'test.risky', in: { audio: first! }, options: risky(fail) };
      wire(at, [name, ...rest]);
      break;
    }
    case 'remove': {
      if (effects.length === 0) break;
      const gone = pick(effects);
      const [feeder] = wires(gone);
      delete nodes[gone];
      for (const name of consumers) {
        if (name === gone) continue;
        wire(name, [...new Set(wires(name).map((from) => (from === gone ? feeder! : from)))]);
      }
      break;
    }
    case 'rewire':
      wire(pick(consumers), [pick(names.filter((name) => name !== 'out' && !name.startsWith('tap')))]);
      break;
    case 'branch':
      wire('mix', [...new Set([...wires('mix'), pick(['a', 'b', ...effects])])]);
      break;
    case 'tap':
      if (nodes['tap']) delete nodes['tap'];
      else nodes['tap'] = { type: 'test.tap', in: { audio: pick(['a', 'b', 'mix']) } };
      break;
    case 'invalid':
      nodes['oops'] = { type: pick(['effect.nothing', 'test.risky']), in: { audio: 'nobody' } };
  }
  return nodes;
}

it.each([1, 2, 3, 4])(
  'two hundred edits in four runs miss no tick and leave nothing behind (seed %i)',
  { timeout: 60_000 },
  async (seed) => {
    living.clear();
    const next = random(seed);
    const lab = new LiveLab();
    await lab.start(start as Nodes);
    lab.beat(20);
    let nodes = start;
    const outcome = { changed: 0, failed: 0, invalid: 0 };
    for (let serial = 1; serial <= 50; serial++) {
      const wanted = edit(nodes, next, serial);
      let plan: Plan;
      try {
        plan = lab.plan(wanted);
      } catch (error) {
        expect(error).toBeInstanceOf(VoxError);
        outcome.invalid++;
        continue;
      }
      const change = lab.run.change(plan).then(
        () => true,
        (error: unknown) => {
          expect(['CHANGE_FAILED', 'CHANGE_REFUSED']).toContain((error as VoxError).code);
          return false;
        },
      );
      // Longer than a part may take that gives nothing.
      lab.beat(5 + Math.floor(next() * 10));
      if (lab.run.changing) lab.beat(130);
      if (await change) {
        nodes = wanted;
        outcome.changed++;
      } else outcome.failed++;
    }
    expect(outcome.changed).toBeGreaterThan(10);
    expect(outcome.failed).toBeGreaterThan(0);
    expect(outcome.invalid).toBeGreaterThan(0);

    const { frames, ptsUs } = lab.ear();
    expect(ptsUs).toEqual(Array.from({ length: lab.ticks }, (_, k) => k * 20_000));
    for (const frame of frames) expect(frame.every((x) => Number.isFinite(x) && Math.abs(x) <= 1)).toBe(true);
    const { nodes: stats, beat } = lab.run.stats();
    expect(Object.keys(stats).sort()).toEqual(Object.keys(nodes).sort());
    expect(beat).toMatchObject({ ticks: lab.ticks, skipped: 0 });
    const alive = (type: string) => Object.values(nodes).filter((node) => node.type === type).length;
    for (const type of ['test.tone', 'test.risky', 'test.ear', 'test.tap'])
      expect([type, living.get(type) ?? 0]).toEqual([type, alive(type)]);
    // What still hears the beat: one slot for each node.
    expect(lab.run.slots).toBe(Object.keys(nodes).length);
    await lab.run.stop();
    for (const left of living.values()) expect(left).toBe(0);
  },
);
