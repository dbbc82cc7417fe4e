import { NEVER } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineNode } from '../../../src/graph/define-node.js';
import { checkGraphObject } from '../../../src/graph/load.js';
import { converterFinder, converterPorts, portsFit } from '../../../src/graph/plan/converters.js';
import { audio, events, packets, video } from '../../../src/graph/ports.js';
import { createRegistry } from '../../../src/graph/registry.js';
import { names, planOf, registry } from './support.js';

const find = converterFinder(registry);

describe('converters', () => {
  test('ports fit by kind and codec', () => {
    const opus = packets('Opus.', { codec: 'opus' });
    expect(portsFit(audio('a'), audio('b'))).toBe(true);
    expect(portsFit(audio('a'), opus)).toBe(false);
    expect(portsFit(opus, packets('any'))).toBe(true);
    expect(portsFit(packets('any'), opus)).toBe(false);
    expect(portsFit(packets('v', { codec: 'vp8' }), opus)).toBe(false);
    const either = packets('v', { codec: ['vp8', 'h264'] });
    expect(portsFit(packets('v', { codec: 'h264' }), either)).toBe(true);
    expect(portsFit(opus, either)).toBe(false);
    expect(portsFit(packets('any'), either)).toBe(false);
  });

  test('sound becomes Opus, and nothing becomes what nobody makes', () => {
    expect(find(audio('a'), packets('p', { codec: 'opus' }))?.map(({ type }) => type)).toEqual(['encode.opus']);
    expect(find(audio('a'), packets('p', { codec: 'vp8' }))).toBeUndefined();
    expect(find(events('e'), audio('a'))).toBeUndefined();
    expect(find(video('v'), audio('a'))).toBeUndefined();
  });

  test('of two ways the cheaper is taken, also when it is longer', () => {
    const step = (type: string, from: ReturnType<typeof audio> | ReturnType<typeof packets>, to: typeof from) =>
      defineNode({
        type,
        summary: 'Convert.',
        inputs: { in: from },
        outputs: { out: to },
        options: z.strictObject({}),
        converter: true,
        create: () => ({ out: NEVER as never }),
      });
    const vp8 = packets('v', { codec: 'vp8' });
    const h264 = packets('h', { codec: 'h264' });
    // By their groups: sink.* costs 0.05, video.* 15.
    const definitions = [
      step('video.direct', audio('a'), h264),
      step('sink.first', audio('a'), vp8),
      step('sink.second', vp8, h264),
    ];
    const path = converterFinder(createRegistry(definitions))(audio('a'), h264);
    expect(path?.map(({ type }) => type)).toEqual(['sink.first', 'sink.second']);
  });

  test('a converter has one input and one output', () => {
    expect(() => converterPorts(registry.get('mix.duck')!)).toThrow('must have one input and one output');
  });
});

describe('inserted converters', () => {
  test('sound into a call is encoded, behind the mixer and before the queue', () => {
    const plan = planOf({
      voices: { type: 'source.participants' },
      call: { type: 'sink.call', in: { audio: { from: 'voices', queue: { frames: 3 } } } },
    });
    expect(names(plan)).toEqual(['voices:source.participants', 'call~mix:mix.sum', 'call~opus:encode.opus', 'call:sink.call']);
    expect(plan.nodes[2]).toMatchObject({
      implicit: true,
      options: { bitrateKbps: 64, frameMs: 20 },
      domain: plan.nodes[0]!.domain,
    });
    expect(plan.nodes[3]!.inputs.audio).toEqual([
      { node: 'call~opus', port: 'audio', branches: false, queue: { frames: 3, overflow: 'drop-oldest' } },
    ]);
  });

  test('two sinks share one converter of the same output', () => {
    const plan = planOf({
      tone: { type: 'source.tone' },
      a: { type: 'sink.call', in: { audio: { from: 'tone', queue: { frames: 3 } } } },
      b: { type: 'sink.call', in: { audio: { from: 'tone', queue: { frames: 3 } } } },
    });
    expect(names(plan).filter((name) => name.includes('encode'))).toEqual(['a~opus:encode.opus']);
    expect(plan.nodes.at(-1)!.inputs.audio![0]!.node).toBe('a~opus');
  });

  test('what cannot be converted stays an error', () => {
    const graph = {
      version: 1,
      nodes: {
        tone: { type: 'source.tone' },
        meter: { type: 'meter.level', in: { audio: 'tone' } },
        out: { type: 'sink.null', in: { audio: 'meter.events' } },
      },
    };
    expect(checkGraphObject(graph, { registry }).problems.map(({ code }) => code)).toEqual(['WRONG_KIND']);
  });
});
