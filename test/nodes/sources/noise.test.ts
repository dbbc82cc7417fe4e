import { describe, expect, it } from 'vitest';
import { noise } from '../../../src/nodes/sources/noise.js';
import { renderNode } from '../../../src/testing/index.js';

const render = async (options: object, durationMs = 10_000) =>
  (await renderNode(noise, { options: { channels: 1, ...options }, durationMs })).outputs.audio!.planes;
const rmsOf = (plane: Float32Array) => Math.sqrt(plane.reduce((sum, x) => sum + x * x, 0) / plane.length);

/** Power of a band, in decibels per hertz, by a bank of windowed transforms at frequencies inside it. */
function densityDb(plane: Float32Array, fromHz: number, toHz: number): number {
  const size = 4800;
  let power = 0;
  let count = 0;
  for (let hz = Math.ceil(fromHz / 10) * 10; hz < toHz; hz += Math.max(10, Math.round((toHz - fromHz) / 100) * 10)) {
    for (let at = 0; at + size <= plane.length; at += size) {
      let re = 0;
      let im = 0;
      for (let i = 0; i < size; i++) {
        const x = plane[at + i]! * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
        const angle = (2 * Math.PI * hz * i) / 48_000;
        re += x * Math.cos(angle);
        im += x * Math.sin(angle);
      }
      power += re * re + im * im;
      count++;
    }
  }
  return 10 * Math.log10(power / count);
}

describe('source.noise', () => {
  // From the octave around 200 Hz to the one around 6.4 kHz are five octaves.
  it.each([
    ['white', 0],
    ['pink', -3.01],
    ['brown', -6.02],
  ])('falls by its slope when it is %s: %d dB an octave', async (color, slope) => {
    const plane = (await render({ color, levelDb: -20 }, 4000))[0]!;
    const low = densityDb(plane, 150, 270);
    const high = densityDb(plane, 4800, 8600);
    expect((high - low) / 5).toBeGreaterThan(slope - 0.3);
    expect((high - low) / 5).toBeLessThan(slope + 0.3);
  });

  it.each(['white', 'pink', 'brown'])('has the RMS level that is asked for when it is %s', async (color) => {
    const plane = (await render({ color, levelDb: -24 }))[0]!;
    expect(20 * Math.log10(rmsOf(plane))).toBeCloseTo(-24, color === 'brown' ? -0.5 : 0);
    expect(Math.abs(plane.reduce((sum, x) => sum + x, 0) / plane.length)).toBeLessThan(0.01);
  });

  it('is the same for the same seed, and another for another one and another channel', async () => {
    const [left, right] = await render({ channels: 2, seed: 7 }, 200);
    const [again] = await render({ channels: 2, seed: 7 }, 200);
    const [other] = await render({ channels: 2, seed: 8 }, 200);
    expect(again).toEqual(left);
    for (const plane of [right!, other!]) {
      const product = left!.reduce((sum, x, i) => sum + x * plane[i]!, 0) / left!.length;
      expect(Math.abs(product) / rmsOf(left!) ** 2).toBeLessThan(0.05);
    }
    // The samples themselves are promised, so that rendered files stay the same.
    expect([...left!.subarray(0, 3)].map((x) => x.toFixed(6))).toMatchInlineSnapshot(`
      [
        "-0.031507",
        "0.002052",
        "0.041033",
      ]
    `);
  });

  it('fades from one colour and level to another', async () => {
    const { outputs } = await renderNode(noise, {
      options: { channels: 1, levelDb: -60 },
      optionChanges: [
        { atMs: 100, options: { color: 'brown', levelDb: -60 } },
        { atMs: 200, options: { color: 'white', levelDb: -20 } },
      ],
      durationMs: 400,
    });
    const plane = outputs.audio!.planes[0]!;
    expect(20 * Math.log10(rmsOf(plane.subarray(0, 4800)))).toBeCloseTo(-60, 0);
    expect(20 * Math.log10(rmsOf(plane.subarray(12_000)))).toBeCloseTo(-20, 0);
    // At −60 dB white noise jumps by up to 0.0035; brown noise by far less.
    expect(rmsOf(plane.subarray(9600, 9620))).toBeLessThan(0.02);
  });

  it('ends after its duration', async () => {
    const { outputs } = await renderNode(noise, { options: { durationMs: 30, channels: 1 } });
    expect(outputs.audio!.planes[0]).toHaveLength(1920);
    expect(rmsOf(outputs.audio!.planes[0]!.subarray(1440))).toBe(0);
  });
});
