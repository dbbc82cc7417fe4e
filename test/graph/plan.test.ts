import { describe, expect, test } from 'vitest';
import { VoxError } from '../../src/errors.js';
import { checkGraphObject, checkGraphText, graphFromObject } from '../../src/graph/load.js';
import { createRegistry } from '../../src/graph/registry.js';
import { testDefinitions, testLoad, validGraph } from './support.js';

type Nodes = Record<string, object>;
const planOf = (nodes: Nodes, more: object = {}) => graphFromObject({ version: 1, nodes, ...more }, testLoad);
const codes = (nodes: Nodes) =>
  checkGraphObject({ version: 1, nodes }, testLoad).problems.map(({ code, node }) => `${code}@${node}`);

describe('plans', () => {
  test('producers come first, else the order of the file stays', () => {
    const { nodes } = planOf({
      out: { type: 'sink.null', in: { audio: ['b', 'a'] } },
      a: { type: 'source.tone' },
      b: { type: 'effect.gain', in: { audio: 'c' } },
      c: { type: 'source.tone' },
    });
    expect(nodes.map(({ id }) => id)).toEqual(['a', 'c', 'b', 'out']);
    expect(nodes.at(-1)!.inputs.audio!.map(({ node }) => node)).toEqual(['b', 'a']);
  });

  test('options are complete', () => {
    const { nodes } = planOf({
      a: { type: 'source.tone', options: { shape: 'saw' } },
      out: { type: 'sink.null', in: { audio: 'a' } },
    });
    expect(nodes[0]!.options).toEqual({ frequencyHz: 440, shape: 'saw' });
  });

  test('branches are mixed before an input of one stream; a queue stays behind the mixer', () => {
    const plan = planOf({
      room: { type: 'source.participants' },
      gain: { type: 'effect.gain', in: { audio: { from: 'room', queue: { frames: 3 } } } },
      file: { type: 'sink.file', in: { audio: 'gain' }, options: { path: 'x.ogg' } },
    });
    const [, mixer, gain] = plan.nodes;
    expect(mixer).toEqual({
      id: 'gain~mix',
      type: 'mix.sum',
      options: { headroomDb: 0 },
      inputs: { audio: [{ node: 'room', port: 'voices', branches: true }] },
      domain: 0,
      implicit: true,
    });
    expect(gain!.inputs.audio).toEqual([
      { node: 'gain~mix', port: 'audio', branches: false, queue: { frames: 3, overflow: 'drop-oldest' } },
    ]);
    expect(gain!.domain).toBe(1);
  });

  test('a second mixer of the same consumer has its own name, and branches go plain into a port of many', () => {
    const plan = planOf({
      room: { type: 'source.participants' },
      duck: { type: 'mix.duck', in: { bed: 'room', voice: 'room' } },
      out: { type: 'sink.null', in: { audio: ['duck', 'room'] } },
    });
    expect(plan.nodes.map(({ id }) => id)).toEqual(['room', 'duck~mix', 'duck~mix2', 'duck', 'out']);
    expect(plan.nodes.at(-1)!.inputs.audio).toEqual([
      { node: 'duck', port: 'audio', branches: false },
      { node: 'room', port: 'voices', branches: true },
    ]);
  });

  test('without mix.sum in the registry branches cannot enter an input of one stream', () => {
    const registry = createRegistry(testDefinitions.filter(({ type }) => type !== 'mix.sum'));
    const graph = {
      version: 1,
      nodes: {
        room: { type: 'source.participants' },
        file: { type: 'sink.file', in: { audio: 'room' }, options: { path: 'x' } },
      },
    };
    expect(checkGraphObject(graph, { ...testLoad, registry }).problems.map(({ message }) => message)).toEqual([
      '"room" gives branches of audio, but this input takes audio',
    ]);
  });

  test('domains, plugins and the title come along', () => {
    const plan = planOf(validGraph().nodes, { title: 'T', plugins: { radio: { priority: 2, config: { a: 1 } } } });
    expect(plan).toMatchObject({ version: 1, title: 'T', baseDir: '/graphs', domains: [{ name: 'call', leader: 'call' }] });
    expect(plan.plugins).toEqual({ radio: { enabled: true, priority: 2, config: { a: 1 } } });
    expect(plan.nodes.every(({ domain }) => domain === 0)).toBe(true);
  });

  test('a text takes its title and folder from its file', () => {
    const text = JSON.stringify(validGraph());
    const { plan } = checkGraphText(text, 'some/radio.json', { ...testLoad, file: '/abs/some/radio.json' });
    expect(plan).toMatchObject({ title: 'radio', file: '/abs/some/radio.json', baseDir: '/abs/some' });
  });

  test('the same-named output is taken of several', () => {
    const { nodes } = planOf({
      music: { type: 'source.file', options: { src: 'tune.opus' } },
      out: { type: 'sink.null', in: { audio: 'music' } },
    });
    expect(nodes[1]!.inputs.audio).toEqual([{ node: 'music', port: 'audio', branches: false }]);
  });
});

