import type { NetworkHook } from '../../../../src/calls/webrtc/udp-port.js';
import { seeded } from './stream.js';

/** What a {@link lossyNetwork} does to datagrams; shares are 0…1. */
export interface NetworkFaults {
  loss?: number;
  duplicate?: number;
  /** Largest extra delay, milliseconds; above 20 it reorders audio. */
  delayMs?: number;
  seed?: number;
}

/**
 * A network that drops, doubles and delays, the same way for the same seed; `faults` may be changed on the way. Nothing is drawn while there is
 * no fault, so that what happens does not depend on how many datagrams it took to connect.
 */
export function lossyNetwork(
  faults: NetworkFaults,
  after: (delayMs: number, run: () => void) => unknown,
): NetworkHook & { dropped: number } {
  const { seed = 1 } = faults;
  const way =
    (random: () => number) =>
    (datagram: Buffer, on: (datagram: Buffer) => void): void => {
      if (faults.loss && random() < faults.loss) {
        hook.dropped++;
        return;
      }
      for (let copies = faults.duplicate && random() < faults.duplicate ? 2 : 1; copies > 0; copies--) {
        if (faults.delayMs) after(random() * faults.delayMs, () => on(datagram));
        else on(datagram);
      }
    };
  // One way's losses do not depend on how much goes the other way.
  const hook = { dropped: 0, outbound: way(seeded(seed)), inbound: way(seeded(seed + 1000)) };
  return hook;
}
