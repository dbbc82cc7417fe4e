import { voxError } from '../../errors.js';
import { canBypass } from '../define-node.js';
import type { PlanNode } from '../plan-types.js';
import { nearestHint, type Registry } from '../registry.js';
import { isSubgraphEnd } from '../subgraph.js';

/** Which nodes of a node's graph inside somebody wants left out, in every copy, present and to come. */
export class LeftOutInside {
  /** Their names. */
  readonly names = new Set<string>();
  readonly #node: PlanNode;
  readonly #registry: Registry;

  constructor(node: PlanNode, registry: Registry) {
    this.#node = node;
    this.#registry = registry;
  }

  /** @throws VoxError `UNKNOWN_RUNNING_NODE`, `CANNOT_BYPASS`; then nothing has changed. */
  set(name: string, out: boolean): void {
    const inner = (this.#node.subgraph?.nodes ?? []).filter(({ id }) => !isSubgraphEnd(id)).map(({ id }) => id);
    if (!inner.includes(name))
      throw voxError('UNKNOWN_RUNNING_NODE', { graph: this.#node.id, node: name, hint: nearestHint(name, inner) });
    if (!this.#can(name)) throw voxError('CANNOT_BYPASS', { node: `${this.#node.id}/${name}` });
    if (out) this.names.add(name);
    else this.names.delete(name);
  }

  /** Leaves out what was left out before, as far as it is still there. */
  takeOver({ names }: LeftOutInside): void {
    for (const name of names) if (this.#can(name)) this.names.add(name);
  }

  #can(name: string): boolean {
    const planned = this.#node.subgraph?.nodes.find(({ id }) => id === name);
    const definition = planned && this.#registry.get(planned.type);
    return definition !== undefined && canBypass(definition);
  }
}
