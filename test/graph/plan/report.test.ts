import { describe, expect, test } from 'vitest';
import { costPercent } from '../../../src/graph/plan/node-costs.js';
import { latencyText, planReport, planText } from '../../../src/graph/plan/report.js';
import { builtinNodes } from '../../../src/nodes/index.js';
import { planOf, registry } from './support.js';

const plan = planOf({
  song: { type: 'source.file', options: { src: 'song.opus' } },
  loud: { type: 'effect.gain', in: { audio: 'song' } },
  call: { type: 'sink.call', in: { audio: 'loud' } },
});

describe('plan report', () => {
  test('says formats, what was inserted and what it costs', () => {
    const report = planReport(plan, registry);
    expect(report.nodes.map(({ id, gives }) => [id, gives.audio])).toEqual([
      ['song', 'audio 48 kHz stereo'],
      ['loud', 'audio 48 kHz stereo'],
      ['call~opus', 'packets opus 20 ms'],
      ['call', undefined],
    ]);
    expect(report.nodes[2]!.inserted).toBe('converts to what the next node takes');
    const sum = report.nodes.reduce((total, node) => total + node.costPercent, 0);
    expect(report.totalPercent).toBeCloseTo(sum, 6);
    expect(report.passthrough).toEqual([{ nodes: ['song', 'loud', 'call~opus'], active: [] }]);
  });

  test('as text', () => {
    const text = planText(planReport(plan, registry));
    expect(text).toMatch(/^call~opus +encode\.opus +audio 48 kHz stereo +packets opus 20 ms +\d\.\d\d % +inserted: converts/m);
    expect(text).toContain('Opus packets of song → loud → call~opus are copied, if the file holds Opus');
    expect(latencyText(plan, registry)).toContain('song → call: 6.5 ms\n');
  });

  test('says what runs once for many graphs, and what that is of the cost', () => {
    const radio = planOf({
      radio: { type: 'source.url', options: { src: 'https://example.org/radio' } },
      loud: { type: 'effect.gain', in: { audio: 'radio' } },
      song: { type: 'source.file', options: { src: 'song.opus' }, shared: true },
      room: { type: 'source.participants' },
      own: { type: 'mix.sum', in: { audio: ['song', 'room'] } },
      mix: { type: 'mix.sum', in: { audio: ['loud', 'song'] } },
      call: { type: 'sink.call', in: { audio: 'mix' } },
      out: { type: 'sink.null', in: { audio: 'own' } },
    });
    const report = planReport(radio, registry);
    const shared = Object.fromEntries(report.nodes.flatMap((node) => (node.shared ? [[node.id, node.shared]] : [])));
    expect(shared).toEqual({ radio: 'live', loud: 'equal', song: 'asked', mix: 'equal', 'call~opus': 'equal' });
    const sum = report.nodes.reduce((all, node) => all + (node.shared ? node.costPercent : 0), 0);
    expect(report.sharedPercent).toBeCloseTo(sum, 6);
    const text = planText(report);
    expect(text).toMatch(/^radio .*shared if it is live$/m);
    expect(text).toMatch(/^call~opus .*shared with what it hears; inserted: converts/m);
    expect(latencyText(radio, registry)).toMatch(/^ +call +sink\.call .* up to 20 ms behind the first graph that hears it$/m);
    expect(text).toContain(`about ${sum.toFixed(2)} % of it once for all graphs`);
    expect(planText(planReport(plan, registry))).not.toContain('once for all');
  });

  test('an active effect, and what stands in the way, are told', () => {
    const gained = planOf({
      song: { type: 'source.file', options: { src: 'song.opus' } },
      loud: { type: 'effect.gain', in: { audio: 'song' }, options: { gainDb: 3 } },
      call: { type: 'sink.call', in: { audio: 'loud' } },
    });
    expect(planReport(gained, registry).passthrough).toEqual([{ nodes: ['song', 'loud', 'call~opus'], active: ['loud'] }]);
    expect(planText(planReport(gained, registry))).toContain('copied while "loud" is inactive');
    const mixed = planOf({
      song: { type: 'source.file', options: { src: 'song.opus' } },
      tone: { type: 'source.tone' },
      mix: { type: 'mix.sum', in: { audio: ['song', 'tone'] } },
      call: { type: 'sink.call', in: { audio: 'mix' } },
    });
    expect(planReport(mixed, registry).passthrough).toEqual([]);
    expect(mixed.nodes.some(({ offersPackets }) => offersPackets)).toBe(false);
  });

  test('costs: every one is positive, effort costs more, and the unmeasured are told apart', () => {
    for (const { type, options } of builtinNodes) {
      const parsed = options.safeParse({});
      expect(costPercent(type, parsed.success ? (parsed.data as Record<string, unknown>) : {}).percent).toBeGreaterThan(0);
    }
    expect(costPercent('encode.opus', { complexity: 0 }).percent).toBeLessThan(
      costPercent('encode.opus', { complexity: 10 }).percent,
    );
    expect(costPercent('effect.unheard-of', {})).toEqual({ percent: 0.1, measured: false });
  });
});
