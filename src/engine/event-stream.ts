import { BehaviorSubject, Subject } from 'rxjs';
import type { EngineEvent, StampedEvent } from '../events/event.js';
import { deepFreeze } from '../events/json.js';
import { EMPTY_STATE, type EngineState } from '../events/state.js';

interface Waiting {
  readonly event: StampedEvent;
  readonly heard: (() => void) | undefined;
}

/**
 * The events of an engine, in one order for everybody: what is told while an event is being heard comes after it. The state changes by
 * them alone.
 */
export class EventStream {
  /** As they happened. */
  readonly events$: Subject<StampedEvent> = new Subject();
  /** The state: the present one on subscribing, then each change. */
  readonly state$: BehaviorSubject<EngineState> = new BehaviorSubject(EMPTY_STATE);
  readonly #reduce: (state: EngineState, event: StampedEvent) => EngineState;
  readonly #nowMs: () => number;
  readonly #waiting: Waiting[] = [];
  #busy = false;
  #heard = 0;
  #seq = 0;

  /** @param nowMs milliseconds since 1970. */
  constructor(reduce: (state: EngineState, event: StampedEvent) => EngineState, nowMs: () => number) {
    this.#reduce = reduce;
    this.#nowMs = nowMs;
  }

  /** The number of the last event that is in the state. */
  get seq(): number {
    return this.#heard;
  }

  /** Tells a fact; resolves when it is in the state and everybody has heard it. */
  told(event: EngineEvent): Promise<void> {
    return new Promise((heard) => this.tell(event, heard));
  }

  /** As {@link told}, for those who do not wait. */
  tell(event: EngineEvent, heard?: () => void): void {
    // Frozen: everybody hears the same object.
    const stamped = deepFreeze({ ...event, seq: ++this.#seq, atMs: this.#nowMs() });
    this.#waiting.push({ event: stamped, heard });
    if (!this.#busy) this.#drain();
  }

  /** Ends it. */
  close(): void {
    this.events$.complete();
    this.state$.complete();
  }

  #drain(): void {
    this.#busy = true;
    try {
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
        const state = this.#reduce(this.state$.value, next.event);
        this.#heard = next.event.seq;
        if (state !== this.state$.value) this.state$.next(state);
        this.events$.next(next.event);
        next.heard?.();
      }
    } finally {
      this.#busy = false;
    }
  }
}
