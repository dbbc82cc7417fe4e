import { describe, expect, test } from 'vitest';
import { checkGraphText, type CheckedGraph } from '../../src/graph/load.js';
import { testLoad } from './support.js';

/** Deterministic numbers in [0, 1): mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const valid = {
  $schema: './graph.schema.json',
  version: 1,
  title: 'Fuzzed',
  params: { music: { type: 'string', default: 'tune.opus' }, depth: { type: 'number', default: -12 } },
  plugins: { radio: { priority: 3, config: { a: [1, { b: null }] } } },
  nodes: {
    music: { type: 'source.file', options: { src: { $param: 'music' }, loop: true } },
    room: { type: 'source.participants' },
    voice: { type: 'plugin.audio', in: { audio: 'room' } },
    duck: { type: 'mix.duck', in: { bed: 'music.audio', voice: ['voice'] }, options: { depthDb: { $param: 'depth' } } },
    eq: { type: 'effect.equalizer', in: { audio: 'duck' }, options: { bands: [{ kind: 'peak', hz: 100 }], mode: 3 } },
    opus: { type: 'encode.opus', in: { audio: 'eq' }, about: 'Opus' },
    call: { type: 'sink.call', in: { audio: { from: 'opus', queue: { frames: 5, overflow: 'drop-newest' } } }, clock: 'call' },
  },
};

const oddKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '',
  ' ',
  'ключ',
  '🎵',
  'a.b',
  '$param',
  'nodes',
  '\u0000',
];
const oddValues: unknown[] = [
  null,
  true,
  -0,
  1e308,
  0.1,
  '',
  'x'.repeat(5000),
  '__proto__',
  'constructor',
  'constructor.name',
  '🎵',
  [],
  {},
  [[]],
];

type Bag = Record<string, unknown>;

/** Every object and array in a value. */
function containers(value: unknown, found: (Bag | unknown[])[] = []): (Bag | unknown[])[] {
  if (typeof value === 'object' && value !== null) {
    found.push(value as Bag);
    for (const item of Object.values(value)) containers(item, found);
  }
  return found;
}

function mutate(random: () => number): string {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const graph = structuredClone(valid) as unknown as Bag;
  let text: string | undefined;
  for (let i = 0; i < 1 + random() * 4; i++) {
    const bag = pick(containers(graph)) as Bag;
    const keys = Object.keys(bag);
    const key = keys.length > 0 ? pick(keys) : 'a';
    const define = (name: string, value: unknown) =>
      Object.defineProperty(bag, name, { value, enumerable: true, configurable: true, writable: true });
    const kind = Math.floor(random() * 6);
    if (kind === 0) delete bag[key];
    else if (kind === 1) define(pick(oddKeys), bag[key]);
    else if (kind === 2) define(key, pick(oddValues));
    else if (kind === 3) define(pick(keys.length > 0 ? keys : ['a']), structuredClone(bag[key]));
    else if (kind === 4) define(pick(oddKeys), pick(oddValues));
    else define(key, pick(['music', 'room.voices', 'call', 'eq.audio', 'duck', 'opus.packets']));
  }
  text = JSON.stringify(graph, null, random() < 0.5 ? 2 : 0);
  const damage = Math.floor(random() * 7);
  const at = Math.floor(random() * text.length);
  if (damage === 0) text = text.slice(0, at);
  else if (damage === 1)
    text =
      text.slice(0, at) +
      pick(['{', '}', '[', ']', ',', ':', '"', '/*', '//', "'", '\\', '\u0000', '\ufeff', '1e', '-', 'tru']) +
      text.slice(at);
  else if (damage === 2) text = text.slice(0, at) + text.slice(at + 1 + Math.floor(random() * 20));
  else if (damage === 3) {
    const end = at + Math.floor(random() * 200);
    text = text.slice(0, end) + text.slice(at, end) + text.slice(end);
  } else if (damage === 4) text = text.replace(/\n/g, '\r\n');
  return text;
}

