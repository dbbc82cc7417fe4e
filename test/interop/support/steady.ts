import { levels } from '../../calls/telegram/support/party.js';

/**
 * The longest stretch without a gap, in seconds: without 20 ms that are much softer than a tone of −15 dB. Foreign peers run in real time, so a machine
 * that stalls makes gaps; what is broken has no long stretch at all.
 */
export function longestSoundSec(pcm: Float32Array): number {
  let longest = 0;
  let run = 0;
  for (const level of levels(pcm)) {
    run = level < -30 ? 0 : run + 20;
    longest = Math.max(longest, run);
  }
  return longest / 1000;
}
