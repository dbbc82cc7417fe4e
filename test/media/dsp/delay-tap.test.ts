import { describe, expect, it } from 'vitest';
import { DelayTap } from '../../../src/media/dsp/delay-tap.js';

const ramp = (from: number, count: number) => Float32Array.from({ length: count }, (_, i) => from + i);

describe('DelayTap', () => {
  it.each([1, 96, 500, 960])('gives what was remembered, around the end of its ring, in blocks of %i', (size) => {
    const tap = new DelayTap(1000 + size);
    const out = new Float32Array(size);
    for (let at = 1; at + size <= 9600; at += size) {
      tap.write(ramp(at, size), false);
      tap.read(out, 1000);
      expect(out[size - 1]).toBe(Math.max(0, at + size - 1 - 1000));
    }
  });

  it('keeps what is in it when it grows, with a smooth beginning', () => {
    const tap = new DelayTap(960);
    for (let at = 1; at < 4800; at += 960) tap.write(ramp(at, 960), false);
    tap.reserve(10_000);
    const out = new Float32Array(960);
    tap.read(out, 500);
    expect([...out]).toEqual([...ramp(4800 - 500 - 959, 960)]);
    tap.read(out, 5000);
    expect(out.every((x) => x === 0)).toBe(true);
  });

  it('goes from one delay to another', () => {
    const tap = new DelayTap(4000);
    for (let at = 1; at < 4800; at += 960) tap.write(ramp(at, 960), false);
    const out = new Float32Array(960);
    tap.readMoving(out, 100, 1000, (k) => k / 960);
    for (const i of [0, 480, 959]) expect(out[i]).toBeCloseTo(4800 - 959 + i - 100 - (900 * (i + 1)) / 960, 2);
  });

  it('knows how much of the newest is silent, and forgets what is no number', () => {
    const tap = new DelayTap(2000);
    expect(tap.silentFor(1e9)).toBe(true);
    tap.write(Float32Array.of(1, 0, NaN, Infinity, 0), false);
    expect([tap.silentFor(4), tap.silentFor(5)]).toEqual([true, false]);
    const copy = tap.clone();
    tap.write(new Float32Array(100), true);
    expect([tap.silentFor(104), tap.silentFor(105), copy.silentFor(5)]).toEqual([true, false, false]);
  });
});
