import { describe, expect, test } from 'vitest';
import { checkGraphObject } from '../../src/graph/load.js';
import { testLoad } from './support.js';

function check(params: object, options: object, given: Record<string, string | number | boolean>) {
  const graph = {
    version: 1,
    params,
    nodes: {
      music: { type: 'source.file', options: { src: 'tune.opus', ...options } },
      eq: { type: 'effect.equalizer', in: { audio: 'music' } },
      out: { type: 'sink.null', in: { audio: 'eq' } },
    },
  };
  const { plan, problems } = checkGraphObject(graph, { ...testLoad, params: given });
  return plan ? plan.nodes[0]!.options : problems.map(({ code, path, message }) => `${code} ${path}: ${message}`);
}

describe('params', () => {
  const loop = { loop: { $param: 'p' } };
  const start = { startMs: { $param: 'p' } };

  test.each([
    ['boolean', loop, 'true', { loop: true }],
    ['boolean', loop, 'false', { loop: false }],
    ['boolean', loop, true, { loop: true }],
    ['number', start, '250', { startMs: 250 }],
    ['number', start, '2.5e2', { startMs: 250 }],
    ['number', start, 250, { startMs: 250 }],
    ['string', { src: { $param: 'p' } }, 'a.mp3', { src: 'a.mp3' }],
  ])('a %s is read from %j and %j', (type, options, given, expected) => {
    expect(check({ p: { type } }, options, { p: given })).toMatchObject(expected);
  });

  test.each([
    ['boolean', 'yes'],
    ['boolean', 1],
    ['number', ''],
    ['number', ' '],
    ['number', '0x10'],
    ['number', 'Infinity'],
    ['number', '1e999'],
    ['number', true],
    ['string', 3],
  ])('a %s refuses %j', (type, given) => {
    expect(check({ p: { type } }, {}, { p: given })).toEqual([
      expect.stringContaining(`BAD_PARAM params.p: param "p" must be a ${type}`),
    ]);
  });

  test('a default stands in, a given value wins', () => {
    const params = { p: { type: 'number', default: 7 } };
    expect(check(params, start, {})).toMatchObject({ startMs: 7 });
    expect(check(params, start, { p: '9' })).toMatchObject({ startMs: 9 });
  });

  test('a missing param is reported once, and not again where it is used', () => {
    expect(check({ p: { type: 'number' } }, { ...start, src: { $param: 'p' } }, {})).toEqual([
      'MISSING_PARAM params.p: param "p" has no default and was not given',
    ]);
  });

  test('what is given must be declared, what is used too', () => {
    expect(check({ pitch: { type: 'number', default: 1 } }, { startMs: { $param: 'pich' } }, { ptich: 1 })).toEqual([
      'UNKNOWN_PARAM params: no param is called "ptich". Did you mean "pitch"?',
      'UNKNOWN_PARAM nodes.music.options.startMs.$param: no param is called "pich". Did you mean "pitch"?',
    ]);
  });

  test('a value the option refuses names the param', () => {
    expect(check({ p: { type: 'number' } }, start, { p: '-1' })).toEqual([
      'BAD_OPTION nodes.music.options.startMs: option "startMs": must be at least 0, not -1 (from param "p")',
    ]);
  });

  test('nothing may stand beside $param, and it names a param by a string', () => {
    const params = { p: { type: 'number', default: 1 } };
    expect(check(params, { startMs: { $param: 'p', x: 1 } }, {})).toEqual([
      expect.stringContaining('"x" cannot stand beside "$param"'),
    ]);
    expect(check(params, { startMs: { $param: 3 } }, {})).toEqual([expect.stringContaining('"$param" must name a param, not 3')]);
  });
});
