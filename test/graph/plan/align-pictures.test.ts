import { NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineNode } from '../../../src/graph/define-node.js';
import { graphFromObject } from '../../../src/graph/load.js';
import { latencyLedger } from '../../../src/graph/plan/latency.js';
import { audio, video } from '../../../src/graph/ports.js';
import { createRegistry } from '../../../src/graph/registry.js';
import { builtinNodes } from '../../../src/nodes/index.js';

const options = z.strictObject({ ms: z.number().default(30) });
const late = defineNode({
  type: 'effect.late',
  summary: 'Be late.',
  inputs: { audio: audio('Signal.') },
  outputs: { audio: audio('Signal.') },
  options,
  latencyMs: ({ ms }) => ms,
  create: () => ({ audio: NEVER as never }),
});
const slow = defineNode({
  type: 'video.slow',
  summary: 'Be late.',
  inputs: { video: video('Pictures.') },
  outputs: { video: video('Pictures.') },
  options,
  latencyMs: ({ ms }) => ms,
  create: () => ({ video: NEVER as never }),
});
const both = defineNode({
  type: 'source.film',
  summary: 'Give sound and pictures.',
  inputs: {},
  outputs: { audio: audio('Sound.'), video: video('Pictures.') },
  options: z.strictObject({}),
  create: () => ({ audio: NEVER as never, video: NEVER as never }),
});
const registry = createRegistry([...builtinNodes, late, slow, both]);
const planOf = (nodes: object) => graphFromObject({ version: 1, nodes }, { registry });
const delaysOf = (nodes: object) =>
  planOf(nodes)
    .nodes.filter(({ implicit, type }) => implicit && type.endsWith('.delay'))
    .map(({ id, type, options: { delayMs }, inputs }) => [id, type, delayMs, Object.values(inputs).flat()[0]!.node]);

const film = { type: 'source.film' };
const effect = { late: { type: 'effect.late', in: { audio: 'film' } } };

describe('sound and pictures of one source that reach one sink', () => {
  it('wait for each other, before their encoders where there are any', () => {
    const call = {
      film,
      ...effect,
      gray: { type: 'video.grayscale', in: { video: 'film' } },
      coded: { type: 'encode.vp8', in: { video: 'gray' } },
      call: { type: 'sink.call', in: { audio: 'late', video: 'coded' } },
    };
    expect(delaysOf(call)).toEqual([['coded~delay', 'video.delay', 30, 'gray']]);
    const paths = latencyLedger(planOf(call), registry).map(({ steps, totalMs }) => [steps.map(({ node }) => node), totalMs]);
    // What Opus adds is in the times of its packets.
    expect(paths).toEqual([
      [['film', 'late', 'call~opus', 'call'], 36.5],
      [['film', 'gray', 'coded~delay', 'coded', 'call'], 30],
    ]);
    expect(delaysOf({ film, ...effect, call: { type: 'sink.call', in: { audio: 'late', video: 'film' } } })).toEqual([
      ['call~vp8~delay', 'video.delay', 30, 'film'],
    ]);
    expect(
      delaysOf({ film, ...effect, out: { type: 'sink.file', in: { audio: 'late', video: 'film' }, options: { path: 'x.mp4' } } }),
    ).toEqual([['out~delay', 'video.delay', 30, 'film']]);
  });

  it('of which the pictures are late hold the sound back', () => {
    const nodes = {
      film,
      slow: { type: 'video.slow', in: { video: 'film' } },
      call: { type: 'sink.call', in: { audio: 'film', video: 'slow' } },
    };
    expect(delaysOf(nodes)).toEqual([['call~opus~delay', 'flow.delay', 30, 'film']]);
  });

  it('are late by what their own way adds, whatever others do', () => {
    const mixed = {
      film,
      voice: { type: 'source.tone' },
      late: { type: 'effect.late', in: { audio: 'voice' } },
      mix: { type: 'mix.sum', in: { audio: ['film', 'late'] } },
      call: { type: 'sink.call', in: { audio: 'mix', video: 'film' } },
    };
    expect(delaysOf(mixed)).toEqual([]);
    const apart = {
      film,
      pattern: { type: 'source.test-pattern' },
      ...effect,
      call: { type: 'sink.call', in: { audio: 'late', video: 'pattern' } },
    };
    expect(delaysOf(apart)).toEqual([]);
  });

  it('do not wait for what nobody notices, nor for a delay that somebody asked for, and at most two seconds', () => {
    const through = (node: object) => ({
      film,
      late: { in: { audio: 'film' }, ...node },
      call: { type: 'sink.call', in: { audio: 'late', video: 'film' } },
    });
    expect(delaysOf(through({ type: 'effect.limiter' }))).toEqual([]);
    expect(delaysOf(through({ type: 'flow.delay', options: { delayMs: 300 } }))).toEqual([]);
    expect(delaysOf(through({ type: 'effect.late', options: { ms: 5000 } }))).toEqual([
      ['call~vp8~delay', 'video.delay', 2000, 'film'],
    ]);
  });
});
