import { describe, expect, it } from 'vitest';
import { PITCH_DELAY_SAMPLES } from '../../../src/media/dsp/pitch-shifter.js';
import { dominantFrequencyHz, goertzelDb, rmsDb } from '../../../src/media/dsp/measure.js';
import { pitch } from '../../../src/nodes/effects/pitch.js';
import { marbles, renderNode } from '../../../src/testing/index.js';
import { largestDifference, largestStep, noise, sine } from '../support/signals.js';

const shift = async (input: Float32Array, options: Record<string, number>) =>
  (await renderNode(pitch, { inputs: { audio: input }, options })).outputs.audio!;

/** Clicks of 1 ms, one in each 100 ms. */
function clicks(samples: number): Float32Array {
  return Float32Array.from({ length: samples }, (_, i) => (i % 4800 < 48 ? 0.5 * Math.sin((2 * Math.PI * (i % 4800)) / 24) : 0));
}

describe('effect.pitch', () => {
  it.each([
    [100, -12],
    [100, 5],
    [440, 7],
    [440, 12],
    [1000, -3],
    [1000, 1],
    [5000, 4],
    [9000, -7],
  ])('brings %d Hz by %d semitones to its formula within 0.3 %, at its level within 1 dB', async (frequencyHz, semitones) => {
    const { planes } = await shift(sine(96_000, frequencyHz, 0.5), { semitones });
    const wanted = frequencyHz * 2 ** (semitones / 12);
    const got = planes[0]!.subarray(12_000, 12_000 + 65_536);
    expect(Math.abs(dominantFrequencyHz(got, 48_000) / wanted - 1)).toBeLessThan(0.003);
    for (let at = 12_000; at < 84_000; at += 2400) {
      const level = goertzelDb(planes[0]!.subarray(at, at + 4800), wanted, 48_000) - 20 * Math.log10(0.5);
      expect(Math.abs(level), `at sample ${at}`).toBeLessThan(1);
    }
  });

  it('adds cents', async () => {
    const { planes } = await shift(sine(96_000, 440), { semitones: 2, cents: -50 });
    expect(dominantFrequencyHz(planes[0]!.subarray(12_000), 48_000)).toBeCloseTo(440 * 2 ** (1.5 / 12), 0);
  });

  it('folds nothing back: what would be above 24 kHz is gone', async () => {
    const { planes } = await shift(sine(48_000, 15_000, 0.5), { semitones: 12 });
    expect(rmsDb(planes[0]!.subarray(9600, 43_200))).toBeLessThan(-60);
  });

  it('is late by what it declares', async () => {
    expect(pitch.latencyMs({ semitones: 0, cents: 0 })).toBe(0);
    for (const semitones of [-12, -2, 2, 12]) {
      expect(pitch.latencyMs({ semitones, cents: 0 })).toBeCloseTo(PITCH_DELAY_SAMPLES / 48, 6);
      const input = clicks(96_000);
      const { planes } = await shift(input, { semitones });
      // The envelope's delay, as the place of the largest correlation of energies. A splice may move a click by 10 ms, as its search
      // reaches, and within the 20 ms of one segment time runs as fast as before.
      const allowed = 576 + 960 * Math.abs(2 ** (-semitones / 12) - 1);
      const energy = (plane: Float32Array) => Array.from({ length: 1000 }, (_, k) => rmsPower(plane, k * 96));
      const [a, b] = [energy(input), energy(planes[0]!)];
      let best = 0;
      let most = -1;
      for (let lag = 0; lag < 50; lag++) {
        let sum = 0;
        for (let k = 100; k < 900; k++) sum += a[k]! * b[k + lag]!;
        if (sum > most) [most, best] = [sum, lag];
      }
      expect(Math.abs(best * 96 - PITCH_DELAY_SAMPLES), `${semitones} semitones`).toBeLessThan(allowed);
    }
  });

  it('passes frames untouched at 0', async () => {
    const input = noise(19_200);
    const { planes } = await shift(input, {});
    expect(largestDifference(planes[0]!, input)).toBe(0);
  });

  it('goes from 0 to a pitch, on to another and back without a click', async () => {
    const { outputs } = await renderNode(pitch, {
      inputs: { audio: sine(96_000, 200, 0.25) },
      options: {},
      optionChanges: [
        { atMs: 400, options: { semitones: 4 } },
        { atMs: 800, options: { semitones: 7 } },
        { atMs: 1200, options: { semitones: -5, cents: 30 } },
        { atMs: 1600, options: { semitones: 0, cents: 0 } },
      ],
    });
    const plane = outputs.audio!.planes[0]!;
    // A sine of 200 Hz up by 7 semitones has steps of 0.0098.
    expect(largestStep(plane)).toBeLessThan(0.02);
    expect(dominantFrequencyHz(plane.subarray(42_000, 42_000 + 8192), 48_000)).toBeCloseTo(200 * 2 ** (7 / 12), 0);
    expect(largestDifference(plane.subarray(81_600, 96_000), sine(96_000, 200, 0.25).subarray(81_600, 96_000))).toBe(0);
  });

  it('keeps left and right together', async () => {
    const left = sine(48_000, 300, 0.5);
    const right = left.map((x) => -0.5 * x);
    const { outputs } = await renderNode(pitch, { inputs: { audio: [left, right] }, options: { semitones: 5 } });
    const [l, r] = outputs.audio!.planes;
    expect(
      largestDifference(
        r!,
        l!.map((x) => -0.5 * x),
      ),
    ).toBeLessThan(1e-6);
  });

  it('sounds until all that it held is out, then rests', async () => {
    const { outputs } = await renderNode(pitch, {
      inputs: { audio: marbles('aaaa' + '0'.repeat(30), { a: 0.5 }) },
      options: { semitones: 3 },
      durationMs: 680,
    });
    const loud = outputs.audio!.frames.filter((frame) => !frame.silent).map((frame) => frame.tick);
    expect(loud[0]).toBe(2);
    expect(loud.at(-1)).toBeLessThanOrEqual(8);
  });
});

function rmsPower(plane: Float32Array, from: number): number {
  let sum = 0;
  for (let i = from; i < from + 96; i++) sum += (plane[i] ?? 0) ** 2;
  return sum;
}
