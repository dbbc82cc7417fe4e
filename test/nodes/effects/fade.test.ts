import { describe, expect, it } from 'vitest';
import { fade } from '../../../src/nodes/effects/fade.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { reference } from '../support/reference.js';
import { constant, largestDifference, largestStep, noise } from '../support/signals.js';

const CURVES = [
  ['linear', 'tri'],
  ['equal-power', 'qsin'],
  ['s-curve', 'hsin'],
  ['exponential', 'exp'],
] as const;

describe('effect.fade', () => {
  it.each(CURVES)("fades in on the %s curve as FFmpeg's afade with %s, within 1e-6", async (curve, name) => {
    const input = reference('input');
    const { outputs } = await renderNode(fade, { inputs: { audio: [input, input] }, options: { fadeInMs: 15, curve } });
    const wanted = reference(`fade-${name}`);
    for (const plane of outputs.audio!.planes) {
      expect(largestDifference(plane.subarray(0, input.length), wanted)).toBeLessThan(1e-6);
    }
    expect(largestDifference(wanted, input)).toBeGreaterThan(0.1);
  });

  it.each(CURVES)('fades out on the %s curve backwards, to silence that costs nothing', async (curve) => {
    const { outputs, events } = await renderNode(fade, {
      inputs: { audio: constant(14_400, 0.5) },
      options: { curve },
      commands: [{ atMs: 100, command: { type: 'fade', toDb: -100, durationMs: 100 } }],
    });
    const plane = outputs.audio!.planes[0]!;
    const rises = await renderNode(fade, { inputs: { audio: constant(9600, 0.5) }, options: { fadeInMs: 100, curve } });
    const rise = rises.outputs.audio!.planes[0]!;
    expect(plane.subarray(0, 4800)).toEqual(constant(4800, 0.5));
    for (let i = 0; i < 4800; i++) expect(plane[4800 + i]).toBeCloseTo(rise[4800 - i]!, 6);
    expect(outputs.audio!.frames.map((frame) => frame.silent)).toEqual(Array.from({ length: 15 }, (_, tick) => tick >= 10));
    expect(events).toEqual([{ atUs: 180_000, event: { type: 'fade.finished', toDb: -100 } }]);
  });

  it('changes its mind under way, without a click', async () => {
    const { outputs, events } = await renderNode(fade, {
      inputs: { audio: constant(48_000, 0.5) },
      commands: [
        { atMs: 100, command: { type: 'fade', toDb: -100, durationMs: 500, curve: 's-curve' } },
        { atMs: 300, command: { type: 'fade', toDb: 6, durationMs: 200, curve: 'equal-power' } },
        { atMs: 600, command: { type: 'fade', toDb: -20, durationMs: 0 } },
      ],
    });
    const plane = outputs.audio!.planes[0]!;
    expect(plane[24_000]).toBeCloseTo(0.5 * 10 ** 0.3, 6);
    expect(plane[28_800 + 480]).toBeCloseTo(0.05, 6);
    expect(largestStep(plane)).toBeLessThan(1 / 400);
    expect(events.map(({ event }) => event)).toEqual([
      { type: 'fade.finished', toDb: 6 },
      { type: 'fade.finished', toDb: -20 },
    ]);
  });

  it('starts at its level: silent until it is told', async () => {
    const { outputs } = await renderNode(fade, {
      inputs: { audio: constant(9600, 0.5) },
      options: { startDb: -100 },
      commands: [{ atMs: 100, command: { type: 'fade', toDb: 0, durationMs: 50 } }],
    });
    expect(outputs.audio!.frames.map((frame) => frame.silent)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(outputs.audio!.planes[0]![9599]).toBe(0.5);
    const half = await renderNode(fade, { inputs: { audio: constant(1920, 0.5) }, options: { startDb: -6, fadeInMs: 20 } });
    expect(half.outputs.audio!.planes[0]![480]).toBeCloseTo(0.25 * 10 ** -0.3, 6);
    expect(half.outputs.audio!.planes[0]![1919]).toBeCloseTo(0.5 * 10 ** -0.3, 6);
  });

  it('goes on through silence', async () => {
    const { outputs } = await renderNode(fade, {
      inputs: { audio: marbles('0aa|', { a: 0.5 }) },
      options: { fadeInMs: 40 },
    });
    expect(outputs.audio!.planes[0]![960]).toBeCloseTo(0.25, 6);
    expect(outputs.audio!.planes[0]![1920]).toBe(0.5);
  });

  it('at 0 dB is the signal itself', async () => {
    const input = noise(4800);
    const { outputs } = await renderNode(fade, { inputs: { audio: input } });
    expect(outputs.audio!.planes[0]).toEqual(input);
  });

  it('refuses a command it does not understand, and says why', async () => {
    const { events } = await renderNode(fade, {
      inputs: { audio: 'silence' },
      commands: [
        { atMs: 0, command: { type: 'play' } },
        { atMs: 20, command: { type: 'fade' } },
        { atMs: 40, command: { type: 'fade', toDb: 0, curve: 'round' } },
        { atMs: 60, command: { type: 'fade', toDb: NaN } },
        { atMs: 80, command: { type: 'fade', toDb: 0, durationMs: -1 } },
      ],
      durationMs: 100,
    });
    expect(events.map(({ event }) => event.type)).toEqual(Array.from({ length: 5 }, () => 'command.refused'));
    expect(events.map(({ event }) => String(event.reason))).toEqual([
      'effect.fade takes fade { toDb, durationMs, curve }',
      expect.stringMatching(/^toDb: /),
      expect.stringMatching(/^curve: .*s-curve/),
      expect.stringMatching(/^toDb: /),
      expect.stringMatching(/^durationMs: /),
    ]);
  });

  it('keeps gaps, completion and errors where they are', async () => {
    for (const drawing of ['|', 'a-b|', '0-0|', '0#', '']) {
      const { outputs } = await renderNode(fade, { inputs: { audio: marbles(drawing) }, durationMs: 200 });
      expect(drawMarbles(outputs.audio!)).toBe(drawing);
    }
  });
});
