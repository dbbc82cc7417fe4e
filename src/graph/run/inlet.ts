import { Observable, Subscriber, type Observer, type Subscription } from 'rxjs';
import type { Domain } from './domain.js';
import type { Consumer } from './outlet.js';

/**
 * An input port of a running node, seen by the node as an ordinary hot Observable. It remembers the last value, so that the guard can let
 * it pass when the node faults, and it can drop every subscription of a node instance that is thrown away.
 */
export class Inlet<T> extends Observable<T> implements Consumer<T> {
  /** Values that arrived so far. */
  passed = 0;
  /** The last value; borrowed, so of use only in the tick of {@link stamp}. */
  current: T | undefined;
  /** The index of the tick in which it arrived. */
  stamp = -1;
  /** True once the producer completed. */
  ended = false;
  #subscribers: readonly Subscriber<T>[] = [];

  /**
   * @param domain gives the present tick.
   * @param onThrow told what a plain observer of this port threw; operators report errors downstream by themselves.
   */
  constructor(
    private readonly domain: Domain,
    private readonly onThrow: (error: unknown) => void,
  ) {
    super((subscriber) => this.#add(subscriber));
  }

  /** One value from the producer. */
  next(value: T): void {
    this.passed++;
    this.current = value;
    this.stamp = this.domain.tick.index;
    const subscribers = this.#subscribers;
    for (let i = 0; i < subscribers.length; i++) subscribers[i]!.next(value);
  }

  /** The producer has no more. */
  complete(): void {
    if (this.ended) return;
    this.ended = true;
    const subscribers = this.#subscribers;
    this.#subscribers = [];
    for (const subscriber of subscribers) subscriber.complete();
  }

  /** Cuts every subscription without completing it: the node instance behind them is gone. */
  reset(): void {
    const subscribers = this.#subscribers;
    this.#subscribers = [];
    for (const subscriber of subscribers) subscriber.unsubscribe();
  }

  /**
   * As `Observable.subscribe`. What a plain observer throws reaches the node's guard at once; RxJS alone would report it later, to
   * nobody in particular.
   */
  override subscribe(
    observer?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    if (observer instanceof Subscriber) return super.subscribe(observer);
    const plain: Partial<Observer<T>> =
      typeof observer === 'function' || observer == null
        ? { next: observer ?? undefined, error: error ?? undefined, complete: complete ?? undefined }
        : observer;
    const safely = (run: () => void) => {
      try {
        run();
      } catch (thrown) {
        this.onThrow(thrown);
      }
    };
    return super.subscribe({
      next: (value) => {
        try {
          plain.next?.(value);
        } catch (thrown) {
          this.onThrow(thrown);
        }
      },
      error: (reason: unknown) => safely(() => plain.error?.(reason)),
      complete: () => safely(() => plain.complete?.()),
    });
  }

  #add(subscriber: Subscriber<T>): void {
    if (this.ended) {
      subscriber.complete();
      return;
    }
    this.#subscribers = [...this.#subscribers, subscriber];
    subscriber.add(() => {
      this.#subscribers = this.#subscribers.filter((s) => s !== subscriber);
    });
  }
}
