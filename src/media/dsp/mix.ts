import { VECTOR_SAMPLES, vectorUnit } from './vector/vector-unit.js';

/** `out += input`, sample by sample. */
export function add(out: Float32Array, input: Float32Array): void {
  const n = out.length;
  for (let at = 0; at < n; at += VECTOR_SAMPLES) {
    const count = Math.min(VECTOR_SAMPLES, n - at);
    vectorUnit.loadA(out, at, count);
    vectorUnit.loadB(input, at, count);
    vectorUnit.into(out, at, count);
    vectorUnit.mix(count, 1, 1);
    vectorUnit.store(out, at, count);
  }
}

/** `out = Σ inputs[0…count)`, in this order. Every input must be as long as `out`. */
export function sumInto(out: Float32Array, inputs: readonly Float32Array[], count: number): void {
  if (count === 0) {
    out.fill(0);
    return;
  }
  if (count === 1) {
    out.set(inputs[0]!);
    return;
  }
  const n = out.length;
  for (let at = 0; at < n; at += VECTOR_SAMPLES) {
    const length = Math.min(VECTOR_SAMPLES, n - at);
    vectorUnit.loadA(inputs[0]!, at, length);
    vectorUnit.loadB(inputs[1]!, at, length);
    if (!inputs.includes(out)) vectorUnit.into(out, at, length);
    vectorUnit.mix(length, 1, 1);
    for (let k = 2; k < count; k++) {
      vectorUnit.loadA(inputs[k]!, at, length);
      vectorUnit.accumulate(length);
    }
    vectorUnit.store(out, at, length);
  }
}

/** The average of two channels, as a stereo signal becomes mono without growing louder. */
export function averageInto(out: Float32Array, left: Float32Array, right: Float32Array): void {
  const n = out.length;
  for (let i = 0; i < n; i++) out[i] = (left[i]! + right[i]!) * 0.5;
}
