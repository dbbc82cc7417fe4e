import { describe, expect, it } from 'vitest';
import { bandLevelsDb } from '../../../src/media/dsp/bands.js';
import { yuvOf } from '../../../src/media/av/video/canvas.js';
import { visualizer } from '../../../src/nodes/video/visualizer.js';
import { renderNode, type RenderedPicture } from '../../../src/testing/index.js';

const tone = (hz: number, level: number) => (i: number) => level * Math.sin((2 * Math.PI * hz * i) / 48_000);
const INK = yuvOf('#ffffff')[0];
const GROUND = yuvOf('#000000')[0];

const run = async (options: object, audio: (i: number) => number, more: object = {}) => {
  const rendered = await renderNode(visualizer, {
    options: { width: 320, height: 180, color: '#ffffff', background: '#000000', ...options },
    inputs: { audio, ...more },
    durationMs: 200,
  });
  return rendered.outputs['video']!.pictures;
};
/** How many rows of a column are inked. */
const tall = ({ y, width, height }: RenderedPicture, x: number) =>
  Array.from({ length: height }, (_, row) => y[row * width + x]!).filter((v) => v === INK).length;

describe('bandLevelsDb', () => {
  it('shows a sine at its level, in its band alone', () => {
    const samples = Float32Array.from({ length: 2048 }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 1500 * i) / 48_000));
    const levels = bandLevelsDb(samples, 48_000, 16, 40, 16_000, -100);
    const band = Math.floor((16 * Math.log(1500 / 40)) / Math.log(16_000 / 40));
    expect(levels[band]).toBeCloseTo(-6.02, 1);
    levels.forEach((db, i) => Math.abs(i - band) > 1 && expect(db).toBeLessThan(-60));
    expect([...bandLevelsDb(new Float32Array(2048), 48_000, 4, 40, 16_000, -70)]).toEqual([-70, -70, -70, -70]);
  });
});

describe('video.visualizer', () => {
  it('draws a tone as a bar at its place, and falls slowly to nothing in silence', async () => {
    const pictures = await run({ bars: 16 }, (i) => (i < 4800 ? tone(1500, 0.9)(i) : 0));
    const bar = Math.floor((16 * Math.log(1500 / 40)) / Math.log(16_000 / 40));
    const column = Math.round((bar + 0.5) * 20);
    expect(tall(pictures[2]!, column)).toBeGreaterThan(140);
    // The beginning of a tone is a click, which is in every band, and falls.
    expect(tall(pictures[2]!, 10)).toBeLessThan(tall(pictures[2]!, column) - 60);
    expect(tall(pictures.at(-1)!, column)).toBeLessThan(tall(pictures[2]!, column) - 10);
  });

  it('draws the wave itself, as high as it is loud, and a line in silence', async () => {
    const rows = ({ y, width }: RenderedPicture) => [...y].flatMap((v, i) => (v === INK ? [Math.floor(i / width)] : []));
    const loud = rows((await run({ mode: 'waveform' }, tone(300, 0.5)))[3]!);
    // Half of 0.9 of the half height, up and down from the middle.
    expect(Math.abs(Math.min(...loud) - (90 - 40))).toBeLessThanOrEqual(3);
    expect(Math.abs(Math.max(...loud) - (90 + 40))).toBeLessThanOrEqual(3);
    const quiet = rows((await run({ mode: 'waveform' }, () => 0))[3]!);
    expect(Math.max(...quiet) - Math.min(...quiet)).toBeLessThanOrEqual(2);
  });

  it('stands a cover at the left and writes a title at the top', async () => {
    const [, , picture] = await run({ title: 'Song', mode: 'waveform' }, () => 0, {
      cover: { video: () => ({ yuv: [180, 128, 128], width: 100, height: 100 }) },
    });
    const at = (x: number, row: number) => picture!.y[row * 320 + x]!;
    expect([at(60, 80), at(250, 40), at(30, 170)]).toEqual([180, GROUND, GROUND]);
    const title = picture!.y.subarray(0, 30 * 320).filter((v) => v > 200).length;
    expect(title).toBeGreaterThan(20);
  });
});
