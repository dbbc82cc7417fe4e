import { Observable, from, type Subscription } from 'rxjs';
import { problem } from '../errors.js';
import type { StampedEvent } from '../events/event.js';
import { inNameOf, type FaultOwner } from '../graph/run/attribution.js';
import { backoffMs } from '../machines/backoff.js';
import type { Cancel } from '../time/scheduler.js';
import { faultOf } from './fault-log.js';
import type { PluginServices } from './services.js';

/** What the reactions of one plugin need. */
export interface ReactionsOptions {
  /** The plugin's key. */
  readonly key: string;
  /** The engine. */
  readonly services: PluginServices;
  /** In whose name its code runs. */
  readonly owner: FaultOwner;
  /** Calls the plugin. */
  readonly make: (events$: Observable<StampedEvent>) => Observable<unknown>;
  /** Whether an event is for it. */
  readonly sees: (event: StampedEvent) => boolean;
  /** Takes what it gave, which may be anything. */
  readonly command: (given: unknown) => void;
  /** Told each error. */
  readonly fault: (error: unknown) => void;
}

/**
 * Subscribes to a plugin's reactions; after an error again, with growing pauses, and after too many in a row no more.
 *
 * @returns the end of it.
 */
export function runReactions(options: ReactionsOptions): () => void {
  const { key, services, owner, make, sees, command, fault } = options;
  const { scheduler, limits } = services;
  let errors = 0;
  let lastUs = -Infinity;
  let subscription: Subscription | undefined;
  let pause: Cancel | undefined;
  let over = false;

  const events$ = new Observable<StampedEvent>((subscriber) =>
    services.events$.subscribe({
      next: (event) => {
        if (sees(event)) inNameOf(owner, () => subscriber.next(event));
      },
      complete: () => subscriber.complete(),
    }),
  );
  const failed = (error: unknown): void => {
    if (over) return;
    fault(error);
    const nowUs = scheduler.nowUs();
    errors = nowUs - lastUs >= limits.stableMs * 1000 ? 1 : errors + 1;
    lastUs = nowUs;
    if (errors >= limits.reactionErrors) {
      const where = 'reactions';
      const { message: reason } = faultOf(key, where, error);
      const found = problem('PLUGIN_BYPASSED', { plugin: key, where, count: errors, reason });
      void services.tell({ type: 'plugin.bypassed', plugin: key, where, problem: found });
      return;
    }
    // No jitter: nothing outside is waited for, and a test can tell when.
    pause = scheduler.after(backoffMs(errors - 1, 1, limits), begin);
  };
  const begin = (): void => {
    if (over) return;
    try {
      subscription = inNameOf(owner, () => from(make(events$)).subscribe({ next: command, error: failed }));
      // One that ended within the call of subscribe.
      if (over) subscription.unsubscribe();
    } catch (error) {
      failed(error);
    }
  };
  begin();
  return () => {
    over = true;
    pause?.();
    try {
      subscription?.unsubscribe();
    } catch (error) {
      fault(error);
    }
  };
}
