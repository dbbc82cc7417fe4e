/**
 * Adds two signals, each with a gain of its own for every sample. An absent one is silence.
 *
 * @param out written whole; may be none of the inputs.
 * @param gainsA at least as many as `out` has samples, likewise `gainsB`.
 */
export function blend(
  a: Float32Array | undefined,
  gainsA: Float32Array,
  b: Float32Array | undefined,
  gainsB: Float32Array,
  out: Float32Array,
): void {
  const n = out.length;
  if (a && b) for (let i = 0; i < n; i++) out[i] = a[i]! * gainsA[i]! + b[i]! * gainsB[i]!;
  else if (a) for (let i = 0; i < n; i++) out[i] = a[i]! * gainsA[i]!;
  else if (b) for (let i = 0; i < n; i++) out[i] = b[i]! * gainsB[i]!;
  else out.fill(0);
}
