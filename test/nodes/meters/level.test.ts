import { describe, expect, it } from 'vitest';
import { level } from '../../../src/nodes/meters/level.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { sine } from '../support/signals.js';

describe('meter.level', () => {
  it('tells RMS and peak once an interval, and passes the signal through', async () => {
    const { events, outputs } = await renderNode(level, {
      inputs: { audio: sine(48_000, 1000, 0.5) },
      options: { intervalMs: 200 },
    });
    expect(events.map(({ atUs }) => atUs)).toEqual([180_000, 380_000, 580_000, 780_000, 980_000]);
    for (const { event } of events) expect(event).toEqual({ type: 'level.measured', rmsDb: -9, peakDb: -6 });
    expect(outputs.events!.values).toHaveLength(5);
    expect(outputs.events!.end).toBeDefined();
    expect(outputs.audio!.planes[0]).toEqual(sine(48_000, 1000, 0.5));
  });

  it('calls silence −120 dB', async () => {
    const { events } = await renderNode(level, { inputs: { audio: 'silence' }, durationMs: 100 });
    expect(events.map(({ event }) => event)).toEqual([{ type: 'level.measured', rmsDb: -120, peakDb: -120 }]);
  });

  it('emits no event that nobody watches', async () => {
    const { events } = await renderNode(level, { inputs: { audio: marbles('aaaaaaaa|') }, watch: [] });
    expect(events).toEqual([]);
  });

  it('takes a new interval at once', async () => {
    const { events } = await renderNode(level, {
      inputs: { audio: 'silence' },
      options: { intervalMs: 100 },
      optionChanges: [{ atMs: 200, options: { intervalMs: 20 } }],
      durationMs: 260,
    });
    expect(events.map(({ atUs }) => atUs / 1000)).toEqual([80, 180, 200, 220, 240]);
  });

  it('keeps gaps and errors', async () => {
    const { outputs } = await renderNode(level, { inputs: { audio: marbles('a-b#') } });
    expect(drawMarbles(outputs.audio!)).toBe('a-b#');
  });
});
