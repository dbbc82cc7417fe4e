import { BehaviorSubject, NEVER, filter } from 'rxjs';
import type { CallRef, Signalling } from '../machines/signalling.js';
import type { Transport, TransportEvent } from '../machines/transport.js';

/** The signalling of a room of this process: it is always there and lets everybody in. */
export function roomSignalling(): Signalling {
  return {
    resolve: async (address): Promise<CallRef> => ({ address, id: address }),
    join: async () => ({ answer: { kind: 'local' } }),
    leave: async () => {},
    edit: async () => {},
    updates: () => NEVER,
  };
}

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
