import type { Subscriber } from 'rxjs';
import type { Branch } from '../ports.js';
import { HotSource } from './hot-source.js';
import { Inlet } from './inlet.js';
import type { Consumer, Outlet } from './outlet.js';

interface BranchConsumer<T> {
  readonly inlet: ManyInlet<T>;
  /** A branch it does not get. */
  readonly without: string | undefined;
}

/** An output port of arity `many`: branches that join and leave, each an {@link Outlet} of its own. */
export class BranchOutlet<T> {
  /** True once no branch can join any more. */
  ended = false;
  readonly #branches = new Map<string, Outlet<T>>();
  #consumers: readonly BranchConsumer<T>[] = [];
  #passedBefore = 0;

  /** A branch has joined. One whose id is present already is replaced. */
  join(id: string, outlet: Outlet<T>): void {
    this.leave(id);
    this.#branches.set(id, outlet);
    for (const { inlet, without } of this.#consumers) if (id !== without) inlet.join(id, outlet);
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
    for (const { inlet } of this.#consumers) inlet.closeOne();
  }

  /** Ends every branch and the port. */
  complete(): void {
    this.clear();
    this.close();
  }

  /**
   * Adds a consumer, which hears of the present branches at once. Returns its removal.
   *
   * @param without the id of a branch that it shall not have.
   */
  connect(inlet: ManyInlet<T>, without?: string): () => void {
    const consumer = { inlet, without };
    this.#consumers = [...this.#consumers, consumer];
    for (const [id, outlet] of this.#branches) if (id !== without) inlet.join(id, outlet);
    if (this.ended) inlet.closeOne();
    return () => {
      this.#consumers = this.#consumers.filter((c) => c !== consumer);
    };
  }

  /** Takes a consumer off for good, and its branches from it. */
  part(consumer: ManyInlet<T>): void {
    this.#consumers = this.#consumers.filter(({ inlet }) => inlet !== consumer);
    for (const outlet of this.#branches.values()) consumer.leave(outlet);
    if (!this.ended) consumer.closeOne();
  }

  /** The branch that is here longest. */
  get first(): Outlet<T> | undefined {
    return this.#branches.values().next().value;
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

/** One present branch of a {@link ManyInlet}: what feeds it writes here, and its end is the branch's. */
export interface OpenBranch<T> extends Consumer<T> {
  /** What the node listens to. */
  readonly inlet: Inlet<T>;
}

interface Present<T> extends OpenBranch<T> {
  readonly from: Outlet<T> | undefined;
  disconnect: () => void;
}

/** An input port of arity `many`, seen by the node as an Observable of its present and coming branches. */
export class ManyInlet<T> extends HotSource<Branch<T>> {
  readonly #present = new Map<string, Present<T>>();
  #open: number;

  /**
   * @param inlet makes the inlet of a branch.
   * @param onThrow told what a listener of the port or of a branch threw.
   * @param sources how many wires can still bring branches; the port completes when all are closed and no branch is present: until
   * then a change of the graph may bring another.
   */
  constructor(
    private readonly inlet: () => Inlet<T>,
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
    const entry = this.#enter(wanted, outlet);
    entry.disconnect = outlet.connect(entry);
    this.#announce(entry.id, entry);
  }

  /** As {@link join}, for a branch that whoever calls feeds and completes. */
  open(wanted: string): OpenBranch<T> {
    const entry = this.#enter(wanted, undefined);
    this.#announce(entry.id, entry);
    return entry;
  }

  /** The branch that came with this outlet leaves, if it is present. */
  leave(outlet: Outlet<T>): void {
    for (const entry of this.#present.values()) {
      if (entry.from !== outlet) continue;
      entry.disconnect();
      entry.complete();
    }
  }

  /** A wire more may bring branches. */
  openOne(): void {
    this.#open++;
  }

  /** One of its wires can bring no further branch. */
  closeOne(): void {
    this.#open--;
    this.#endIfDone();
  }

  /** True when nothing can come any more, on no branch. */
  get drained(): boolean {
    return this.ended && this.#present.size === 0;
  }

  /** The time of the last tick in which something arrived on a present branch, in microseconds; −1 if nothing did. */
  get stampUs(): number {
    let last = -1;
    for (const { inlet } of this.#present.values()) last = Math.max(last, inlet.stampUs);
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

  #enter(wanted: string, from: Outlet<T> | undefined): Present<T> & { readonly id: string } {
    const id = this.#free(wanted);
    const inlet = this.inlet();
    const entry = {
      id,
      inlet,
      from,
      disconnect: () => {},
      next: (value: T) => inlet.next(value),
      complete: () => {
        if (this.#present.get(id) !== entry) return;
        this.#present.delete(id);
        inlet.complete();
        this.#endIfDone();
      },
      misused: (reason: string) => inlet.misused(reason),
    };
    this.#present.set(id, entry);
    return entry;
  }

  #announce(id: string, { inlet }: Present<T>): void {
    this.next({ id, stream$: inlet });
  }

  #endIfDone(): void {
    if (this.#open <= 0 && this.#present.size === 0) this.complete();
  }

  #free(wanted: string): string {
    let id = wanted;
    for (let i = 2; this.#present.has(id); i++) id = `${wanted}#${i}`;
    return id;
  }
}
