// The hashes of SRTP over one packet, in AssemblyScript. `npm run generate` compiles them into src/calls/webrtc/hashes.generated.ts.
// They work on fixed places of their memory, which hash-unit.ts fills and reads. No branch and no address depends on a secret.

/** Where things lie, in bytes. hash-unit.ts has the same numbers. */
const HASH: usize = 1024;
/** Five words: the state of SHA-1, before the key's first block and after. */
const INNER: usize = HASH + 64;
const OUTER: usize = INNER + 64;
const SCHEDULE: usize = OUTER + 64;
const DATA: usize = 4096;
/** The data in whole blocks, for GHASH. */
const BLOCKS: usize = DATA + 69632;

const M0: u64 = 0x1111111111111111;
const M1: u64 = 0x2222222222222222;
const M2: u64 = 0x4444444444444444;
const M3: u64 = 0x8888888888888888;

/**
 * The low 64 bits of the product of two polynomials over GF(2), the second one masked already. Integer products of numbers that have only
 * every fourth bit carry into the three bits between, which are masked out: the method of BearSSL's ghash_ctmul64
 * (T. Pornin), where sixteen such bits can carry no further.
 */
function product(x: u64, y0: u64, y1: u64, y2: u64, y3: u64): u64 {
  const x0 = x & M0;
  const x1 = x & M1;
  const x2 = x & M2;
  const x3 = x & M3;
  return (
    (((x0 * y0) ^ (x1 * y3) ^ (x2 * y2) ^ (x3 * y1)) & M0) |
    (((x0 * y1) ^ (x1 * y0) ^ (x2 * y3) ^ (x3 * y2)) & M1) |
    (((x0 * y2) ^ (x1 * y1) ^ (x2 * y0) ^ (x3 * y3)) & M2) |
    (((x0 * y3) ^ (x1 * y2) ^ (x2 * y1) ^ (x3 * y0)) & M3)
  );
}

function reversedInBytes(word: u64): u64 {
  let x = ((word >> 1) & 0x5555555555555555) | ((word & 0x5555555555555555) << 1);
  x = ((x >> 2) & 0x3333333333333333) | ((x & 0x3333333333333333) << 2);
  return ((x >> 4) & 0x0f0f0f0f0f0f0f0f) | ((x & 0x0f0f0f0f0f0f0f0f) << 4);
}

function reversed(word: u64): u64 {
  return bswap<u64>(reversedInBytes(word));
}

let high: u64 = 0;
let low: u64 = 0;

/** (high, low) · H for each block from `at` to `end`, which are added to it, in the field of GCM, whose bits count from the high end. */
function absorb(at: usize, end: usize): void {
  const h1 = bswap<u64>(load<u64>(HASH));
  const h0 = bswap<u64>(load<u64>(HASH + 8));
  const h2 = h0 ^ h1;
  const g0 = reversed(h0);
  const g1 = reversed(h1);
  const g2 = g0 ^ g1;
  const h00 = h0 & M0,
    h01 = h0 & M1,
    h02 = h0 & M2,
    h03 = h0 & M3;
  const h10 = h1 & M0,
    h11 = h1 & M1,
    h12 = h1 & M2,
    h13 = h1 & M3;
  const h20 = h2 & M0,
    h21 = h2 & M1,
    h22 = h2 & M2,
    h23 = h2 & M3;
  const g00 = g0 & M0,
    g01 = g0 & M1,
    g02 = g0 & M2,
    g03 = g0 & M3;
  const g10 = g1 & M0,
    g11 = g1 & M1,
    g12 = g1 & M2,
    g13 = g1 & M3;
  const g20 = g2 & M0,
    g21 = g2 & M1,
    g22 = g2 & M2,
    g23 = g2 & M3;
  let y1 = high;
  let y0 = low;
  for (; at < end; at += 16) {
    y1 ^= bswap<u64>(load<u64>(at));
    y0 ^= bswap<u64>(load<u64>(at + 8));
    const r0 = reversed(y0);
    const r1 = reversed(y1);
    // Karatsuba; the upper half of each product is the lower half of the product of the reversed.
    const a = product(y0, h00, h01, h02, h03);
    const b = product(y1, h10, h11, h12, h13);
    const c = product(y0 ^ y1, h20, h21, h22, h23) ^ a ^ b;
    const ra = product(r0, g00, g01, g02, g03);
    const rb = product(r1, g10, g11, g12, g13);
    const rc = product(r0 ^ r1, g20, g21, g22, g23) ^ ra ^ rb;
    let v0 = a;
    let v1 = (reversed(ra) >> 1) ^ c;
    let v2 = b ^ (reversed(rc) >> 1);
    let v3 = reversed(rb) >> 1;
    // The order of the bits costs one place.
    v3 = (v3 << 1) | (v2 >> 63);
    v2 = (v2 << 1) | (v1 >> 63);
    v1 = (v1 << 1) | (v0 >> 63);
    v0 = v0 << 1;
    // Modulo x¹²⁸ + x⁷ + x² + x + 1.
    v2 ^= v0 ^ (v0 >> 1) ^ (v0 >> 2) ^ (v0 >> 7);
    v1 ^= (v0 << 63) ^ (v0 << 62) ^ (v0 << 57);
    v3 ^= v1 ^ (v1 >> 1) ^ (v1 >> 2) ^ (v1 >> 7);
    v2 ^= (v1 << 63) ^ (v1 << 62) ^ (v1 << 57);
    y0 = v2;
    y1 = v3;
  }
  high = y1;
  low = y0;
}

