const SLOT_BITS = 3;
const SLOTS = 1 << SLOT_BITS;

/**
 * A phase for the `index`-th ticker of a period, in microseconds below `periodUs`: tickers spread over 8 slots of the period, in
 * bit-reversed order (0, 4, 2, 6, 1, 5, 3, 7), so that any number of them is spread about evenly, while more than 8 share
 * wake-ups. Give those tickers the same `startUs`, such as 0, or the slots mean nothing.
 *
 * Work of many graphs in one instant would add to the lateness of the last of them; one wake-up per graph would cost CPU.
 */
export function phaseFor(index: number, periodUs: number): number {
  let rest = index & (SLOTS - 1);
  let slot = 0;
  for (let bit = 0; bit < SLOT_BITS; bit++) {
    slot = (slot << 1) | (rest & 1);
    rest >>= 1;
  }
  return Math.floor((slot * periodUs) / SLOTS);
}

/** What graphs beat in. */
const BEAT_US = 20_000;

/**
 * A delay, in milliseconds, that is shorter by up to 20 ms so that it ends together with a beat of the graphs: to wake up once more costs far
 * more than a watch does. One shorter than that stays as it is.
 */
export function untilBeatMs(nowUs: number, delayMs: number): number {
  const dueUs = nowUs + delayMs * 1000;
  const beatUs = Math.floor(dueUs / BEAT_US) * BEAT_US;
  return ((beatUs > nowUs ? beatUs : dueUs) - nowUs) / 1000;
}
