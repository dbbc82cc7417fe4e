import { describe, expect, it } from 'vitest';
import { Allpass } from '../../../src/media/dsp/allpass.js';
import { Biquad, biquadCoefficients } from '../../../src/media/dsp/biquad.js';
import { PreDelay } from '../../../src/media/dsp/pre-delay.js';
import { Reverb, type ReverbSettings } from '../../../src/media/dsp/reverb.js';
import { largestDifference, largestStep, noise, peakOf, sine } from '../../nodes/support/signals.js';

const settings: ReverbSettings = { roomMeters: 10, decaySec: 1.5, dampingHz: 6000, preDelayMs: 0, width: 1, mix: 1 };
const SECOND = 48_000;

function run(reverb: Reverb, planes: readonly Float32Array[], frame = 960): Float32Array[] {
  const out = planes.map((plane) => new Float32Array(plane.length));
  for (let at = 0; at < planes[0]!.length; at += frame) {
    const part = (all: readonly Float32Array[]) => all.map((plane) => plane.subarray(at, at + frame));
    reverb.run(
      part(planes),
      part(out),
      part(planes).every((plane) => plane.every((x) => x === 0)),
    );
  }
  return out;
}

function impulse(seconds: number): Float32Array {
  const plane = new Float32Array(seconds * SECOND);
  plane[0] = 1;
  return plane;
}

/** The decay time of one octave: from −5 to −35 dB of the backward integral, doubled (M. R. Schroeder 1965; ISO 3382). */
function rt60(plane: Float32Array, hz: number): number {
  const band = new Float32Array(plane);
  const coefficients = biquadCoefficients('bandpass', hz, Math.SQRT2);
  for (let k = 0; k < 3; k++) new Biquad().run(coefficients, band, band);
  const left = new Float64Array(band.length + 1);
  for (let i = band.length - 1; i >= 0; i--) left[i] = left[i + 1]! + band[i]! ** 2;
  const fallen = (db: number) => left.findIndex((energy) => energy < left[0]! * 10 ** (db / 10)) / SECOND;
  return 2 * (fallen(-35) - fallen(-5));
}

