import { voxError } from '../errors.js';
import { checkOptions, optionName } from '../graph/option-problems.js';
import { nearestHint } from '../graph/registry.js';
import { COMMANDS, type CheckedCommand, type CommandType } from './command.js';
import { jsonFault } from './json.js';

/**
 * Checks and completes a command, wherever it comes from.
 *
 * @throws VoxError `COMMAND_WRONG` with everything that is wrong.
 */
export function checkCommand(given: unknown): CheckedCommand {
  const wrong = (reason: string) => voxError('COMMAND_WRONG', { reason });
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw wrong("a command is an object, such as { type: 'call.pause' }");
  const { type } = given as { readonly type?: unknown };
  if (typeof type !== 'string' || !Object.hasOwn(COMMANDS, type))
    throw wrong(`its type is ${JSON.stringify(type) ?? 'missing'}${nearestHint(String(type), Object.keys(COMMANDS))}`);
  const fault = jsonFault(given);
  if (fault !== undefined) throw wrong(`it must be plain JSON, but ${fault}`);
  const checked = checkOptions(COMMANDS[type as CommandType], given);
  if (checked.options) return checked.options as CheckedCommand;
  const reasons = checked.problems.map((found) =>
    found.kind === 'unknown'
      ? `${type} has no "${optionName(found.path)}"${found.hint}`
      : `${[type, optionName(found.path)].filter(Boolean).join(' ')}: ${found.reason}`,
  );
  throw wrong(reasons.join('; '));
}
