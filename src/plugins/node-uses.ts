import type { NodeDefinition } from '../graph/define-node.js';
import type { Registry } from '../graph/registry.js';

/** The node types that plugins added: the same type of the same code may be wanted by several of them. */
export class NodeUses {
  readonly #registry: Registry;
  readonly #uses = new Map<NodeDefinition, { count: number; remove: () => void }>();

  /** @param registry where they are added. */
  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /**
   * Adds types; returns their removal.
   * @throws TypeError when a type is taken by other code; then none is added.
   */
  add(definitions: readonly NodeDefinition[]): () => void {
    const added: NodeDefinition[] = [];
    const removeAll = (): void => {
      for (const definition of added.splice(0).toReversed()) this.#remove(definition);
    };
    try {
      for (const definition of definitions) {
        const use = this.#uses.get(definition);
        if (use) use.count++;
        else this.#uses.set(definition, { count: 1, remove: this.#registry.add(definition) });
        added.push(definition);
      }
    } catch (error) {
      removeAll();
      throw error;
    }
    return removeAll;
  }

  #remove(definition: NodeDefinition): void {
    const use = this.#uses.get(definition)!;
    if (--use.count > 0) return;
    this.#uses.delete(definition);
    use.remove();
  }
}
