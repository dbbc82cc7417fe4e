import type { Command } from 'commander';
import pc from 'picocolors';
import { ERRORS, voxError, type ErrorCode, type ErrorRow } from '../../errors.js';
import { nearestHint } from '../../graph/registry.js';
import { finish, type CliIo } from '../io.js';

/** The arguments of `voxgraph explain`. */
export interface ExplainArgs {
  /** The code, in any case; absent: all of them. */
  readonly code?: string;
  /** Machine-readable output. Default false. */
  readonly json?: boolean;
}

const EXITS: Readonly<Record<ErrorRow['exit'], string>> = {
  1: 'something failed on the way',
  2: 'the input is wrong',
  3: 'this machine lacks something',
};

/** Says what an error code means and what to do. Exit code 0, or 2 for a code that does not exist. */
export async function explainCommand(args: ExplainArgs, io: CliIo): Promise<number> {
  const codes = Object.keys(ERRORS) as ErrorCode[];
  if (args.code === undefined) {
    if (args.json)
      io.stdout(
        `${JSON.stringify(
          codes.map((code) => ({ code, ...ERRORS[code] })),
          null,
          2,
        )}\n`,
      );
    else io.stdout(`${codes.map((code) => `${code.padEnd(28)}${sentence(ERRORS[code].message)}`).join('\n')}\n`);
    return 0;
  }
  const wanted = args.code.toUpperCase().replace(/-/g, '_');
  const code = codes.find((known) => known === wanted);
  if (!code) {
    const hint = nearestHint(wanted, codes);
    const near = hint.startsWith('. Did') ? hint : '. "voxgraph explain" lists them all';
    throw voxError('USAGE', { reason: `no error is called "${args.code}"${near}` });
  }
  const row = ERRORS[code];
  if (args.json) {
    io.stdout(`${JSON.stringify({ code, ...row }, null, 2)}\n`);
    return 0;
  }
  const paint = pc.createColors(io.color);
  io.stdout(
    `${paint.bold(code)}\n  ${sentence(row.message)}.\n  ${paint.cyan('fix:')} ${sentence(row.fix)}\n  When it ends a command, the exit code is ${row.exit}: ${EXITS[row.exit]}.\n`,
  );
  return 0;
}

/** What is filled in shows as such: `{file}` becomes `FILE`. */
function sentence(message: string): string {
  return message.replace(/\{(\w+)\}/g, (_, name: string) => (name === 'hint' ? '' : name.toUpperCase()));
}

/** Adds `explain` to the program. */
export function register(program: Command, io: CliIo): void {
  program
    .command('explain')
    .summary('say what an error code means')
    .description('Says what an error code means and what to do about it; without a code, lists them all.')
    .argument('[code]', 'such as GRAPH_SYNTAX, as --json and events give it')
    .option('--json', 'print it as JSON')
    .addHelpText('after', '\nExamples:\n  voxgraph explain PORT_TAKEN\n  voxgraph explain --json\n')
    .action((code: string | undefined, options: { json?: boolean }) =>
      finish(explainCommand({ ...(code === undefined ? {} : { code }), json: options.json ?? false }, io)),
    );
}
