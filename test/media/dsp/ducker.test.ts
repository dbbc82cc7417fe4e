import { describe, expect, it } from 'vitest';
import { Ducker } from '../../../src/media/dsp/ducker.js';
import { constant, noise } from '../../nodes/support/signals.js';

const settings = { thresholdDb: -30, depthDb: -20, attackMs: 10, releaseMs: 100, holdMs: 50 };

describe('Ducker', () => {
  it('does nothing below its threshold', () => {
    const ducker = new Ducker(settings);
    const gains = new Float32Array(4800);
    ducker.run([constant(4800, 0.02)], gains);
    expect(gains.every((gain) => gain === 1)).toBe(true);
  });

  it('is idle again after the voice, the hold and the way up', () => {
    const ducker = new Ducker(settings);
    expect(ducker.idle).toBe(true);
    ducker.run([constant(4800, 0.3)], new Float32Array(4800));
    expect(ducker.gain).toBeCloseTo(0.1, 9);
    expect(ducker.idle).toBe(false);
    ducker.run([], new Float32Array(48_000));
    expect([ducker.gain, ducker.idle]).toEqual([1, true]);
  });

  it('takes the louder channel, and gives the same whatever the block size', () => {
    const quiet = constant(9600, 0);
    const loud = noise(9600, 0.5).fill(0, 3000);
    const render = (block: number) => {
      const ducker = new Ducker(settings);
      const gains = new Float32Array(9600);
      for (let i = 0; i < 9600; i += block) {
        ducker.run([quiet.subarray(i, i + block), loud.subarray(i, i + block)], gains.subarray(i, i + block));
      }
      return gains;
    };
    expect(render(96)).toEqual(render(960));
    expect(Math.min(...render(960))).toBeCloseTo(0.1, 6);
  });

  it('comes back up from a depth of 0 and after a change', () => {
    const ducker = new Ducker(settings);
    ducker.run([constant(4800, 0.3)], new Float32Array(4800));
    ducker.set({ ...settings, depthDb: 0 });
    ducker.run([constant(48_000, 0.3)], new Float32Array(48_000));
    expect(ducker.gain).toBe(1);
  });
});
