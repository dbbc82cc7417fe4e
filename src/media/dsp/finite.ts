/**
 * True when no sample from `start` up to `end` is NaN or infinite. One test instead of one per sample: such a value stays in every sum,
 * and doubles cannot overflow by adding floats.
 */
export function allFinite(samples: Float32Array, start = 0, end: number = samples.length): boolean {
  // Four sums, so that additions need not wait for each other.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = start;
  for (; i + 3 < end; i += 4) {
    a += samples[i]!;
    b += samples[i + 1]!;
    c += samples[i + 2]!;
    d += samples[i + 3]!;
  }
  for (; i < end; i++) a += samples[i]!;
  const sum = a + b + c + d;
  return sum - sum === 0;
}
