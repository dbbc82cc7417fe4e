import { describe, expect, it } from 'vitest';
import { EchoLine, keepable } from '../../../src/media/dsp/delay-line.js';
import { noise } from '../../nodes/support/signals.js';

describe('EchoLine', () => {
  it.each([1, 47, 960, 5000])('delays by %i samples', (delay) => {
    const line = new EchoLine(delay);
    const input = noise(9600);
    const out = new Float32Array(9600);
    for (let i = 0; i < 9600; i += 960) line.run(input.subarray(i, i + 960), out.subarray(i, i + 960), delay, 0, 1, 0);
    for (let i = 0; i < 9600; i++) expect(out[i]).toBe(input[i - delay] ?? 0);
  });

  it.each([
    [1, 0],
    [1, 0.5],
    [479, 0],
    [15_903, 0],
    [15_903, 0.9],
    [30_000, 0],
  ])('is the sum it says it is, across every wrap (delay %i, feedback %d)', (delay, feedback) => {
    const line = new EchoLine(delay);
    const total = 96_000;
    const input = noise(total);
    input[50_000] = NaN;
    input[60_000] = 1e-9;
    const out = new Float32Array(total);
    for (let i = 0, n = 960; i < total; i += n, n = n === 960 ? 441 : 960) {
      n = Math.min(n, total - i);
      line.run(input.subarray(i, i + n), out.subarray(i, i + n), delay, 0.9, 0.3, feedback);
    }
    const kept = new Float32Array(total);
    for (let i = 0; i < total; i++) {
      const late = kept[i - delay] ?? 0;
      kept[i] = keepable(input[i]! + feedback * late);
      const wanted = Math.fround(0.9 * input[i]! + 0.3 * late);
      if (Math.abs(out[i]! - wanted) > 1e-7 || Number.isNaN(out[i]!) !== Number.isNaN(wanted)) {
        expect.fail(`sample ${i}: ${out[i]} instead of ${wanted}`);
      }
    }
  });

  it('is empty before anything and after the last repeat', () => {
    const line = new EchoLine(100);
    expect(line.empty).toBe(true);
    const out = new Float32Array(960);
    line.run(noise(960), out, 100, 1, 0.5, 0.5);
    expect(line.empty).toBe(false);
    for (let i = 0; i < 10; i++) line.run(new Float32Array(960), out, 100, 1, 0.5, 0.5);
    expect(line.empty).toBe(true);
    expect(out.every((x) => x === 0)).toBe(true);
  });

  it('keeps what it holds when it grows', () => {
    const line = new EchoLine(100);
    const input = noise(960);
    const out = new Float32Array(960);
    line.run(input, out, 100, 0, 1, 0);
    line.reserve(4000);
    line.run(new Float32Array(960), out, 300, 0, 1, 0);
    expect(out.subarray(0, 300)).toEqual(input.subarray(660));
  });
});

describe('keepable', () => {
  it('lets nothing through that is broken, absurd or inaudible', () => {
    expect([0.5, -0.5, NaN, Infinity, -Infinity, 1e7, 1e-9].map(keepable)).toEqual([0.5, -0.5, 0, 0, 0, 0, 0]);
  });
});
