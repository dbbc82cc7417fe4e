import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { testSchemaText } from '../../engine/graph-test/index.js';
import { graphSchemaText } from '../../graph/schema.js';
import { builtinEnvironment, checkedTypes, type GraphEnvironment } from '../environment.js';
import { finish, type CliIo } from '../io.js';
import { withConfigOption, type PluginArgs } from '../plugin-setup.js';

/** The arguments of `voxgraph schema`. */
export interface SchemaArgs {
  /** A file to compare with instead of printing. */
  readonly check?: string;
  /** A graph file whose plugins' types are in it too. */
  readonly graph?: string;
  /** The schema of graphs' tests instead. Default false. */
  readonly test?: boolean;
}

/** Prints the JSON Schema of graph files, or of their tests; with `check` exits 0 when that file holds it, else 1. */
export async function schemaCommand(args: SchemaArgs, io: CliIo, environment: GraphEnvironment): Promise<number> {
  const { registry } = args.graph === undefined ? environment : await checkedTypes(args.graph, environment);
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
export function register(
  program: Command,
  io: CliIo,
  environment: (args: PluginArgs) => GraphEnvironment | Promise<GraphEnvironment> = (args) => builtinEnvironment(io, args),
): void {
  withConfigOption(program.command('schema'))
    .summary('print the JSON Schema of graph files')
    .description('Prints the JSON Schema of graph files, or of their tests, for editors.')
    .option('--test', 'the schema of tests (NAME.test.json) instead')
    .option('--graph <file>', 'with the types of the plugins that a graph file names')
    .option('--check <file>', 'only say whether a file holds the present schema: exit code 0 or 1')
    .addHelpText(
      'after',
      '\nExamples:\n  voxgraph schema > graphs/graph.schema.json\n  voxgraph schema --check graphs/graph.schema.json\n',
    )
    .action(async ({ config, ...options }: SchemaArgs & PluginArgs) =>
      finish(schemaCommand(options, io, await environment({ ...(config && { config }) }))),
    );
}
