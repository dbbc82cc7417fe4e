/** Shapes of a fade from one signal to another. */
export const FADE_CURVES = ['equal-power', 'linear', 'smooth'] as const;

/**
 * A shape. `equal-power`: cosine and sine, so that two signals that have nothing in common are as loud together as each alone.
 * `linear` and `smooth` (a raised cosine): the gains add up to 1, for signals that are alike.
 */
export type FadeCurve = (typeof FADE_CURVES)[number];

/**
 * Writes a part of a fade to `out`: `from` goes out and `to` comes in. The first sample of the whole fade is almost all `from`, the last
 * one all `to`.
 *
 * @param start where in the arrays the part begins. @param count its length.
 * @param done how many samples of the fade came before. @param total the length of the whole fade.
 */
export function fadeBetween(
  out: Float32Array,
  from: Float32Array,
  to: Float32Array,
  curve: FadeCurve,
  start: number,
  count: number,
  done: number,
  total: number,
): void {
  for (let i = 0; i < count; i++) {
    const share = (done + i + 1) / total;
    let fromGain = 1 - share;
    let toGain = share;
    if (curve === 'equal-power') {
      fromGain = share === 1 ? 0 : Math.cos((Math.PI / 2) * share);
      toGain = Math.sin((Math.PI / 2) * share);
    } else if (curve === 'smooth') {
      toGain = 0.5 - 0.5 * Math.cos(Math.PI * share);
      fromGain = 1 - toGain;
    }
    out[start + i] = from[start + i]! * fromGain + to[start + i]! * toGain;
  }
}
