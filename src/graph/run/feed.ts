import type { PlanWire } from '../plan-types.js';
import type { OpenBranch } from './branches.js';
import type { NodeRun } from './node-run.js';
import { Outlet, type Consumer } from './outlet.js';
import { queueWire, type WireQueue } from './wire-queue.js';

/** A wire with a queue, for the statistics. */
export interface QueuedWire {
  /** `node.port` it comes from. */
  readonly from: string;
  /** `node.port` it goes to. */
  readonly to: string;
  readonly queue: WireQueue;
}

/** One wire of a running graph: from a producer, perhaps through a queue, to an input of a consumer. */
export class Feed {
  /** What of the wire's queue is shown. */
  readonly queued: QueuedWire | undefined;
  /** What the consumer's side is fed from; undefined for a wire of branches. */
  readonly outlet: Outlet<unknown> | undefined;
  #branch: OpenBranch<unknown> | undefined;
  #detach: (() => void) | undefined;

  /**
   * Makes the queue, if it has one; nothing reaches the consumer before {@link attach}.
   *
   * @param withoutBranch of a wire of branches: the id of one that the consumer shall not have.
   */
  constructor(
    readonly wire: PlanWire,
    readonly producer: NodeRun,
    readonly consumer: NodeRun,
    readonly port: string,
    private readonly withoutBranch?: string,
  ) {
    if (wire.branches) return;
    const outlet = producer.ports.outlets.get(wire.port)!;
    this.outlet = outlet;
    if (!wire.queue) return;
    const behind = new Outlet<unknown>(consumer.domain);
    const queue = queueWire(this.kind, wire.queue, outlet, behind, consumer.domain);
    this.queued = { from: `${wire.node}.${wire.port}`, to: `${consumer.node.id}.${port}`, queue };
    this.outlet = behind;
  }

  /** What flows. */
  get kind(): string {
    return this.producer.definition.outputs[this.wire.port]!.kind;
  }

  /** Whether something may be put between its outlet and its input. */
  get isStream(): boolean {
    return this.outlet !== undefined;
  }

  /**
   * Where its values go: the consumer's input, or a branch of it, which joins when this is first asked for.
   *
   * @param several whether the branch is named after node and port, not after the node alone.
   */
  target(several: boolean): Consumer<unknown> {
    const single = this.consumer.ports.inlets.get(this.port);
    if (single) return single;
    const { node, port } = this.wire;
    // One that has ended is gone: whoever takes its place is a branch of its own.
    if (this.#branch?.inlet.ended) this.#branch = undefined;
    this.#branch ??= this.consumer.ports.manyInlets.get(this.port)!.open(several ? `${node}.${port}` : node);
    return this.#branch;
  }

  /** Lets it flow straight to the consumer. */
  attach(several: boolean): void {
    const many = this.consumer.ports.manyInlets.get(this.port);
    if (!this.outlet) {
      const branches = this.producer.ports.branchOutlets.get(this.wire.port);
      if (!many || !branches) return;
      const disconnect = branches.connect(many, this.withoutBranch);
      this.#detach = disconnect;
      return;
    }
    if (many && this.outlet.ended) return this.#branch?.complete();
    this.#detach = this.outlet.connect(this.target(several));
  }

  /** Stops the flow; the consumer hears nothing of it. */
  detach(): void {
    this.#detach?.();
    this.#detach = undefined;
  }

  /** Goes on with the branch of a feed that is detached, if that has one. */
  takeOver(from: Feed): void {
    if (!from.#branch) return;
    this.#branch = from.#branch;
    from.#branch = undefined;
  }

  /** Adds a wire of branches to a consumer that is running. */
  joinBranches(): void {
    this.consumer.ports.manyInlets.get(this.port)?.openOne();
    this.attach(true);
  }

  /** Takes it off the consumer while that goes on: its branches leave. */
  part(): void {
    const many = this.consumer.ports.manyInlets.get(this.port);
    if (!this.outlet && many && this.#detach) this.producer.ports.branchOutlets.get(this.wire.port)?.part(many);
    this.detach();
    this.#branch?.complete();
    this.#branch = undefined;
  }

  /** Takes it off both sides for good. */
  dispose(): void {
    this.queued?.queue.disconnect();
    this.detach();
  }
}
