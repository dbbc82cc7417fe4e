import { describe, expect, it } from 'vitest';
import { scaleByRamp } from '../../../src/media/dsp/gain.js';
import { Ramp, RAMP_SAMPLES } from '../../../src/media/dsp/ramp.js';
import { constant } from '../../nodes/support/signals.js';

describe('Ramp', () => {
  it('goes to its target in a straight line and stands there exactly', () => {
    const ramp = new Ramp(1, 4);
    ramp.to(0.2);
    expect([0, 1, 2, 3, 4, 5].map((k) => ramp.at(k))).toEqual([1, 0.8, 0.6, 0.3999999999999999, 0.2, 0.2]);
    ramp.advance(4);
    expect([ramp.settled, ramp.value, ramp.target]).toEqual([true, 0.2, 0.2]);
  });

  it('turns from where it is, and ignores a target it has', () => {
    const ramp = new Ramp(0, 4);
    ramp.to(1);
    ramp.advance(2);
    ramp.to(1);
    expect(ramp.at(1)).toBe(0.75);
    ramp.to(0);
    expect(ramp.at(2)).toBe(0.25);
    ramp.jump(7);
    expect([ramp.value, ramp.settled]).toEqual([7, true]);
  });

  it('gives every sample the same gain whatever the block size', () => {
    const render = (block: number) => {
      const ramp = new Ramp(0.3);
      ramp.to(0.9);
      const out = constant(960, 1);
      for (let i = 0; i < 960; i += block) {
        scaleByRamp(out.subarray(i, i + block), out.subarray(i, i + block), ramp);
        ramp.advance(block);
      }
      return out;
    };
    expect(render(60)).toEqual(render(960));
    expect(render(960)[RAMP_SAMPLES]).toBe(Math.fround(0.9));
  });

  it('takes 10 ms unless told otherwise', () => expect(RAMP_SAMPLES).toBe(480));
});
