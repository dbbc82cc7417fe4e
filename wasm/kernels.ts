// Inner loops of src/media/dsp on four samples at a time, in AssemblyScript. `npm run generate` compiles them into
// src/media/dsp/vector/kernels.generated.ts. They work on fixed places of their memory, which vector-unit.ts fills and reads;
// lengths are rounded up to whole vectors, so every place has room to spare.

/** Where the operands and the result lie, in bytes. vector-unit.ts has the same numbers. */
const A: usize = 4096;
const B: usize = A + 32768;
const OUT: usize = B + 32768;
/** The second channel of a two-channel result. */
const OUT2: usize = OUT + 16384;
/** Coefficients of up to 32 second-order sections, five doubles each: b0, b1, b2, a1, a2. */
const SECTIONS: usize = OUT + 32768;
/** What each section remembers: two doubles, for both channels. */
const STATES: usize = SECTIONS + 2048;
/** Both channels side by side in double precision. */
const WIDE: usize = STATES + 2048;

/** True when the first n samples of A are all numbers and finite. */
export function finite(n: i32): bool {
  const end = A + ((<usize>n) << 2);
  // x − x is 0 for a number, NaN for NaN and for infinity.
  let sum = f32x4.splat(0);
  for (let at = A; at < end; at += 16) {
    const x = v128.load(at);
    sum = f32x4.add(sum, f32x4.sub(x, x));
  }
  return i32x4.all_true(f32x4.eq(sum, f32x4.splat(0)));
}

/** True when the first n samples of A are all numbers within ±limit. */
export function within(n: i32, limit: f32): bool {
  const end = A + ((<usize>n) << 2);
  const most = f32x4.splat(limit);
  let good = i32x4.splat(-1);
  for (let at = A; at < end; at += 16) good = v128.and(good, f32x4.le(f32x4.abs(v128.load(at)), most));
  return i32x4.all_true(good);
}

/** OUT = A · gain. */
export function scale(n: i32, gain: f32): void {
  const g = f32x4.splat(gain);
  const end = A + ((<usize>n) << 2);
  for (let at = A; at < end; at += 16) v128.store(at + (OUT - A), f32x4.mul(v128.load(at), g));
}

/** OUT = A · gainA + B · gainB. */
export function mix(n: i32, gainA: f32, gainB: f32): void {
  const ga = f32x4.splat(gainA);
  const gb = f32x4.splat(gainB);
  const end = A + ((<usize>n) << 2);
  for (let at = A; at < end; at += 16) {
    const sum = f32x4.add(f32x4.mul(v128.load(at), ga), f32x4.mul(v128.load(at + (B - A)), gb));
    v128.store(at + (OUT - A), sum);
  }
}

/** OUT = OUT + A. */
export function accumulate(n: i32): void {
  const end = A + ((<usize>n) << 2);
  for (let at = A; at < end; at += 16) v128.store(at + (OUT - A), f32x4.add(v128.load(at + (OUT - A)), v128.load(at)));
}

/** OUT = A · B, sample by sample. */
export function multiply(n: i32): void {
  const end = A + ((<usize>n) << 2);
  for (let at = A; at < end; at += 16) v128.store(at + (OUT - A), f32x4.mul(v128.load(at), v128.load(at + (B - A))));
}

