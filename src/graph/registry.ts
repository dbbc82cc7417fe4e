import { distance } from 'fastest-levenshtein';
import type { NodeDefinition } from './define-node.js';

/** The node types a graph may use: the shipped ones and those that plugins add. */
export interface Registry {
  /** The definition of a type, if there is one. */
  get(type: string): NodeDefinition | undefined;
  /** Every definition, sorted by type. */
  list(): readonly NodeDefinition[];
  /**
   * Adds a definition; returns its removal.
   * @throws TypeError when the type is taken.
   */
  add(definition: NodeDefinition): () => void;
}

/** A registry that holds the given definitions. */
export function createRegistry(definitions: Iterable<NodeDefinition> = []): Registry {
  const byType = new Map<string, NodeDefinition>();
  const registry: Registry = {
    get: (type) => byType.get(type),
    list: () => [...byType.values()].sort((a, b) => (a.type < b.type ? -1 : 1)),
    add(definition) {
      if (byType.has(definition.type)) throw new TypeError(`node type "${definition.type}" is registered already`);
      byType.set(definition.type, definition);
      return () => {
        if (byType.get(definition.type) === definition) byType.delete(definition.type);
      };
    },
  };
  for (const definition of definitions) registry.add(definition);
  return registry;
}

/** So many names a hint lists at most: more nobody reads. */
const MOST_NAMES = 100;

/** `. Did you mean "x"?` for the nearest of `valid`, or the list when nothing is near; empty when there is none. */
export function nearestHint(given: string, valid: readonly string[]): string {
  if (valid.length === 0) return '';
  const wanted = given.toLowerCase();
  let best = valid[0]!;
  let least = Infinity;
  for (const name of valid) {
    const far = distance(wanted, name.toLowerCase());
    if (far >= least) continue;
    best = name;
    least = far;
  }
  // Two changes make any two-letter name out of any other: short names are near only when nearly the same.
  const allowed = Math.max(
    Math.min(wanted.length, best.length) > 3 ? 2 : 1,
    Math.floor(Math.min(wanted.length, best.length) / 3),
  );
  if (least <= allowed || (wanted.length >= 3 && best.toLowerCase().includes(wanted))) return `. Did you mean "${best}"?`;
  const rest = valid.length - MOST_NAMES;
  return `. There is: ${valid.slice(0, MOST_NAMES).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
