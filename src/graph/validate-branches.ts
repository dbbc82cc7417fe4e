import type { WireModel } from './model.js';
import type { Registry } from './registry.js';
import type { ResolvedNode } from './resolved.js';

/**
 * Where branches are wired to a node that has a type for them, that type takes its place. Its own output then gives branches as well, so
 * this goes on down the wires.
 */
export function useBranchTypes(nodes: Map<string, ResolvedNode>, registry: Registry): void {
  for (let again = true; again;) {
    again = false;
    for (const [name, node] of nodes) {
      const { branchType } = node.definition ?? {};
      const instead = branchType === undefined ? undefined : registry.get(branchType);
      if (!instead || instead === node.definition) continue;
      const branches = node.model.inputs.some(
        ({ port, wires }) =>
          instead.inputs[port]?.arity === 'many' && wires.some((wire) => givesBranches(nodes.get(wire.node), port, wire)),
      );
      if (!branches) continue;
      nodes.set(name, { ...node, definition: instead });
      again = true;
    }
  }
}

function givesBranches(source: ResolvedNode | undefined, input: string, wire: WireModel): boolean {
  const outputs = source?.definition?.outputs ?? {};
  const names = Object.keys(outputs);
  const port = wire.port ?? (names.length === 1 ? names[0]! : input);
  return Object.hasOwn(outputs, port) && outputs[port]!.arity === 'many';
}
