import { merge, Subject, type Observable, type Subscription } from 'rxjs';
import { CallError } from '../../machines/failure.js';
import type { Joined } from '../../machines/signalling.js';
import type { Transport, TransportAnswer, TransportEvent } from '../../machines/transport.js';
import type { FetchedPart } from './broadcast.js';
import { telegramFailure } from './failures.js';

/** What is needed to listen to a broadcast. */
export interface BroadcastWays {
  /** Fetches the parts. */
  readonly parts: (rtmp: boolean) => Observable<FetchedPart>;
  /** Gives one to the media side. */
  readonly take: (part: FetchedPart) => void;
  /** Tells when the server may let us in for real. */
  readonly mayJoin$: Observable<void>;
  /** Joins once more, with what was offered before. */
  readonly rejoin: (signal: AbortSignal) => Promise<Joined>;
}

/**
 * A transport that, where the server answers a join with a broadcast, fetches that; and joins again, with the same offer, as soon as we may
 * speak. The broadcast is heard until that connection is made: it has the same source, so for the call's machine nothing has changed.
 */
export function listenInstead(transport: Transport, { parts, take, mayJoin$, rejoin }: BroadcastWays): Transport {
  const ending = new AbortController();
  const failures$ = new Subject<TransportEvent>();
  let listening: Subscription | undefined;
  let joining = false;
  let entered = false;
  const stop = (): void => {
    listening?.unsubscribe();
    listening = undefined;
  };
  const failed = (error: unknown): void => {
    const failure = error instanceof CallError ? error.failure : telegramFailure(error);
    failures$.next({ type: 'transport.failed', failure });
  };
  const enter = async (): Promise<void> => {
    if (joining || entered || !listening) return;
    joining = true;
    try {
      const { answer } = await rejoin(ending.signal);
      if (!listening || answer.kind !== 'webrtc') return;
      entered = true;
      await transport.apply(answer);
    } catch {
      entered = false;
      // It may be full, or a pause be asked for: we listen on, and are told when to try again.
    } finally {
      joining = false;
    }
  };
  const apply = async (answer: TransportAnswer): Promise<void> => {
    await transport.apply(answer);
    if (answer.kind !== 'broadcast' || ending.signal.aborted) return;
    listening = parts(answer.rtmp).subscribe({ next: take, error: failed });
    listening.add(mayJoin$.subscribe(() => void enter()));
    // What is connected once it was joined again is the call itself: parts are not needed any more.
    listening.add(
      transport.events$.subscribe(({ type }) => {
        if (type === 'transport.connected' && entered) stop();
      }),
    );
  };
  return {
    open: () => transport.open(),
    apply,
    events$: merge(transport.events$, failures$),
    close: () => {
      ending.abort();
      stop();
      transport.close();
    },
  };
}
