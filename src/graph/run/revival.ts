import type { PlanDiff } from '../diff.js';
import type { Plan } from '../plan-types.js';
import type { Scope } from './scope.js';

/**
 * The nodes of a running graph that go on in a new plan: those of the diff, without such as have ended and would have to do
 * something again (a source that is over and got other options, or is to begin again; whatever hears something new behind it).
 */
export function nodesThatGoOn(diff: PlanDiff, plan: Plan, running: Scope, again: readonly string[] = []): Set<string> {
  const kept = new Set([...diff.unchanged, ...diff.rewired]);
  const rewired = new Set(diff.rewired);
  const set = new Set(diff.set.map(({ node }) => node));
  // Producers come before consumers, so that one pass is enough.
  for (const node of plan.nodes) {
    const run = running.nodes.get(node.id);
    if (!run || !kept.has(node.id)) continue;
    const wires = Object.values(node.inputs).flat();
    const hearsNew = rewired.has(node.id) || wires.some((wire) => !kept.has(wire.node));
    const { inlets, manyInlets } = run.ports;
    const deaf = [...inlets.values(), ...manyInlets.values()].some((inlet) => inlet.ended);
    if ((run.isOver && (hearsNew || set.has(node.id) || again.includes(node.id))) || (deaf && hearsNew)) kept.delete(node.id);
  }
  return kept;
}
