import type { Subscriber } from 'rxjs';
import { GuardedObservable, unsubscribeSafely } from './guarded.js';
import type { WorkTime } from './work-time.js';

/**
 * A hot, guarded stream that the run feeds and a node listens to. It outlives the node's instances: {@link reset} drops every
 * subscription of one that is thrown away.
 */
export class HotSource<T> extends GuardedObservable<T> {
  /** True once there will be no more values. */
  ended = false;
  /** Whose work it is what its listeners do; undefined: that of whoever hands it a value. */
  time: WorkTime | undefined = undefined;
  #subscribers: readonly Subscriber<T>[] = [];
  /** Where it says whether anybody listens. */
  #heard: Uint8Array | undefined;
  #heardAt = 0;

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
    this.#listen([]);
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
    this.#listen([]);
    for (const subscriber of subscribers) unsubscribeSafely(subscriber, this.onThrow);
  }

  /** Says at a place of a list, now and whenever it changes, whether anybody listens: 1 or 0. */
  sayWhether(heard: Uint8Array, at: number): void {
    this.#heard = heard;
    this.#heardAt = at;
    this.#listen(this.#subscribers);
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
    this.#listen([...this.#subscribers, subscriber]);
    subscriber.add(() => this.#listen(this.#subscribers.filter((s) => s !== subscriber)));
  }

  #listen(subscribers: readonly Subscriber<T>[]): void {
    this.#subscribers = subscribers;
    if (this.#heard) this.#heard[this.#heardAt] = subscribers.length > 0 ? 1 : 0;
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
