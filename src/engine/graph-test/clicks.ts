/** Steps are compared with the sound 5 ms around them. */
const REACH = 240;
/** So many times larger than its neighbourhood's mean step is a jump: a sine's largest step is 1.6 times it, white noise's 3 times. */
const FACTOR = 10;
/** Smaller jumps are not heard: −46 dBFS. */
const AUDIBLE = 0.005;

/**
 * How many clicks a signal has: steps from one sample to the next far larger than those around them, as a cut in the middle of a
 * wave makes. Several within 5 ms count once. A cut that happens to meet a sound's own steep edge is not found.
 */
export function countClicks(samples: Float32Array): number {
  const steps = new Float64Array(samples.length + 1);
  // steps[i]: the sum of all steps before sample i.
  for (let i = 1; i < samples.length; i++) steps[i + 1] = steps[i]! + Math.abs(samples[i]! - samples[i - 1]!);
  let clicks = 0;
  for (let i = 1; i < samples.length; i++) {
    const step = Math.abs(samples[i]! - samples[i - 1]!);
    if (step < AUDIBLE) continue;
    const from = Math.max(1, i - REACH);
    const to = Math.min(samples.length, i + REACH + 1);
    // On each side by itself: sound that begins or ends has silence on the other.
    const before = i - from === 0 ? Infinity : (steps[i]! - steps[from]!) / (i - from);
    const after = to - i - 1 === 0 ? Infinity : (steps[to]! - steps[i + 1]!) / (to - i - 1);
    const around = Math.max(before === Infinity ? 0 : before, after === Infinity ? 0 : after);
    if (before === Infinity || after === Infinity || step < FACTOR * around) continue;
    clicks++;
    i += REACH;
  }
  return clicks;
}
