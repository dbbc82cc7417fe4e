import { describe, expect, it } from 'vitest';
import { biquadCoefficients, biquadGain } from '../../../src/media/dsp/biquad.js';
import { equalizer } from '../../../src/nodes/effects/equalizer.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { reference } from '../support/reference.js';
import { largestDifference, largestStep, noise, sine } from '../support/signals.js';

const PARAMETRIC = [
  { type: 'peaking', frequencyHz: 700, q: 1.4, gainDb: 6 },
  { type: 'low-shelf', frequencyHz: 150, gainDb: -8 },
  { type: 'high-shelf', frequencyHz: 5000, gainDb: 5 },
  { type: 'notch', frequencyHz: 2500, q: 3 },
];
const GRAPHIC = [0, 0, 3, 0, -6, 0, 0, 0, 4.5, 0, 0, -9, 0, 2];

describe('effect.equalizer', () => {
  // FFmpeg's output is rounded to single precision once, as ours is.
  it.each([
    ['equalizer-parametric', { bands: PARAMETRIC }],
    ['equalizer-graphic', { gainsDb: GRAPHIC }],
  ])("is FFmpeg's equalizer, bass, treble and bandreject: %s, within 1e-6", async (name, options) => {
    const input = reference('input');
    const { outputs } = await renderNode(equalizer, { inputs: { audio: [input, input] }, options });
    for (const plane of outputs.audio!.planes) {
      expect(largestDifference(plane.subarray(0, input.length), reference(name))).toBeLessThan(1e-6);
      expect(largestDifference(plane.subarray(0, input.length), input)).toBeGreaterThan(0.05);
    }
  });

  it.each([
    ['low-pass', 'lowpass'],
    ['high-pass', 'highpass'],
    ['band-pass', 'bandpass'],
  ] as const)('has a %s band as the cookbook has it', async (type, kind) => {
    const options = { bands: [{ type, frequencyHz: 900, q: 1.1, gainDb: 5 }] };
    const { outputs } = await renderNode(equalizer, { inputs: { audio: sine(24_000, 2000, 0.5) }, options });
    const peak = Math.max(...outputs.audio!.planes[0]!.subarray(19_200));
    expect(peak).toBeCloseTo(0.5 * biquadGain(biquadCoefficients(kind, 900, 1.1), 2000), 2);
  });

  it('lets frames pass as they are when no band changes anything', async () => {
    const input = noise(4800);
    for (const options of [
      {},
      { gainsDb: [0, 0, 0] },
      { bands: [{ frequencyHz: 100 }, { type: 'low-shelf', frequencyHz: 50 }] },
    ]) {
      const { outputs } = await renderNode(equalizer, { inputs: { audio: input }, options });
      expect(outputs.audio!.planes[0]).toEqual(input);
    }
  });

  it('gets to a new setting within 20 ms and without a click, also to none and back', async () => {
    const input = sine(38_400, 60, 0.25);
    const { outputs } = await renderNode(equalizer, {
      inputs: { audio: input },
      options: { gainsDb: [12, 12, 12] },
      optionChanges: [
        { atMs: 200, options: { gainsDb: [], bands: [{ type: 'low-shelf', frequencyHz: 200, gainDb: -24 }] } },
        { atMs: 400, options: { gainsDb: [], bands: [] } },
        { atMs: 600, options: { bands: [{ type: 'high-pass', frequencyHz: 1000 }] } },
      ],
    });
    const plane = outputs.audio!.planes[0]!;
    // Three bands of 12 dB are the sine about six times as loud.
    expect(largestStep(plane)).toBeLessThan(6.5 * largestStep(input));
    expect(plane.subarray(20_160, 28_800)).toEqual(input.subarray(20_160, 28_800));
  });

  it('sounds on through silence until its tail has died, and keeps gaps, completion and errors where they are', async () => {
    const { outputs } = await renderNode(equalizer, {
      inputs: { audio: marbles('a' + '0'.repeat(60), { a: 0.5 }) },
      options: { bands: [{ frequencyHz: 100, gainDb: 12, q: 2 }] },
      durationMs: 1200,
    });
    const { frames } = outputs.audio!;
    expect(frames[1]!.silent).toBe(false);
    expect(frames.at(-1)!.silent).toBe(true);
    for (const drawing of ['|', '0-0|', '0#', '']) {
      const rendered = await renderNode(equalizer, { inputs: { audio: marbles(drawing) }, durationMs: 200 });
      expect(drawMarbles(rendered.outputs.audio!)).toBe(drawing);
    }
  });

  it('says when it changes nothing', () => {
    expect(equalizer.passesThrough!(equalizer.options.parse({}))).toBe(true);
    expect(equalizer.passesThrough!(equalizer.options.parse({ gainsDb: [0, 0] }))).toBe(true);
    expect(equalizer.passesThrough!(equalizer.options.parse({ gainsDb: [0, 1] }))).toBe(false);
    expect(equalizer.passesThrough!(equalizer.options.parse({ bands: [{ type: 'notch', frequencyHz: 50 }] }))).toBe(false);
  });

  it('takes sixteen bands and fifteen gains at once, and no more', async () => {
    const bands = Array.from({ length: 16 }, (_, k) => ({ frequencyHz: 100 * (k + 1), gainDb: 1 }));
    const gainsDb = Array.from({ length: 15 }, () => -1);
    const { outputs } = await renderNode(equalizer, { inputs: { audio: noise(960) }, options: { bands, gainsDb } });
    expect(outputs.audio!.planes[0]!.every(Number.isFinite)).toBe(true);
    await expect(renderNode(equalizer, { options: { bands: [...bands, bands[0]] } })).rejects.toThrow(/16/);
    await expect(renderNode(equalizer, { options: { gainsDb: [...gainsDb, 0] } })).rejects.toThrow(/15/);
    await expect(renderNode(equalizer, { options: { bands: [{ type: 'shelf', frequencyHz: 5 }] } })).rejects.toThrow(/low-shelf/);
  });
});
