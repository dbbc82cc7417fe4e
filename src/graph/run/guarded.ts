import { Observable, Subscriber, type Observer, type Operator, type Subscription, type TeardownLogic } from 'rxjs';

/**
 * An Observable that knows to whom faults belong. What a plain observer of it throws, or an error that no observer takes, goes to
 * `onThrow` at once, also behind any chain of `pipe`; RxJS alone would throw it later, where only the process could catch it.
 */
export class GuardedObservable<T> extends Observable<T> {
  /**
   * @param onThrow told what observers throw and what errors nobody takes. Must not throw.
   * @param subscribe as in `new Observable(subscribe)`.
   */
  constructor(
    protected readonly onThrow: (error: unknown) => void,
    subscribe?: (subscriber: Subscriber<T>) => TeardownLogic,
  ) {
    super(subscribe);
  }

  /** What `pipe` builds on: the result of an operator is guarded as its source is. */
  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new GuardedObservable<R>(this.onThrow);
    lifted.source = this;
    lifted.operator = operator;
    return lifted;
  }

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
    return super.subscribe(new PlainSubscriber(plain, this.onThrow));
  }
}

/** A plain observer as a Subscriber; in the place of RxJS's SafeSubscriber, whose faults belong to nobody. */
class PlainSubscriber<T> extends Subscriber<T> {
  constructor(
    private readonly plain: Partial<Observer<T>>,
    private readonly onThrow: (error: unknown) => void,
  ) {
    super();
  }

  override next(value: T): void {
    if (this.isStopped) return;
    try {
      this.plain.next?.(value);
    } catch (thrown) {
      this.onThrow(thrown);
    }
  }

  override error(reason?: unknown): void {
    this.#last(() => (this.plain.error ? this.plain.error(reason) : this.onThrow(reason)));
  }

  override complete(): void {
    this.#last(() => this.plain.complete?.());
  }

  #last(run: () => void): void {
    if (this.isStopped) return;
    this.isStopped = true;
    try {
      run();
    } catch (thrown) {
      this.onThrow(thrown);
    }
    unsubscribeSafely(this, this.onThrow);
  }
}

/** Ends a subscription whose clean-up may throw; what it throws goes to `onThrow`. */
export function unsubscribeSafely(subscription: { unsubscribe(): void }, onThrow: (error: unknown) => void): void {
  try {
    subscription.unsubscribe();
  } catch (thrown) {
    onThrow(thrown);
  }
}
