import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../../src/graph/registry.js';
import { builtinNodes } from '../../../src/nodes/index.js';
import { gridTiles } from '../../../src/nodes/mixers/grid.js';
import { renderNode, type RenderedPicture } from '../../../src/testing/index.js';

const registry = createRegistry(builtinNodes);
const WHITE = { yuv: [235, 128, 128] as const };
const GREY = { yuv: [120, 128, 128] as const };
const BLACK = { yuv: [16, 128, 128] as const };
const luma = ({ y, width }: RenderedPicture, x: number, row: number) => y[row * width + x]!;

describe('mix.grid', () => {
  it('makes places as large as they can be', () => {
    const options = { width: 1280, height: 720, gapPx: 0, background: 'black', fit: 'cover' as const, columns: 0 };
    const shape = (count: number) => gridTiles(options, count).map(({ x, y, width, height }) => [x, y, width, height]);
    expect(shape(1)).toEqual([[0, 0, 1280, 720]]);
    expect(shape(4)).toEqual([
      [0, 0, 640, 360],
      [640, 0, 640, 360],
      [0, 360, 640, 360],
      [640, 360, 640, 360],
    ]);
    expect(shape(3)[2]).toEqual([320, 360, 640, 360]);
    expect(
      gridTiles({ ...options, gapPx: 8 }, 9).every(({ x, y, width, height }) => x + width <= 1280 && y + height <= 720),
    ).toBe(true);
    expect(gridTiles({ ...options, gapPx: 200 }, 16).every(({ width, height }) => width >= 2 && height >= 2)).toBe(true);
  });

  it('shows those who are there, and makes room for who joins', async () => {
    const rendered = await renderNode(registry.get('mix.grid')!, {
      options: { width: 128, height: 64, gapPx: 0, background: 'black', fit: 'cover' },
      inputs: { video: { branches: { a: { video: () => WHITE }, b: { video: () => GREY, joinAtMs: 100, leaveAtMs: 200 } } } },
      frameRate: 50,
      durationMs: 300,
    });
    const { pictures } = rendered.outputs['video']!;
    const at = (ms: number) => {
      const picture = pictures.find(({ ptsUs }) => ptsUs === ms * 1000)!;
      return [luma(picture, 20, 32), luma(picture, 100, 32)];
    };
    expect(at(60)).toEqual([235, 235]);
    expect(at(140)).toEqual([235, 120]);
    expect(at(260)).toEqual([235, 235]);
  });

  it('is the ground alone while nobody is there', async () => {
    const rendered = await renderNode(registry.get('mix.grid')!, {
      options: { width: 64, height: 64, background: '#808080' },
      inputs: { video: { branches: {}, open: true } },
      durationMs: 100,
    });
    const [picture] = rendered.outputs['video']!.pictures;
    expect(Math.abs(luma(picture!, 30, 30) - 126)).toBeLessThanOrEqual(1);
  });
});

describe('mix.overlay', () => {
  const run = (options: object, above: object | 'none' = WHITE) =>
    renderNode(registry.get('mix.overlay')!, {
      options: { ...options },
      inputs: {
        below: { video: () => ({ ...BLACK, width: 64, height: 64 }) },
        above: { video: () => (above === 'none' ? 'none' : { width: 32, height: 32, ...above }) },
      },
      durationMs: 60,
    });
  const first = async (...given: Parameters<typeof run>) => (await run(...given)).outputs['video']!.pictures[0]!;

  it('lays one over the other, at a place, a size, and an opacity', async () => {
    const placed = await first({ x: 0.5, y: 0.25 });
    expect([luma(placed, 16, 20), luma(placed, 40, 20), luma(placed, 40, 60)]).toEqual([16, 235, 16]);
    const sized = await first({ width: 0.25 });
    expect([luma(sized, 8, 8), luma(sized, 20, 8), luma(sized, 8, 20)]).toEqual([235, 16, 16]);
    const half = await first({ opacity: 0.5 });
    expect(Math.abs(luma(half, 8, 8) - 126)).toBeLessThanOrEqual(2);
    expect(luma(await first({ opacity: 0 }), 8, 8)).toBe(16);
  });

  it('passes the lower picture where there is no upper one', async () => {
    expect(luma(await first({}, 'none'), 8, 8)).toBe(16);
  });
});

describe('mix.picture-in-picture', () => {
  it('shows one small in a corner, and either alone when the other is missing', async () => {
    const rendered = await renderNode(registry.get('mix.picture-in-picture')!, {
      options: { corner: 'top-left', sizePercent: 50, marginPercent: 0, borderPx: 0 },
      inputs: {
        main: { video: (tick) => (tick === 2 ? 'none' : BLACK) },
        inset: { video: (tick) => (tick === 1 ? 'none' : WHITE) },
      },
      optionChanges: [{ atMs: 100, options: { corner: 'bottom-right' } }],
      durationMs: 150,
    });
    const seen = rendered.outputs['video']!.pictures.map((picture) => [luma(picture, 8, 8), luma(picture, 50, 40)]);
    expect(seen.slice(0, 4)).toEqual([
      [235, 16],
      [16, 16],
      [235, 235],
      [16, 235],
    ]);
  });
});

describe('mix.video-switch', () => {
  it('fades, slides and cuts from one to the other', async () => {
    const rendered = await renderNode(registry.get('mix.video-switch')!, {
      options: { transition: 'fade', durationMs: 200 },
      inputs: { in1: { video: () => BLACK }, in2: { video: () => WHITE }, in3: { video: () => GREY } },
      optionChanges: [{ atMs: 100, options: { select: 'in2' } }],
      commands: [
        { atMs: 400, command: { type: 'select', input: 'in1', transition: 'slide-left', durationMs: 200 } },
        { atMs: 700, command: { type: 'select', input: 'in3', transition: 'cut' } },
        { atMs: 720, command: { type: 'select', input: 'in9' } },
      ],
      frameRate: 50,
      durationMs: 800,
    });
    const at = (ms: number) => {
      const picture = rendered.outputs['video']!.pictures.find(({ ptsUs }) => ptsUs === ms * 1000)!;
      return [luma(picture, 8, 8), luma(picture, 56, 8)];
    };
    expect(at(80)).toEqual([16, 16]);
    for (const value of at(200)) expect(Math.abs(value - 126)).toBeLessThanOrEqual(2);
    expect(at(320)).toEqual([235, 235]);
    expect(at(500)).toEqual([235, 16]);
    expect(at(620)).toEqual([16, 16]);
    expect(at(700)).toEqual([120, 120]);
    expect(rendered.events.map(({ event }) => event.type)).toEqual([
      'switch.changed',
      'switch.changed',
      'switch.changed',
      'command.refused',
    ]);
  });
});
