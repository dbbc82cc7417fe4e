import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Problem } from '../../errors.js';
import type { ParamValue } from '../../graph/file.js';
import { checkGraphFile, type CheckedGraph } from '../../graph/load.js';
import type { Plan } from '../../graph/plan-types.js';
import { builtinEnvironment, checkOf, type GraphEnvironment } from '../environment.js';
import { collectParam, finish, type CliIo } from '../io.js';
import { withConfigOption, type PluginArgs } from '../plugin-setup.js';
import { renderProblem } from '../problems.js';

/** The arguments of `voxgraph check`. */
export interface CheckArgs {
  /** Graph files, as the user named them. */
  readonly files: readonly string[];
  /** Machine-readable output. Default false. */
  readonly json?: boolean;
  /** Treat warnings as problems. Default false. */
  readonly strict?: boolean;
  /** Values of params. */
  readonly params?: Readonly<Record<string, ParamValue>>;
}

/** Checks graph files without running anything. Exit code 0, or 2 when any has a problem (with `strict`, or a warning). */
export async function checkCommand(args: CheckArgs, io: CliIo, environment: GraphEnvironment): Promise<number> {
  // `graphs/*.json` matches the schemas and tests beside the graphs too.
  const files = args.files.filter((file) => noGraph(file) === undefined);
  for (const file of args.files) {
    const what = noGraph(file);
    if (what !== undefined && !args.json) io.stdout(`${file}: skipped (${what}, not a graph)\n`);
  }
  const results: (CheckedGraph & { readonly file: string })[] = [];
  for (const file of files) {
    const options = { ...(await checkOf(environment, file)), params: args.params ?? {}, cwd: io.cwd };
    results.push({ file, ...checkGraphFile(file, options) });
  }
  const failed = results.some(({ problems, warnings = [] }) => problems.length > 0 || (args.strict && warnings.length > 0));
  if (args.json) {
    const report = results.map(({ file, plan, problems, warnings = [] }) => ({
      file,
      ok: problems.length === 0,
      ...(plan && counts(plan)),
      problems,
      ...(warnings.length > 0 && { warnings }),
    }));
    io.stdout(`${JSON.stringify(report, null, 2)}\n`);
    return failed ? 2 : 0;
  }
  for (const { file, plan, problems, warnings = [] } of results) {
    if (plan) io.stdout(`${file}: ok (${summary(plan)})\n`);
    else io.stdout(renderProblems(problems, io));
    if (warnings.length > 0) io.stdout(renderProblems(warnings, io, 'warning'));
  }
  return failed ? 2 : 0;
}

function noGraph(file: string): string | undefined {
  if (file.endsWith('.schema.json')) return 'a JSON Schema';
  return file.endsWith('.test.json') ? 'a test' : undefined;
}

/** So many problems are shown at most: nobody mends more before the next check. */
const MOST_SHOWN = 100;

/** Problems of one or more graph files, each with its source line, ended by their number. */
export function renderProblems(problems: readonly Problem[], io: CliIo, word: 'problem' | 'warning' = 'problem'): string {
  const sources = new Map<string, string | undefined>();
  const sourceOf = (file: string) => {
    if (!sources.has(file)) sources.set(file, readSource(resolve(io.cwd, file)));
    return sources.get(file);
  };
  const rendered = problems
    .slice(0, MOST_SHOWN)
    .map((problem) => renderProblem(problem, problem.place && sourceOf(problem.place.file), io.color));
  const files = new Set(problems.map((problem) => problem.place?.file));
  const where = files.size === 1 && problems[0]?.place ? ` in ${problems[0].place.file}` : '';
  const more = problems.length > MOST_SHOWN ? `, of which the first ${MOST_SHOWN} are shown` : '';
  return `${rendered.join('\n')}\n${plural(problems.length, word)}${where}${more}\n`;
}

function readSource(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function counts(plan: Plan): { nodes: number; domains: number } {
  return { nodes: plan.nodes.filter((node) => !node.implicit).length, domains: plan.domains.length };
}

function summary(plan: Plan): string {
  const { nodes, domains } = counts(plan);
  return `${plural(nodes, 'node')}, ${plural(domains, 'clock domain')}`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** Adds `check` to the program. */
export function register(
  program: Command,
  io: CliIo,
  environment: (args: PluginArgs) => GraphEnvironment | Promise<GraphEnvironment> = (args) => builtinEnvironment(io, args),
): void {
  withConfigOption(program.command('check'))
    .summary('check graph files')
    .description('Checks graph files without running anything, and prints every problem with its place and its fix.')
    .argument('<file...>', 'graph files')
    .option('--json', 'print the result as JSON')
    .option('--strict', 'exit with 2 when there are warnings')
    .option('-p, --param <name=value>', 'a value for a param of the graphs; may be repeated', collectParam)
    .addHelpText(
      'after',
      '\nExamples:\n  voxgraph check graphs/*.json\n  voxgraph check graphs/radio.json --param music=song.mp3 --json\n',
    )
    .action(
      async (
        files: string[],
        { param, config, ...options }: Omit<CheckArgs, 'files' | 'params'> & PluginArgs & { param?: Record<string, ParamValue> },
      ) => finish(checkCommand({ files, params: param ?? {}, ...options }, io, await environment({ ...(config && { config }) }))),
    );
}
