import type { PlanDiff } from '../diff.js';
import type { Plan, PlanNode, PlanWire } from '../plan-types.js';
import type { Registry } from '../registry.js';

/**
 * The nodes that sound goes through between the participants and the call's outgoing side: those a personal mix needs a second instance of.
 * Pictures are everybody's. Empty when no participant is ever heard. Nodes that work on each voice by itself are not among them: their branches are taken as they are, without the
 * listener's own.
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
  const carriesSound = (wire: PlanWire) => {
    const type = plan.nodes.find(({ id }) => id === wire.node)?.type;
    const port = type === undefined ? undefined : registry.get(type)?.outputs[wire.port];
    return port?.kind === 'audio' || (port?.kind === 'packets' && [port.format?.codec ?? 'opus'].flat().includes('opus'));
  };
  const producersOf = (node: PlanNode) =>
    Object.values(node.inputs).flatMap((wires) => wires.filter(carriesSound).map((wire) => wire.node));
  const eachVoice = new Set<string>();
  for (const node of plan.nodes) {
    const [wire, ...more] = Object.values(node.inputs).flat();
    if (!registry.get(node.type)?.perBranch || !wire?.branches || more.length > 0) continue;
    const producer = plan.nodes.find(({ id }) => id === wire.node);
    if (producer && (isVoices(producer) || eachVoice.has(producer.id))) eachVoice.add(node.id);
  }
  const downstream = new Set<string>();
  for (const node of plan.nodes) if (isVoices(node) || producersOf(node).some((p) => downstream.has(p))) downstream.add(node.id);
  const path = new Set<string>();
  for (const node of [...plan.nodes].reverse()) {
    const feedsPath = plan.nodes.some((consumer) => path.has(consumer.id) && producersOf(consumer).includes(node.id));
    if (downstream.has(node.id) && !eachVoice.has(node.id) && (isCallSink(node) || feedsPath)) path.add(node.id);
  }
  return path;
}

/**
 * Whether a change of the graph concerns the personal mixes: one of their nodes, or one that feeds them, does not go on as it is.
 * Other options alone do not.
 */
export function isTouched(before: Plan, after: Plan, diff: PlanDiff, kept: ReadonlySet<string>, registry: Registry): boolean {
  const [old, wanted] = [personalPath(before, registry), personalPath(after, registry)];
  if (old.size !== wanted.size || [...old].some((id) => !wanted.has(id))) return true;
  const rewired = new Set(diff.rewired);
  return after.nodes
    .filter(({ id }) => wanted.has(id))
    .some(({ id, inputs }) => {
      const producers = Object.values(inputs).flatMap((wires) => wires.map((wire) => wire.node));
      return rewired.has(id) || [id, ...producers].some((node) => !kept.has(node));
    });
}