function expectSound(text: string, { plan, problems }: CheckedGraph): void {
  if (plan) {
    expect(problems).toEqual([]);
    expect(plan.nodes.length).toBeGreaterThan(0);
    // It is plain JSON.
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    return;
  }
  expect(problems.length).toBeGreaterThan(0);
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
  for (const { place, message } of problems) {
    expect(place, message).toBeDefined();
    const line = lines[place!.line - 1];
    expect(line, `${message} at line ${place!.line}`).toBeDefined();
    expect(place!.column).toBeGreaterThanOrEqual(1);
    expect(place!.column).toBeLessThanOrEqual(line!.length + 1);
    expect(message).not.toMatch(/\{\w+\}|undefined|\[object/);
  }
}

function expectUnpolluted(): void {
  const plain = {} as Bag;
  for (const key of ['type', 'audio', 'bed', 'loop', 'options', 'in', 'polluted', 'version']) expect(plain[key]).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
}

describe('malformed graph files', () => {
  const seeds = Array.from({ length: 300 }, (_, i) => i + 1);

  test('the graph they are made from is valid', () => {
    expect(checkGraphText(JSON.stringify(valid), 'valid.json', testLoad).problems).toEqual([]);
  });

  test.each(seeds)('mutation %i is answered with problems inside the file, or a plan', (seed) => {
    const text = mutate(randomOf(seed));
    expectSound(text, checkGraphText(text, 'fuzz.json', testLoad));
    expectUnpolluted();
  });

  test('the mutations are mostly broken, in many ways', () => {
    const codes = new Set<string>();
    let broken = 0;
    for (const seed of seeds) {
      const { problems } = checkGraphText(mutate(randomOf(seed)), 'fuzz.json', testLoad);
      if (problems.length > 0) broken++;
      for (const { code } of problems) codes.add(code);
    }
    expect(broken).toBeGreaterThan(200);
    expect(codes.size).toBeGreaterThanOrEqual(12);
  });

  test.each(Array.from({ length: 40 }, (_, i) => i + 1))('random bytes %i are refused', (seed) => {
    const random = randomOf(seed * 7919);
    const bytes = Uint8Array.from({ length: Math.floor(random() * 3000) }, () => random() * 256);
    for (const text of [new TextDecoder().decode(bytes), new TextDecoder('latin1').decode(bytes)]) {
      const result = checkGraphText(text, 'bytes.json', testLoad);
      expect(result.plan).toBeUndefined();
      expectSound(text, result);
    }
  });

  const deep = (open: string, close: string, depth = 100_000) => open.repeat(depth) + close.repeat(depth);
  const giants: Record<string, string> = {
    empty: '',
    'only white space': ' \n\t',
    'only a mark': '\ufeff',
    'only a comment': '// nothing',
    null: 'null',
    'deep arrays': deep('[', ']'),
    'deep objects': deep('{"a":', '}'),
    'deep and unclosed': '['.repeat(200_000),
    'deep options': `{"version":1,"nodes":{"a":{"type":"source.tone","options":{"x":${deep('[', ']')}}}}}`,
    'closers only': ']}'.repeat(50_000),
    'commas only': ','.repeat(100_000),
    'colons only': `{${':'.repeat(100_000)}`,
    'a long string': `"${'a'.repeat(1_000_000)}"`,
    'huge numbers': '{"version":1e999,"nodes":{"a":{"type":"sink.null","options":{"x":-1e400}}}}',
    'a number of many digits': `{"version":${'9'.repeat(10_000)},"nodes":{}}`,
    'a lone surrogate': '{"version":1,"title":"\\ud800","nodes":{"\\ud800":{"type":"sink.null"}}}',
    'prototype keys':
      '{"version":1,"__proto__":{"polluted":1},"nodes":{"__proto__":{"type":"sink.null"},"constructor":{"type":"constructor","in":{"__proto__":"toString"},"options":{"__proto__":{"polluted":1}}}}}',
    'prototype options':
      '{"version":1,"nodes":{"a":{"type":"source.tone","options":{"__proto__":{"shape":"saw"}}},"n":{"type":"sink.null","in":{"audio":"a"}}}}',
  };

  test.each(Object.keys(giants))('%s', (name) => {
    const text = giants[name]!;
    const result = checkGraphText(text, 'giant.json', testLoad);
    expect(result.plan).toBeUndefined();
    expectSound(text, result);
    expectUnpolluted();
  });

  test('a thousand nodes in one circle, and wired to each other, are answered', () => {
    const ring = Object.fromEntries(
      Array.from({ length: 1000 }, (_, i) => [`n${i}`, { type: 'effect.gain', in: { audio: `n${(i + 1) % 1000}` } }]),
    );
    const text = JSON.stringify({ version: 1, nodes: { ...ring, out: { type: 'sink.null', in: { audio: 'n0' } } } });
    const { problems } = checkGraphText(text, 'ring.json', testLoad);
    expect(problems.map(({ code }) => code)).toEqual(['CYCLE']);
    const names = Array.from({ length: 60 }, (_, i) => `m${i}`);
    const mesh = Object.fromEntries(names.map((name) => [name, { type: 'mix.sum', in: { audio: names } }]));
    const meshed = checkGraphText(
      JSON.stringify({ version: 1, nodes: { ...mesh, out: { type: 'sink.null', in: { audio: 'm0' } } } }),
      'm.json',
      testLoad,
    );
    expect(meshed.problems.length).toBe(20);
  });

  test('thousands of mistakes are told up to a number, in sentences that can be read', () => {
    const wrong = Object.fromEntries(
      Array.from({ length: 3000 }, (_, i) => [`n${i}`, { type: 'effect.gain', in: { audio: 'somewhere-else' } }]),
    );
    const { plan, problems } = checkGraphText(JSON.stringify({ version: 1, nodes: wrong }), 'w.json', testLoad);
    expect([plan, problems.length]).toEqual([undefined, 500]);
    expect(problems[0]!.message).toMatch(/There is: n0, n1, .* n99 and 2900 more/);
  });
});
