// media/valley.png: an evening over hills and a lake, for what is done to pictures.
import { seeded } from './loop.mjs';

export const WIDTH = 480;
export const HEIGHT = 270;

const HORIZON = 160;
const SUN = { x: 322, y: 112, radius: 20 };

/** Smooth noise over one dimension: sums of waves with random phases. */
function ridge(random, roughness) {
  const waves = Array.from({ length: 7 }, (_, i) => ({
    step: ((i + 1) * (0.6 + random())) / 90,
    phase: random() * 2 * Math.PI,
    height: 1 / (i + 1) ** roughness,
  }));
  return (x) => waves.reduce((sum, { step, phase, height }) => sum + height * Math.sin(step * x + phase), 0);
}

function mix(a, b, share) {
  return a.map((from, i) => from + (b[i] - from) * share);
}

function clamp(x) {
  return Math.min(1, Math.max(0, x));
}

/** Red, green and blue of each pixel, from 0 to 255. */
export function valley() {
  const random = seeded(7);
  const hills = [
    { base: 146, height: 20, color: [132, 112, 150], edge: ridge(random, 1.1) },
    { base: 154, height: 14, color: [84, 84, 122], edge: ridge(random, 1) },
    { base: 159, height: 10, color: [40, 62, 78], edge: ridge(random, 0.9) },
  ];
  const trees = Array.from({ length: 46 }, () => ({ x: random() * WIDTH, tall: 14 + random() * 34 }));
  const clouds = ridge(random, 0.8);

  const above = (x, y) => {
    let color = mix([52, 74, 140], [250, 178, 112], clamp(y / HORIZON) ** 1.4);
    const veil = clamp(clouds(x * 0.5 + y * 4) * 0.25 + 0.1 - Math.abs(y - 80) / 220);
    color = mix(color, [255, 208, 186], veil);
    const away = Math.hypot(x - SUN.x, y - SUN.y);
    color = mix(color, [255, 226, 150], 0.75 * Math.exp(-away / 70));
    color = mix(color, [255, 246, 214], clamp(SUN.radius - away));
    for (const hill of hills) color = mix(color, hill.color, clamp(y - (hill.base - hill.height * (0.6 + 0.5 * hill.edge(x)))));
    return color;
  };

  const pixels = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      let color;
      if (y < HORIZON) color = above(x, y);
      else {
        // The lake: what is above, upside down, torn by waves that grow towards us.
        const near = (y - HORIZON) / (HEIGHT - HORIZON);
        const wave = Math.sin(y * y * 0.011 + Math.sin(x * 0.03) * 2) * (1 + 7 * near);
        color = mix(above(x + wave * 2, HORIZON - (y - HORIZON) * 0.95 + wave * 0.4), [24, 44, 78], 0.25 + 0.3 * near);
      }
      // Pines on the shore in front of us.
      for (const { x: middle, tall } of trees) {
        const foot = HEIGHT - 6 + Math.sin(middle) * 8;
        const up = foot - y;
        const half = tall * 0.24 * (1 - up / tall) * (0.65 + 0.35 * Math.sin(up * 1.3));
        if (up > 0 && up < tall) color = mix(color, [14, 26, 30], clamp(half - Math.abs(x - middle)));
      }
      if (y > HEIGHT - 12 + 4 * Math.sin(x * 0.05)) color = mix(color, [12, 22, 24], 0.9);
      pixels.set(
        color.map((value) => Math.round(clamp(value / 255) * 255)),
        (y * WIDTH + x) * 3,
      );
    }
  }
  return pixels;
}
