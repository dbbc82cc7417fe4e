import type { Report } from '../report.js';
import type { ResolvedNode, ResolvedWire } from '../resolved.js';

/**
 * Reports what is doubtful about a graph that could run: a sink that leads its clock domain, such as a call, and is fed by nothing that
 * goes on for ever. When its last source ends the graph ends, and the call is left.
 */
export function findings(nodes: ReadonlyMap<string, ResolvedNode>, wires: readonly ResolvedWire[], report: Report): void {
  const byConsumer = Map.groupBy(wires, (wire) => wire.to);
  const known = new Map<string, string | undefined>();
  for (const { model, definition } of nodes.values()) {
    if (definition?.leadership !== 'lead' || Object.keys(definition.inputs).length === 0) continue;
    const reason = whyDry(model.name, nodes, byConsumer, known);
    if (reason !== undefined) report('OUTPUT_MAY_RUN_DRY', { sink: model.name, reason }, model.where, model);
  }
}

/** Why a node gives nothing more after a while; undefined when it goes on. One input that goes on keeps a node going. */
function whyDry(
  name: string,
  nodes: ReadonlyMap<string, ResolvedNode>,
  byConsumer: ReadonlyMap<string, readonly ResolvedWire[]>,
  known: Map<string, string | undefined>,
): string | undefined {
  if (known.has(name)) return known.get(name);
  const { definition, options } = nodes.get(name)!;
  const wires = byConsumer.get(name) ?? [];
  let reason: string | undefined;
  if (wires.length === 0) {
    const why = definition?.mayEnd(options);
    reason = why === undefined ? undefined : `"${name}" ${why}`;
  } else {
    const reasons = wires.map((wire) => whyDry(wire.from, nodes, byConsumer, known));
    if (reasons.every((one) => one !== undefined)) reason = [...new Set(reasons)].join(', ');
  }
  known.set(name, reason);
  return reason;
}
