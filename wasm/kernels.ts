// Inner loops of src/media/dsp on four samples at a time, in AssemblyScript. `npm run generate` compiles them into
// src/media/dsp/vector/kernels.generated.ts. vector-unit.ts says where the operands a and b and the result lie, in bytes of the memory;
// lengths are rounded up to whole vectors, so a place has room to spare or a length that is one.

/** Where the fixed places begin: behind those of operands and result. vector-unit.ts has the same number. */
const FIXED: usize = 4096 + 98304;
/** Coefficients of up to 32 second-order sections, five doubles each: b0, b1, b2, a1, a2. */
const SECTIONS: usize = FIXED;
/** What each section remembers: two doubles, for both channels. */
const STATES: usize = SECTIONS + 2048;
/** Both channels side by side in double precision. */
const WIDE: usize = STATES + 2048;

/** True when the n samples of a are all numbers and finite. */
export function finite(n: i32, a: usize): bool {
  const end = a + ((<usize>n) << 2);
  // x − x is 0 for a number, NaN for NaN and for infinity.
  let sum = f32x4.splat(0);
  for (; a < end; a += 16) {
    const x = v128.load(a);
    sum = f32x4.add(sum, f32x4.sub(x, x));
  }
  return i32x4.all_true(f32x4.eq(sum, f32x4.splat(0)));
}

/** True when the n samples of a are all numbers within ±limit. */
export function within(n: i32, a: usize, limit: f32): bool {
  const end = a + ((<usize>n) << 2);
  const most = f32x4.splat(limit);
  let good = i32x4.splat(-1);
  for (; a < end; a += 16) good = v128.and(good, f32x4.le(f32x4.abs(v128.load(a)), most));
  return i32x4.all_true(good);
}

/** out = a · gain. */
export function scale(n: i32, a: usize, out: usize, gain: f32): void {
  const g = f32x4.splat(gain);
  const end = a + ((<usize>n) << 2);
  for (; a < end; a += 16, out += 16) v128.store(out, f32x4.mul(v128.load(a), g));
}

/** out = a · gainA + b · gainB. */
export function mix(n: i32, a: usize, b: usize, out: usize, gainA: f32, gainB: f32): void {
  const ga = f32x4.splat(gainA);
  const gb = f32x4.splat(gainB);
  const end = a + ((<usize>n) << 2);
  for (; a < end; a += 16, b += 16, out += 16)
    v128.store(out, f32x4.add(f32x4.mul(v128.load(a), ga), f32x4.mul(v128.load(b), gb)));
}

/** out = out + a. */
export function accumulate(n: i32, a: usize, out: usize): void {
  const end = a + ((<usize>n) << 2);
  for (; a < end; a += 16, out += 16) v128.store(out, f32x4.add(v128.load(out), v128.load(a)));
}

/** out = a · b, sample by sample. */
export function multiply(n: i32, a: usize, b: usize, out: usize): void {
  const end = a + ((<usize>n) << 2);
  for (; a < end; a += 16, b += 16, out += 16) v128.store(out, f32x4.mul(v128.load(a), v128.load(b)));
}

/** out = a and b interleaved. True when every sample is a number within ±1. */
export function interleave(n: i32, a: usize, b: usize, out: usize): bool {
  const end = a + ((<usize>n) << 2);
  const one = f32x4.splat(1);
  let good = i32x4.splat(-1);
  for (; a < end; a += 16, b += 16, out += 32) {
    const x = v128.load(a);
    const y = v128.load(b);
    good = v128.and(good, v128.and(f32x4.le(f32x4.abs(x), one), f32x4.le(f32x4.abs(y), one)));
    v128.store(out, v128.shuffle<f32>(x, y, 0, 4, 1, 5));
    v128.store(out, v128.shuffle<f32>(x, y, 2, 6, 3, 7), 16);
  }
  return i32x4.all_true(good);
}

/** Sum of the squares of a. */
export function energy(n: i32, a: usize): f64 {
  const end = a + ((<usize>n) << 2);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (; a < end; a += 16) {
    const x = v128.load(a);
    const first = f64x2.promote_low_f32x4(x);
    const last = f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3));
    low = f64x2.add(low, f64x2.mul(first, first));
    high = f64x2.add(high, f64x2.mul(last, last));
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/**
 * The lag, in samples from one to another, at which the n samples of a are most like those that follow them after it: the normalised
 * correlation is largest. Behind them lie as many more as the largest lag.
 */
export function mostAlike(n: i32, a: usize, from: i32, to: i32): i32 {
  const bytes = (<usize>n) << 2;
  const nothing: f32 = 1e-9;
  let best = from;
  let most: f32 = -Infinity;
  for (let lag = from; lag <= to; lag++) {
    let b = a + ((<usize>lag) << 2);
    let cross = f32x4.splat(0);
    let power = f32x4.splat(0);
    for (let at = a, end = a + bytes; at < end; at += 16, b += 16) {
      const y = v128.load(b);
      cross = f32x4.add(cross, f32x4.mul(v128.load(at), y));
      power = f32x4.add(power, f32x4.mul(y, y));
    }
    // The power of a is the same for all.
    const score = lanes(cross) / sqrt<f32>(lanes(power) + nothing);
    if (score > most) {
      most = score;
      best = lag;
    }
  }
  return best;
}

function lanes(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/**
 * out and out2 = a and b through the first `count` sections in a row (transposed direct form II), both channels side by side in
 * double precision: single precision is too coarse for a filter far below the sample rate.
 */
export function biquads(n: i32, a: usize, b: usize, out: usize, out2: usize, count: i32): void {
  widen(n, a, b);
  let i = 0;
  for (; i + 2 <= count; i += 2) twoSections(n, SECTIONS + <usize>i * 40, STATES + <usize>i * 32);
  if (i < count) oneSection(n, SECTIONS + <usize>i * 40, STATES + <usize>i * 32);
  narrow(n, out, out2);
}

/** WIDE = a and b. */
function widen(n: i32, a: usize, b: usize): void {
  const end = a + ((<usize>n) << 2);
  let to = WIDE;
  for (; a < end; a += 16, b += 16) {
    const x = v128.load(a);
    const y = v128.load(b);
    const low = v128.shuffle<f32>(x, y, 0, 4, 1, 5);
    const high = v128.shuffle<f32>(x, y, 2, 6, 3, 7);
    v128.store(to, f64x2.promote_low_f32x4(low));
    v128.store(to, f64x2.promote_low_f32x4(v128.shuffle<f32>(low, low, 2, 3, 2, 3)), 16);
    v128.store(to, f64x2.promote_low_f32x4(high), 32);
    v128.store(to, f64x2.promote_low_f32x4(v128.shuffle<f32>(high, high, 2, 3, 2, 3)), 48);
    to += 64;
  }
}

/** out and out2 = WIDE. */
function narrow(n: i32, out: usize, out2: usize): void {
  const end = out + ((<usize>n) << 2);
  let from = WIDE;
  for (; out < end; out += 16, out2 += 16) {
    const a = f32x4.demote_f64x2_zero(v128.load(from));
    const b = f32x4.demote_f64x2_zero(v128.load(from, 16));
    const c = f32x4.demote_f64x2_zero(v128.load(from, 32));
    const d = f32x4.demote_f64x2_zero(v128.load(from, 48));
    const low = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const high = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    v128.store(out, v128.shuffle<f32>(low, high, 0, 1, 4, 5));
    v128.store(out2, v128.shuffle<f32>(low, high, 2, 3, 6, 7));
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
