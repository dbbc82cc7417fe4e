import { describe, expect, it } from 'vitest';
import { duck } from '../../../src/nodes/mixers/duck.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { constant, largestDifference, largestStep, noise, peakOf } from '../support/signals.js';

const MS = 48;

/** Mono samples that are `value` between two times, else 0. */
function burst(totalMs: number, fromMs: number, toMs: number, value: number): Float32Array {
  return constant(totalMs * MS, 0).fill(value, fromMs * MS, toMs * MS);
}

describe('mix.duck', () => {
  it('turns the bed down under the voice, holds, and lets it back up', async () => {
    const bed = constant(2000 * MS, 0.2);
    const voice = burst(2000, 400, 800, 0.1);
    const { outputs } = await renderNode(duck, {
      inputs: { bed, voice },
      options: { depthDb: -12, attackMs: 20, releaseMs: 400, holdMs: 100, thresholdDb: -40 },
    });
    const plane = outputs.audio!.planes[0]!;
    const under = plane.map((x, i) => (x - voice[i]!) / 0.2);
    const at = (ms: number) => 20 * Math.log10(under[ms * MS]!);
    expect(at(399)).toBe(0);
    // Detected within a millisecond, then down 12 dB in 20 ms, in a straight line of decibels.
    expect(at(411)).toBeGreaterThan(-8);
    expect(at(411)).toBeLessThan(-4);
    expect(at(425)).toBeCloseTo(-12, 4);
    expect(at(799)).toBeCloseTo(-12, 4);
    // The 10 ms mean of the square needs 10·ln(100) ms to fall 20 dB; then the hold, then up 12 dB in 400 ms.
    const upFrom = 800 + 46 + 100;
    expect(at(upFrom - 3)).toBeCloseTo(-12, 3);
    expect(at(upFrom + 200)).toBeGreaterThan(-6.3);
    expect(at(upFrom + 200)).toBeLessThan(-5.7);
    expect(at(upFrom + 403)).toBe(0);
    expect(largestStep(under)).toBeLessThan(0.005);
  });

  it('passes the bed through untouched while nobody speaks', async () => {
    const bed = noise(9600, 0.3);
    const { outputs } = await renderNode(duck, { inputs: { bed: [bed, bed], voice: 'silence' } });
    expect(largestDifference(outputs.audio!.planes[0]!, bed)).toBe(0);
  });

  it('gives the voice alone when the bed is silent, and silence when both are', async () => {
    const { outputs } = await renderNode(duck, {
      inputs: { bed: marbles('000000|'), voice: marbles('00aa00|', { a: 0.2 }) },
    });
    expect(drawMarbles(outputs.audio!, { a: 0.2 })).toBe('00aa00|');
  });

  it('goes on with the bed when the voice has ended, and ends with the bed', async () => {
    const voiceFirst = await renderNode(duck, { inputs: { bed: marbles('aaaaa|'), voice: marbles('0|') } });
    expect(drawMarbles(voiceFirst.outputs.audio!)).toBe('aaaaa|');
    const bedFirst = await renderNode(duck, { inputs: { bed: marbles('aa|'), voice: 'silence' } });
    expect(drawMarbles(bedFirst.outputs.audio!)).toBe('aa|');
    const bedFails = await renderNode(duck, { inputs: { bed: marbles('aa#'), voice: 'silence' } });
    expect(drawMarbles(bedFails.outputs.audio!)).toBe('aa|');
  });

  it('never exceeds full scale', async () => {
    const loud = noise(9600, 1.5);
    const { outputs } = await renderNode(duck, { inputs: { bed: loud, voice: noise(9600, 1.5, 7) } });
    expect(peakOf(outputs.audio!.planes[0]!)).toBeLessThanOrEqual(1);
  });

  it('counts a bed that gives nothing for a tick, and goes on', async () => {
    const { outputs, counters } = await renderNode(duck, {
      inputs: { bed: marbles('aa-a|'), voice: marbles('0000') },
    });
    expect(counters).toEqual({ underruns: 1 });
    expect(drawMarbles(outputs.audio!)).toBe('aa0a|');
  });

  it('forgets NaN from the voice', async () => {
    const voice = noise(96_000, 0.3).fill(0, 4800);
    voice[100] = NaN;
    const { outputs } = await renderNode(duck, { inputs: { bed: constant(96_000, 0.1), voice } });
    expect(outputs.audio!.planes[0]!.at(-1)).toBeCloseTo(0.1, 6);
  });
});
