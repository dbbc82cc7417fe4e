import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { testSchemaText } from '../../engine/graph-test/index.js';
import { graphSchemaText } from '../../graph/schema.js';
import { builtinEnvironment, type GraphEnvironment } from '../environment.js';
import { finish, type CliIo } from '../io.js';

/** The arguments of `voxgraph schema`. */
export interface SchemaArgs {
  /** A file to compare with instead of printing. */
  readonly check?: string;
  /** The schema of graphs' tests instead. Default false. */
  readonly test?: boolean;
}

/** Prints the JSON Schema of graph files, or of their tests; with `check` exits 0 when that file holds it, else 1. */
export async function schemaCommand(args: SchemaArgs, io: CliIo, { registry }: GraphEnvironment): Promise<number> {
  const text = args.test ? testSchemaText() : graphSchemaText(registry);
  if (args.check === undefined) {
    io.stdout(text);
    return 0;
  }
  let held: string | undefined;
  try {
    held = readFileSync(resolve(io.cwd, args.check), 'utf8').replace(/\r\n/g, '\n');
  } catch {
    held = undefined;
  }
  if (held === text) {
    io.stdout(`${args.check}: fresh\n`);
    return 0;
  }
  const state = held === undefined ? 'cannot be read' : 'is not what the node types say';
  io.stderr(`${args.check} ${state}; write it anew with: voxgraph schema${args.test ? ' --test' : ''} > ${args.check}\n`);
  return 1;
}

/** Adds `schema` to the program. */
export function register(program: Command, io: CliIo, environment: () => GraphEnvironment = builtinEnvironment): void {
  program
    .command('schema')
    .summary('print the JSON Schema of graph files')
    .description('Prints the JSON Schema of graph files, or of their tests, for editors.')
    .option('--test', 'the schema of tests (NAME.test.json) instead')
    .option('--check <file>', 'only say whether a file holds the present schema: exit code 0 or 1')
    .addHelpText(
      'after',
      '\nExamples:\n  voxgraph schema > graphs/graph.schema.json\n  voxgraph schema --check graphs/graph.schema.json\n',
    )
    .action((options: SchemaArgs) => finish(schemaCommand(options, io, environment())));
}
