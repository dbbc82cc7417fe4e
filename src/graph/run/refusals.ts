import { problem, VoxError, type Problem } from '../../errors.js';
import type { Plan } from '../plan-types.js';
import type { Registry } from '../registry.js';
import { isSubgraphEnd } from '../subgraph.js';

/** Under what circumstances a plan shall run. */
export interface Circumstances {
  readonly plan: Plan;
  readonly registry: Registry;
  /** Whether it is bound to a call. */
  readonly hasCall: boolean;
  /** Whether time is the machine's own. */
  readonly realtime: boolean;
}

/** @throws VoxError with everything that makes a plan impossible to run under these circumstances. */
export function refuseImpossible(circumstances: Circumstances): void {
  const [first, ...rest] = impossible(circumstances, '', false);
  if (first) throw new VoxError(first, ...rest);
}

/** @param prefix of the names of nodes inside another. */
function impossible({ plan, registry, hasCall, realtime }: Circumstances, prefix: string, inside: boolean): Problem[] {
  return plan.nodes.flatMap((node) => {
    const problems: Problem[] = [];
    const where = { node: `${prefix}${node.id}`, nodeType: node.type };
    const definition = registry.get(node.type);
    // The two ends of a graph inside have types of their own.
    if (!definition && !(inside && isSubgraphEnd(node.id))) problems.push(problem('UNKNOWN_TYPE', { type: node.type }, where));
    else if (definition?.needsCall && !hasCall) problems.push(problem('NO_CALL', { node: where.node }, where));
    for (const wire of Object.values(node.inputs).flat()) {
      if (wire.queue?.overflow === 'block' && realtime) problems.push(problem('BLOCK_NEEDS_OFFLINE', { from: wire.node }, where));
    }
    const { subgraph } = node;
    if (subgraph) problems.push(...impossible({ plan: subgraph, registry, hasCall, realtime }, `${prefix}${node.id}/`, true));
    return problems;
  });
}
