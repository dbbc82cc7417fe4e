import type { Domain } from './domain.js';
import { Outlet } from './outlet.js';
import { NodeRun, type NodeHost } from './node-run.js';
import type { Plan, PlanNode, PlanWire } from '../plan-types.js';
import type { Registry } from '../registry.js';
import { queueWire, type WireQueue } from './wire-queue.js';
import { voxError } from '../../errors.js';

/** A wire with a queue, for the statistics. */
export interface QueuedWire {
  /** `node.port` it comes from. */
  readonly from: string;
  /** `node.port` it goes to. */
  readonly to: string;
  readonly queue: WireQueue;
}

/**
 * A set of running nodes and the wires into them. The main scope holds the whole graph; a personal scope holds a second instance of the
 * nodes between the participants and the call, fed by the main scope's nodes from outside that path.
 */
export class Scope {
  readonly nodes = new Map<string, NodeRun>();
  readonly queues: QueuedWire[] = [];
  readonly #disconnects: (() => void)[] = [];

  /**
   * @param include which nodes of the plan it holds.
   * @param outer where producers outside it are found.
   */
  constructor(
    plan: Plan,
    registry: Registry,
    domains: readonly Domain[],
    host: NodeHost,
    include: (node: PlanNode) => boolean,
    private readonly outer?: Scope,
  ) {
    for (const node of plan.nodes) {
      if (!include(node)) continue;
      const definition = registry.get(node.type);
      if (!definition) throw voxError('UNKNOWN_TYPE', { type: node.type }, { node: node.id });
      this.nodes.set(node.id, new NodeRun(node, definition, domains[node.domain]!, host));
    }
    for (const run of this.nodes.values()) {
      for (const [port, wires] of Object.entries(run.node.inputs))
        for (const wire of wires) this.#connect(wire, run, port, wires.length > 1);
    }
  }

  /** Makes every node's instance, producers first: the order in which they hear the beat and settle. */
  start(): void {
    for (const run of this.nodes.values()) run.start();
  }

  /** Ends every node, consumers last, and waits for their clean-up; resolves with what that threw. */
  async close(): Promise<unknown[]> {
    for (const { queue } of this.queues) queue.disconnect();
    for (const disconnect of this.#disconnects) disconnect();
    const closing = [...this.nodes.values()].reverse().map((run) => run.close());
    return (await Promise.all(closing)).flat();
  }

  #connect(wire: PlanWire, run: NodeRun, port: string, several: boolean): void {
    const producer = this.nodes.get(wire.node) ?? this.outer?.nodes.get(wire.node);
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

/**
 * The nodes between the participants and the call's outgoing side: those a personal mix needs a second instance of. Empty when no participant
 * is ever heard.
 */
export function personalPath(plan: Plan, registry: Registry): Set<string> {
  const isVoices = (node: PlanNode) => {
    const definition = registry.get(node.type);
    return definition?.needsCall === true && Object.keys(definition.inputs).length === 0;
  };
  const isCallSink = (node: PlanNode) => {
    const definition = registry.get(node.type);
    return definition?.needsCall === true && Object.keys(definition.outputs).length === 0;
  };
  const producersOf = (node: PlanNode) => Object.values(node.inputs).flatMap((wires) => wires.map((wire) => wire.node));
  const downstream = new Set<string>();
  for (const node of plan.nodes) if (isVoices(node) || producersOf(node).some((p) => downstream.has(p))) downstream.add(node.id);
  const path = new Set<string>();
  for (const node of [...plan.nodes].reverse()) {
    const feedsPath = plan.nodes.some((consumer) => path.has(consumer.id) && producersOf(consumer).includes(node.id));
    if (downstream.has(node.id) && (isCallSink(node) || feedsPath)) path.add(node.id);
  }
  return path;
}
