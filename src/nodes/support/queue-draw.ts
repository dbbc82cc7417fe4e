/**
 * Numbers drawn from a seed: mulberry32 (Tommy Ettinger, 2017, public domain), of which each (seed, draw) is a stream of its own. So an
 * order depends only on the seed and on how many were drawn before, never on when it was looked at.
 */
function stream(seed: number, draw: number): () => number {
  let state = (Math.imul(seed, 0x9e37_79b1) ^ Math.imul(draw + 1, 0x85eb_ca6b)) >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** A shuffled copy (Fisher and Yates, as of Durstenfeld, CACM 7 (1964), algorithm 235). */
export function shuffled<T>(items: readonly T[], seed: number, draw: number): T[] {
  const next = stream(seed, draw);
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

/** One whole number of 0 … `below` − 1. */
export function drawnBelow(below: number, seed: number, draw: number): number {
  return Math.floor(stream(seed, draw)() * below);
}
