import { Subscriber, Subscription, isObservable, type Observable } from 'rxjs';
import type { CounterName, NodeEvent } from '../context.js';
import type { NodeDefinition } from '../define-node.js';
import type { PlanNode } from '../plan-types.js';
import type { Branch } from '../ports.js';
import { inNameOf, type FaultOwner } from './attribution.js';
import type { BranchOutlet } from './branches.js';
import { Disposers, type Dispose } from './disposers.js';
import type { Place } from './place.js';
import type { GraphStats } from './graph-events.js';
import { unsubscribeSafely } from './guarded.js';
import type { LeftOutInside } from './left-out-inside.js';
import { createNodeContext } from './node-context.js';
import type { NodeHost } from './node-host.js';
import { createOutlet, inputStreams, resetInputs, type NodePorts } from './node-ports.js';
import type { NodeSignals } from './node-signals.js';
import type { Outlet } from './outlet.js';

/** What an instance needs of the node it is one of. */
export interface InstanceOwner extends FaultOwner {
  readonly node: PlanNode;
  readonly definition: NodeDefinition;
  readonly domain: Place;
  readonly host: NodeHost;
  readonly ports: NodePorts;
  readonly signals: NodeSignals;
  readonly counters: Partial<Record<CounterName, number>>;
  /** What of its graph inside somebody wants left out. */
  readonly leftOutInside: LeftOutInside;
  /** Tells the control plane a fact. */
  tell(event: NodeEvent): void;
  /** A sink has all it will get. */
  finished(): void;
  /** Reads the figures of the copies of its sub-graph. */
  figuresInside: (() => Pick<GraphStats, 'nodes' | 'queues'>) | undefined;
  /** The present instance threw; it has to be ended. */
  fault(error: unknown): void;
  /** One of its branches failed, and left. */
  branchFailed(error: unknown): void;
  /** Its clean-up threw. */
  cleanupFailed(error: unknown): void;
}

/** One life of a node, from `create` to the last disposer. */
export class NodeInstance {
  /** True once it is taken down: nothing of it counts any more. */
  ended = false;
  /** When it was made, on the graph's clock. */
  readonly madeAtUs: number;
  readonly #streams = new Subscription();
  readonly #disposers: Disposers;
  #ending: Promise<void> | undefined;
  #cleanedUp = false;
  #making = true;
  #failedMeanwhile: { readonly error: unknown } | undefined;

  /** @param owner the node. */
  constructor(readonly owner: InstanceOwner) {
    this.madeAtUs = owner.host.scheduler.nowUs();
    this.#disposers = new Disposers((error) => owner.cleanupFailed(error));
  }

  /** Calls `create` and wires up what it gives. Faults go to the owner, once this is over. */
  start(): void {
    const { owner } = this;
    try {
      this.#make();
    } catch (error) {
      this.fault(error);
    }
    this.#making = false;
    if (this.#failedMeanwhile) owner.fault(this.#failedMeanwhile.error);
    else if (this.ended) this.#cut();
  }

  /** Its facts are told until its clean-up is over. */
  get mayTell(): boolean {
    return !this.#cleanedUp;
  }

  /** Registers clean-up. */
  defer(dispose: Dispose): void {
    this.#disposers.add(dispose);
  }

  /**
   * It did throw, or one of its outputs failed. While `create` runs the owner hears of it only afterwards: what `create` still
   * subscribes to would outlive the instance.
   */
  fault(error: unknown): void {
    if (this.ended) return;
    if (this.#making) this.#failedMeanwhile ??= { error };
    else this.owner.fault(error);
  }

  /** Subscribes to a branch it gave. */
  join(port: string, branches: BranchOutlet<unknown>, branch: Branch<unknown>): void {
    const { owner } = this;
    const { kind } = owner.definition.outputs[port]!;
    const outlet = createOutlet(kind, owner.domain, owner.host.debug, (error) => this.fault(error), owner.ports.frames);
    branches.join(branch.id, outlet);
    const feeder = new BranchStreamFeeder(this, branch.id, branches, outlet);
    this.#streams.add(feeder);
    branch.stream$.subscribe(feeder);
  }

  /** Takes it down. What it still holds is freed; resolves when that is done. Idempotent. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  #make(): void {
    const { owner } = this;
    const outputs = inNameOf(owner, () =>
      owner.definition.create({
        inputs: inputStreams(owner.ports),
        options$: owner.signals.options,
        options: owner.signals.options.value,
        ctx: createNodeContext(this),
      }),
    );
    for (const [name, outlet] of owner.ports.outlets) {
      if (this.ended || this.#failedMeanwhile) return;
      this.#add(outputs[name], name, new OutletFeeder(this, outlet));
    }
    for (const [name, outlet] of owner.ports.branchOutlets) {
      if (this.ended || this.#failedMeanwhile) return;
      this.#add(outputs[name], name, new BranchFeeder(this, name, outlet));
    }
  }

  async #end(): Promise<void> {
    const { owner } = this;
    this.ended = true;
    unsubscribeSafely(this.#streams, (error) => owner.cleanupFailed(error));
    this.#cut();
    await inNameOf(owner, () => this.#disposers.run());
    this.#cleanedUp = true;
  }

  /** Cuts what it listens to. */
  #cut(): void {
    resetInputs(this.owner.ports);
    this.owner.signals.reset();
  }

  #add(stream$: unknown, name: string, feeder: Subscriber<never>): void {
    if (!isObservable(stream$)) throw new TypeError(`create() gave no Observable for output "${name}"`);
    this.#streams.add(feeder);
    inNameOf(this.owner, () => (stream$ as Observable<never>).subscribe(feeder));
  }
}

/** Hands an output stream to its port. A Subscriber of its own: the general one costs as much as a node. */
class OutletFeeder extends Subscriber<unknown> {
  constructor(
    protected readonly instance: NodeInstance,
    protected readonly outlet: Outlet<unknown>,
  ) {
    super();
  }

  override next(value: unknown): void {
    if (!this.isStopped) this.outlet.next(value);
  }

  override error(reason?: unknown): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.failed(reason);
    this.unsubscribe();
  }

  override complete(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    if (!this.instance.ended) this.completed();
    this.unsubscribe();
  }

  protected failed(reason: unknown): void {
    this.instance.fault(reason);
  }

  protected completed(): void {
    this.outlet.complete();
  }
}

/** Hands a branch's stream to its outlet. One that fails leaves, and takes no other with it. */
class BranchStreamFeeder extends OutletFeeder {
  constructor(
    instance: NodeInstance,
    private readonly id: string,
    private readonly branches: BranchOutlet<unknown>,
    outlet: Outlet<unknown>,
  ) {
    super(instance, outlet);
  }

  protected override failed(reason: unknown): void {
    if (this.instance.ended) return;
    this.instance.owner.branchFailed(reason);
    this.completed();
  }

  protected override completed(): void {
    this.branches.leaveOf(this.id, this.outlet);
  }
}

/** Hands the branches that join to their port. */
class BranchFeeder extends Subscriber<Branch<unknown>> {
  constructor(
    private readonly instance: NodeInstance,
    private readonly port: string,
    private readonly branches: BranchOutlet<unknown>,
  ) {
    super();
  }

  override next(branch: Branch<unknown>): void {
    if (!this.isStopped && !this.instance.ended) this.instance.join(this.port, this.branches, branch);
  }

  override error(reason?: unknown): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.instance.fault(reason);
  }

  override complete(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    if (!this.instance.ended) this.branches.close();
    this.unsubscribe();
  }
}