describe('Reverb', () => {
  it.each([
    [3, 0.4],
    [10, 1.5],
    [10, 4],
    [30, 3],
    [40, 8],
  ])('of a room of %d m with a decay of %d s falls by 60 dB in that time, within 10 %%', (roomMeters, decaySec) => {
    const room = new Reverb({ ...settings, roomMeters, decaySec, dampingHz: 12_000 });
    const [left, right] = run(room, [impulse(decaySec * 1.5), impulse(decaySec * 1.5)]);
    for (const plane of [left!, right!]) {
      for (const hz of [250, 1000]) expect(Math.abs(rt60(plane, hz) / decaySec - 1)).toBeLessThan(0.1);
    }
  });

  it.each([2000, 6000])('at the damping frequency of %d Hz falls in half the time, within 15 %%', (dampingHz) => {
    const [left] = run(new Reverb({ ...settings, decaySec: 3, dampingHz }), [impulse(4), impulse(4)]);
    expect(Math.abs(rt60(left!, dampingHz) / 1.5 - 1)).toBeLessThan(0.15);
    expect(rt60(left!, 200)).toBeGreaterThan(2.7);
  });

  it('answers with many echoes, not a few: no gap after the first 100 ms, and a noise-like tail', () => {
    const [left] = run(new Reverb(settings), [impulse(1), impulse(1)]);
    let heard = 0;
    for (let i = 4800; i < 9600; i++) if (Math.abs(left![i]!) > 1e-5) heard++;
    expect(heard).toBeGreaterThan(4000);
    // The kurtosis of Gaussian noise is 3; of single echoes it is tens or hundreds.
    const tail = left!.subarray(9600, 19_200);
    const moment = (power: number) => tail.reduce((sum, x) => sum + x ** power, 0) / tail.length;
    expect(moment(4) / moment(2) ** 2).toBeLessThan(6);
  });

  it('gives a steady noise a reverberation as loud as itself, whatever the room', () => {
    for (const [roomMeters, decaySec] of [
      [4, 0.8],
      [10, 2],
      [30, 5],
    ] as const) {
      const planes = [noise(8 * SECOND, 0.3, 1), noise(8 * SECOND, 0.3, 2)];
      const [left] = run(new Reverb({ ...settings, roomMeters, decaySec, dampingHz: 20_000 }), planes);
      const rms = (plane: Float32Array) => Math.hypot(...plane.subarray(7 * SECOND, 7.5 * SECOND));
      expect(Math.abs(20 * Math.log10(rms(left!) / rms(planes[0]!)))).toBeLessThan(3);
    }
  });

  it('is wide as far as it shall be', () => {
    const correlation = (width: number) => {
      const input = noise(2 * SECOND, 0.3);
      const [left, right] = run(new Reverb({ ...settings, width }), [input, input]).map((plane) => plane.subarray(SECOND));
      const sum = (a: Float32Array, b: Float32Array) => a.reduce((total, x, i) => total + x * b[i]!, 0);
      return sum(left!, right!) / Math.sqrt(sum(left!, left!) * sum(right!, right!));
    };
    expect(correlation(0)).toBeCloseTo(1, 5);
    expect(Math.abs(correlation(1))).toBeLessThan(0.3);
    expect(correlation(0.5)).toBeGreaterThan(0.4);
  });

  it('answers after the pre-delay and lets the sound itself through at once', () => {
    const [out] = run(new Reverb({ ...settings, preDelayMs: 100, mix: 0.5 }), [impulse(0.5)]);
    expect(out![0]).toBeCloseTo(0.5, 6);
    const first = out!.findIndex((x, i) => i > 0 && x !== 0);
    // The nearest wall is 0.63 · 10 m away, which sound takes 18 ms for.
    expect(first).toBeGreaterThan(4800 + 800);
    expect(first).toBeLessThan(4800 + 1000);
  });

  it('ends: some time after the last sound there is nothing, and nothing comes back', () => {
    const room = new Reverb({ ...settings, decaySec: 0.5 });
    run(room, [noise(9600, 0.5)]);
    expect(room.empty).toBe(false);
    // −160 dB take two and two thirds of the decay.
    const [tail] = run(room, [new Float32Array(3 * SECOND)]);
    expect(room.empty).toBe(true);
    expect(peakOf(tail!.subarray(0, SECOND / 4))).toBeGreaterThan(0.001);
    expect(peakOf(tail!.subarray(2.5 * SECOND))).toBe(0);
  });

  it('is stable at its extremes and after what is not a number', () => {
    for (const [roomMeters, decaySec, dampingHz] of [
      [2, 20, 20_000],
      [40, 0.1, 500],
      [40, 20, 20_000],
    ] as const) {
      const input = noise(3 * SECOND, 1);
      input[5000] = NaN;
      input[6000] = Infinity;
      const [out] = run(new Reverb({ ...settings, roomMeters, decaySec, dampingHz }), [input]);
      expect(out!.subarray(6001).every(Number.isFinite)).toBe(true);
      expect(peakOf(out!.subarray(6001))).toBeLessThan(20);
    }
  });

  it('changes its room without a click, and in the same way whatever the frames', () => {
    const change = (frame: number) => {
      const room = new Reverb(settings);
      const tone = sine(SECOND, 200, 0.3);
      const before = run(room, [tone], frame);
      room.set({ ...settings, roomMeters: 25, decaySec: 3, preDelayMs: 60, dampingHz: 3000 });
      const between = run(room, [tone.subarray(0, 192)], Math.min(frame, 192));
      room.set({ ...settings, roomMeters: 4, mix: 0.5 });
      return [...before[0]!, ...between[0]!, ...run(room, [tone.subarray(192)], frame)[0]!];
    };
    const whole = Float32Array.from(change(960));
    expect(largestDifference(Float32Array.from(change(96)), whole)).toBeLessThan(1e-6);
    expect(largestStep(whole.subarray(SECOND - 960))).toBeLessThan(0.05);
  });
});

describe('Allpass', () => {
  it('lets every frequency through at its level', () => {
    const filter = new Allpass(229, 0.75);
    const plane = noise(SECOND, 0.5);
    const energy = plane.reduce((sum, x) => sum + x * x, 0);
    const longer = new Float32Array(2 * SECOND);
    longer.set(plane);
    filter.run(longer, longer.length);
    expect(longer.reduce((sum, x) => sum + x * x, 0) / energy).toBeCloseTo(1, 4);
    expect(largestDifference(longer.subarray(0, SECOND), plane)).toBeGreaterThan(0.1);
  });
});

describe('PreDelay', () => {
  it('delays by so many samples, also by none, and gets to another delay without a jump', () => {
    const input = sine(9600, 100, 0.5);
    const out = new Float32Array(9600);
    for (const delay of [0, 1, 500]) {
      new PreDelay(1000, delay).run(input, out, 9600);
      expect(largestDifference(out.subarray(delay), input.subarray(0, 9600 - delay))).toBe(0);
    }
    const line = new PreDelay(1000, 100);
    line.run(input, out, 4800);
    line.set(700);
    const rest = new Float32Array(4800);
    line.run(input.subarray(4800), rest, 4800);
    expect(largestStep(Float32Array.from([...out.subarray(0, 4800), ...rest]))).toBeLessThan(0.01);
    expect(largestDifference(rest.subarray(480), input.subarray(4800 - 700 + 480, 9600 - 700))).toBeLessThan(1e-7);
  });
});
