import type { GraphModel } from './model.js';
import { whyOwn } from './plan/sharing.js';
import type { Report } from './report.js';
import type { ResolvedNode, ResolvedWire } from './resolved.js';

/**
 * Reports nodes that ask to be shared between graphs and cannot be: since they, or something that they hear, need an instance for each.
 *
 * @param inside the graph stands among the options of a node.
 */
export function reportShared(
  model: GraphModel,
  nodes: ReadonlyMap<string, ResolvedNode>,
  wires: readonly ResolvedWire[],
  inside: boolean,
  report: Report,
): void {
  const groupOf = new Map(
    [...model.groups.values()].flatMap(({ name, nodes: of }) => of.map((node) => [node.name, name] as const)),
  );
  const byConsumer = Map.groupBy(wires, (wire) => wire.to);
  const reasonOf = (node: ResolvedNode): string | undefined => {
    const { name, shared } = node.model;
    const why =
      node.definition && whyOwn(node.definition, (port) => wires.some((wire) => wire.from === name && wire.fromPort === port));
    if (why !== undefined) return why;
    if (shared === false) return 'says "shared": false';
    if (groupOf.has(name)) return `is in the crash group "${groupOf.get(name)}", which is this graph's alone`;
    const queued = byConsumer.get(name)?.some((wire) => wire.model.queue !== undefined);
    return queued ? 'hears another clock, by a queue' : undefined;
  };
  for (const node of nodes.values()) {
    if (node.model.shared !== true) continue;
    if (inside) {
      report('CANNOT_SHARE', { reason: 'it stands inside another node' }, node.model.where, node.model);
      continue;
    }
    const reached = new Set([node.model.name]);
    for (const name of reached) {
      const found = nodes.get(name)!;
      const reason = reasonOf(found);
      if (reason !== undefined) {
        const who = found === node ? 'it' : `"${name}", which it hears,`;
        report('CANNOT_SHARE', { reason: `${who} ${reason}` }, node.model.where, node.model);
        break;
      }
      for (const wire of byConsumer.get(name) ?? []) reached.add(wire.from);
    }
  }
}
