import type { Nodes } from './stage.js';

/** Red, green and blue, 0…255. */
export type Rgb = readonly [number, number, number];
/** A place, as shares of the width and of the height. */
export type Place = readonly [number, number];

/** A colour that is to be seen at a place. */
export interface Probe {
  readonly at: Place;
  readonly rgb: Rgb;
  /** Most that a channel may differ; absent: what coding and scaling change. */
  readonly tolerance?: number;
}

/** An effect on the bars, and what is to be seen of it. */
export interface EffectCase {
  readonly name: string;
  /** Its nodes; `look` gives the picture. */
  readonly look: Nodes;
  readonly probes: readonly Probe[];
}

const WIDTH = 640;
const [BLACK, GRAY]: [Rgb, Rgb] = [
  [0, 0, 0],
  [102, 102, 102],
];
const [WHITE, GREEN]: [Rgb, Rgb] = [
  [191, 191, 191],
  [0, 191, 0],
];
/** SMPTE's bars of 75 % for HDTV (RP 219): grey of 40 % on both sides, an eighth of the width each, and seven between. */
const BARS: readonly Rgb[] = [WHITE, [191, 191, 0], [0, 191, 191], GREEN, [191, 0, 191], [191, 0, 0], [0, 0, 191]];
/** The middles of the bars, the left grey among them, by their share of the width. */
const MIDDLES = [0.0625, ...BARS.map((_, i) => 0.125 + ((i + 0.5) * 0.75) / 7)];
const HEIGHT_OF_BARS = 7 / 12;

/** The picture as it is before an effect; undefined where it has no bars. */
function plain([x, y]: Place): Rgb | undefined {
  if (x < 0 || x > 1 || y < 0 || y >= HEIGHT_OF_BARS) return undefined;
  if (x < 0.125 || x >= 0.875) return GRAY;
  return BARS[Math.floor(((x - 0.125) * 7) / 0.75)];
}

/** A change of each colour where it is. */
const colors = (change: (rgb: Rgb) => Rgb): Probe[] =>
  MIDDLES.map((x) => ({ at: [x, 0.25], rgb: clip(change(plain([x, 0.25])!)) }));
/** A change of where things are: the place at which each middle of a bar is seen. */
const places = (move: (place: Place) => Place): Probe[] => MIDDLES.map((x) => ({ at: move([x, 0.25]), rgb: plain([x, 0.25])! }));
const black = (...at: Place[]): Probe[] => at.map((place) => ({ at: place, rgb: BLACK }));
const one = (type: string, options: object = {}): Nodes => ({ look: { type, in: { video: 'bars' }, options } });

const each = (rgb: Rgb, change: (value: number, channel: number) => number): Rgb => [
  change(rgb[0], 0),
  change(rgb[1], 1),
  change(rgb[2], 2),
];
const clip = (rgb: Rgb): Rgb => each(rgb, (value) => Math.max(0, Math.min(255, value)));

/** BT.709, limited range: the codes of Y, U and V. */
function codesOf([r, g, b]: Rgb): [number, number, number] {
  const y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return [16 + (219 * y) / 255, 128 + ((b - y) / 1.8556 / 255) * 224, 128 + ((r - y) / 1.5748 / 255) * 224];
}
function ofCodes([y, u, v]: readonly [number, number, number]): Rgb {
  const [luma, blue, red] = [((y - 16) * 255) / 219, ((u - 128) * 255 * 1.8556) / 224, ((v - 128) * 255 * 1.5748) / 224];
  const [r, b] = [luma + red, luma + blue];
  return [r, (luma - 0.2126 * r - 0.0722 * b) / 0.7152, b];
}
const inCodes = (change: (y: number, u: number, v: number) => [number, number, number]) => (rgb: Rgb) =>
  ofCodes(change(...codesOf(rgb)));
const lumaOf = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** The mean over eight pixels beside the step from grey to white, from `fromPx` on (below 0: on the grey side), of what a kernel makes of it. */
function nextToStep(fromPx: number, share: (distancePx: number) => number): number {
  let sum = 0;
  for (let i = 0; i < 8; i++) sum += Math.max(0, Math.min(255, GRAY[0] + (WHITE[0] - GRAY[0]) * share(fromPx + i + 0.5)));
  return sum / 8;
}
const STEP_PX = WIDTH / 8;
const besideStep = (fromPx: number, share: (distancePx: number) => number, tolerance?: number): Probe => {
  const value = nextToStep(fromPx, share);
  return { at: [(STEP_PX + fromPx + 4) / WIDTH, 0.25], rgb: [value, value, value], ...(tolerance && { tolerance }) };
};

/** The part of a Gaussian on the bright side of a step, so far from it. */
function gaussian(sigmaPx: number): (distancePx: number) => number {
  return (distancePx) => {
    let sum = 0;
    // Simpson's rule is more than it needs: small steps do.
    for (let x = -6 * sigmaPx; x < distancePx; x += 0.05) sum += Math.exp(-(((x + 0.025) / sigmaPx) ** 2) / 2) * 0.05;
    return sum / (sigmaPx * Math.sqrt(2 * Math.PI));
  };
}

