import { describe, expect, it } from 'vitest';
import { gate } from '../../../src/nodes/effects/gate.js';
import { marbles, renderNode } from '../../../src/testing/index.js';
import { largestDifference, noise, peakOf, sine } from '../support/signals.js';

const SECOND = 48_000;
/** Words of half a second with a hissing room between. */
const speech = () => {
  const out = noise(3 * SECOND, 0.001);
  const word = sine(SECOND / 2, 200, 0.3);
  for (const at of [SECOND, 2 * SECOND]) for (let i = 0; i < word.length; i++) out[at + i] = out[at + i]! + word[i]!;
  return out;
};

describe('effect.gate', () => {
  it('passes words as they are and makes the rest silent, also for those further down', async () => {
    const input = speech();
    const { outputs } = await renderNode(gate, { inputs: { audio: input }, options: { holdMs: 50, releaseMs: 100 } });
    const plane = outputs.audio!.planes[0]!;
    expect(largestDifference(plane.subarray(SECOND + 480, 1.5 * SECOND), input.subarray(SECOND + 480, 1.5 * SECOND))).toBe(0);
    expect(peakOf(plane.subarray(0, SECOND))).toBe(0);
    expect(peakOf(plane.subarray(1.75 * SECOND, 2 * SECOND))).toBe(0);
    const silent = outputs.audio!.frames.map((frame) => frame.silent);
    expect(silent.slice(0, 49).every(Boolean)).toBe(true);
    expect(silent.slice(50, 75).some(Boolean)).toBe(false);
    expect(silent.slice(88, 99).every(Boolean)).toBe(true);
  });

  it('turns down only so far with a range', async () => {
    const input = speech();
    const { outputs } = await renderNode(gate, { inputs: { audio: input }, options: { rangeDb: -20, holdMs: 0, releaseMs: 50 } });
    const plane = outputs.audio!.planes[0]!;
    const wanted = input.subarray(0, SECOND).map((x) => x * 0.1);
    expect(largestDifference(plane.subarray(0, SECOND), wanted)).toBeLessThan(1e-7);
    expect(
      largestDifference(
        plane.subarray(1.7 * SECOND, 2 * SECOND),
        input.subarray(1.7 * SECOND, 2 * SECOND).map((x) => x * 0.1),
      ),
    ).toBeLessThan(1e-7);
  });

  it('opens both channels for either', async () => {
    const { outputs } = await renderNode(gate, { inputs: { audio: [noise(9600, 0.001), sine(9600, 300, 0.5)] } });
    expect(peakOf(outputs.audio!.planes[0]!.subarray(4800))).toBeGreaterThan(0.0009);
  });

  it('closes in silence too, and passes it on', async () => {
    const { outputs } = await renderNode(gate, {
      inputs: { audio: marbles('aa' + '0'.repeat(30) + 'b', { a: 0.5, b: 0.001 }) },
      durationMs: 660,
    });
    const { frames } = outputs.audio!;
    expect(frames[5]!.silent).toBe(true);
    expect(frames[32]!.silent).toBe(true);
  });
});
