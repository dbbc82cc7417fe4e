import { describe, expect, it } from 'vitest';
import { countClicks } from '../../../src/engine/graph-test/clicks.js';

const sine = (hz: number, amplitude = 0.25, length = 48_000): Float32Array =>
  Float32Array.from({ length }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / 48_000));

function noise(length: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648 - 0.5;
  });
}

describe('clicks', () => {
  it.each([50, 440, 3000, 10_000])('are none in a tone of %i Hz', (hz) => {
    expect(countClicks(sine(hz))).toBe(0);
  });

  it('are none in noise, in silence, and where sound begins and ends at zero', () => {
    expect(countClicks(noise(48_000))).toBe(0);
    expect(countClicks(new Float32Array(4800))).toBe(0);
    const burst = new Float32Array(48_000);
    burst.set(sine(500, 0.5, 9600), 4800);
    expect(countClicks(burst)).toBe(0);
  });

  it('are found where a wave is cut, jumps in phase, or has a hole', () => {
    const cut = sine(440);
    cut.fill(0, 24_027);
    expect(countClicks(cut)).toBe(1);
    const jump = sine(440);
    jump.set(jump.slice(0, 20_000), 10_027);
    expect(countClicks(jump)).toBeGreaterThanOrEqual(1);
    const hole = sine(300);
    hole.fill(0, 12_040, 12_940);
    expect(countClicks(hole)).toBe(2);
  });

  it('are found as single wrong samples in music', () => {
    const samples = sine(220);
    samples[30_000]! += 0.3;
    expect(countClicks(samples)).toBe(1);
  });
});
