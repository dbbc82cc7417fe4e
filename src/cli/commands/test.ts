import { readdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import { loadTest, runGraphTest, type LoadedTest, type TestResult } from '../../engine/graph-test/index.js';
import { formatProblem, VoxError, voxError } from '../../errors.js';
import { builtinEnvironment, checkOf, type GraphEnvironment } from '../environment.js';
import { finish, type CliIo } from '../io.js';
import { withConfigOption, type PluginArgs } from '../plugin-setup.js';
import { renderProblems } from './check.js';

/** The arguments of `voxgraph test`. */
export interface TestArgs {
  /** Test files, graph files that have one beside them, or folders. */
  readonly files: readonly string[];
  /** Machine-readable output. Default false. */
  readonly json?: boolean;
}

interface Ran extends TestResult {
  readonly loaded: LoadedTest;
}

/** Runs graph tests. Exit code 0, 1 when an expectation does not hold, 2 when a test or graph is wrong. */
export async function testCommand(args: TestArgs, io: CliIo, environment: GraphEnvironment): Promise<number> {
  const names = args.files.flatMap((file) => testsIn(file, io.cwd));
  if (names.length === 0) throw voxError('USAGE', { reason: `there are no tests (*.test.json) in ${args.files.join(', ')}` });
  const all: Ran[] = [];
  let broken = 0;
  for (const name of names) {
    try {
      const loaded = loadTest(name, io.cwd);
      const ran = { loaded, ...(await runGraphTest(loaded, await checkOf(environment, loaded.graph), io.cwd)) };
      all.push(ran);
      if (!args.json) io.stdout(report(ran, io));
    } catch (error) {
      if (!(error instanceof VoxError)) throw error;
      broken++;
      if (args.json) all.push({ loaded: { name } as LoadedTest, verdicts: [], problems: error.problems, seconds: 0 });
      else io.stdout(`${name}\n${renderProblems(error.problems, io)}`);
    }
  }
  const failed = all.filter((ran) => ran.problems.length > 0 || ran.verdicts.some(({ passed }) => !passed)).length;
  if (args.json) io.stdout(`${JSON.stringify(all.map(plain), null, 2)}\n`);
  else io.stdout(`${names.length - failed - broken} of ${names.length} ${names.length === 1 ? 'test' : 'tests'} passed.\n`);
  return broken > 0 ? 2 : failed > 0 ? 1 : 0;
}

function plain({ loaded, verdicts, problems, seconds }: Ran): object {
  const passed = problems.length === 0 && verdicts.every((verdict) => verdict.passed);
  return { file: loaded.name, passed, seconds, expectations: verdicts, problems };
}

function report({ loaded, verdicts, problems, seconds }: Ran, { color }: CliIo): string {
  const paint = pc.createColors(color);
  const lines = [`${paint.bold(loaded.name)} (${seconds.toFixed(1)} s of media)`];
  verdicts.forEach(({ passed, text }, i) => {
    const place = loaded.places[i];
    if (passed) lines.push(`  ${paint.green('ok')}      ${text}`);
    else
      lines.push(
        `  ${paint.red('FAILED')}  ${text}${place ? `  ${paint.dim(`${place.file}:${place.line}:${place.column}`)}` : ''}`,
      );
  });
  for (const problem of problems) lines.push(`  ${paint.red('FAILED')}  ${formatProblem(problem)}`);
  return `${lines.join('\n')}\n`;
}

/** The tests a name stands for: itself, or all of a folder and the folders in it. */
function testsIn(name: string, cwd: string): string[] {
  const path = resolve(cwd, name);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [name];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((entry) => entry.endsWith('.test.json') && !entry.includes('node_modules'))
    .sort((a, b) => a.localeCompare(b))
    .map((entry) => relative(cwd, join(path, entry)));
}

/** Adds `test` to the program. */
export function register(
  program: Command,
  io: CliIo,
  environment: (args: PluginArgs) => GraphEnvironment | Promise<GraphEnvironment> = (args) => builtinEnvironment(io, args),
): void {
  withConfigOption(program.command('test'))
    .summary("run graphs' tests")
    .description(
      'Runs the tests that lie beside graphs (NAME.test.json) in virtual time, as fast as the machine allows, and says what came where something else was expected.',
    )
    .argument('[file...]', 'tests, graphs with a test beside them, or folders', ['graphs'])
    .option('--json', 'print the results as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  voxgraph test\n  voxgraph test graphs/duck.json --json\n\nExit codes: 0 all hold, 1 an expectation does not, 2 a test or its graph is wrong.\n',
    )
    .action(async (files: string[], { json = false, config }: PluginArgs & { json?: boolean }) =>
      finish(testCommand({ files, json }, io, await environment({ ...(config && { config }) }))),
    );
}
