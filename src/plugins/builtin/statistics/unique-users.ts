import { z } from 'zod';

/** 2^12 registers: the estimate's standard error is 1.04 / √4096, 1.6 %. */
const REGISTER_BITS = 12;
const REGISTERS = 2 ** REGISTER_BITS;
/** A register holds 0 … 53, as a character from `0` on, so that all of them are one string of JSON. */
const ZERO = 48;

/** How many different users there were: exactly for few, as a sketch for many. No ids are kept, only hashes. */
export const uniqueUsers = z.union([
  z.object({ hashes: z.array(z.string()) }),
  z.object({ registers: z.string().length(REGISTERS), estimate: z.number() }),
]);
/** How many different users there were. */
export type UniqueUsers = z.output<typeof uniqueUsers>;

/** Nobody yet. */
export const NOBODY: UniqueUsers = { hashes: [] };

/**
 * Counts a user, unless he is counted already. Beyond `exact` users a HyperLogLog sketch is kept instead (Flajolet, Fusy, Gandouet and
 * Meunier, 2007): 4 KB, whatever the number, and never more than a few percent wrong.
 */
export function withUser(users: UniqueUsers, id: string, exact: number): UniqueUsers {
  const hash = hashOf(id);
  if ('registers' in users) return withHash(users, hash);
  const text = `${hash.high.toString(36)}.${hash.low.toString(36)}`;
  if (users.hashes.includes(text)) return users;
  const hashes = [...users.hashes, text];
  if (hashes.length <= exact) return { hashes };
  const empty = { registers: String.fromCharCode(ZERO).repeat(REGISTERS), estimate: 0 };
  return hashes.reduce((sketch, one) => {
    const [high = '', low = ''] = one.split('.');
    return withHash(sketch, { high: Number.parseInt(high, 36), low: Number.parseInt(low, 36) });
  }, empty);
}

/** How many there were. */
export function countOf(users: UniqueUsers): { readonly count: number; readonly exact: boolean } {
  return 'hashes' in users ? { count: users.hashes.length, exact: true } : { count: Math.round(users.estimate), exact: false };
}

interface Hash {
  /** 32 bits. */
  readonly high: number;
  /** 32 bits. */
  readonly low: number;
}

type Sketch = Extract<UniqueUsers, { registers: string }>;

function withHash(sketch: Sketch, { high, low }: Hash): Sketch {
  const at = high >>> (32 - REGISTER_BITS);
  // Zeros ahead of the first one in the other 52 bits.
  const rest = (high << REGISTER_BITS) >>> 0;
  const zeros = rest !== 0 ? Math.clz32(rest) : 32 - REGISTER_BITS + Math.clz32(low);
  const rank = Math.min(53, zeros + 1);
  const { registers } = sketch;
  if (registers.charCodeAt(at) - ZERO >= rank) return sketch;
  const next = registers.slice(0, at) + String.fromCharCode(ZERO + rank) + registers.slice(at + 1);
  return { registers: next, estimate: estimateOf(next) };
}

function estimateOf(registers: string): number {
  let sum = 0;
  let empty = 0;
  for (let i = 0; i < REGISTERS; i++) {
    const rank = registers.charCodeAt(i) - ZERO;
    sum += 2 ** -rank;
    if (rank === 0) empty++;
  }
  const raw = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / sum;
  // For few users counting empty registers is nearer.
  return raw <= 2.5 * REGISTERS && empty > 0 ? REGISTERS * Math.log(REGISTERS / empty) : raw;
}

/** MurmurHash3's finaliser (Austin Appleby, public domain) over two sums of the characters. */
function hashOf(text: string): Hash {
  let high = 0x9747_b28c;
  let low = 0x1b87_3593;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 0x85eb_ca6b);
    low = Math.imul(low ^ code, 0xc2b2_ae35);
    high = (high << 13) | (high >>> 19);
    low = (low << 15) | (low >>> 17);
  }
  return { high: mixed(high ^ Math.imul(low, 0x27d4_eb2f)), low: mixed(low ^ Math.imul(high, 0x1656_67b1)) };
}

function mixed(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85eb_ca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
