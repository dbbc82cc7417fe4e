/** How what is too loud is bent: `soft` by a cubic curve that begins at once, `hard` cut off at full scale. */
export const CLIP_SHAPES = ['soft', 'hard'] as const;

/** One of {@link CLIP_SHAPES}. */
export type ClipShape = (typeof CLIP_SHAPES)[number];

/** Below this step the difference quotient would lose its digits. */
const SMALL_STEP = 1e-5;

/**
 * Clips a channel to ±1 with little aliasing: the curve is averaged over the straight line between two samples, by the difference of its
 * antiderivative (J. D. Parker, V. Zavalishin, E. Le Bivic, "Reducing the Aliasing of Nonlinear Waveshaping Using Continuous-Time
 * Convolution", DAFx-16). It delays by half a sample, and takes from high frequencies what the average of two samples takes, cos(πf/rate).
 *
 * Both curves have slope 1 at 0. soft: u − 4u³/27 up to its peak of 1 at 1.5. hard: u up to 1.
 */
export class Waveshaper {
  #before = 0;

  /** True when it gives silence for silence. */
  get empty(): boolean {
    return this.#before === 0;
  }

  /** A shaper that goes on from the same sample. */
  clone(): Waveshaper {
    const copy = new Waveshaper();
    copy.#before = this.#before;
    return copy;
  }

  /** Clips `driven` into `out`. Does not {@link advance}, so that both shapes can be had of the same samples. */
  run(driven: Float64Array, shape: ClipShape, out: Float64Array): void {
    if (shape === 'soft') clipSoft(driven, this.#before, out);
    else clipHard(driven, this.#before, out);
  }

  /** Moves on to behind `driven`. */
  advance(driven: Float64Array): void {
    const last = driven[driven.length - 1] ?? this.#before;
    this.#before = last - last === 0 ? last : 0;
  }
}

// The same loop twice: with the curve as a parameter, it could not be compiled into it.

function clipSoft(driven: Float64Array, before: number, out: Float64Array): void {
  const n = out.length;
  let u0 = before;
  let sum0 = softIntegral(u0);
  for (let i = 0; i < n; i++) {
    const u = driven[i]!;
    const sum = softIntegral(u);
    const step = u - u0;
    out[i] = Math.abs(step) < SMALL_STEP ? softClip((u + u0) / 2) : (sum - sum0) / step;
    u0 = u;
    sum0 = sum;
  }
}

function clipHard(driven: Float64Array, before: number, out: Float64Array): void {
  const n = out.length;
  let u0 = before;
  let sum0 = hardIntegral(u0);
  for (let i = 0; i < n; i++) {
    const u = driven[i]!;
    const sum = hardIntegral(u);
    const step = u - u0;
    out[i] = Math.abs(step) < SMALL_STEP ? hardClip((u + u0) / 2) : (sum - sum0) / step;
    u0 = u;
    sum0 = sum;
  }
}

function softClip(u: number): number {
  if (u >= 1.5) return 1;
  return u <= -1.5 ? -1 : u - (4 / 27) * u * u * u;
}

function softIntegral(u: number): number {
  const magnitude = Math.abs(u);
  if (magnitude >= 1.5) return magnitude - 0.5625;
  const square = u * u;
  return square / 2 - (square * square) / 27;
}

function hardClip(u: number): number {
  if (u >= 1) return 1;
  return u <= -1 ? -1 : u;
}

function hardIntegral(u: number): number {
  const magnitude = Math.abs(u);
  return magnitude >= 1 ? magnitude - 0.5 : (u * u) / 2;
}
