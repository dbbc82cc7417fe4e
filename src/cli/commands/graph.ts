import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { reasonOf, voxError } from '../../errors.js';
import { drawDot } from '../../graph/draw-dot.js';
import { drawMermaid } from '../../graph/draw-mermaid.js';
import { drawSvg } from '../../graph/draw-svg.js';
import type { ParamValue } from '../../graph/file.js';
import { checkGraphFile } from '../../graph/load.js';
import { latencyLedger } from '../../graph/plan/latency.js';
import { latencyText, planReport, planText } from '../../graph/plan/report.js';
import type { Plan } from '../../graph/plan-types.js';
import { behindLinks } from '../../media/whole-file.js';
import type { Registry } from '../../graph/registry.js';
import { builtinEnvironment, checkOf, type GraphEnvironment } from '../environment.js';
import { collectParam, finish, type CliIo } from '../io.js';
import { withConfigOption, type PluginArgs } from '../plugin-setup.js';
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
  /** Print what the planner decided instead of drawing: converters, formats, costs. */
  readonly plan?: boolean;
  /** Print the latency of each path instead of drawing. */
  readonly latency?: boolean;
  /** Print plan and latency as JSON. */
  readonly json?: boolean;
  /** Treat warnings as problems. */
  readonly strict?: boolean;
  /** The file to write; default standard output. */
  readonly out?: string;
  /** Values of params. */
  readonly params?: Readonly<Record<string, ParamValue>>;
}

/**
 * Draws a graph file, or prints what the planner made of it. Exit code 0, or 2 when the graph has problems, which are printed to
 * standard error as warnings are; with `strict` also 2 when it has warnings.
 *
 * @throws VoxError OUTPUT_UNWRITABLE
 */
export async function graphCommand(args: GraphArgs, io: CliIo, environment: GraphEnvironment): Promise<number> {
  const check = await checkOf(environment, args.file);
  const { plan, problems, warnings = [] } = checkGraphFile(args.file, { ...check, params: args.params ?? {}, cwd: io.cwd });
  if (!plan) {
    io.stderr(renderProblems(problems, io));
    return 2;
  }
  if (warnings.length > 0) io.stderr(renderProblems(warnings, io, 'warning'));
  const code = args.strict && warnings.length > 0 ? 2 : 0;
  const text = answer(plan, check.registry, args);
  if (args.out === undefined) {
    io.stdout(text);
    return code;
  }
  // A slip of the keyboard must not cost the graph.
  if (behindLinks(resolve(io.cwd, args.out)) === behindLinks(resolve(io.cwd, args.file)))
    throw voxError('OUTPUT_UNWRITABLE', { path: args.out, reason: 'it is the graph itself' });
  try {
    writeFileSync(resolve(io.cwd, args.out), text);
  } catch (reason) {
    throw voxError('OUTPUT_UNWRITABLE', { path: args.out, reason: reasonOf(reason) });
  }
  return code;
}

function answer(plan: Plan, registry: Registry, { format, json, plan: plans, latency }: GraphArgs): string {
  if (!plans && !latency && !json) return formats[format ?? 'mermaid'](plan, registry);
  if (json) {
    const both = !plans && !latency;
    const report = (plans ?? both) ? planReport(plan, registry) : { title: plan.title };
    return `${JSON.stringify({ ...report, ...((latency ?? both) && { latency: latencyLedger(plan, registry) }) }, null, 2)}\n`;
  }
  const texts = [...(plans ? [planText(planReport(plan, registry))] : []), ...(latency ? [latencyText(plan, registry)] : [])];
  return texts.join('\n');
}

/** What commander gives: what was not asked for is absent. */
type GraphOptions = Omit<GraphArgs, 'file' | 'params'> & PluginArgs & { readonly param?: Record<string, ParamValue> };

/** Adds `graph` to the program. */
export function register(
  program: Command,
  io: CliIo,
  environment: (args: PluginArgs) => GraphEnvironment | Promise<GraphEnvironment> = (args) => builtinEnvironment(io, args),
): void {
  withConfigOption(program.command('graph'))
    .summary('draw a graph file, or show its plan, cost and latency')
    .description('Draws a graph file as Mermaid, Graphviz DOT or SVG, or prints what the planner made of it.')
    .argument('<file>', 'graph file')
    .addOption(new Option('-f, --format <format>', 'what to draw').choices(Object.keys(formats)).default('mermaid'))
    .option('--plan', 'print each node with what was inserted, formats and estimated cost')
    .option('--latency', 'print what each path from a source to a sink delays')
    .option('--json', 'print plan and latency as JSON')
    .option('--strict', 'exit with 2 when there are warnings')
    .option('-o, --out <file>', 'the file to write; default standard output')
    .option('-p, --param <name=value>', 'a value for a param of the graph; may be repeated', collectParam)
    .addHelpText(
      'after',
      '\nExamples:\n  voxgraph graph graphs/radio.json\n  voxgraph graph graphs/radio.json --format svg -o radio.svg\n' +
        '  voxgraph graph graphs/radio.json --plan --latency\n',
    )
    .action(async (file: string, { param, config, ...options }: GraphOptions) =>
      finish(graphCommand({ file, params: param ?? {}, ...options }, io, await environment({ ...(config && { config }) }))),
    );
}
