import { describe, expect, it } from 'vitest';
import { LoudnessMeter } from '../../../src/media/dsp/loudness-meter.js';
import { LoudnessRider } from '../../../src/media/dsp/loudness-rider.js';
import { largestDifference, noise, sine } from '../../nodes/support/signals.js';

const settings = { targetLufs: -16, maxGainDb: 15, maxCutDb: 20, gateLufs: -50 };
const SECOND = 48_000;
/** A stereo 1 kHz sine of this peak has so many LUFS. */
const tone = (lufs: number, seconds: number) => sine(seconds * SECOND, 1000, 10 ** (lufs / 20));

function run(rider: LoudnessRider, plane: Float32Array, frame = 960): Float32Array {
  const out = new Float32Array(plane.length);
  for (let at = 0; at < plane.length; at += frame) rider.run([plane.subarray(at, at + frame)], [out.subarray(at, at + frame)]);
  return out;
}

function lufs(plane: Float32Array): number {
  const meter = new LoudnessMeter();
  meter.push([plane]);
  return meter.momentaryLufs;
}

describe('LoudnessRider', () => {
  it.each([-30, -22, -16, -10, 0])('brings a steady programme of %d LUFS within 3 LU after 5 s, and closer later', (from) => {
    const out = run(new LoudnessRider(settings), tone(from, 12));
    expect(Math.abs(lufs(out.subarray(0, 5 * SECOND)) + 16)).toBeLessThan(3);
    expect(Math.abs(lufs(out.subarray(0, 12 * SECOND)) + 16)).toBeLessThan(1);
  });

  it.each([
    [-26, -14],
    [-12, -26],
    [-30, -5],
  ])('follows a change from %d to %d LUFS within 5 s', (before, after) => {
    const rider = new LoudnessRider(settings);
    run(rider, tone(before, 10));
    const out = run(rider, tone(after, 5));
    expect(Math.abs(lufs(out) + 16)).toBeLessThan(3);
  });

  it('goes no further than its limits', () => {
    const up = new LoudnessRider({ ...settings, maxGainDb: 6 });
    run(up, tone(-40, 10));
    expect(up.gainDb).toBeCloseTo(6, 0);
    const down = new LoudnessRider({ ...settings, maxCutDb: 3 });
    run(down, tone(0, 10));
    expect(down.gainDb).toBeCloseTo(-3, 0);
  });

  it('stands still in pauses: silence, noise below the gate, and a room 20 LU below the voice', () => {
    for (const pause of [new Float32Array(9 * SECOND), noise(9 * SECOND, 0.002), tone(-44, 9)]) {
      const rider = new LoudnessRider(settings);
      run(rider, tone(-24, 10));
      const before = rider.gainDb;
      run(rider, pause);
      expect(Math.abs(rider.gainDb - before)).toBeLessThan(0.1);
      run(rider, tone(-24, 2));
      expect(Math.abs(rider.gainDb - before)).toBeLessThan(0.5);
    }
  });

  it('takes something much quieter for the programme after 10 s', () => {
    const rider = new LoudnessRider(settings);
    run(rider, tone(-10, 10));
    const out = run(rider, tone(-30, 18));
    expect(Math.abs(lufs(out) + 16)).toBeLessThan(3);
  });

  it('moves without a step: along lines', () => {
    const square = new Float32Array(3 * SECOND).map((_, i) => (i % 2 ? 0.05 : -0.05));
    const gains = run(new LoudnessRider(settings), square).map((x) => Math.abs(x) / 0.05);
    // 10 dB a second are 3.3 factors in a second at most.
    for (let i = 1; i < gains.length; i++) expect(Math.abs(gains[i]! - gains[i - 1]!)).toBeLessThan(2e-4);
  });

  it('does the same whatever the frame size, in place, and for silence at once', () => {
    const input = noise(3 * SECOND, 0.05);
    const [a, b, c] = [new LoudnessRider(settings), new LoudnessRider(settings), new LoudnessRider(settings)];
    const whole = run(a, input);
    expect(largestDifference(run(b, input, 77), whole)).toBeLessThan(1e-7);
    const same = input.slice();
    for (let at = 0; at < same.length; at += 960) c.run([same.subarray(at, at + 960)], [same.subarray(at, at + 960)]);
    expect(largestDifference(same, whole)).toBe(0);
    run(a, new Float32Array(SECOND));
    b.skip(SECOND);
    expect(b.gainDb).toBeCloseTo(a.gainDb, 6);
  });
});
