import type { Subscriber } from 'rxjs';
import type { Branch } from '../ports.js';
import type { Domain } from './domain.js';
import { HotSource } from './hot-source.js';
import { Inlet } from './inlet.js';
import type { Outlet } from './outlet.js';

/** An output port of arity `many`: branches that join and leave, each an {@link Outlet} of its own. */
export class BranchOutlet<T> {
  /** True once no branch can join any more. */
  ended = false;
  readonly #branches = new Map<string, Outlet<T>>();
  #consumers: readonly ManyInlet<T>[] = [];
  #passedBefore = 0;

  /** A branch has joined. One whose id is present already is replaced. */
  join(id: string, outlet: Outlet<T>): void {
    this.leave(id);
    this.#branches.set(id, outlet);
    for (const consumer of this.#consumers) consumer.join(id, outlet);
  }

  /** A branch has left. */
  leave(id: string): void {
    const outlet = this.#branches.get(id);
    if (!outlet) return;
    this.#branches.delete(id);
    this.#passedBefore += outlet.passed;
    outlet.complete();
  }

  /** The branch of that outlet has left, if it is still the one of that id. */
  leaveOf(id: string, outlet: Outlet<T>): void {
    if (this.#branches.get(id) === outlet) this.leave(id);
  }

  /** Every present branch leaves; others may join. */
  clear(): void {
    for (const id of [...this.#branches.keys()]) this.leave(id);
  }

  /** Nothing joins any more; present branches go on. */
  close(): void {
    if (this.ended) return;
    this.ended = true;
    for (const consumer of this.#consumers) consumer.closeOne();
  }

  /** Ends every branch and the port. */
  complete(): void {
    this.clear();
    this.close();
  }

  /** Adds a consumer, which hears of the present branches at once. Returns its removal. */
  connect(consumer: ManyInlet<T>): () => void {
    this.#consumers = [...this.#consumers, consumer];
    for (const [id, outlet] of this.#branches) consumer.join(id, outlet);
    if (this.ended) consumer.closeOne();
    return () => {
      this.#consumers = this.#consumers.filter((c) => c !== consumer);
    };
  }

  /** Values that left so far, on all branches. */
  get passed(): number {
    let sum = this.#passedBefore;
    for (const outlet of this.#branches.values()) sum += outlet.passed;
    return sum;
  }

  /** How many consumers it has. */
  get consumers(): number {
    return this.#consumers.length;
  }
}

interface Present<T> {
  readonly inlet: Inlet<T>;
  disconnect: () => void;
}

/** An input port of arity `many`, seen by the node as an Observable of its present and coming branches. */
export class ManyInlet<T> extends HotSource<Branch<T>> {
  readonly #present = new Map<string, Present<T>>();
  #open: number;

  /**
   * @param domain gives the present tick.
   * @param onThrow told what a listener of the port or of a branch threw.
   * @param sources how many wires can still bring branches; the port completes when all are closed.
   */
  constructor(
    private readonly domain: Domain,
    onThrow: (error: unknown) => void,
    sources: number,
  ) {
    super(onThrow);
    this.#open = sources;
    this.ended = sources <= 0;
  }

  /** A branch joins. If another wire has one of that id, the id gets a number behind it. */
  join(wanted: string, outlet: Outlet<T>): void {
    if (outlet.ended) return;
    const id = this.#free(wanted);
    const inlet = new Inlet<T>(this.domain, this.onThrow);
    const entry: Present<T> = { inlet, disconnect: () => {} };
    this.#present.set(id, entry);
    const complete = () => {
      this.#present.delete(id);
      inlet.complete();
    };
    entry.disconnect = outlet.connect({
      next: (value) => inlet.next(value),
      complete,
      misused: (reason) => inlet.misused(reason),
    });
    this.next({ id, stream$: inlet });
  }

  /** One of its wires can bring no further branch. */
  closeOne(): void {
    if (--this.#open <= 0) this.complete();
  }

  /** True when nothing can come any more, on no branch. */
  get drained(): boolean {
    return this.ended && this.#present.size === 0;
  }

  /** The last tick in which something arrived on a present branch; −1 if none did. */
  get stamp(): number {
    let last = -1;
    for (const { inlet } of this.#present.values()) last = Math.max(last, inlet.stamp);
    return last;
  }

  override reset(): void {
    super.reset();
    for (const { inlet } of this.#present.values()) inlet.reset();
  }

  /** Leaves all branches for good. */
  disconnect(): void {
    for (const { disconnect } of this.#present.values()) disconnect();
    this.#present.clear();
  }

  protected override greet(subscriber: Subscriber<Branch<T>>): void {
    for (const [id, { inlet }] of this.#present) subscriber.next({ id, stream$: inlet });
  }

  #free(wanted: string): string {
    let id = wanted;
    for (let i = 2; this.#present.has(id); i++) id = `${wanted}#${i}`;
    return id;
  }
}
