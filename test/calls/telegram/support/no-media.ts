import { BehaviorSubject, filter, NEVER, Subject } from 'rxjs';
import type { CallEvent } from '../../../../src/calls/call-media.js';
import type { TelegramMediaSide } from '../../../../src/engine/telegram-service.js';
import type { TransportEvent } from '../../../../src/machines/transport.js';

/** A media side where no media flow, for tests of everything else: it connects as soon as it has an answer. */
export class NoMedia implements TelegramMediaSide {
  /** Sources, of which each attempt takes the next. */
  source = 1000;
  /** The transports that were made. */
  readonly transports: BehaviorSubject<TransportEvent | undefined>[] = [];

  readonly backend: TelegramMediaSide['backend'] = async () => ({
    gateway: { participants$: NEVER, personalMixes$: new BehaviorSubject<ReadonlySet<string>>(new Set()), sendAudio: () => {} },
    events$: new Subject<CallEvent>(),
    request: async () => null,
    stats: () => ({}),
    close: async () => {},
  });

  readonly link: TelegramMediaSide['link'] = (signalling) => ({
    signalling,
    createTransport: () => {
      const events$ = new BehaviorSubject<TransportEvent | undefined>(undefined);
      this.transports.push(events$);
      return {
        open: async () => ({
          source: ++this.source,
          sourceGroups: [],
          ice: {
            ufrag: 'vox1',
            pwd: 'voxvoxvoxvoxvoxvoxvoxvox',
            fingerprints: [{ hash: 'sha-256', setup: 'passive', fingerprint: Array.from({ length: 32 }, () => 'AA').join(':') }],
          },
        }),
        apply: async () => events$.next({ type: 'transport.connected' }),
        events$: events$.pipe(filter((event) => event !== undefined)),
        close: () => events$.complete(),
      };
    },
    close: () => {},
  });
}
