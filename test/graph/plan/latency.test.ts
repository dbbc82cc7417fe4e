import { NEVER } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineNode } from '../../../src/graph/define-node.js';
import { graphFromObject } from '../../../src/graph/load.js';
import { latencyLedger } from '../../../src/graph/plan/latency.js';
import { audio } from '../../../src/graph/ports.js';
import { createRegistry } from '../../../src/graph/registry.js';
import { builtinNodes } from '../../../src/nodes/index.js';

const late = defineNode({
  type: 'effect.late',
  summary: 'Be late.',
  inputs: { audio: audio('Signal.') },
  outputs: { audio: audio('Signal.') },
  options: z.strictObject({ ms: z.number().default(10) }),
  latencyMs: ({ ms }) => ms,
  create: () => ({ audio: NEVER as never }),
});
const registry = createRegistry([...builtinNodes, late]);
const planOf = (nodes: object) => graphFromObject({ version: 1, nodes }, { registry });
const totals = (nodes: object) => {
  const plan = planOf(nodes);
  return latencyLedger(plan, registry).map(({ steps, totalMs }) => `${steps.map(({ node }) => node).join(' ')} = ${totalMs}`);
};

describe('latency ledger', () => {
  test('adds up what the nodes declare, to each sink', () => {
    const nodes = {
      tone: { type: 'source.tone' },
      late: { type: 'effect.late', in: { audio: 'tone' } },
      call: { type: 'sink.call', in: { audio: 'late' } },
      off: { type: 'sink.null', in: { audio: 'tone' } },
    };
    expect(totals(nodes)).toEqual(['tone late call~opus call = 16.5', 'tone off = 0']);
  });

  test('branches of one source meet as late as the latest of them', () => {
    const nodes = {
      tone: { type: 'source.tone' },
      wet: { type: 'effect.late', in: { audio: 'tone' } },
      wetter: { type: 'effect.late', in: { audio: 'wet' }, options: { ms: 2.5 } },
      mix: { type: 'mix.sum', in: { audio: ['tone', 'wet', 'wetter'] } },
      out: { type: 'sink.null', in: { audio: 'mix' } },
    };
    expect(totals(nodes)).toEqual([
      'tone mix~delay mix out = 12.5',
      'tone wet mix~delay2 mix out = 12.5',
      'tone wet wetter mix out = 12.5',
    ]);
    const plan = planOf(nodes);
    const paddings = plan.nodes.filter(({ type }) => type === 'flow.delay');
    expect(paddings.map(({ options, implicit }) => [options, implicit])).toEqual([
      [{ delayMs: 12.5 }, true],
      [{ delayMs: 2.5 }, true],
    ]);
    expect(latencyLedger(plan, registry)[0]!.steps.map(({ padding }) => padding)).toEqual([false, true, false, false]);
  });

  test('padding adds up behind padding', () => {
    const nodes = {
      tone: { type: 'source.tone' },
      a: { type: 'effect.late', in: { audio: 'tone' } },
      ab: { type: 'mix.sum', in: { audio: ['tone', 'a'] } },
      b: { type: 'effect.late', in: { audio: 'ab' }, options: { ms: 5 } },
      all: { type: 'mix.sum', in: { audio: ['tone', 'b'] } },
      out: { type: 'sink.null', in: { audio: 'all' } },
    };
    expect(new Set(totals(nodes).map((line) => line.split(' = ')[1]))).toEqual(new Set(['15']));
  });

  test('nothing waits for a delay that somebody asked for, also behind it', () => {
    const nodes = {
      tone: { type: 'source.tone' },
      slap: { type: 'flow.delay', in: { audio: 'tone' }, options: { delayMs: 120 } },
      wet: { type: 'effect.late', in: { audio: 'slap' } },
      mix: { type: 'mix.sum', in: { audio: ['tone', 'wet'] } },
      out: { type: 'sink.null', in: { audio: 'mix' } },
    };
    expect(totals(nodes)).toEqual(['tone mix~delay mix out = 10', 'tone slap wet mix out = 130']);
  });

  test('branches of different sources are not held back for each other', () => {
    const nodes = {
      music: { type: 'source.tone' },
      voice: { type: 'source.tone' },
      late: { type: 'effect.late', in: { audio: 'music' } },
      duck: { type: 'mix.duck', in: { bed: 'late', voice: 'voice' } },
      out: { type: 'sink.null', in: { audio: 'duck' } },
    };
    expect(totals(nodes)).toEqual(['music late duck out = 10', 'voice duck out = 0']);
  });

  test('a queue is told apart from the sum', () => {
    const plan = planOf({
      tone: { type: 'source.tone' },
      out: { type: 'sink.null', in: { audio: { from: 'tone', queue: { frames: 4 } } } },
    });
    expect(latencyLedger(plan, registry)[0]!.steps[1]).toMatchObject({ sumMs: 0, queueUpToMs: 80 });
  });
});
