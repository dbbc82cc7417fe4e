import type { PlanNode, PlanWire } from '../plan-types.js';
import type { PortKind } from '../ports.js';
import type { Registry } from '../registry.js';
import { isPadding, nodeLatencyMs, PADDING_TYPES } from './latency.js';

/** Nobody sees or hears less, in milliseconds: a third of a picture. */
const SAME_MS = 10;
/** Pictures are held back so long at most, in milliseconds: they take memory. */
const MOST_HELD_MS = 2000;

/** A wire of sound or pictures on its way to a sink: the one into the encoder, where there is one. */
interface Way {
  readonly kind: 'audio' | 'video';
  /** The node it enters, and by which port. */
  readonly into: string;
  readonly port: string;
  readonly wire: PlanWire;
}

/**
 * Where sound and pictures of one source reach the same sink, those that are early are held back until they are as late as the others, so that lips
 * stay in step whatever effects they went through. As with branches of sound, delays count as declared for the options at the start, and one that
 * somebody asked for is meant. What an encoder adds is not counted: packets carry the times of what is in them.
 *
 * @param nodes producers first. @param name gives an unused name for a node before a consumer.
 * @returns the nodes with a `video.delay` or `flow.delay` where something must wait.
 */
export function alignPictures(
  nodes: readonly PlanNode[],
  registry: Registry,
  name: (consumer: string, what: string) => string,
): readonly PlanNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const lateOf = new Map<string, ReadonlyMap<string, number>>();
  const held = new Map<PlanWire, { readonly kind: Way['kind']; readonly delayMs: number }>();
  for (const node of nodes) {
    lateOf.set(node.id, lateness(node, lateOf, registry));
    if (Object.keys(registry.get(node.type)?.outputs ?? {}).length > 0) continue;
    const ways = waysInto(node, byId, registry);
    for (const { kind, wire } of ways) {
      const others = ways.filter((way) => way.kind !== kind).map((way) => lateOf.get(way.wire.node)!);
      const own = lateOf.get(wire.node)!;
      const early = Math.max(0, ...others.flatMap((other) => [...own].map(([root, ms]) => (other.get(root) ?? 0) - ms)));
      if (early < SAME_MS) continue;
      const delayMs = Math.max(held.get(wire)?.delayMs ?? 0, Math.min(MOST_HELD_MS, early));
      held.set(wire, { kind, delayMs });
    }
  }
  return held.size === 0 ? nodes : nodes.flatMap((node) => withDelays(node, held, registry, name));
}

/** How late what leaves a node is, in milliseconds, by the sources it comes from. */
function lateness(node: PlanNode, lateOf: ReadonlyMap<string, ReadonlyMap<string, number>>, registry: Registry) {
  const wires = Object.values(node.inputs).flat();
  const late = new Map<string, number>(wires.length === 0 ? [[node.id, 0]] : []);
  for (const wire of wires) for (const [root, ms] of lateOf.get(wire.node)!) late.set(root, Math.max(ms, late.get(root) ?? 0));
  const meant = PADDING_TYPES.includes(node.type) && !isPadding(node);
  const own = meant ? 0 : nodeLatencyMs(node, registry);
  for (const [root, ms] of late) late.set(root, ms + own);
  return late;
}

/** The sound and the pictures that reach a sink. Branches that come and go have sources of their own. */
function waysInto(sink: PlanNode, byId: ReadonlyMap<string, PlanNode>, registry: Registry): readonly Way[] {
  const entering = ({ id, type, inputs }: PlanNode, kinds: readonly PortKind[]) =>
    Object.entries(inputs).flatMap(([port, wires]) => {
      const kind = registry.get(type)?.inputs[port]?.kind;
      return kind && kinds.includes(kind)
        ? wires.filter((wire) => !wire.branches).map((wire) => ({ kind, into: id, port, wire }))
        : [];
    });
  const isWay = (way: { readonly kind: PortKind }): way is Way => way.kind === 'audio' || way.kind === 'video';
  return entering(sink, ['audio', 'video', 'packets'])
    .flatMap((way) => (isWay(way) ? [way] : entering(byId.get(way.wire.node)!, ['audio', 'video'])))
    .filter(isWay);
}

function withDelays(
  node: PlanNode,
  held: ReadonlyMap<PlanWire, { readonly kind: Way['kind']; readonly delayMs: number }>,
  registry: Registry,
  name: (consumer: string, what: string) => string,
): readonly PlanNode[] {
  const delays: PlanNode[] = [];
  const inputs = Object.entries(node.inputs).map(([port, wires]) => [
    port,
    wires.map((wire): PlanWire => {
      const hold = held.get(wire);
      const type = hold?.kind === 'video' ? 'video.delay' : 'flow.delay';
      const padding = hold && registry.get(type);
      if (!padding) return wire;
      const id = name(node.id, 'delay');
      const options = padding.options.parse({ delayMs: hold.delayMs }) as Record<string, unknown>;
      delays.push({ id, type, options, inputs: { [hold.kind]: [wire] }, domain: node.domain, implicit: true });
      return { node: id, port: hold.kind, branches: false };
    }),
  ]);
  return delays.length === 0 ? [node] : [...delays, { ...node, inputs: Object.fromEntries(inputs) as PlanNode['inputs'] }];
}
