import { describe, expect, it } from 'vitest';
import { DryEdge, EDGE_SAMPLES } from '../../../src/media/dsp/dry-edge.js';

const plane = (value: number) => new Float32Array(960).fill(value);

describe('the way to silence of a signal that runs dry', () => {
  it('leads from the last sample to zero in 5 ms, on each channel', () => {
    const edge = new DryEdge(2);
    edge.gave([plane(0.5), plane(-0.25)]);
    const out = [plane(9), plane(9)];
    expect(edge.runDry(out)).toBe(true);
    out.forEach((samples, c) => {
      const from = c === 0 ? 0.5 : -0.25;
      samples.forEach((x, i) => expect(x).toBeCloseTo(from * Math.max(0, 1 - (i + 1) / EDGE_SAMPLES), 6));
    });
  });

  it('begins where a frame breaks off in its middle', () => {
    const out = [plane(0.5)];
    expect(new DryEdge(1).runDry(out, 100)).toBe(true);
    expect([...out[0]!.subarray(0, 100)].every((x) => x === 0.5)).toBe(true);
    expect(out[0]![100]).toBeCloseTo(0.5 * (1 - 1 / EDGE_SAMPLES), 6);
    expect([...out[0]!.subarray(100 + EDGE_SAMPLES)].every((x) => x === 0)).toBe(true);
  });

  it('is no way at all from silence, or from what is no number', () => {
    const edge = new DryEdge(1);
    for (const value of [0, NaN, Infinity]) {
      edge.gave([plane(value)]);
      const out = [plane(9)];
      expect(edge.runDry(out)).toBe(false);
      expect(out[0]!.every((x) => x === 0)).toBe(true);
    }
    edge.gave([plane(1)]);
    edge.reset();
    expect(edge.runDry([plane(9)])).toBe(false);
  });
});