/** OUT = A and B interleaved. True when every sample is a number within ±1. */
export function interleave(n: i32): bool {
  const end = A + ((<usize>n) << 2);
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
  const end = A + ((<usize>n) << 2);
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

/**
 * OUT and OUT2 = A and B through the first `count` sections in a row (transposed direct form II), both channels side by side in
 * double precision: single precision is too coarse for a filter far below the sample rate.
 */
export function biquads(n: i32, count: i32): void {
  widen(n);
  let i = 0;
  for (; i + 2 <= count; i += 2) twoSections(n, SECTIONS + <usize>i * 40, STATES + <usize>i * 32);
  if (i < count) oneSection(n, SECTIONS + <usize>i * 40, STATES + <usize>i * 32);
  narrow(n);
}

/** WIDE = A and B. */
function widen(n: i32): void {
  const end = A + ((<usize>n) << 2);
  let to = WIDE;
  for (let at = A; at < end; at += 16) {
    const a = v128.load(at);
    const b = v128.load(at + (B - A));
    const low = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const high = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    v128.store(to, f64x2.promote_low_f32x4(low));
    v128.store(to, f64x2.promote_low_f32x4(v128.shuffle<f32>(low, low, 2, 3, 2, 3)), 16);
    v128.store(to, f64x2.promote_low_f32x4(high), 32);
    v128.store(to, f64x2.promote_low_f32x4(v128.shuffle<f32>(high, high, 2, 3, 2, 3)), 48);
    to += 64;
  }
}

/** OUT and OUT2 = WIDE. */
function narrow(n: i32): void {
  const end = OUT + ((<usize>n) << 2);
  let from = WIDE;
  for (let at = OUT; at < end; at += 16) {
    const a = f32x4.demote_f64x2_zero(v128.load(from));
    const b = f32x4.demote_f64x2_zero(v128.load(from, 16));
    const c = f32x4.demote_f64x2_zero(v128.load(from, 32));
    const d = f32x4.demote_f64x2_zero(v128.load(from, 48));
    const low = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const high = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    v128.store(at, v128.shuffle<f32>(low, high, 0, 1, 4, 5));
    v128.store(at + (OUT2 - OUT), v128.shuffle<f32>(low, high, 2, 3, 6, 7));
    from += 64;
  }
}

function oneSection(n: i32, section: usize, state: usize): void {
  const b0 = v128.load64_splat(section);
  const b1 = v128.load64_splat(section, 8);
  const b2 = v128.load64_splat(section, 16);
  const a1 = v128.load64_splat(section, 24);
  const a2 = v128.load64_splat(section, 32);
  let s1 = v128.load(state);
  let s2 = v128.load(state, 16);
  const end = WIDE + ((<usize>n) << 4);
  for (let at = WIDE; at < end; at += 16) {
    const x = v128.load(at);
    const y = f64x2.add(f64x2.mul(x, b0), s1);
    s1 = f64x2.sub(f64x2.add(f64x2.mul(x, b1), s2), f64x2.mul(y, a1));
    s2 = f64x2.sub(f64x2.mul(x, b2), f64x2.mul(y, a2));
    v128.store(at, y);
  }
  v128.store(state, s1);
  v128.store(state, s2, 16);
}

/** Two sections in one loop, so that the one works while the other waits for its last result. */
function twoSections(n: i32, section: usize, state: usize): void {
  const b0 = v128.load64_splat(section);
  const b1 = v128.load64_splat(section, 8);
  const b2 = v128.load64_splat(section, 16);
  const a1 = v128.load64_splat(section, 24);
  const a2 = v128.load64_splat(section, 32);
  const d0 = v128.load64_splat(section, 40);
  const d1 = v128.load64_splat(section, 48);
  const d2 = v128.load64_splat(section, 56);
  const c1 = v128.load64_splat(section, 64);
  const c2 = v128.load64_splat(section, 72);
  let s1 = v128.load(state);
  let s2 = v128.load(state, 16);
  let t1 = v128.load(state, 32);
  let t2 = v128.load(state, 48);
  const end = WIDE + ((<usize>n) << 4);
  for (let at = WIDE; at < end; at += 16) {
    const x = v128.load(at);
    const y = f64x2.add(f64x2.mul(x, b0), s1);
    s1 = f64x2.sub(f64x2.add(f64x2.mul(x, b1), s2), f64x2.mul(y, a1));
    s2 = f64x2.sub(f64x2.mul(x, b2), f64x2.mul(y, a2));
    const z = f64x2.add(f64x2.mul(y, d0), t1);
    t1 = f64x2.sub(f64x2.add(f64x2.mul(y, d1), t2), f64x2.mul(z, c1));
    t2 = f64x2.sub(f64x2.mul(y, d2), f64x2.mul(z, c2));
    v128.store(at, z);
  }
  v128.store(state, s1);
  v128.store(state, s2, 16);
  v128.store(state, t1, 32);
  v128.store(state, t2, 48);
}
