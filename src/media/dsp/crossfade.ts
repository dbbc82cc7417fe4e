/**
 * Goes from one signal to another in a straight line over the whole of `out`. Absent ones are silence, so that with one of them it
 * is a fade-out or a fade-in.
 */
export function crossfade(from: Float32Array | undefined, to: Float32Array | undefined, out: Float32Array): void {
  const n = out.length;
  for (let i = 0; i < n; i++) {
    const share = (i + 1) / n;
    out[i] = (from === undefined ? 0 : from[i]! * (1 - share)) + (to === undefined ? 0 : to[i]! * share);
  }
}
