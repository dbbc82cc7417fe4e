import { freeze } from 'immer';
import type { z } from 'zod';
import { VoxError, problem, type Problem } from '../errors.js';
import { jsonFault, type JsonObject } from '../events/json.js';
import { checkOptions, optionName } from '../graph/option-problems.js';

/**
 * A plugin's config, complete.
 *
 * @throws VoxError with everything that is wrong.
 */
export function completeConfig(plugin: string, schema: z.ZodType, given: unknown): JsonObject {
  const checked = checkOptions(schema, given);
  const problems = checked.problems.map((found): Problem => {
    const option = optionName(found.path) || 'config';
    if (found.kind === 'unknown') return problem('UNKNOWN_PLUGIN_OPTION', { plugin, option, hint: found.hint });
    return problem('BAD_PLUGIN_OPTION', { plugin, option, reason: found.reason });
  });
  const fault = checked.options && jsonFault(checked.options);
  if (fault !== undefined) {
    problems.push(problem('BAD_PLUGIN_OPTION', { plugin, option: 'config', reason: `its schema gives no plain JSON: ${fault}` }));
  }
  const [first, ...more] = problems;
  if (first) throw new VoxError(first, ...more);
  return freeze(structuredClone(checked.options), true) as JsonObject;
}
