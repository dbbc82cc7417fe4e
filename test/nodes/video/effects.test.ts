import { describe, expect, it } from 'vitest';
import { builtinNodes } from '../../../src/nodes/index.js';
import { GeneratedPictures } from '../../../src/media/av/video/generated.js';
import { createRegistry } from '../../../src/graph/registry.js';
import { renderNode, type RenderedPicture } from '../../../src/testing/index.js';
import { pixelsOf } from '../../media/av/video/support.js';

const registry = createRegistry(builtinNodes);
const SOURCE = 'testsrc2=s=96x64';

async function through(type: string, options: object, source = SOURCE): Promise<RenderedPicture> {
  const rendered = await renderNode(registry.get(type)!, {
    options: { ...options },
    inputs: { video: { video: () => ({ source }) } },
    durationMs: 60,
  });
  expect(rendered.events).toEqual([]);
  return rendered.outputs['video']!.pictures[0]!;
}

async function colored(type: string, options: object, yuv: readonly [number, number, number]): Promise<[number, number, number]> {
  const rendered = await renderNode(registry.get(type)!, {
    options: { ...options },
    inputs: { video: { video: () => ({ yuv }) } },
    durationMs: 60,
  });
  const { y, u, v } = rendered.outputs['video']!.pictures[0]!;
  return [y[1000]!, u[300]!, v[300]!];
}

/** What FFmpeg itself makes of the source by such filters. */
function golden(filters: string, source = SOURCE) {
  const pictures = new GeneratedPictures(`${source},${filters}`);
  const picture = pictures.nextSync()!;
  const pixels = { ...pixelsOf(picture), width: picture.width, height: picture.height };
  picture.release();
  pictures.close();
  return pixels;
}

function largestDifference(a: RenderedPicture, b: ReturnType<typeof golden>): number {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  let largest = 0;
  for (const plane of ['y', 'u', 'v'] as const) {
    for (let i = 0; i < a[plane].length; i++) largest = Math.max(largest, Math.abs(a[plane][i]! - b[plane][i]!));
  }
  return largest;
}

describe('effects on pictures give what FFmpeg gives by the same filters', () => {
  it.each([
    ['video.blur', { sigmaPx: 3 }, 'format=yuv420p,gblur=3:planes=1,gblur=1.5:planes=6'],
    ['video.grayscale', {}, 'format=yuv420p,hue=s=0'],
    ['video.sharpen', { amount: 1.5, sizePx: 7 }, 'format=yuv420p,unsharp=7:7:1.5:7:7:0'],
    ['video.sharpen', { sizePx: 13 }, 'format=yuv420p,unsharp=13:13:1:13:13:0'],
    [
      'video.edge',
      { low: 0.1, high: 0.3 },
      `format=yuv420p,convolution=0m='0 0 0 0 4 2 0 2 1':0rdiv=1/9,edgedetect=low=0.1:high=0.3:mode=wires,format=yuv420p`,
    ],
    [
      'video.adjust',
      { brightness: 0.1, contrast: 1.2, saturation: 0.5, gamma: 1.3 },
      'format=yuv420p,eq=0.0:0.0'.replace('eq=0.0:0.0', 'eq=brightness=0.1:contrast=1.2:saturation=0.5:gamma=1.3'),
    ],
    ['video.adjust', { hueDegrees: 50 }, 'format=yuv420p,eq,hue=h=50'],
    [
      'video.color-balance',
      { shadowsRed: 0.3, highlightsBlue: -0.4 },
      'format=yuv420p,colorbalance=rs=0.3:bh=-0.4,format=yuv420p',
    ],
    ['video.crop', { left: 0.25, top: 0.5, width: 0.5, height: 0.25 }, 'format=yuv420p,crop=48:16:24:32'],
    ['video.rotate', { degrees: 90 }, 'format=yuv420p,transpose=clock'],
    ['video.rotate', { degrees: -90 }, 'format=yuv420p,transpose=cclock'],
    ['video.rotate', { degrees: 20 }, 'format=yuv420p,rotate=a=20*PI/180:c=black'],
    ['video.flip', { vertical: true }, 'format=yuv420p,hflip,vflip'],
    [
      'video.ffmpeg',
      { filter: '[in]split[a][b];[a]hflip[c];[b][c]vstack' },
      'format=yuv420p,split[a][b];[a]hflip[c];[b][c]vstack',
    ],
    ['video.scale', { width: 48, height: 48, fit: 'stretch' }, 'format=yuv420p,scale=48:48:flags=bilinear'],
  ])('%s %j', async (type, options, filters) => {
    expect(largestDifference(await through(type, options), golden(filters))).toBeLessThanOrEqual(1);
  });

  it('video.scale keeps the aspect ratio with bars, or by cutting', async () => {
    const contained = await through('video.scale', { width: 96, height: 96 });
    expect([contained.width, contained.height, contained.y[5]]).toEqual([96, 96, 16]);
    const covered = await through('video.scale', { width: 64, height: 64, fit: 'cover' });
    expect(largestDifference(covered, golden('format=yuv420p,scale=96:64,crop=64:64'))).toBeLessThanOrEqual(1);
  });
});