/** An unsharp mask: what differs from the mean of `sizePx` pixels with the weights of a binomial, `amount` times more. */
function unsharp(sizePx: number, amount: number): (distancePx: number) => number {
  const order = sizePx - 1;
  const weights = [1];
  for (let i = 0; i < order; i++) weights.push((weights[i]! * (order - i)) / (i + 1));
  return (distancePx) => {
    const bright = weights.reduce((sum, weight, i) => (distancePx + i - order / 2 > 0 ? sum + weight : sum), 0) / 2 ** order;
    const here = distancePx > 0 ? 1 : 0;
    return here + amount * (here - bright);
  };
}

/** The natural cubic spline through three points, 0…1. */
function spline([[x0, y0], [x1, y1], [x2, y2]]: readonly [Place, Place, Place]): (value: number) => number {
  const [a, b] = [x1 - x0, x2 - x1];
  // Its second derivative is nought at both ends.
  const bend = (3 * ((y2 - y1) / b - (y1 - y0) / a)) / (a + b);
  return (value) => {
    const x = value / 255;
    const y =
      x < x1
        ? y0 + ((y1 - y0) / a - (a * bend) / 3) * (x - x0) + (bend / (3 * a)) * (x - x0) ** 3
        : y1 + ((y2 - y1) / b - (2 * b * bend) / 3) * (x - x1) + bend * (x - x1) ** 2 - (bend / (3 * b)) * (x - x1) ** 3;
    return 255 * y;
  };
}
/** FFmpeg's curves of the name `vintage`. */
const VINTAGE = [
  spline([[0, 0.11], [0.42, 0.51], [1, 0.95]]),
  spline([[0, 0], [0.5, 0.48], [1, 1]]),
  spline([[0, 0.22], [0.49, 0.44], [1, 0.8]]),
]; // prettier-ignore

/** The middle of a picture of 640 by 360 pixels under a vignette, and its upper left corner. */
function vignetted(angle: number): Probe[] {
  const toned = (rgb: Rgb) => each(rgb, (value, c) => VINTAGE[c]!(value));
  return MIDDLES.map((x) => {
    const at: Place = [x, 0.05];
    const distance = Math.hypot((x - 0.5) * 640, (0.05 - 0.5) * 360) / Math.hypot(320, 180);
    const light = Math.cos(angle * distance) ** 4;
    const dim = inCodes((y, u, v) => [y * light, 128 + (u - 128) * light, 128 + (v - 128) * light]);
    return { at, rgb: clip(dim(clip(toned(plain(at)!)))) };
  });
}

/** Where a place of 640 by 360 pixels is when the picture is turned clockwise around its middle. */
function turned(degrees: number): (place: Place) => Place {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return ([x, y]) => {
    const [right, down] = [(x - 0.5) * 640, (y - 0.5) * 360];
    return [0.5 + (right * cos - down * sin) / 640, 0.5 + (right * sin + down * cos) / 360];
  };
}

/** What `colorbalance` adds to a part, −1…1, by the lightness of the colour: it is all there for the one part, and fades out to the next. */
function highlights(rgb: Rgb): number {
  const light = (Math.max(...rgb) + Math.min(...rgb)) / 255;
  return Math.max(0, Math.min(1, (light + 0.333 - 1) * 4 + 0.5)) * 0.7;
}

const BOX: Rgb = [200, 60, 30];
const paint = { type: 'source.color', options: { color: '#c83c1e', width: 640, height: 360 } };
const square = (value: number) => 0.5 + (value - 0.5) * (9 / 16);

