import { describe, expect, it } from 'vitest';
import { Overdrive } from '../../../src/media/dsp/overdrive.js';
import { Ramp } from '../../../src/media/dsp/ramp.js';
import { noise, sine } from '../../nodes/support/signals.js';

/** Amplitude of a whole number of periods. */
function amplitude(plane: ArrayLike<number>, periods: number): number {
  let [re, im] = [0, 0];
  for (let i = 0; i < plane.length; i++) {
    re += plane[i]! * Math.cos((2 * Math.PI * periods * i) / plane.length);
    im += plane[i]! * Math.sin((2 * Math.PI * periods * i) / plane.length);
  }
  return (2 * Math.hypot(re, im)) / plane.length;
}

/** How far what is no harmonic of 5010 Hz is below the fundamental, up to 20 kHz, in decibels. */
function aliasDb(plane: ArrayLike<number>): number {
  let power = 0;
  for (let periods = 1; periods <= 2000; periods++) if (periods % 501 !== 0) power += amplitude(plane, periods) ** 2;
  return 10 * Math.log10(power) - 20 * Math.log10(amplitude(plane, 501));
}

describe('Overdrive', () => {
  // The figures of its doc comment. 100 ms of 5010 Hz: no alias falls on a harmonic.
  it.each([
    ['soft', 1],
    ['hard', 0],
  ])('keeps aliases of 5 kHz at 18 dB 50 dB down: %s', (_, soft) => {
    const input = sine(9600, 5010, 1);
    const out = new Float32Array(9600);
    new Overdrive().run(input, new Ramp(8), new Ramp(soft), out);
    expect(aliasDb(out.subarray(4800))).toBeLessThan(-50);
    const naive = input.subarray(4800).map((x) => Math.max(-1, Math.min(1, 8 * x)));
    expect(aliasDb(naive)).toBeGreaterThan(-16);
  });

  it('gives the same bit for bit in blocks of any length, empties, and goes on where another was', () => {
    const input = noise(4800);
    const whole = new Float32Array(4800);
    new Overdrive().run(input, new Ramp(4), new Ramp(0), whole);
    const parts = new Float32Array(4800);
    let drive = new Overdrive();
    for (let at = 0; at < 4800; at += 96) {
      drive.run(input.subarray(at, at + 96), new Ramp(4), new Ramp(0), parts.subarray(at, at + 96));
      drive = new Overdrive(drive);
    }
    expect(parts).toEqual(whole);
    expect(drive.empty).toBe(false);
    const silence = new Float32Array(960);
    for (let i = 0; i < 4; i++) drive.run(silence, new Ramp(4), new Ramp(0), whole.subarray(0, 960));
    expect(drive.empty).toBe(true);
  });
});
