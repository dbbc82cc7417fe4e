import { filter, type OperatorFunction } from 'rxjs';
import type { EventOf, EventType, StampedEvent } from './event.js';

/** Lets events of the given types through, as those types: `events$.pipe(ofType('call.started', 'call.ended'))`. */
export function ofType<T extends EventType>(...types: readonly T[]): OperatorFunction<StampedEvent, EventOf<T>> {
  const wanted = new Set<EventType>(types);
  return filter((event): event is EventOf<T> & StampedEvent => wanted.has(event.type)) as OperatorFunction<
    StampedEvent,
    EventOf<T>
  >;
}
