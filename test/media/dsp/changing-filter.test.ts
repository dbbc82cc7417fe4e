import { describe, expect, it } from 'vitest';
import { biquadCoefficients } from '../../../src/media/dsp/biquad.js';
import { ChangingFilter } from '../../../src/media/dsp/changing-filter.js';
import { FilterChain } from '../../../src/media/dsp/filter-chain.js';
import { largestDifference, largestStep, noise, sine } from '../../nodes/support/signals.js';

const LOW = [biquadCoefficients('lowpass', 300, Math.SQRT1_2)];
const BASS = [biquadCoefficients('lowshelf', 60, Math.SQRT1_2, 12)];

/** Runs a signal through in blocks; `changes` are made before the block that begins at their sample. */
function render(filter: ChangingFilter, input: Float32Array, block: number, changes: Record<number, typeof LOW> = {}) {
  const out = new Float32Array(input.length);
  for (let at = 0; at < input.length; at += block) {
    const change = changes[at];
    if (change) filter.set(change, false);
    filter.run([input.subarray(at, at + block)], [out.subarray(at, at + block)]);
  }
  return out;
}

describe('ChangingFilter', () => {
  it('starts with what it is given at once, and is idle with nothing', () => {
    const filter = new ChangingFilter();
    expect(filter.idle).toBe(true);
    filter.set(LOW, true);
    expect(filter.idle).toBe(false);
    const input = noise(960);
    const wanted = [new Float32Array(960)];
    new FilterChain(LOW).run([input], wanted);
    expect(render(filter, input, 960)).toEqual(wanted[0]);
  });

  it('has arrived 20 ms after a change: the sound is that of a filter which heard the 20 ms before', () => {
    const filter = new ChangingFilter();
    filter.set(LOW, true);
    const input = noise(9600);
    const out = render(filter, input, 480, { 4800: BASS });
    const wanted = [new Float32Array(5760)];
    new FilterChain(BASS).run([input.subarray(3840)], wanted);
    expect(largestDifference(out.subarray(5760), wanted[0]!.subarray(1920))).toBeLessThan(1e-7);
    const before = [new Float32Array(4800)];
    new FilterChain(LOW).run([input.subarray(0, 4800)], before);
    expect(out.subarray(0, 4800)).toEqual(before[0]);
  });

  it('gives the same in blocks of any length', () => {
    const outs = [48, 480, 960, 1920].map((block) => {
      const filter = new ChangingFilter();
      filter.set(BASS, true);
      return render(filter, noise(9600), block, { 1920: LOW, 5760: [] });
    });
    for (const out of outs) expect(largestDifference(out, outs[0]!)).toBeLessThan(1e-7);
  });

  it('changes to and from nothing without a click, and is idle then', () => {
    const filter = new ChangingFilter();
    const input = sine(19_200, 100, 0.5);
    const out = render(filter, input, 960, { 4800: BASS, 9600: [], 14_400: LOW });
    // Of the sine, 3.3 times as loud at most.
    expect(largestStep(out)).toBeLessThan(3.3 * largestStep(input));
    const back = new ChangingFilter();
    back.set(BASS, true);
    render(back, input, 960, { 960: [] });
    expect(back.idle).toBe(true);
  });

  it('goes to the last of several changes that came during a fade', () => {
    const filter = new ChangingFilter();
    filter.set(LOW, true);
    const input = sine(19_200, 60, 0.25);
    const out = render(filter, input, 480, { 4800: [], 5280: LOW, 5760: BASS });
    const wanted = [new Float32Array(19_200)];
    new FilterChain(BASS).run([input], wanted);
    expect(largestDifference(out.subarray(14_400), wanted[0]!.subarray(14_400))).toBeLessThan(0.001);
  });

  it('goes to a new filter at once in silence, and starts it on silence', () => {
    const filter = new ChangingFilter();
    filter.set(LOW, true);
    render(filter, noise(960), 960);
    const silence = new Float32Array(960);
    for (let i = 0; i < 20; i++) render(filter, silence, 960);
    expect(filter.empty).toBe(true);
    filter.set(BASS, false);
    filter.pass();
    const wanted = [new Float32Array(960)];
    new FilterChain(BASS).run([noise(960)], wanted);
    expect(render(filter, noise(960), 960)).toEqual(wanted[0]);
  });
});
