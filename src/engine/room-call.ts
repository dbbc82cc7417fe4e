import { BehaviorSubject, filter } from 'rxjs';
import type { Transport, TransportEvent } from '../machines/transport.js';

/** The transport of a room of this process: its media side is there from the start, so it connects as soon as it may. */
export function roomTransport(): Transport {
  const events$ = new BehaviorSubject<TransportEvent | undefined>(undefined);
  return {
    open: async () => ({ source: 1, sourceGroups: [] }),
    apply: async () => events$.next({ type: 'transport.connected' }),
    events$: definedOf(events$),
    close: () => events$.complete(),
  };
}

function definedOf(events$: BehaviorSubject<TransportEvent | undefined>): Transport['events$'] {
  return events$.pipe(filter((event) => event !== undefined));
}
