// Inner loops of src/media/dsp on four samples at a time, in AssemblyScript. `npm run generate` compiles them into
// src/media/dsp/vector/kernels.generated.ts. They work on fixed places of their memory, which vector-unit.ts fills and reads;
// lengths are rounded up to whole vectors, so every place has room to spare.

/** Where the operands and the result lie, in bytes. vector-unit.ts has the same numbers. */
const A: usize = 4096;
const B: usize = A + 32768;
const OUT: usize = B + 32768;

/** True when the first n samples of A are all numbers and finite. */
export function finite(n: i32): bool {
  const end = A + (<usize>n << 2);
  // x − x is 0 for a number, NaN for NaN and for infinity.
  let sum = f32x4.splat(0);
  for (let at = A; at < end; at += 16) {
    const x = v128.load(at);
    sum = f32x4.add(sum, f32x4.sub(x, x));
  }
  return i32x4.all_true(f32x4.eq(sum, f32x4.splat(0)));
}

/** OUT = A · gain. */
export function scale(n: i32, gain: f32): void {
  const g = f32x4.splat(gain);
  const end = A + (<usize>n << 2);
  for (let at = A; at < end; at += 16) v128.store(at + (OUT - A), f32x4.mul(v128.load(at), g));
}

/** OUT = A · gainA + B · gainB. */
export function mix(n: i32, gainA: f32, gainB: f32): void {
  const ga = f32x4.splat(gainA);
  const gb = f32x4.splat(gainB);
  const end = A + (<usize>n << 2);
  for (let at = A; at < end; at += 16) {
    const sum = f32x4.add(f32x4.mul(v128.load(at), ga), f32x4.mul(v128.load(at + (B - A)), gb));
    v128.store(at + (OUT - A), sum);
  }
}

/** OUT = OUT + A. */
export function accumulate(n: i32): void {
  const end = A + (<usize>n << 2);
  for (let at = A; at < end; at += 16) v128.store(at + (OUT - A), f32x4.add(v128.load(at + (OUT - A)), v128.load(at)));
}

/** OUT = A · B, sample by sample. */
export function multiply(n: i32): void {
  const end = A + (<usize>n << 2);
  for (let at = A; at < end; at += 16) v128.store(at + (OUT - A), f32x4.mul(v128.load(at), v128.load(at + (B - A))));
}

/** OUT = A and B interleaved. True when every sample is a number within ±1. */
export function interleave(n: i32): bool {
  const end = A + (<usize>n << 2);
  const one = f32x4.splat(1);
  let good = i32x4.splat(-1);
  let to = OUT;
  for (let at = A; at < end; at += 16) {
    const a = v128.load(at);
    const b = v128.load(at + (B - A));
    good = v128.and(good, v128.and(f32x4.le(f32x4.abs(a), one), f32x4.le(f32x4.abs(b), one)));
    v128.store(to, v128.shuffle<f32>(a, b, 0, 4, 1, 5));
    v128.store(to, v128.shuffle<f32>(a, b, 2, 6, 3, 7), 16);
    to += 32;
  }
  return i32x4.all_true(good);
}

/** Sum of the squares of A. */
export function energy(n: i32): f64 {
  const end = A + (<usize>n << 2);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let at = A; at < end; at += 16) {
    const x = v128.load(at);
    const a = f64x2.promote_low_f32x4(x);
    const b = f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
