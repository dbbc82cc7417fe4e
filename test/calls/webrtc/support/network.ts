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

/** A network that drops, doubles and delays, the same way for the same seed; `faults` may be changed on the way. */
export function lossyNetwork(
  faults: NetworkFaults,
  after: (delayMs: number, run: () => void) => unknown,
): NetworkHook & { dropped: number } {
  const random = seeded(faults.seed ?? 1);
  const pass = (datagram: Buffer, on: (datagram: Buffer) => void): void => {
    if (random() < (faults.loss ?? 0)) {
      hook.dropped++;
      return;
    }
    for (let copies = random() < (faults.duplicate ?? 0) ? 2 : 1; copies > 0; copies--) {
      if (faults.delayMs) after(random() * faults.delayMs, () => on(datagram));
      else on(datagram);
    }
  };
  const hook = { dropped: 0, outbound: pass, inbound: pass };
  return hook;
}
