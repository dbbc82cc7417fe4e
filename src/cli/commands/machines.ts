import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { reasonOf, voxError } from '../../errors.js';
import { nearestHint } from '../../graph/registry.js';
import { CHARTS } from '../../machines/chart-names.js';
import type { StateDescription } from '../../machines/describe.js';
import { finish, type CliIo } from '../io.js';

const FORMATS = ['mermaid', 'svg', 'json'] as const;

/** The arguments of `voxgraph machines`. */
export interface MachinesArgs {
  /** One chart; default all. */
  readonly machine?: string;
  /** Default: a list. */
  readonly format?: (typeof FORMATS)[number];
  /** The file to write; default standard output. */
  readonly out?: string;
}

/**
 * Lists the state machines, or draws one. Exit code 0.
 *
 * @throws VoxError `USAGE`, `OUTPUT_UNWRITABLE`.
 */
export async function machinesCommand({ machine, format, out }: MachinesArgs, io: CliIo): Promise<number> {
  // Loaded here: nothing else that starts needs them.
  const { chartOf } = await import('../../machines/charts.js');
  const charts = (machine === undefined ? CHARTS : [machine]).map((name) => {
    const chart = chartOf(name);
    if (!chart) throw voxError('USAGE', { reason: `no machine is called "${name}"${nearestHint(name, CHARTS)}` });
    return chart;
  });
  const text = await textOf(charts, machine === undefined, format);
  if (out === undefined) {
    io.stdout(text);
    return 0;
  }
  try {
    writeFileSync(resolve(io.cwd, out), text);
  } catch (error) {
    throw voxError('OUTPUT_UNWRITABLE', { path: out, reason: reasonOf(error) });
  }
  return 0;
}

async function textOf(charts: readonly StateDescription[], all: boolean, format: MachinesArgs['format']): Promise<string> {
  switch (format) {
    case undefined:
      return charts.map(({ id, description = '' }) => `${id.padEnd(8)} ${description}\n`).join('');
    case 'json':
      return `${JSON.stringify(all ? charts : charts[0], null, 2)}\n`;
    case 'mermaid': {
      const { toMermaid } = await import('../../machines/mermaid.js');
      // One diagram a text; several are told apart by a comment.
      return charts.map((chart) => `${all ? `%% ${chart.id}\n` : ''}${toMermaid(chart)}\n`).join('\n');
    }
    case 'svg': {
      if (all) throw voxError('USAGE', { reason: `say which machine is to be drawn: ${charts.map(({ id }) => id).join(', ')}` });
      const { drawChartSvg } = await import('../../machines/draw-svg.js');
      return drawChartSvg(charts[0]!);
    }
  }
}

/** Adds `machines` to the program. */
export function register(program: Command, io: CliIo): void {
  program
    .command('machines')
    .summary('list or draw the state machines of calls, sources, plugins and accounts')
    .description('Lists the state machines, or draws one from the machine itself.')
    .argument('[machine]', `one of ${CHARTS.join(', ')}; default: all`)
    .addOption(new Option('-f, --format <format>', 'how they are given').choices(FORMATS))
    .option('-o, --out <file>', 'the file to write; default standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  voxgraph machines call --format mermaid\n  voxgraph machines call --format svg -o call.svg\n  voxgraph machines --format json\n',
    )
    .action((machine: string | undefined, options: Omit<MachinesArgs, 'machine'>) =>
      finish(machinesCommand({ ...options, ...(machine !== undefined && { machine }) }, io)),
    );
}