describe('video.sepia', () => {
  /** R, G, B of a grey of full range, by the usual matrix; then BT.601 of limited range. */
  const toned = (grey: number): [number, number, number] => {
    const rows = [0.393 + 0.769 + 0.189, 0.349 + 0.686 + 0.168, 0.272 + 0.534 + 0.131];
    const [r, g, b] = rows.map((gain) => Math.min(255, gain * grey)) as [number, number, number];
    const y = 0.299 * r + 0.587 * g + 0.114 * b;
    return [16 + (y * 219) / 255, 128 + ((b - y) / 1.772) * (224 / 255), 128 + ((r - y) / 1.402) * (224 / 255)];
  };

  it.each([0, 60, 128, 200, 255])('of grey %i is the matrix to within a level', async (grey) => {
    const made = await colored('video.sepia', {}, [Math.round(16 + (grey * 219) / 255), 128, 128]);
    toned(grey).forEach((wanted, i) => expect(Math.abs(made[i]! - wanted)).toBeLessThanOrEqual(1.5));
  });

  it('comes near to the way through RGB on colours too', async () => {
    const made = await through('video.sepia', {});
    const matrix = 'colorchannelmixer=.393:.769:.189:0:.349:.686:.168:0:.272:.534:.131';
    const way = golden(`format=yuv420p,format=gbrp,${matrix},format=yuv420p`);
    const mean = (plane: 'y' | 'u' | 'v') =>
      made[plane].reduce((sum, x, i) => sum + Math.abs(x - way[plane][i]!), 0) / made[plane].length;
    // Mean differences in levels of 255.
    expect(mean('y')).toBeLessThan(4);
    expect(mean('u')).toBeLessThan(2.5);
    expect(mean('v')).toBeLessThan(2.5);
  });

  it('is mixed by its amount', async () => {
    const [half, full] = [
      await colored('video.sepia', { amount: 0.5 }, [120, 128, 128]),
      await colored('video.sepia', {}, [120, 128, 128]),
    ];
    half.forEach((value, i) => expect(Math.abs(value - (full[i]! + [120, 128, 128][i]!) / 2)).toBeLessThanOrEqual(1));
  });
});

describe('edges of a drawn picture', () => {
  /** A bright square in the dark; its edges lie exactly between two pixels. */
  const square = (bright: number) =>
    `color=black:s=96x64,format=yuv420p,geq=lum='if(between(X,32,63)*between(Y,16,47),${bright},60)':cb=128:cr=128`;
  /** How many pixels of a row and of a column across it are lines. */
  const across = ({ y }: RenderedPicture, isLine: (luma: number) => boolean) => [
    [...y.subarray(32 * 96, 33 * 96)].filter(isLine).length,
    Array.from({ length: 64 }, (_, row) => y[row * 96 + 48]!).filter(isLine).length,
  ];

  it.each([100, 160, 235])('of brightness %i are lines in video.edge', async (bright) => {
    const made = await through('video.edge', { low: 0.05, high: 0.1 }, square(bright));
    expect(across(made, (luma) => luma > 60)).toEqual([2, 2]);
  });

  it('are lines in video.cartoon', async () => {
    const made = await through('video.cartoon', { lines: 1, smoothPx: 0 }, square(200));
    expect(across(made, (luma) => luma < 30)).toEqual([2, 2]);
  });
});

it('video.blur blurs colours as far as brightness', async () => {
  const step = "color=black:s=96x64,format=yuv420p,geq=lum='if(lt(X,48),60,180)':cb='if(lt(X,24),60,180)':cr=128";
  const { y, u } = await through('video.blur', { sigmaPx: 6 }, step);
  // A quarter of the step is passed between these two, of whatever it is.
  const width = (line: Uint8Array) => line.filter((x) => x > 90 && x < 150).length;
  expect(Math.abs(width(y.subarray(32 * 96, 33 * 96)) - 2 * width(u.subarray(16 * 48, 17 * 48)))).toBeLessThanOrEqual(2);
});

