import { describe, expect, it } from 'vitest';
import { karaoke } from '../../../src/nodes/effects/karaoke.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { largestDifference, largestStep, noise, peakOf, sine } from '../support/signals.js';

interface Settings {
  level: number;
  monoLevel: number;
  filterBandHz: number;
  filterWidthHz: number;
}

/** Lavalink's filter, sample by sample, as its Java states it. */
function lavalink(left: Float32Array, right: Float32Array, { level, monoLevel, filterBandHz, filterWidthHz }: Settings) {
  const c = Math.exp((-2 * Math.PI * filterWidthHz) / 48_000);
  const b = ((-4 * c) / (1 + c)) * Math.cos((2 * Math.PI * filterBandHz) / 48_000);
  const a = Math.sqrt(1 - (b * b) / (4 * c)) * (1 - c);
  let [y1, y2] = [0, 0];
  const out = [new Float32Array(left.length), new Float32Array(left.length)];
  for (let i = 0; i < left.length; i++) {
    const y = a * ((left[i]! + right[i]!) / 2) - b * y1 - c * y2;
    y2 = y1;
    y1 = y;
    const o = y * monoLevel * level;
    out[0]![i] = left[i]! - right[i]! * level + o;
    out[1]![i] = right[i]! - left[i]! * level + o;
  }
  return out;
}

describe('effect.karaoke', () => {
  it.each([
    { level: 1, monoLevel: 1, filterBandHz: 220, filterWidthHz: 100 },
    { level: 0.7, monoLevel: 0.4, filterBandHz: 1000, filterWidthHz: 500 },
  ])("is Lavalink's within 1e-6: %o", async (options) => {
    const [left, right] = [noise(9600, 0.5, 1), noise(9600, 0.5, 2)];
    const { outputs } = await renderNode(karaoke, { inputs: { audio: [left, right] }, options });
    const wanted = lavalink(left, right, options);
    outputs.audio!.planes.forEach((plane, c) => expect(largestDifference(plane, wanted[c]!)).toBeLessThan(1e-6));
  });

  it('takes the middle out and leaves the sides, but for the band', async () => {
    const voice = sine(48_000, 2000, 0.3);
    const guitar = sine(48_000, 3000, 0.3);
    const { outputs } = await renderNode(karaoke, { inputs: { audio: [voice.map((x, i) => x + guitar[i]!), voice] } });
    const left = outputs.audio!.planes[0]!.subarray(24_000);
    expect(largestDifference(left, guitar.subarray(24_000))).toBeLessThan(0.03);
    const bass = sine(48_000, 220, 0.3);
    const kept = await renderNode(karaoke, { inputs: { audio: [bass, bass] } });
    expect(peakOf(kept.outputs.audio!.planes[0]!.subarray(24_000))).toBeGreaterThan(0.25);
  });

  it('of mono leaves the band, and at level 0 everything', async () => {
    const input = noise(9600);
    const mono = await renderNode(karaoke, { inputs: { audio: input } });
    const stereo = await renderNode(karaoke, { inputs: { audio: [input, input] } });
    expect(mono.outputs.audio!.planes).toHaveLength(1);
    expect(mono.outputs.audio!.planes[0]).toEqual(stereo.outputs.audio!.planes[0]);
    const off = await renderNode(karaoke, { inputs: { audio: [input, input] }, options: { level: 0 } });
    expect(off.outputs.audio!.planes[0]).toEqual(input);
  });

  it('changes every option without a click', async () => {
    const [left, right] = [sine(48_000, 200, 0.3), sine(48_000, 200, 0.1)];
    const { outputs } = await renderNode(karaoke, {
      inputs: { audio: [left, right] },
      optionChanges: [
        { atMs: 200, options: { level: 0 } },
        { atMs: 400, options: { level: 1, monoLevel: 0.2 } },
        { atMs: 600, options: { filterBandHz: 1000 } },
        { atMs: 800, options: { filterWidthHz: 1000, monoLevel: 1 } },
      ],
    });
    for (const plane of outputs.audio!.planes)
      expect(largestStep(plane)).toBeLessThan(0.4 * ((2 * Math.PI * 200) / 48_000) * 1.2);
  });

  it('says when it changes nothing', () => {
    expect(karaoke.passesThrough!(karaoke.options.parse({ level: 0 }))).toBe(true);
    expect(karaoke.passesThrough!(karaoke.options.parse({}))).toBe(false);
  });

  it('sounds on through silence until its tail has died, and keeps gaps, completion and errors where they are', async () => {
    const { outputs } = await renderNode(karaoke, {
      inputs: { audio: marbles('a' + '0'.repeat(40), { a: 0.5 }) },
      durationMs: 600,
    });
    expect(outputs.audio!.frames[1]!.silent).toBe(false);
    expect(outputs.audio!.frames.at(-1)!.silent).toBe(true);
    for (const drawing of ['|', '0-0|', '0#', '']) {
      const rendered = await renderNode(karaoke, { inputs: { audio: marbles(drawing) }, durationMs: 200 });
      expect(drawMarbles(rendered.outputs.audio!)).toBe(drawing);
    }
  });
});
