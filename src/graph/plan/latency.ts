import { FRAME_US } from '../../media/format.js';
import type { Plan, PlanNode, PlanOperator, PlanWire } from '../plan-types.js';
import type { Registry } from '../registry.js';

/** The most paths that a ledger lists; a graph of many parallel parts has more than anybody reads. */
const MAX_PATHS = 64;

const FRAME_MS = FRAME_US / 1000;

/** One node of a path. */
export interface LatencyStep {
  /** The node. */
  readonly node: string;
  /** Its type. */
  readonly type: string;
  /** What it adds, in milliseconds, as its type declares for its options. */
  readonly latencyMs: number;
  /** The sum up to and with it. */
  readonly sumMs: number;
  /** True for a delay that was inserted so that branches stay aligned. */
  readonly padding: boolean;
  /** The plugins' operators in it that add something; absent without any. */
  readonly operators?: readonly PlanOperator[];
  /** What a queue before it may add at most, in milliseconds; absent without a queue. Not in the sum: it is empty when all goes well. */
  readonly queueUpToMs?: number;
  /** Set where the way leaves what is shared: so much later, at most, a graph reads it that beats after the first. Not in the sum. */
  readonly sharedUpToMs?: number;
}

/** One way through the graph, from a source to a sink. */
export interface LatencyPath {
  /** Its nodes, the source first. */
  readonly steps: readonly LatencyStep[];
  /** The sum of all. */
  readonly totalMs: number;
}

/** What a node delays what passes it, in milliseconds. */
export function nodeLatencyMs({ type, options, operators = [] }: PlanNode, registry: Registry): number {
  const own = registry.get(type)?.latencyMs(options) ?? 0;
  return operators.reduce((sum, { latencyMs }) => sum + latencyMs, own);
}

/** Whether the planner added this node to hold a branch back. */
export function isPadding({ implicit, type }: PlanNode): boolean {
  return implicit && PADDING_TYPES.includes(type);
}

/** The node type that holds a branch of sound back. */
export const PADDING_TYPE = 'flow.delay';
/** Those that hold something back: sound, or pictures. */
export const PADDING_TYPES: readonly string[] = [PADDING_TYPE, 'video.delay'];

/** A node of a path and the wire by which the path enters it. */
interface Link {
  readonly node: PlanNode;
  readonly wire?: PlanWire;
}

/** The paths of a plan from its sources to its sinks, sinks in the plan's order; at most 64. */
export function latencyLedger(plan: Plan, registry: Registry): readonly LatencyPath[] {
  const nodes = new Map(plan.nodes.map((node) => [node.id, node]));
  const fed = new Set(plan.nodes.flatMap((node) => wiresOf(node).map((wire) => wire.node)));
  const paths: LatencyPath[] = [];
  const walkUp = (node: PlanNode, behind: readonly Link[]): void => {
    const wires = wiresOf(node);
    if (paths.length >= MAX_PATHS) return;
    if (wires.length === 0) paths.push(pathOf([{ node }, ...behind], registry));
    for (const wire of wires) walkUp(nodes.get(wire.node)!, [{ node, wire }, ...behind]);
  };
  for (const sink of plan.nodes) if (!fed.has(sink.id)) walkUp(sink, []);
  return paths;
}

function pathOf(links: readonly Link[], registry: Registry): LatencyPath {
  let sumMs = 0;
  const steps = links.map(({ node, wire }, i): LatencyStep => {
    const latencyMs = nodeLatencyMs(node, registry);
    sumMs += latencyMs;
    const queue = wire?.queue && { queueUpToMs: wire.queue.frames * FRAME_MS };
    const late = (node.operators ?? []).filter((operator) => operator.latencyMs > 0);
    const operators = late.length > 0 && { operators: late };
    const shared = links[i - 1]?.node.shared && !node.shared && { sharedUpToMs: FRAME_MS };
    return { node: node.id, type: node.type, latencyMs, sumMs, padding: isPadding(node), ...operators, ...queue, ...shared };
  });
  return { steps, totalMs: sumMs };
}

/** The wires into a node, in the order of its ports. */
export function wiresOf(node: PlanNode): readonly PlanWire[] {
  return Object.values(node.inputs).flat();
}
