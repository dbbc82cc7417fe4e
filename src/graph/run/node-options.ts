import type { z } from 'zod';
import { VoxError, problem, type Problem } from '../../errors.js';
import type { NodeDefinition } from '../define-node.js';
import { checkOptions, optionName, ownFaults, type OptionProblem } from '../option-problems.js';

/** The option names of a node type, in their declared order. */
export function optionNames(definition: NodeDefinition): string[] {
  const shape = (definition.options as Partial<z.ZodObject>).shape;
  return shape ? Object.keys(shape) : [];
}

/**
 * The options that result when `patch` is laid over `present`, complete and valid.
 * @throws VoxError with every unknown, fixed or invalid option of the patch.
 */
export function patchOptions(
  definition: NodeDefinition,
  node: string,
  present: Readonly<Record<string, unknown>>,
  patch: Readonly<Record<string, unknown>>,
): unknown {
  const { type } = definition;
  const where = { node, nodeType: type };
  const checked = checkOptions(definition.options, { ...present, ...patch });
  const report = (found: OptionProblem): Problem => {
    const option = optionName(found.path);
    if (found.kind === 'unknown') return problem('UNKNOWN_OPTION', { option, type, hint: found.hint }, where);
    return problem('BAD_OPTION', { option: option || 'options', type, reason: found.reason }, where);
  };
  const fixed = Object.keys(patch).filter((option) => definition.fixedOptions.includes(option));
  const ofKind = (kind: 'unknown' | 'bad') => checked.problems.filter((found) => found.kind === kind).map(report);
  const problems: Problem[] = [
    ...ofKind('unknown'),
    ...fixed.map((option) => problem('BAD_OPTION', { option, type, reason: 'it cannot change while the graph runs' }, where)),
    ...ofKind('bad'),
  ];
  if (problems.length === 0) {
    for (const { path, reason } of ownFaults(definition, checked.options, true)) {
      problems.push(problem('BAD_OPTION', { option: optionName(path) || 'options', type, reason }, where));
    }
  }
  const [first, ...rest] = problems;
  if (first) throw new VoxError(first, ...rest);
  return checked.options;
}
