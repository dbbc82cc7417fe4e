/** `out += input`, sample by sample. */
export function add(out: Float32Array, input: Float32Array): void {
  const n = out.length;
  for (let i = 0; i < n; i++) out[i] = out[i]! + input[i]!;
}

/**
 * `out = Σ inputs[0…count)`. Up to eight inputs a pass: loads and stores of `out` take the time, not additions.
 * Every input must be as long as `out`.
 */
export function sumInto(out: Float32Array, inputs: readonly Float32Array[], count: number): void {
  const n = out.length;
  if (count === 0) {
    out.fill(0);
    return;
  }
  let k = 0;
  if (count >= 8) {
    const a = inputs[0]!;
    const b = inputs[1]!;
    const c = inputs[2]!;
    const d = inputs[3]!;
    const e = inputs[4]!;
    const f = inputs[5]!;
    const g = inputs[6]!;
    const h = inputs[7]!;
    // Pairs, since a chain of additions would wait for each one.
    for (let i = 0; i < n; i++) out[i] = a[i]! + b[i]! + (c[i]! + d[i]!) + (e[i]! + f[i]! + (g[i]! + h[i]!));
    k = 8;
  } else if (count >= 4) {
    const a = inputs[0]!;
    const b = inputs[1]!;
    const c = inputs[2]!;
    const d = inputs[3]!;
    for (let i = 0; i < n; i++) out[i] = a[i]! + b[i]! + c[i]! + d[i]!;
    k = 4;
  } else if (count >= 2) {
    const a = inputs[0]!;
    const b = inputs[1]!;
    for (let i = 0; i < n; i++) out[i] = a[i]! + b[i]!;
    k = 2;
  } else {
    out.set(inputs[0]!);
    k = 1;
  }
  for (; k + 4 <= count; k += 4) {
    const a = inputs[k]!;
    const b = inputs[k + 1]!;
    const c = inputs[k + 2]!;
    const d = inputs[k + 3]!;
    for (let i = 0; i < n; i++) out[i] = out[i]! + (a[i]! + b[i]! + c[i]! + d[i]!);
  }
  for (; k < count; k++) add(out, inputs[k]!);
}

/** The average of two channels, as a stereo signal becomes mono without growing louder. */
export function averageInto(out: Float32Array, left: Float32Array, right: Float32Array): void {
  const n = out.length;
  for (let i = 0; i < n; i++) out[i] = (left[i]! + right[i]!) * 0.5;
}
