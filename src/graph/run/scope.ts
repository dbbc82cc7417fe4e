import { voxError } from '../../errors.js';
import type { Plan, PlanNode, PlanWire } from '../plan-types.js';
import type { Registry } from '../registry.js';
import type { Domain } from './domain.js';
import type { NodeHost } from './node-host.js';
import { NodeRun } from './node-run.js';
import { Outlet } from './outlet.js';
import { queueWire, type WireQueue } from './wire-queue.js';

/** A wire with a queue, for the statistics. */
export interface QueuedWire {
  /** `node.port` it comes from. */
  readonly from: string;
  /** `node.port` it goes to. */
  readonly to: string;
  readonly queue: WireQueue;
}

/** What a scope is made of. */
export interface ScopeOptions {
  readonly plan: Plan;
  readonly registry: Registry;
  /** In the plan's order. */
  readonly domains: readonly Domain[];
  readonly host: NodeHost;
  /** The nodes of the plan it holds; absent: all. */
  readonly only?: ReadonlySet<string>;
  /** Where producers outside it are found, and the present options of its nodes. */
  readonly outer?: Scope;
}

/**
 * A set of running nodes and the wires into them. The main scope holds the whole graph; a personal scope holds a second instance of the
 * nodes between the participants and the call, fed by the main scope's nodes from outside that path.
 */
export class Scope {
  readonly nodes = new Map<string, NodeRun>();
  readonly queues: QueuedWire[] = [];
  readonly #disconnects: (() => void)[] = [];
  readonly #outer: Scope | undefined;
  #closing: Promise<void> | undefined;

  /** @throws VoxError when the plan names unknown types or nodes; then nothing is left behind. */
  constructor({ plan, registry, domains, host, only, outer }: ScopeOptions) {
    this.#outer = outer;
    try {
      for (const node of plan.nodes) {
        if (only && !only.has(node.id)) continue;
        const definition = registry.get(node.type);
        if (!definition) throw voxError('UNKNOWN_TYPE', { type: node.type }, { node: node.id });
        const present = outer?.nodes.get(node.id)?.options;
        const planned: PlanNode = present ? { ...node, options: present } : node;
        this.nodes.set(node.id, new NodeRun(planned, definition, domains[node.domain]!, host));
      }
      for (const run of this.nodes.values()) {
        for (const [port, wires] of Object.entries(run.node.inputs))
          for (const wire of wires) this.#connect(wire, run, port, wires.length > 1);
      }
    } catch (error) {
      void this.close();
      throw error;
    }
  }

  /** Makes every node's instance, producers first: the order in which they hear the beat and settle. */
  start(): void {
    for (const run of this.nodes.values()) run.start();
  }

  /** Ends its sources, so that what is downstream completes in turn. */
  endSources(): void {
    for (const run of this.nodes.values()) if (run.isSource) run.endOutput();
  }

  /** Ends every node, consumers last, and waits for their clean-up. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const { queue } of this.queues) queue.disconnect();
    for (const disconnect of this.#disconnects) disconnect();
    await Promise.all([...this.nodes.values()].reverse().map((run) => run.close()));
  }

  #connect(wire: PlanWire, run: NodeRun, port: string, several: boolean): void {
    const producer = this.nodes.get(wire.node) ?? this.#outer?.nodes.get(wire.node);
    if (!producer) throw voxError('UNKNOWN_NODE', { name: wire.node }, { node: run.node.id });
    const many = run.ports.manyInlets.get(port);
    if (wire.branches) {
      if (many) this.#disconnects.push(producer.ports.branchOutlets.get(wire.port)!.connect(many));
      return;
    }
    let outlet = producer.ports.outlets.get(wire.port)!;
    if (wire.queue) {
      const behind = new Outlet<unknown>(run.domain);
      const queue = queueWire(producer.definition.outputs[wire.port]!.kind, wire.queue, outlet, behind, run.domain);
      this.queues.push({ from: `${wire.node}.${wire.port}`, to: `${run.node.id}.${port}`, queue });
      outlet = behind;
    }
    if (many) {
      many.join(several ? `${wire.node}.${wire.port}` : wire.node, outlet);
      many.closeOne();
    } else this.#disconnects.push(outlet.connect(run.ports.inlets.get(port)!));
  }
}
