import { describe, expect, it } from 'vitest';
import { DELAY_CHUNK, ModulatedDelay, SHORTEST_DELAY } from '../../../src/media/dsp/modulated-delay.js';
import { largestDifference, noise, sine } from '../../nodes/support/signals.js';

/** Reads a signal at delays, in blocks. */
function render(input: Float32Array, delayAt: (i: number) => number, block = 960, longest = 300): Float32Array {
  const line = new ModulatedDelay(longest);
  const delays = Float64Array.from(input, (_, i) => delayAt(i));
  const out = new Float32Array(input.length);
  for (let at = 0; at < input.length; at += block) {
    const end = Math.min(input.length, at + block);
    line.write(input, false, at, end);
    line.addTap(delays, 1, out, at, end);
  }
  return out;
}

describe('ModulatedDelay', () => {
  it('at whole samples is the delayed signal itself', () => {
    const input = noise(4800);
    for (const delay of [SHORTEST_DELAY, 100, 300]) {
      const wanted = input.map((_, i) => input[i - delay] ?? 0);
      expect(
        largestDifference(
          render(input, () => delay),
          wanted,
        ),
      ).toBe(0);
    }
  });

  // What the doc comment says: -69 dB is 3.6e-4, -34.5 dB is 0.019, of the sine's peak.
  it.each([
    [1000, 3e-7],
    [5000, 3.7e-4],
    [10_000, 0.02],
  ])('between samples is as near to a sine of %i Hz as it says', (hz, tolerance) => {
    const delay = (i: number) => 100 + 50 * Math.sin(i / 500);
    const out = render(sine(9600, hz, 1), delay);
    let worst = 0;
    for (let i = 200; i < 9600; i++)
      worst = Math.max(worst, Math.abs(out[i]! - Math.sin((2 * Math.PI * hz * (i - delay(i))) / 48_000)));
    expect(worst).toBeLessThan(tolerance);
    expect(worst).toBeGreaterThan(tolerance / 4);
  });

  it('gives the same bit for bit in blocks of any length', () => {
    const input = noise(9600);
    const delay = (i: number) => 150 + 140 * Math.sin(i / 300);
    const whole = render(input, delay, DELAY_CHUNK);
    for (const block of [1, 77, 960]) expect(render(input, delay, block)).toEqual(whole);
  });

  it('is empty when silence has gone through to the longest delay', () => {
    const line = new ModulatedDelay(2000);
    expect(line.empty).toBe(true);
    line.write(noise(960), false, 0, 960);
    const silence = new Float32Array(960);
    line.write(silence, true, 0, 960);
    line.write(silence, true, 0, 960);
    expect(line.empty).toBe(false);
    line.write(silence, true, 0, 960);
    expect(line.empty).toBe(true);
    // What is left in it lies behind every delay: nothing is heard after a rest.
    const out = new Float32Array(960);
    line.write(silence, false, 0, 960);
    line.addTap(new Float64Array(960).fill(2000), 1, out, 0, 960);
    expect(out.some((x) => x !== 0)).toBe(false);
  });

  it('makes copies that go on alike', () => {
    const line = new ModulatedDelay(500);
    line.write(noise(960), false, 0, 960);
    const copy = line.clone();
    const outs = [line, copy].map((each) => {
      const out = new Float32Array(960);
      each.write(noise(960, 0.5, 9), false, 0, 960);
      each.addTap(new Float64Array(960).fill(499.5), 1, out, 0, 960);
      return out;
    });
    expect(outs[1]).toEqual(outs[0]);
  });
});
