import { isDeepStrictEqual } from 'node:util';
import type { Plan } from '../graph/plan-types.js';

/** What goes on when a graph changes to another version of its file. */
export interface KeptOptions {
  /** Nodes of which the file says what it said before: they go on with what was set in them. */
  readonly goOn: ReadonlySet<string>;
  /** The new version, with that. */
  readonly plan: Plan;
}

/**
 * Keeps what was set in nodes, by a command or by taking a snapshot up, of which a new version of the file says nothing new.
 *
 * @param next the new version.
 * @param base the version before, as its file had it.
 * @param present what runs.
 */
export function keptOptions(next: Plan, base: Plan, present: Plan): KeptOptions {
  const before = new Map(base.nodes.map((node) => [node.id, node]));
  const now = new Map(present.nodes.map((node) => [node.id, node]));
  const goOn = new Set<string>();
  const nodes = next.nodes.map((node) => {
    const old = before.get(node.id);
    const running = now.get(node.id);
    if (!old || !running || old.type !== node.type || !isDeepStrictEqual(old.options, node.options)) return node;
    goOn.add(node.id);
    return { ...node, options: running.options };
  });
  return { goOn, plan: { ...next, nodes } };
}