describe('graphs of programs', () => {
  test('problems are thrown together, with paths', () => {
    const build = () => graphFromObject({ version: 1, nodes: { a: { type: 'source.tone', options: { shap: 1 } } } }, testLoad);
    expect(build).toThrow(VoxError);
    expect(build).toThrow('nodes.a.options.shap node "a" (source.tone): option "shap" does not exist. Did you mean "shape"?');
    expect(build).toThrow('nodes the graph has no sink');
  });

  test.each([
    ['a function', { version: 1, nodes: () => 1 }, 'nodes a function is no JSON'],
    ['a date', { version: 1, nodes: new Date(0) }, 'nodes only plain objects can stand in a graph'],
    ['NaN', { version: Number.NaN }, 'version NaN is no JSON'],
    ['nothing', undefined, 'a undefined is no JSON'],
    ['a string', 'radio.json', 'a graph file must be an object, not "radio.json"'],
  ])('%s is refused', (_, graph, expected) => {
    expect(() => graphFromObject(graph, testLoad)).toThrow(expected);
  });

  test('a circle of objects is refused', () => {
    const graph: Record<string, unknown> = { version: 1 };
    graph.nodes = graph;
    expect(() => graphFromObject(graph, testLoad)).toThrow('nested deeper than 64 levels, or in a circle');
  });

  test('undefined members count as absent', () => {
    const graph = { ...validGraph(), title: undefined };
    expect(graphFromObject(graph, testLoad).title).toBe('graph');
  });
});

describe('follow-up noise', () => {
  const out = { type: 'sink.null', in: { audio: 'a' } };
  test.each([
    [
      'an unknown type says nothing about ports, options or use',
      { a: { type: 'x.y', in: { q: 'b' }, options: { z: 1 } }, b: { type: 'source.tone' }, out },
      ['UNKNOWN_TYPE@a'],
    ],
    [
      'an unknown type may be the sink',
      { a: { type: 'source.tone' }, s: { type: 'sink.fle', in: { audio: 'a' } } },
      ['UNKNOWN_TYPE@s'],
    ],
    ['a misspelt reference does not make its target unused', { aa: { type: 'source.tone' }, out }, ['UNKNOWN_NODE@out']],
    [
      'a misspelt port is not missing as well',
      {
        a: { type: 'source.tone' },
        g: { type: 'effect.gain', in: { audoi: 'a' } },
        out: { type: 'sink.null', in: { audio: 'g' } },
      },
      ['UNKNOWN_PORT@g'],
    ],
    [
      'a circle is not unused',
      {
        a: { type: 'source.tone' },
        out,
        b: { type: 'effect.gain', in: { audio: 'c' } },
        c: { type: 'effect.gain', in: { audio: 'b' } },
      },
      ['CYCLE@b'],
    ],
    [
      'the same wire twice',
      { a: { type: 'source.tone' }, out: { type: 'sink.null', in: { audio: ['a', 'a.audio'] } } },
      ['GRAPH_SHAPE@out'],
    ],
  ])('%s', (_, nodes, expected) => {
    expect(codes(nodes as Nodes)).toEqual(expected);
  });
});
