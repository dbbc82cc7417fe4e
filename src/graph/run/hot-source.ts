import type { Subscriber } from 'rxjs';
import { GuardedObservable, unsubscribeSafely } from './guarded.js';

/**
 * A hot, guarded stream that the run feeds and a node listens to. It outlives the node's instances: {@link reset} drops every
 * subscription of one that is thrown away.
 */
export class HotSource<T> extends GuardedObservable<T> {
  /** True once there will be no more values. */
  ended = false;
  #subscribers: readonly Subscriber<T>[] = [];

  /** @param onThrow told what a listener threw; neither {@link next} nor its other listeners are affected. */
  constructor(onThrow: (error: unknown) => void) {
    super(onThrow, (subscriber) => this.#add(subscriber));
  }

  /** Hands one value to every listener; one that joins meanwhile gets the next. */
  next(value: T): void {
    const subscribers = this.#subscribers;
    for (let i = 0; i < subscribers.length; i++) {
      try {
        subscribers[i]!.next(value);
      } catch (thrown) {
        this.onThrow(thrown);
      }
    }
  }

  /** Ends it for good. */
  complete(): void {
    if (this.ended) return;
    this.ended = true;
    const subscribers = this.#subscribers;
    this.#subscribers = [];
    for (const subscriber of subscribers) {
      try {
        subscriber.complete();
      } catch (thrown) {
        this.onThrow(thrown);
      }
    }
  }

  /** Cuts every subscription without completing it: the node instance behind them is gone. */
  reset(): void {
    const subscribers = this.#subscribers;
    this.#subscribers = [];
    for (const subscriber of subscribers) unsubscribeSafely(subscriber, this.onThrow);
  }

  /** How many listen. */
  get listeners(): number {
    return this.#subscribers.length;
  }

  /** What one that joins gets at once; nothing, unless a subclass has something to say. */
  protected greet(_subscriber: Subscriber<T>): void {}

  #add(subscriber: Subscriber<T>): void {
    this.greet(subscriber);
    if (subscriber.closed) return;
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

/** A {@link HotSource} that has a present value: whoever joins gets it at once, then every change. */
export class CurrentSource<T> extends HotSource<T> {
  /**
   * @param value the first one.
   * @param onThrow as for {@link HotSource}.
   */
  constructor(
    public value: T,
    onThrow: (error: unknown) => void,
  ) {
    super(onThrow);
  }

  override next(value: T): void {
    this.value = value;
    super.next(value);
  }

  protected override greet(subscriber: Subscriber<T>): void {
    subscriber.next(this.value);
  }
}
