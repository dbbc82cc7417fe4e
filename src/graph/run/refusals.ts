import { problem, VoxError, type Problem } from '../../errors.js';
import type { Plan } from '../plan-types.js';
import type { Registry } from '../registry.js';

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
export function refuseImpossible({ plan, registry, hasCall, realtime }: Circumstances): void {
  const problems: Problem[] = [];
  for (const node of plan.nodes) {
    const where = { node: node.id, nodeType: node.type };
    const definition = registry.get(node.type);
    if (!definition) problems.push(problem('UNKNOWN_TYPE', { type: node.type }, where));
    else if (definition.needsCall && !hasCall) problems.push(problem('NO_CALL', { node: node.id }, where));
    for (const wire of Object.values(node.inputs).flat()) {
      if (wire.queue?.overflow === 'block' && realtime) problems.push(problem('BLOCK_NEEDS_OFFLINE', { from: wire.node }, where));
    }
  }
  const [first, ...rest] = problems;
  if (first) throw new VoxError(first, ...rest);
}
