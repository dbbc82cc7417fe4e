import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { reasonOf, voxError } from '../../errors.js';
import { drawDot } from '../../graph/draw-dot.js';
import { drawMermaid } from '../../graph/draw-mermaid.js';
import { drawSvg } from '../../graph/draw-svg.js';
import type { ParamValue } from '../../graph/file.js';
import { checkGraphFile } from '../../graph/load.js';
import { builtinEnvironment, type GraphEnvironment } from '../environment.js';
import { collectParam, finish, type CliIo } from '../io.js';
import { renderProblems } from './check.js';

const formats = { mermaid: drawMermaid, dot: drawDot, svg: drawSvg };

/** The formats `voxgraph graph` draws in. */
export type GraphFormat = keyof typeof formats;

/** The arguments of `voxgraph graph`. */
export interface GraphArgs {
  /** The graph file, as the user named it. */
  readonly file: string;
  /** Default `mermaid`. */
  readonly format?: GraphFormat;
  /** The file to write; default standard output. */
  readonly out?: string;
  /** Values of params. */
  readonly params?: Readonly<Record<string, ParamValue>>;
}

/**
 * Draws a graph file. Exit code 0, or 2 when the graph has problems, which are printed to standard error.
 *
 * @throws VoxError OUTPUT_UNWRITABLE
 */
export async function graphCommand(args: GraphArgs, io: CliIo, environment: GraphEnvironment): Promise<number> {
  const { plan, problems } = checkGraphFile(args.file, { ...environment, params: args.params ?? {}, cwd: io.cwd });
  if (!plan) {
    io.stderr(renderProblems(problems, io));
    return 2;
  }
  const drawn = formats[args.format ?? 'mermaid'](plan, environment.registry);
  if (args.out === undefined) {
    io.stdout(drawn);
    return 0;
  }
  try {
    writeFileSync(resolve(io.cwd, args.out), drawn);
  } catch (reason) {
    throw voxError('OUTPUT_UNWRITABLE', { path: args.out, reason: reasonOf(reason) });
  }
  return 0;
}

/** Adds `graph` to the program. */
export function register(program: Command, io: CliIo, environment: () => GraphEnvironment = builtinEnvironment): void {
  program
    .command('graph')
    .summary('draw a graph file')
    .description('Draws a graph file as Mermaid, Graphviz DOT or SVG.')
    .argument('<file>', 'graph file')
    .addOption(new Option('-f, --format <format>', 'what to draw').choices(Object.keys(formats)).default('mermaid'))
    .option('-o, --out <file>', 'the file to write; default standard output')
    .option('-p, --param <name=value>', 'a value for a param of the graph; may be repeated', collectParam)
    .addHelpText(
      'after',
      '\nExamples:\n  voxgraph graph graphs/radio.json\n  voxgraph graph graphs/radio.json --format svg -o radio.svg\n',
    )
    .action((file: string, options: { format: GraphFormat; out?: string; param?: Record<string, ParamValue> }) => {
      const out = options.out === undefined ? {} : { out: options.out };
      return finish(graphCommand({ file, format: options.format, params: options.param ?? {}, ...out }, io, environment()));
    });
}
