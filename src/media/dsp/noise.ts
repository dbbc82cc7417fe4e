/** Makes samples of one channel of noise. Deterministic: the same seed gives the same samples on every machine. */
export interface NoiseGenerator {
  /** The next sample, in −1 … 1. */
  next(): number;
}

/** The colours of noise: how its power per hertz falls with frequency. */
export const NOISE_COLORS = ['white', 'pink', 'brown'] as const;

/** White: the same power at every frequency. Pink: −3 dB an octave. Brown: −6 dB an octave. */
export type NoiseColor = (typeof NOISE_COLORS)[number];

/**
 * A generator of noise.
 *
 * White is xorshift128 (Marsaglia 2003, https://doi.org/10.18637/jss.v008.i14), seeded through a hash, evenly distributed. Pink is white
 * through Paul Kellet's filter (https://www.firstpr.com.au/dsp/pink-noise/), within 0.05 dB of −3 dB an octave above 9 Hz at 44.1 kHz.
 * Brown is the running sum of white, with a leak below 5 Hz so that it never wanders off. Each is scaled by {@link NOISE_RMS}.
 *
 * @param seed any whole number. @param channel another one gives independent noise of the same seed.
 */
export function createNoise(color: NoiseColor, seed: number, channel = 0): NoiseGenerator {
  const white = createWhite(seed, channel);
  if (color === 'white') return { next: white };
  return color === 'pink' ? createPink(white) : createBrown(white);
}

/** The RMS of what a generator gives, as a factor. White reaches ±1; the others are scaled so that they practically never do. */
export const NOISE_RMS: Readonly<Record<NoiseColor, number>> = { white: 1 / Math.sqrt(3), pink: 0.15, brown: 0.15 };

/** RMS of Kellet's filter for evenly distributed white noise of ±1, measured over 3·10⁷ samples. */
const KELLET_RMS = 1.7606;

function createWhite(seed: number, channel: number): () => number {
  let x = mixed(seed, channel * 4);
  let y = mixed(seed, channel * 4 + 1);
  let z = mixed(seed, channel * 4 + 2);
  let w = mixed(seed, channel * 4 + 3) || 1;
  return () => {
    const t = x ^ (x << 11);
    x = y;
    y = z;
    z = w;
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    return w / 0x8000_0000;
  };
}

/** The finaliser of MurmurHash3, which makes seeds that lie side by side have nothing in common. */
function mixed(seed: number, index: number): number {
  let h = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) + Math.imul(index + 1, 0xc2b2_ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return h ^ (h >>> 16);
}

function createPink(white: () => number): NoiseGenerator {
  let b0 = 0;
  let b1 = 0;
  let b2 = 0;
  let b3 = 0;
  let b4 = 0;
  let b5 = 0;
  let b6 = 0;
  const scale = NOISE_RMS.pink / KELLET_RMS;
  return {
    next() {
      const x = white();
      b0 = 0.99886 * b0 + x * 0.0555179;
      b1 = 0.99332 * b1 + x * 0.0750759;
      b2 = 0.969 * b2 + x * 0.153852;
      b3 = 0.8665 * b3 + x * 0.3104856;
      b4 = 0.55 * b4 + x * 0.5329522;
      b5 = -0.7616 * b5 - x * 0.016898;
      const sum = b0 + b1 + b2 + b3 + b4 + b5 + b6 + x * 0.5362;
      b6 = x * 0.115926;
      return sum * scale;
    },
  };
}

/** The leak of the running sum: a corner at 5 Hz. */
const LEAK = Math.exp((-2 * Math.PI * 5) / 48_000);

function createBrown(white: () => number): NoiseGenerator {
  let sum = 0;
  // A leaky sum of white noise has the variance σ² / (1 − leak²).
  const scale = (NOISE_RMS.brown * Math.sqrt(1 - LEAK * LEAK)) / NOISE_RMS.white;
  return {
    next() {
      sum = sum * LEAK + white();
      return sum * scale;
    },
  };
}
