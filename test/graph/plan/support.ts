import { graphFromObject } from '../../../src/graph/load.js';
import type { Plan } from '../../../src/graph/plan-types.js';
import { createRegistry } from '../../../src/graph/registry.js';
import { builtinNodes } from '../../../src/nodes/index.js';

/** The shipped types. */
export const registry = createRegistry(builtinNodes);

/** The plan of these nodes; every file exists. */
export function planOf(nodes: Readonly<Record<string, object>>): Plan {
  return graphFromObject({ version: 1, nodes }, { registry, exists: () => true, cwd: '/' });
}

/** `id:type` of each node. */
export function names(plan: Plan): string[] {
  return plan.nodes.map(({ id, type }) => `${id}:${type}`);
}
