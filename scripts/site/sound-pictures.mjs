// Sound to look at: its shape as an SVG that takes the page's colours, and its spectrum over time as a PNG.
import { indexedPng } from '../lib/png.mjs';

const SIZE = 1024;
const WIDTH = 640;
const HEIGHT = 112;
const RATE = 48_000;
const [LOWEST_HZ, HIGHEST_HZ] = [60, 16_000];
/** Decibels below full scale that are still to be seen. */
const FLOOR_DB = -90;
const SHADES = 40;

/** From the dark of silence to the light of full scale. */
const COLORS = Array.from({ length: SHADES }, (_, i) => {
  const stops = [
    [13, 17, 28],
    [43, 28, 92],
    [135, 38, 120],
    [225, 82, 88],
    [251, 168, 86],
    [252, 246, 196],
  ];
  const at = (i / (SHADES - 1)) * (stops.length - 1);
  const [from, to] = [stops[Math.floor(at)], stops[Math.ceil(at)]];
  return from.map((value, c) => Math.round(value + (to[c] - value) * (at % 1)));
});

const WINDOW = Float64Array.from({ length: SIZE }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / SIZE));
const COS = Float64Array.from({ length: SIZE / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / SIZE));
const SIN = Float64Array.from({ length: SIZE / 2 }, (_, k) => Math.sin((2 * Math.PI * k) / SIZE));
const REVERSED = Uint16Array.from({ length: SIZE }, (_, n) => {
  let reversed = 0;
  for (let bit = 1; bit < SIZE; bit *= 2) reversed = reversed * 2 + (n & bit ? 1 : 0);
  return reversed;
});

/** The discrete Fourier transform in place, by Cooley and Tukey. Swaps by hand: it runs some ten thousand times. */
function fft(re, im) {
  for (let n = 0; n < SIZE; n++) {
    const other = REVERSED[n];
    if (other <= n) continue;
    const [x, y] = [re[n], im[n]];
    re[n] = re[other];
    im[n] = im[other];
    re[other] = x;
    im[other] = y;
  }
  for (let half = 1; half < SIZE; half *= 2) {
    const step = SIZE / 2 / half;
    for (let k = 0; k < half; k++) {
      const c = COS[k * step];
      const s = -SIN[k * step];
      for (let a = k; a < SIZE; a += 2 * half) {
        const b = a + half;
        const x = re[b] * c - im[b] * s;
        const y = re[b] * s + im[b] * c;
        re[b] = re[a] - x;
        im[b] = im[a] - y;
        re[a] += x;
        im[a] += y;
      }
    }
  }
}

/** The first bin of each row, from the top, and of the row below the last. */
const BINS = Array.from({ length: HEIGHT + 1 }, (_, row) => {
  const hz = LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** (1 - row / HEIGHT);
  return (hz / RATE) * SIZE;
});

/** Writes the piece of a sound around a column into `out`, windowed; both channels together. */
function piece(planes, column, out) {
  const first = Math.round(((column + 0.5) * planes[0].length) / WIDTH) - SIZE / 2;
  for (let n = 0; n < SIZE; n++) {
    const at = first + n;
    let sum = 0;
    if (at >= 0 && at < planes[0].length) for (let c = 0; c < planes.length; c++) sum += planes[c][at];
    out[n] = (sum / planes.length) * WINDOW[n];
  }
}

/** The spectrum of a sound over time: 60 Hz at the bottom, 16 kHz at the top, by octaves. */
export function spectrogram(planes) {
  const pixels = new Uint8Array(WIDTH * HEIGHT);
  const re = new Float64Array(SIZE);
  const im = new Float64Array(SIZE);
  const shade = (power) => {
    const db = 10 * Math.log10((power * 16) / SIZE ** 2 + 1e-12);
    return Math.round(Math.min(1, Math.max(0, 1 - db / FLOOR_DB)) * (SHADES - 1));
  };
  // Two real columns are one complex transform: the sums of a bin and its mirror belong to one, the differences to the other.
  for (let x = 0; x < WIDTH; x += 2) {
    piece(planes, x, re);
    piece(planes, x + 1, im);
    fft(re, im);
    for (let y = 0; y < HEIGHT; y++) {
      const from = Math.max(1, Math.floor(BINS[y + 1]));
      const to = Math.max(Math.ceil(BINS[y]), from + 1);
      let left = 0;
      let right = 0;
      for (let k = from; k < to; k++) {
        const m = SIZE - k;
        left = Math.max(left, ((re[k] + re[m]) ** 2 + (im[k] - im[m]) ** 2) / 4);
        right = Math.max(right, ((im[k] + im[m]) ** 2 + (re[k] - re[m]) ** 2) / 4);
      }
      pixels[y * WIDTH + x] = shade(left);
      pixels[y * WIDTH + x + 1] = shade(right);
    }
  }
  return indexedPng(WIDTH, HEIGHT, pixels, COLORS);
}

/** The shape of a sound as an SVG for a page, one band for each channel; mono is one band. */
export function waveform(planes, label) {
  const columns = 320;
  const same = planes.length > 1 && planes[0].every((x, i) => x === planes[1][i]);
  const bands = same ? planes.slice(0, 1) : planes;
  const height = bands.length > 1 ? 34 : 60;
  const paths = bands.map((plane, band) => {
    const middle = band * height + height / 2;
    const tops = [];
    const bottoms = [];
    for (let x = 0; x < columns; x++) {
      const part = plane.subarray(Math.floor((x * plane.length) / columns), Math.floor(((x + 1) * plane.length) / columns));
      let [low, high] = [0, 0];
      for (const value of part) {
        if (value < low) low = value;
        if (value > high) high = value;
      }
      const y = (value) => (middle - Math.max(-1, Math.min(1, value)) * (height / 2 - 1)).toFixed(1);
      tops.push(`${x * 2} ${y(Math.max(high, 0.008))}`);
      bottoms.unshift(`${x * 2} ${y(Math.min(low, -0.008))}`);
    }
    return `<path d="M${[...tops, ...bottoms].join('L')}Z"/>`;
  });
  return `<svg class="wave" viewBox="0 0 ${columns * 2} ${height * bands.length}" preserveAspectRatio="none" role="img" aria-label="${label}">${paths.join('')}</svg>`;
}
