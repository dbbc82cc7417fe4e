import { filter, map, type Observable } from 'rxjs';
import { reasonOf, VoxError } from '../../errors.js';
import { CallError, callFailure } from '../../machines/failure.js';
import type { Transport, TransportEvent } from '../../machines/transport.js';
import type { CallEvent, CallRequest } from '../call-media.js';

/** The way to the media side of a push. */
export interface RtmpLink {
  request(request: CallRequest): Promise<unknown>;
  readonly events$: Observable<CallEvent>;
}

/** Where to push, with the secret key; never part of what the machine is told, as that is shown and logged. */
export interface RtmpPlace {
  readonly url: string;
  /** Absent: it is the end of the address. */
  readonly key?: string;
}

/**
 * Makes the transport of each attempt of a push.
 *
 * @param place asked once for each attempt, after the signalling has joined.
 */
export function rtmpTransports(link: RtmpLink, place: () => RtmpPlace): () => Transport {
  let attempts = 0;
  return () => {
    const attempt = ++attempts;
    return {
      open: async () => ({ source: 1, sourceGroups: [] }),
      apply: async () => {
        try {
          await link.request({ type: 'rtmp.connect', attempt, ...place() });
        } catch (error) {
          throw typed(error);
        }
      },
      events$: link.events$.pipe(
        filter((event) => event.type === 'transport.event' && event['attempt'] === attempt),
        map((event) => event['event'] as TransportEvent),
      ),
      close: () => void link.request({ type: 'rtmp.close', attempt }).catch(() => {}),
    };
  };
}

/** An address that is wrong stays wrong; whatever else may pass. */
function typed(thrown: unknown): CallError {
  if (!(thrown instanceof VoxError))
    return new CallError(callFailure('CALL_STEP_FAILED', { step: 'push its stream', reason: reasonOf(thrown) }, 'backoff'));
  const { code, message } = thrown.problems[0]!;
  const lasting = code === 'RTMP_ADDRESS' || code === 'HOST_CLOSED';
  return new CallError({ code, message, retry: lasting ? 'never' : 'backoff' });
}
