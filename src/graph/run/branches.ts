import { Observable, Subscriber } from 'rxjs';
import type { Domain } from './domain.js';
import { Inlet } from './inlet.js';
import type { Outlet } from './outlet.js';
import type { Branch } from '../ports.js';

/** An output port of arity `many`: branches that join and leave, each an {@link Outlet} of its own. */
export class BranchOutlet<T> {
  /** True once no branch can join any more. */
  ended = false;
  readonly #branches = new Map<string, Outlet<T>>();
  #consumers: readonly ManyInlet<T>[] = [];

  /** A branch has joined. One whose id is present already replaces it. */
  join(id: string, outlet: Outlet<T>): void {
    this.leave(id);
    this.#branches.set(id, outlet);
    for (const consumer of this.#consumers) consumer.join(id, outlet);
  }

  /** A branch has left. */
  leave(id: string): void {
    const outlet = this.#branches.get(id);
    this.#branches.delete(id);
    outlet?.complete();
  }

  /** Nothing joins any more; present branches go on. */
  close(): void {
    if (this.ended) return;
    this.ended = true;
    for (const consumer of this.#consumers) consumer.closeOne();
  }

  /** Ends every branch and the port. */
  complete(): void {
    for (const id of [...this.#branches.keys()]) this.leave(id);
    this.close();
  }

  /** Adds a consumer, which hears of the present branches at once. */
  connect(consumer: ManyInlet<T>): () => void {
    this.#consumers = [...this.#consumers, consumer];
    for (const [id, outlet] of this.#branches) consumer.join(id, outlet);
    if (this.ended) consumer.closeOne();
    return () => {
      this.#consumers = this.#consumers.filter((c) => c !== consumer);
    };
  }

  /** Values that left on all present branches. */
  get passed(): number {
    let sum = 0;
    for (const outlet of this.#branches.values()) sum += outlet.passed;
    return sum;
  }
}

/** An input port of arity `many`, seen by the node as an Observable of its present and coming branches. */
export class ManyInlet<T> extends Observable<Branch<T>> {
  readonly #present = new Map<string, { inlet: Inlet<T>; disconnect: () => void }>();
  #subscribers: readonly Subscriber<Branch<T>>[] = [];
  #open: number;

  /**
   * @param domain gives the present tick.
   * @param onThrow told what a plain observer of a branch threw.
   * @param sources how many wires can still bring branches; the port completes when all are closed.
   */
  constructor(
    private readonly domain: Domain,
    private readonly onThrow: (error: unknown) => void,
    sources: number,
  ) {
    super((subscriber) => this.#add(subscriber));
    this.#open = sources;
  }

  /** A branch joins. */
  join(id: string, outlet: Outlet<T>): void {
    const inlet = new Inlet<T>(this.domain, this.onThrow);
    const entry = { inlet, disconnect: () => {} };
    this.#present.set(id, entry);
    const leave = () => {
      inlet.complete();
      if (this.#present.get(id) === entry) this.#present.delete(id);
    };
    entry.disconnect = outlet.connect({ next: (value) => inlet.next(value), complete: leave });
    if (inlet.ended) return;
    const branch: Branch<T> = { id, stream$: inlet };
    for (const subscriber of this.#subscribers) subscriber.next(branch);
  }

  /** One of its wires can bring no further branch. */
  closeOne(): void {
    if (--this.#open > 0) return;
    for (const subscriber of this.#subscribers) subscriber.complete();
    this.#subscribers = [];
  }

  /** Cuts every subscription without completing it. */
  reset(): void {
    const subscribers = this.#subscribers;
    this.#subscribers = [];
    for (const subscriber of subscribers) subscriber.unsubscribe();
    for (const { inlet } of this.#present.values()) inlet.reset();
  }

  /** Leaves all branches for good. */
  disconnect(): void {
    for (const { disconnect } of this.#present.values()) disconnect();
    this.#present.clear();
  }

  #add(subscriber: Subscriber<Branch<T>>): void {
    for (const [id, { inlet }] of this.#present) subscriber.next({ id, stream$: inlet });
    if (this.#open <= 0) {
      subscriber.complete();
      return;
    }
    this.#subscribers = [...this.#subscribers, subscriber];
    subscriber.add(() => {
      this.#subscribers = this.#subscribers.filter((s) => s !== subscriber);
    });
  }
}
