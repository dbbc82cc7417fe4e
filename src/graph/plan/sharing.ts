import type { NodeDefinition } from '../define-node.js';
import type { GraphModel } from '../model.js';
import type { PlanNode, Sharing } from '../plan-types.js';
import type { Registry } from '../registry.js';
import { wiresOf } from './latency.js';

/**
 * Why no two graphs can hear one instance of a node of that type, as half a sentence; undefined: they can.
 *
 * @param wired whether something hears an output: pictures that nobody looks at stand in nobody's way.
 */
export function whyOwn(definition: NodeDefinition, wired: (port: string) => boolean): string | undefined {
  const all = Object.values(definition.outputs);
  const outputs = Object.entries(definition.outputs)
    .filter(([port, { kind }]) => kind !== 'video' || all.length === 1 || wired(port))
    .map(([, spec]) => spec);
  const kinds = [...Object.values(definition.inputs), ...outputs].map(({ kind }) => kind);
  if (definition.needsCall) return 'is bound to its call';
  if (outputs.length === 0) return 'is a sink';
  if (definition.hasSubgraph) return 'holds a graph of its own';
  if (definition.runsPlugins) return 'runs the plugins of its graph';
  if (definition.outputFileOptions.length > 0) return 'writes a file';
  if (outputs.some(({ arity }) => arity === 'many')) return 'gives streams that come and go';
  if (kinds.includes('video') || outputs.some(({ kind, format }) => kind === 'packets' && format?.codec !== 'opus'))
    return 'is about pictures, which every graph makes for itself';
  return definition.sharable ? undefined : 'does something for its own graph';
}

/**
 * Marks the nodes of which several graphs may hear one instance: those that the file asks for with all that is before them, live sources,
 * and what hears nothing but such. What a crash group degrades is its graph's own, as is what stands behind a queue.
 *
 * @param nodes producers first; those of a graph that was validated with no problems.
 */
export function markShared(nodes: readonly PlanNode[], model: GraphModel, registry: Registry): readonly PlanNode[] {
  const asked = new Set([...model.nodes.values()].filter(({ shared }) => shared === true).map(({ name }) => name));
  for (const node of [...nodes].reverse()) if (asked.has(node.id)) for (const wire of wiresOf(node)) asked.add(wire.node);
  const grouped = new Set([...model.groups.values()].flatMap((group) => group.nodes.map(({ name }) => name)));
  const marked = new Map<string, Sharing>();
  const heard = new Set(nodes.flatMap((node) => wiresOf(node).map((wire) => `${wire.node}.${wire.port}`)));
  for (const node of nodes) {
    const definition = registry.get(node.type);
    if (!definition || whyOwn(definition, (port) => heard.has(`${node.id}.${port}`)) !== undefined) continue;
    if (asked.has(node.id)) {
      marked.set(node.id, 'asked');
      continue;
    }
    if (grouped.has(node.id) || model.nodes.get(node.id)?.shared === false) continue;
    const wires = wiresOf(node);
    if (wires.length === 0 && definition.live !== false) marked.set(node.id, 'live');
    else if (wires.length > 0 && wires.every((wire) => !wire.queue && marked.has(wire.node))) marked.set(node.id, 'equal');
  }
  return nodes.map((node) => withSharing(node, marked.get(node.id)));
}

/**
 * The nodes of a plan without the marks of some, and of all that hears them.
 *
 * @param own the nodes that shall be the graph's own.
 */
export function unshare(nodes: readonly PlanNode[], own: ReadonlySet<string>): readonly PlanNode[] {
  const shared = new Set<string>();
  for (const node of nodes)
    if (node.shared && !own.has(node.id) && wiresOf(node).every((wire) => shared.has(wire.node))) shared.add(node.id);
  return nodes.map((node) => withSharing(node, shared.has(node.id) ? node.shared : undefined));
}

function withSharing(node: PlanNode, sharing: Sharing | undefined): PlanNode {
  const { shared: _, ...plain } = node;
  return sharing ? { ...plain, shared: sharing } : plain;
}
