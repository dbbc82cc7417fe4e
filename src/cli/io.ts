import { VoxError, voxError } from '../errors.js';
import type { ParamValue } from '../graph/file.js';
import type { Ask } from './ask.js';

/** What a command has of the outside: tests give one of their own. */
export interface CliIo {
  /** Writes to standard output, as it is. */
  stdout(text: string): void;
  /** Writes to standard error, as it is. */
  stderr(text: string): void;
  /** The folder that paths on the command line start from. */
  readonly cwd: string;
  /** Whether output may be coloured. */
  readonly color: boolean;
  /** Asks whoever runs the command. Default: the process's standard input. */
  readonly ask?: Ask;
}

/** Ends a command with an exit code after it has said everything itself. `main` takes the code and prints nothing. */
export class CommandExit extends Error {
  /** @param exitCode as a shell sees it */
  constructor(readonly exitCode: number) {
    super(`exit ${exitCode}`);
    this.name = 'CommandExit';
  }
}

/** Runs a command; unless it ends with 0, throws a {@link CommandExit}. For use in commander actions. */
export async function finish(command: Promise<number>): Promise<void> {
  const exitCode = await command;
  if (exitCode !== 0) throw new CommandExit(exitCode);
}

/** Collects `--param NAME=VALUE` options, as commander calls it for each. */
export function collectParam(given: string, before: Record<string, ParamValue> = {}): Record<string, ParamValue> {
  const at = given.indexOf('=');
  if (at <= 0) throw voxError('USAGE', { reason: `--param takes NAME=VALUE, not "${given}"` });
  return Object.assign(Object.create(null) as Record<string, ParamValue>, before, { [given.slice(0, at)]: given.slice(at + 1) });
}

/** The problems of anything a command may catch: a {@link VoxError}'s own; undefined for others, which are bugs. */
export function problemsOf(thrown: unknown): VoxError['problems'] | undefined {
  return thrown instanceof VoxError ? thrown.problems : undefined;
}