/** Every effect of the catalogue, with colours that come from what it is said to do. */
export const EFFECTS: readonly EffectCase[] = [
  { name: 'nothing', look: {}, probes: colors((rgb) => rgb) },
  {
    name: 'video.grayscale',
    look: one('video.grayscale'),
    probes: colors((rgb) => [lumaOf(rgb), lumaOf(rgb), lumaOf(rgb)]),
  },
  {
    name: 'video.sepia',
    look: one('video.sepia'),
    // The sums of the rows of the matrix that everybody uses.
    probes: colors((rgb) => [1.351 * lumaOf(rgb), 1.203 * lumaOf(rgb), 0.937 * lumaOf(rgb)]),
  },
  {
    name: 'video.adjust brightness',
    look: one('video.adjust', { brightness: 0.15 }),
    probes: colors(inCodes((y, u, v) => [y + 0.15 * 255, u, v])),
  },
  {
    name: 'video.adjust contrast',
    look: one('video.adjust', { contrast: 0.5 }),
    probes: colors(inCodes((y, u, v) => [127.5 + 0.5 * (y - 127.5), u, v])),
  },
  {
    name: 'video.adjust saturation',
    look: one('video.adjust', { saturation: 0.4 }),
    probes: colors(inCodes((y, u, v) => [y, 128 + 0.4 * (u - 128), 128 + 0.4 * (v - 128)])),
  },
  {
    name: 'video.adjust gamma',
    look: one('video.adjust', { gamma: 1.6 }),
    probes: colors(inCodes((y, u, v) => [255 * (y / 255) ** (1 / 1.6), u, v])),
  },
  {
    name: 'video.adjust hue',
    look: one('video.adjust', { hueDegrees: 180 }),
    probes: colors(inCodes((y, u, v) => [y, 256 - u, 256 - v])),
  },
  {
    name: 'video.color-balance',
    look: one('video.color-balance', { highlightsBlue: -0.6 }),
    probes: colors((rgb) => [rgb[0], rgb[1], rgb[2] - 0.6 * 255 * highlights(rgb)]),
  },
  {
    name: 'video.chroma-key over a colour',
    look: {
      keyed: { type: 'video.chroma-key', in: { video: 'bars' }, options: { color: '#00bf00', despill: false } },
      paint,
      look: { type: 'mix.overlay', in: { below: 'paint', above: 'keyed' } },
    },
    probes: colors((rgb) => (rgb === GREEN ? BOX : rgb)),
  },
  {
    name: 'mix.overlay',
    look: { paint, look: { type: 'mix.overlay', in: { below: 'bars', above: 'paint' }, options: { opacity: 0.5 } } },
    probes: colors((rgb) => each(rgb, (value, c) => (value + BOX[c]!) / 2)),
  },
  {
    name: 'video.fade',
    look: one('video.fade', { start: 0.5 }),
    probes: colors((rgb) => each(rgb, (value) => value / 2)),
  },
  {
    name: 'video.ffmpeg negate',
    look: one('video.ffmpeg', { filter: 'negate' }),
    probes: colors((rgb) => each(rgb, (value) => 255 - value)),
  },
  {
    name: 'video.cartoon',
    look: one('video.cartoon', { levels: 4 }),
    probes: colors(inCodes((y, u, v) => [16 + Math.round((y - 16) / 73) * 73, u, v])),
  },
  {
    name: 'video.vintage',
    look: one('video.vintage', { vignette: 0, grain: 0 }),
    probes: colors((rgb) => each(rgb, (value, c) => VINTAGE[c]!(value))),
  },
  { name: 'video.vintage with dark corners and grain', look: one('video.vintage'), probes: vignetted((0.6 * Math.PI) / 4) },
  {
    name: 'video.text',
    // A letter that is a whole block.
    look: one('video.text', { text: '█', sizePercent: 50, position: 'center', color: '#c83c1e' }),
    probes: [{ at: [0.5, 0.5], rgb: BOX }, ...colors((rgb) => rgb).filter(({ at: [x] }) => Math.abs(x - 0.5) > 0.2)],
  },
  {
    name: 'video.blur',
    look: one('video.blur', { sigmaPx: 12 }),
    probes: [besideStep(0, gaussian(12)), besideStep(-8, gaussian(12))],
  },
  {
    name: 'video.sharpen',
    look: one('video.sharpen', { amount: 5, sizePx: 13 }),
    probes: [besideStep(0, unsharp(13, 5)), besideStep(-8, unsharp(13, 5)), ...colors((rgb) => rgb)],
  },
  {
    name: 'video.edge',
    look: one('video.edge'),
    // A white line is one pixel wide: an eighth of where it is looked for.
    probes: [...colors(() => BLACK), { at: [STEP_PX / WIDTH, 0.25], rgb: [32, 32, 32], tolerance: 20 }],
  },
  {
    name: 'video.crop',
    look: one('video.crop', { left: 0.5, top: 0, width: 0.5, height: 0.5 }),
    probes: places(([x, y]) => [(x - 0.5) * 2, y * 2]).filter(({ at: [x] }) => x > 0.02),
  },
  {
    name: 'video.scale',
    look: one('video.scale', { width: 320, height: 320 }),
    probes: [...places(([x, y]) => [square(x), square(y)]), ...black([0.1, 0.5], [0.9, 0.5], [0.5, 0.1])],
  },
  {
    name: 'video.rotate by a half',
    look: one('video.rotate', { degrees: 180 }),
    probes: places(([x, y]) => [1 - x, 1 - y]),
  },
  {
    name: 'video.rotate by a quarter',
    look: one('video.rotate', { degrees: 90 }),
    // 360 by 640 pixels, in the middle of 640 by 360.
    probes: [...places(([x, y]) => [0.5 + (0.5 - y) * (9 / 16) ** 2, x]), ...black([0.2, 0.5], [0.8, 0.5])],
  },
  {
    name: 'video.rotate by a little',
    look: one('video.rotate', { degrees: 20 }),
    probes: [...places(turned(20)).filter(({ at: [, y] }) => y > 0.03), ...black([0.02, 0.96], [0.98, 0.04], [0.02, 0.04])],
  },
  { name: 'video.flip', look: one('video.flip'), probes: places(([x, y]) => [1 - x, y]) },
];