describe('other effects', () => {
  it('video.cartoon cuts brightness to steps', async () => {
    const made = await through(
      'video.cartoon',
      { levels: 3, lines: 0, smoothPx: 0 },
      'gradients=s=96x64:c0=black:c1=white:x0=0:x1=95:y0=0:y1=0:speed=0.00001',
    );
    expect(
      [...new Set(made.y)]
        .sort((a, b) => a - b)
        .every((value) => [16, 125, 126, 235].some((step) => Math.abs(step - value) <= 1)),
    ).toBe(true);
  });

  it('video.vintage darkens the corners and has grain that moves, the same each time', async () => {
    const run = () =>
      renderNode(registry.get('video.vintage')!, {
        inputs: { video: { video: () => ({ yuv: [150, 128, 128] as const }) } },
        durationMs: 100,
      });
    const [one, two] = [await run(), await run()];
    const [a, b] = one.outputs['video']!.pictures;
    expect(a!.y[0]!).toBeLessThan(a!.y[24 * 64 + 32]! - 20);
    expect(a!.y).not.toEqual(b!.y);
    expect(two.outputs['video']!.pictures.map(({ y }) => y)).toEqual(one.outputs['video']!.pictures.map(({ y }) => y));
  });

  it('video.text writes where it is told, whatever is in the text, and changes live', async () => {
    const rendered = await renderNode(registry.get('video.text')!, {
      options: { text: `it's 50%: \\ [x], {y}; мир`, sizePercent: 20, position: 'top-left', boxOpacity: 0 },
      inputs: { video: { video: () => ({ yuv: [16, 128, 128] as const, width: 320, height: 120 }) } },
      optionChanges: [{ atMs: 60, options: { text: '', position: 'bottom' } }],
      durationMs: 130,
    });
    const { pictures } = rendered.outputs['video']!;
    const bright = ({ y }: RenderedPicture, from: number, to: number) =>
      y.subarray(from * 320, to * 320).filter((x) => x > 180).length;
    expect(bright(pictures[0]!, 0, 60)).toBeGreaterThan(300);
    expect(bright(pictures[0]!, 60, 120)).toBe(0);
    expect(bright(pictures.at(-1)!, 0, 120)).toBe(0);
  });

  it('video.fade fades in, and to black and back by command, and says when', async () => {
    const rendered = await renderNode(registry.get('video.fade')!, {
      options: { fadeInMs: 200 },
      inputs: { video: { video: () => ({ yuv: [216, 60, 200] as const }) } },
      commands: [
        { atMs: 400, command: { type: 'fade', to: 0, durationMs: 200 } },
        { atMs: 500, command: { type: 'fade', to: 5 } },
      ],
      frameRate: 50,
      durationMs: 800,
    });
    const at = (ms: number) => {
      const { y, u, v } = rendered.outputs['video']!.pictures.find(({ ptsUs }) => ptsUs === ms * 1000)!;
      return [y[0], u[0], v[0]];
    };
    expect(at(0)).toEqual([16, 128, 128]);
    expect(at(100)).toEqual([116, 94, 164]);
    expect(at(200)).toEqual([216, 60, 200]);
    expect(at(500)).toEqual([116, 94, 164]);
    expect(at(700)).toEqual([16, 128, 128]);
    expect(rendered.events.map(({ event }) => event)).toEqual([
      { type: 'command.refused', command: 'fade', reason: 'to must be 0 to 1, durationMs 0 to 600000' },
      { type: 'fade.finished', to: 0 },
    ]);
  });

  it('live options go to running filters, and are seen at once', async () => {
    const rendered = await renderNode(registry.get('video.adjust')!, {
      options: { brightness: 0.2 },
      inputs: { video: { video: () => ({ yuv: [100, 128, 128] as const }) } },
      optionChanges: [{ atMs: 100, options: { brightness: -0.2 } }],
      frameRate: 50,
      durationMs: 200,
    });
    const luma = rendered.outputs['video']!.pictures.map(({ y }) => y[0]!);
    expect(luma.slice(0, 5)).toEqual(Array<number>(5).fill(150));
    expect(luma.slice(5)).toEqual(Array<number>(5).fill(45));
  });
});

describe('video.ffmpeg', () => {
  const faults = (filter: string) =>
    registry
      .get('video.ffmpeg')!
      .checkOptions({ filter }, false)
      .map(({ reason }) => reason);
  it.each([
    ['hue=h=90', []],
    ['gblurr=3', ['FFmpeg has no filter "gblurr". Did you mean "gblur"?']],
    ['gblur=sigma=9999', ['option "sigma" of filter "gblur" cannot be "9999"; it goes from 0 to 1024']],
    ['volume=2', ['the filter "volume" is for sound, not for pictures']],
    ['movie=secret.mp4', [expect.stringContaining('it reads a file')]],
    ['fps=5', [expect.stringContaining('it changes the number of pictures')]],
    ['split', [expect.stringContaining('cannot be joined to one picture in and one out')]],
    ['curves=psfile=/etc/passwd', [expect.stringContaining('psfile')]],
    ['hflip,', [expect.stringContaining('a filter is missing')]],
  ])('%s', (filter, wanted) => {
    expect(faults(filter)).toEqual(wanted);
  });

  it('lets pictures pass, and says why, when a chain cannot be built for their size', async () => {
    const rendered = await renderNode(registry.get('video.ffmpeg')!, {
      options: { filter: 'crop=200:200' },
      inputs: { video: { video: () => ({ yuv: [77, 128, 128] as const }) } },
      durationMs: 100,
    });
    expect(rendered.outputs['video']!.pictures.map(({ y, width }) => [y[0], width])).toEqual([
      [77, 64],
      [77, 64],
      [77, 64],
    ]);
    expect(rendered.events.map(({ event }) => event.type)).toEqual(['filter.failed']);
  });
});
