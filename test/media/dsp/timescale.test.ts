import { describe, expect, test } from 'vitest';
import { dominantFrequencyHz, goertzelDb } from '../../../src/media/dsp/measure.js';
import { PlanarQueue } from '../../../src/media/dsp/planar-queue.js';
import { Timescale, type TimescaleFactors } from '../../../src/media/dsp/timescale.js';
import { VariableResampler } from '../../../src/media/dsp/variable-resampler.js';
import { largestDifference, largestStep, noise, sine } from '../../nodes/support/signals.js';

function scale(input: Float32Array, factors: TimescaleFactors, block = 960): Float32Array {
  const timescale = new Timescale(1, { hopSamples: 1920 });
  timescale.factors = factors;
  const out = new Float32Array(Math.ceil((input.length / factors.speed / factors.rate) * 1.1) + 9600);
  let length = 0;
  for (let at = 0; at < input.length; at += block) {
    const piece = input.subarray(at, at + block);
    timescale.push([piece], piece.length);
    length += timescale.pull([out], length, out.length - length);
  }
  timescale.finish();
  length += timescale.pull([out], length, out.length - length);
  return out.subarray(0, length);
}

describe('speed, pitch and rate', () => {
  test('at 1 give what they got, to the bit, and as long', () => {
    const input = noise(50_000);
    expect(largestDifference(scale(input, { speed: 1, pitch: 1, rate: 1 }), input)).toBe(0);
  });

  test.each([
    [2, 1, 1],
    [0.25, 1, 1],
    [4, 1, 1],
    [1, 1.5, 1],
    [1, 0.5, 1],
    [1, 1, 1.25],
    [1.3, 0.8, 1.1],
    [0.5, 2, 0.7],
  ])('speed %d, pitch %d, rate %d: length to a sample, frequency within 0.1 %%, level within 0.5 dB', (speed, pitch, rate) => {
    for (const frequencyHz of [60, 440, 5000]) {
      const out = scale(sine(480_000, frequencyHz, 0.5), { speed, pitch, rate });
      expect(Math.abs(out.length - 480_000 / speed / rate)).toBeLessThanOrEqual(1);
      const wanted = frequencyHz * pitch * rate;
      expect(Math.abs(dominantFrequencyHz(out.subarray(9600), 48_000) / wanted - 1)).toBeLessThan(0.001);
      for (let at = 9600; at + 14_400 < out.length; at += 9600) {
        const level = goertzelDb(out.subarray(at, at + 4800), wanted, 48_000) - 20 * Math.log10(0.5);
        expect(Math.abs(level)).toBeLessThan(0.5);
      }
    }
  });

  test('give the same whatever the block size', () => {
    const input = noise(48_000);
    const factors = { speed: 1.3, pitch: 0.9, rate: 1.1 };
    const whole = scale(input, factors);
    expect(largestDifference(scale(input, factors, 100), whole)).toBe(0);
  });

  test('say where in the input the next output sample is', () => {
    const timescale = new Timescale(1, { hopSamples: 1920 });
    timescale.factors = { speed: 2, pitch: 1.2, rate: 1.1 };
    const out = [new Float32Array(96_000)];
    let pulled = 0;
    for (let i = 0; i < 100; i++) {
      timescale.push([noise(960)], 960);
      pulled += timescale.pull(out, 0, 400);
      expect(Math.abs(timescale.position - pulled * 2.2)).toBeLessThan(48);
    }
  });

  test('change without a click', () => {
    const timescale = new Timescale(1, { hopSamples: 1920 });
    const input = sine(480_000, 200, 0.25);
    const out = new Float32Array(480_000);
    let length = 0;
    const steps = [1, 2, 0.5, 1.1, 1, 4, 1];
    for (let at = 0; at < input.length; at += 960) {
      const now = steps[Math.floor((at / input.length) * steps.length)]!;
      timescale.factors = { speed: now, pitch: Math.min(2, now), rate: 1 };
      timescale.push([input.subarray(at, at + 960)], 960);
      length += timescale.pull([out], length, out.length - length);
    }
    // 400 Hz at 0.25 has steps of 0.0131.
    expect(largestStep(out.subarray(0, length))).toBeLessThan(0.03);
  });
});

describe('the variable resampler', () => {
  test.each([0.5, 0.9, 1.0001, 1.5, 2, 3.7])('at %d is the interpolation it should be, below −75 dB of error', (ratio) => {
    const frequencyHz = 1000;
    const resampler = new VariableResampler(1);
    resampler.ratio = ratio;
    resampler.input.push([sine(48_000, frequencyHz, 0.5)], 0, 48_000);
    const out = new Float32Array(200_000);
    const length = resampler.pull([out], 0, out.length);
    expect(Math.abs(length - 48_000 / ratio)).toBeLessThan(60);
    let worst = 0;
    for (let i = 200; i < length - 200; i++) {
      worst = Math.max(worst, Math.abs(out[i]! - 0.5 * Math.sin((2 * Math.PI * frequencyHz * i * ratio) / 48_000)));
    }
    expect(20 * Math.log10(worst / 0.5)).toBeLessThan(-75);
  });
});

describe('the planar queue', () => {
  test('gives back what it took in any blocks, and grows', () => {
    const queue = new PlanarQueue(2, 16);
    const input = noise(5000);
    const out = [new Float32Array(5000), new Float32Array(5000)];
    let pushed = 0;
    let pulled = 0;
    for (let k = 0; pulled < 5000; k++) {
      const count = Math.min((k * 37) % 101, 5000 - pushed);
      queue.push([input], pushed, count);
      pushed += count;
      pulled += queue.pull(out, pulled, (k * 53) % 97);
      expect(queue.length).toBe(pushed - pulled);
    }
    expect(largestDifference(out[0]!, input)).toBe(0);
    expect(largestDifference(out[1]!, input)).toBe(0);
  });
});
