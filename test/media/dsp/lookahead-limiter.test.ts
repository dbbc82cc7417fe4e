import { describe, expect, it } from 'vitest';
import { LookaheadLimiter } from '../../../src/media/dsp/lookahead-limiter.js';
import { TruePeakMeter } from '../../../src/media/dsp/true-peak.js';
import { constant, largestDifference, noise, peakOf, sine } from '../../nodes/support/signals.js';

const settings = { ceilingDb: -1, releaseMs: 50, truePeak: false };
const CEILING = 10 ** (-1 / 20);
const DELAY = 240;

function run(limiter: LookaheadLimiter, planes: readonly Float32Array[], frame = 960): Float32Array[] {
  const out = planes.map((plane) => new Float32Array(plane.length));
  for (let at = 0; at < planes[0]!.length; at += frame) {
    const part = (all: readonly Float32Array[]) => all.map((plane) => plane.subarray(at, at + frame));
    limiter.run(part(planes), part(out));
  }
  return out;
}

/** Bursts of every kind: clicks, squares, noise far too loud, slow swells. */
function nasty(seed: number, samples = 48_000): Float32Array {
  const out = noise(samples, 0.3, seed);
  const dice = noise(400, 1, seed + 77);
  for (let k = 0; k < 40; k++) {
    const at = Math.floor(Math.abs(dice[k * 4]!) * samples);
    const length = [1, 2, 13, 240, 241, 1000, 5000][Math.floor(Math.abs(dice[k * 4 + 1]!) * 7)]!;
    const height = 30 ** dice[k * 4 + 2]!;
    const period = 2 + Math.floor(Math.abs(dice[k * 4 + 3]!) * 200);
    for (let i = at; i < Math.min(samples, at + length); i++) out[i] = out[i]! + (i % period < period / 2 ? height : -height);
  }
  return out;
}

describe('LookaheadLimiter', () => {
  it('never exceeds its ceiling, whatever comes', () => {
    for (let seed = 1; seed <= 12; seed++) {
      for (const delay of [48, 100, DELAY]) {
        const limiter = new LookaheadLimiter(delay, { ...settings, releaseMs: seed % 2 ? 5 : 300 });
        const input = [nasty(seed), nasty(seed + 100)];
        expect(peakOf(input[0]!)).toBeGreaterThan(3);
        for (const plane of run(limiter, input, seed % 3 ? 960 : 96)) expect(peakOf(plane)).toBeLessThanOrEqual(CEILING);
      }
    }
  });

  it('limits without its last resort: the gain alone brings peaks below the ceiling but for rounding', () => {
    // A gain that came too late would be clipped: the two channels would then not stay in proportion.
    for (let seed = 1; seed <= 6; seed++) {
      const loud = nasty(seed);
      const [a, b] = run(new LookaheadLimiter(DELAY, settings), [loud, loud.map((x) => x / 16)]);
      expect(
        largestDifference(
          a!,
          b!.map((x) => x * 16),
        ),
      ).toBeLessThan(1e-6);
    }
  });

  it('keeps below the ceiling also between samples', () => {
    for (let seed = 1; seed <= 6; seed++) {
      const crests = (hz: number) =>
        Float32Array.from({ length: 48_000 }, (_, i) => 1.5 * Math.sin(2 * Math.PI * ((hz * i) / 48_000 + 1 / 8)));
      for (const plane of [nasty(seed), crests(12_000), crests(8_000), crests(997)]) {
        const limiter = new LookaheadLimiter(DELAY, { ...settings, truePeak: true });
        const meter = new TruePeakMeter();
        const [out] = run(limiter, [plane]);
        meter.push([out!]);
        expect(peakOf(out!)).toBeLessThanOrEqual(CEILING);
        expect(20 * Math.log10(meter.peak)).toBeLessThan(-1 + 0.05);
      }
    }
  });

  it('delays what is below the ceiling, and does nothing else to it', () => {
    const input = noise(9600, 0.89);
    for (const truePeak of [false, true]) {
      const quiet = truePeak ? sine(9600, 440, 0.88) : input;
      const [out] = run(new LookaheadLimiter(DELAY, { ...settings, truePeak }), [quiet]);
      expect(largestDifference(out!.subarray(DELAY), quiet.subarray(0, -DELAY))).toBe(0);
    }
  });

  it('goes down along a line before a peak and comes back exponentially', () => {
    const input = constant(24_000, 0.5);
    input[10_000] = 4 * CEILING;
    const limiter = new LookaheadLimiter(DELAY, { ...settings, releaseMs: 50 });
    const gains = run(limiter, [input])[0]!.map((x, i) => x / input[Math.max(0, i - DELAY)]!);
    const at = 10_000 + DELAY;
    expect(gains[at]).toBeCloseTo(0.25, 6);
    expect(gains[at - DELAY - 1]).toBe(1);
    expect(gains[at - DELAY]).toBeLessThan(1);
    // Half-way down at the middle of the average.
    expect(gains[at - 11 - 115]).toBeCloseTo(0.625, 2);
    for (let i = at - DELAY + 1; i <= at; i++) expect(gains[i]).toBeLessThanOrEqual(gains[i - 1]!);
    // 63 % of the way back after 50 ms, counted from the middle of the average.
    expect(gains[at + 115 + 2400]).toBeCloseTo(1 - 0.75 * Math.exp(-1), 2);
    for (let i = at + 13; i < 24_000; i++) expect(gains[i]).toBeGreaterThanOrEqual(gains[i - 1]! - 1e-7);
    expect(limiter.gain).toBeGreaterThan(0.99);
  });

  it('gives the same whatever the frame size', () => {
    const input = [nasty(3, 19_200), nasty(4, 19_200)];
    const made = [960, 96, 64].map((frame) => run(new LookaheadLimiter(DELAY, { ...settings, truePeak: true }), input, frame));
    expect(made[1]).toEqual(made[0]);
    expect(made[2]).toEqual(made[0]);
  });

  it('takes a lower ceiling for what comes in from then on', () => {
    const limiter = new LookaheadLimiter(DELAY, settings);
    run(limiter, [constant(4800, 0.8)]);
    limiter.set({ ...settings, ceilingDb: -20 });
    const [out] = run(limiter, [constant(4800, 0.8)]);
    expect(peakOf(out!.subarray(DELAY))).toBeLessThanOrEqual(0.1);
    // Along a line: no step is larger than 11 samples of the average's slope.
    for (let i = 1; i < 480; i++) expect(Math.abs(out![i]! - out![i - 1]!)).toBeLessThan(0.8 / 200);
  });

  it('empties with silence, and its gain goes the same way back in silence', () => {
    const [a, b] = [new LookaheadLimiter(DELAY, settings), new LookaheadLimiter(DELAY, settings)];
    for (const one of [a, b]) {
      expect(one.empty).toBe(true);
      run(one, [constant(960, 3)]);
      expect(one.empty).toBe(false);
      run(one, [constant(960, 0)]);
      expect(one.empty).toBe(true);
    }
    run(a, [constant(1920, 0)]);
    b.skip(1920);
    expect(b.gain).toBe(a.gain);
    b.skip(480_000);
    expect(b.gain).toBe(1);
  });

  it('takes what is not a number for silence', () => {
    const input = noise(4800, 2);
    input[700] = NaN;
    input[800] = -Infinity;
    const [out] = run(new LookaheadLimiter(DELAY, { ...settings, truePeak: true }), [input]);
    expect(out!.every(Number.isFinite)).toBe(true);
    expect(out![700 + DELAY]).toBe(0);
  });
});
