import type { z } from 'zod';
import { VoxError, problem, voxError, type Problem } from '../../errors.js';
import type { NodeDefinition } from '../define-node.js';
import { nearestHint } from '../registry.js';

/** The option names of a node type, in their declared order. */
export function optionNames(definition: NodeDefinition): string[] {
  const shape = (definition.options as Partial<z.ZodObject>).shape;
  return shape ? Object.keys(shape) : [];
}

/**
 * The options that result when `patch` is laid over `present`, complete and valid.
 * @throws VoxError with every unknown, fixed or invalid option of the patch.
 */
export function checkOptions(
  definition: NodeDefinition,
  node: string,
  present: Readonly<Record<string, unknown>>,
  patch: Readonly<Record<string, unknown>>,
): unknown {
  const where = { node, nodeType: definition.type };
  const names = optionNames(definition);
  const problems: Problem[] = [];
  for (const option of Object.keys(patch)) {
    if (!names.includes(option)) {
      problems.push(problem('UNKNOWN_OPTION', { option, type: definition.type, hint: nearestHint(option, names) }, where));
    } else if (definition.fixedOptions.includes(option)) {
      problems.push(
        problem('BAD_OPTION', { option, type: definition.type, reason: 'it cannot change while the graph runs' }, where),
      );
    }
  }
  const parsed = definition.options.safeParse({ ...present, ...patch });
  if (problems.length === 0 && parsed.success) return parsed.data;
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      if (issue.code === 'unrecognized_keys') continue;
      problems.push(problem('BAD_OPTION', { option: issue.path.join('.'), type: definition.type, reason: issue.message }, where));
    }
  }
  const [first, ...rest] = problems;
  throw first ? new VoxError(first, ...rest) : voxError('INTERNAL', { reason: 'options refused without a reason' }, where);
}
