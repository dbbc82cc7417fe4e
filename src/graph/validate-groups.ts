import type { NodeDefinition } from './define-node.js';
import type { GraphModel } from './model.js';
import { nearestHint } from './registry.js';
import type { Report } from './report.js';
import type { ResolvedNode } from './resolved.js';

/** Reports what is wrong with the crash groups of a graph: unknown nodes, nodes in two groups, and such as cannot be bypassed. */
export function reportGroups(model: GraphModel, nodes: ReadonlyMap<string, ResolvedNode>, report: Report): void {
  for (const { model: node, definition } of nodes.values()) {
    const output = node.optional && definition && unbypassed(definition);
    if (output) report('NOT_OPTIONAL', { output }, node.where, node);
  }
  const groupOf = new Map<string, string>();
  for (const group of model.groups.values()) {
    for (const { name, where } of group.nodes) {
      const node = nodes.get(name);
      if (!node) {
        report('UNKNOWN_NODE', { name, hint: nearestHint(name, [...nodes.keys()]) }, where);
        continue;
      }
      const other = groupOf.get(name);
      if (other !== undefined) report('GROUP_OVERLAP', { node: name, first: other, second: group.name }, where, node.model);
      else groupOf.set(name, group.name);
      const output = group.onError === 'bypass' && node.definition && unbypassed(node.definition);
      if (output) report('GROUP_CANNOT_BYPASS', { node: name, output }, where, node.model);
    }
  }
}

/** An output that has no input to stand in for it. */
function unbypassed({ outputs, bypass }: NodeDefinition): string | undefined {
  return Object.keys(outputs).find((name) => outputs[name]!.kind !== 'events' && bypass[name] === undefined);
}