/** Copies bytes to `to`, and fills the block up with zeros. Returns where that ends. */
function padded(to: usize, from: usize, bytes: usize): usize {
  const whole = (bytes + 15) & ~15;
  if (bytes < whole) {
    store<u64>(to + whole - 16, 0);
    store<u64>(to + whole - 8, 0);
  }
  memory.copy(to, from, bytes);
  return to + whole;
}

/** GHASH (NIST SP 800-38D) of the data: what is only authenticated up to `from`, what is encrypted up to `to`. The key and the result are in HASH. */
export function ghash(from: i32, to: i32): void {
  let end = padded(BLOCKS, DATA, <usize>from);
  end = padded(end, DATA + <usize>from, <usize>(to - from));
  store<u64>(end, bswap<u64>((<u64>from) << 3));
  store<u64>(end + 8, bswap<u64>((<u64>(to - from)) << 3));
  high = 0;
  low = 0;
  absorb(BLOCKS, end + 16);
  store<u64>(HASH, bswap<u64>(high));
  store<u64>(HASH + 8, bswap<u64>(low));
}

/** One block of SHA-1 (FIPS 180-4, 6.1.2): the state of five words at `state` becomes that after the 64 bytes at `block`. */
function compress(state: usize, block: usize): void {
  for (let t: usize = 0; t < 64; t += 4) store<u32>(SCHEDULE + t, bswap<u32>(load<u32>(block + t)));
  for (let t: usize = 64; t < 320; t += 4) {
    const at = SCHEDULE + t;
    store<u32>(at, rotl<u32>(load<u32>(at - 12) ^ load<u32>(at - 32) ^ load<u32>(at - 56) ^ load<u32>(at - 64), 1));
  }
  let a = load<u32>(state);
  let b = load<u32>(state + 4);
  let c = load<u32>(state + 8);
  let d = load<u32>(state + 12);
  let e = load<u32>(state + 16);
  for (let t: usize = 0; t < 320; t += 4) {
    let f: u32;
    if (t < 80) f = (d ^ (b & (c ^ d))) + 0x5a827999;
    else if (t < 160) f = (b ^ c ^ d) + 0x6ed9eba1;
    else if (t < 240) f = ((b & c) | (d & (b | c))) + 0x8f1bbcdc;
    else f = (b ^ c ^ d) + 0xca62c1d6;
    const next = rotl<u32>(a, 5) + f + e + load<u32>(SCHEDULE + t);
    e = d;
    d = c;
    c = rotl<u32>(b, 30);
    b = a;
    a = next;
  }
  store<u32>(state, load<u32>(state) + a);
  store<u32>(state + 4, load<u32>(state + 4) + b);
  store<u32>(state + 8, load<u32>(state + 8) + c);
  store<u32>(state + 12, load<u32>(state + 12) + d);
  store<u32>(state + 16, load<u32>(state + 16) + e);
}

/** The state of SHA-1 after the 64 bytes at the beginning of the data, into HASH: half of what HMAC makes of a key. */
export function sha1Block(): void {
  store<u32>(HASH, 0x67452301);
  store<u32>(HASH + 4, 0xefcdab89);
  store<u32>(HASH + 8, 0x98badcfe);
  store<u32>(HASH + 12, 0x10325476);
  store<u32>(HASH + 16, 0xc3d2e1f0);
  compress(HASH, DATA);
}

/** Ends a message of `bytes` behind a first block that is hashed already. Returns where the last block ends. */
function pad(at: usize, bytes: usize): usize {
  let end = at + bytes;
  store<u8>(end++, 0x80);
  while (((end - at) & 63) !== 56) store<u8>(end++, 0);
  store<u64>(end, bswap<u64>((<u64>(64 + bytes)) << 3));
  return end + 8;
}

/** HMAC-SHA-1 (RFC 2104) of the data, into HASH as bytes. INNER and OUTER are the states after the key's two blocks. */
export function hmacSha1(bytes: i32): void {
  memory.copy(HASH, INNER, 20);
  const end = pad(DATA, <usize>bytes);
  for (let at = DATA; at < end; at += 64) compress(HASH, at);
  for (let i: usize = 0; i < 20; i += 4) store<u32>(DATA + i, bswap<u32>(load<u32>(HASH + i)));
  memory.copy(HASH, OUTER, 20);
  pad(DATA, 20);
  compress(HASH, DATA);
  for (let i: usize = 0; i < 20; i += 4) store<u32>(HASH + i, bswap<u32>(load<u32>(HASH + i)));
}
