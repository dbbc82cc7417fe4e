import { problem, VoxError, type Problem } from '../../errors.js';
import type { Plan } from '../plan-types.js';
import type { Registry } from '../registry.js';

/**
 * What must go on in a change, so that the call does not drop: every sink that is bound to the call, and one of the sinks whose end is
 * the graph's. Their inputs may be fed from elsewhere, and their live options may change.
 *
 * @param kept the nodes that go on.
 * @throws VoxError `CHANGE_REFUSED`.
 */
export function refuseChange(before: Plan, kept: ReadonlySet<string>, registry: Registry): void {
  const isSink = (type: string) => Object.keys(registry.get(type)?.outputs ?? {}).length === 0;
  const sinks = before.nodes.filter(({ type }) => isSink(type));
  const leading = before.domains.flatMap(({ leader }) => leader ?? []);
  const leaders = leading.length > 0 ? leading : sinks.map(({ id }) => id);
  const problems: Problem[] = [];
  for (const { id, type } of sinks) {
    if (!registry.get(type)?.needsCall || kept.has(id)) continue;
    problems.push(problem('CHANGE_REFUSED', { reason: `"${id}" is bound to the call` }, { node: id, nodeType: type }));
  }
  if (problems.length === 0 && !leaders.some((id) => kept.has(id))) {
    const names = leaders.map((id) => `"${id}"`).join(', ');
    problems.push(problem('CHANGE_REFUSED', { reason: `none of the sinks that lead it (${names}) would go on` }));
  }
  const [first, ...rest] = problems;
  if (first) throw new VoxError(first, ...rest);
}
