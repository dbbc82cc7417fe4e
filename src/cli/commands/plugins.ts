import type { Command } from 'commander';
import pc from 'picocolors';
import { VoxError, voxError } from '../../errors.js';
import type { OptionDoc } from '../../graph/option-schema.js';
import { nearestHint } from '../../graph/registry.js';
import type { PluginDeclaration, PluginInfo } from '../../plugins/plugin-info.js';
import { askEngine, engineAt, engineOptions, textOf, type EngineArgs } from '../ask-engine.js';
import { declaredPlugins } from '../declared-plugins.js';
import { finish, type CliIo } from '../io.js';
import { withConfigOption } from '../plugin-setup.js';

/** The arguments of `voxgraph plugins`. */
export interface PluginsArgs extends EngineArgs {
  /** One to show in full; default: the list. */
  readonly plugin?: string;
  /** Those that a graph file names, without asking an engine. */
  readonly graph?: string;
  /** The config file. */
  readonly config?: string;
  /** One to enable. */
  readonly enable?: string;
  /** One to disable. */
  readonly disable?: string;
  /** Machine-readable output. Default false. */
  readonly json?: boolean;
}

type Shown = PluginDeclaration & Partial<Omit<PluginInfo, 'config'>> & { readonly present?: PluginInfo['config'] };

/**
 * Lists the plugins of a running engine with their state, or, where none runs, those that could be used; shows one in full; enables or
 * disables one. Exit code 0.
 *
 * @throws VoxError `UNKNOWN_PLUGIN`, and what the engine says.
 */
export async function pluginsCommand(args: PluginsArgs, io: CliIo): Promise<number> {
  const { enable, disable } = args;
  const { url, token } = engineAt(args, io.cwd);
  if (enable !== undefined || disable !== undefined) {
    for (const [plugin, enabled] of [
      [enable, true],
      [disable, false],
    ] as const) {
      if (plugin === undefined) continue;
      await textOf(await askEngine(url, `/plugins/${encodeURIComponent(plugin)}`, { token, body: { enabled } }));
      if (!args.json) io.stdout(`${plugin} is ${enabled ? 'enabled' : 'disabled'}.\n`);
    }
    if (!args.json) return 0;
  }
  const running = args.graph === undefined ? await runningPlugins(url, token) : undefined;
  const found: readonly Shown[] = running ?? (await declaredPlugins(args, io));
  if (args.plugin !== undefined) return showOne(args.plugin, found, args, io);
  if (args.json) io.stdout(`${JSON.stringify(found, null, 2)}\n`);
  else io.stdout(list(found, running === undefined ? (args.graph ?? 'no engine runs; these can be used') : url, io));
  return 0;
}

/** Undefined: no engine answers there. */
async function runningPlugins(url: string, token: string | undefined): Promise<readonly Shown[] | undefined> {
  try {
    const { plugins } = JSON.parse(await textOf(await askEngine(url, '/plugins', { token }))) as {
      plugins: PluginInfo[];
    };
    return plugins.map(({ config, options, ...rest }) => ({ ...rest, config: options, present: config }));
  } catch (error) {
    if (error instanceof VoxError && error.code === 'ENGINE_NOT_FOUND') return undefined;
    throw error;
  }
}

async function showOne(name: string, found: readonly Shown[], args: PluginsArgs, io: CliIo): Promise<number> {
  const one = found.find((plugin) => plugin.key === name) ?? found.find((plugin) => plugin.name === name);
  const shown = one ?? (await declaredPlugins({ ...args, plugin: name }, io)).find((plugin) => plugin.name === name);
  if (!shown)
    throw voxError('UNKNOWN_PLUGIN', {
      plugin: name,
      hint: nearestHint(
        name,
        found.map((plugin) => plugin.name),
      ),
    });
  io.stdout(args.json ? `${JSON.stringify(shown, null, 2)}\n` : full(shown, io));
  return 0;
}

function list(plugins: readonly Shown[], where: string, { color }: CliIo): string {
  const paint = pc.createColors(color);
  if (plugins.length === 0) return `No plugins (${where}).\n`;
  const names = plugins.map(({ key, name }) => key ?? name);
  const width = Math.max(...names.map((name) => name.length));
  const rows = plugins.map(({ version, status, description, faults = 0 }, i) => {
    const state =
      status === undefined ? '' : `${status === 'enabled' ? paint.green(status.padEnd(8)) : paint.yellow(status.padEnd(8))}  `;
    const failed = faults > 0 ? paint.red(` (${faults} ${faults === 1 ? 'fault' : 'faults'})`) : '';
    return `  ${paint.bold(names[i]!.padEnd(width))}  ${version.padEnd(8)}  ${state}${description}${failed}\n`;
  });
  return `Plugins (${where}):\n${rows.join('')}`;
}

function full(plugin: Shown, { color }: CliIo): string {
  const paint = pc.createColors(color);
  const { key, name, version, description, status, graph, from, faults, problem, bypassed = [], present } = plugin;
  const lines = [`${paint.bold(key ?? name)} ${version}`, `  ${description}`];
  const fact = (what: string, value: string | undefined) => value && lines.push(`  ${what}: ${value}`);
  fact('status', status);
  fact('graph', graph);
  fact('from', from);
  fact(
    'needs',
    Object.entries(plugin.dependencies)
      .map(([other, range]) => `${other} ${range}`)
      .join(', '),
  );
  fact('parts', plugin.parts.join(', '));
  fact('node types', plugin.nodes.join(', '));
  fact('faults', faults ? `${faults}${problem ? `, the last: ${problem.message}` : ''}` : undefined);
  fact('left out', bypassed.join(', '));
  lines.push('', paint.bold('Settings'));
  if (plugin.config.length === 0) lines.push('  none');
  for (const option of plugin.config) lines.push(`  ${optionLine(option, present)}`);
  lines.push('', paint.bold('Messages'));
  const messages = Object.entries(plugin.messages);
  if (messages.length === 0) lines.push('  none');
  for (const [message, { description: about, payload, reply }] of messages) {
    lines.push(`  ${message}${about ? ` – ${about}` : ''}`);
    lines.push(paint.dim(`    takes ${JSON.stringify(payload)}`), paint.dim(`    answers ${JSON.stringify(reply)}`));
  }
  return `${lines.join('\n')}\n`;
}

function optionLine(option: OptionDoc, present: PluginInfo['config'] | undefined): string {
  const { name, type, description, required } = option;
  const now = present && name in present ? JSON.stringify(present[name]) : undefined;
  const otherwise = required ? 'required' : option.default === undefined ? '' : `default ${JSON.stringify(option.default)}`;
  const notes = [type, otherwise, now === undefined ? '' : `now ${now}`].filter(Boolean).join('; ');
  return `${name} (${notes})${description ? ` – ${description}` : ''}`;
}

/** Adds `plugins` to the program. */
export function register(program: Command, io: CliIo): void {
  withConfigOption(engineOptions(program.command('plugins')))
    .argument('[plugin]', 'one to show in full: settings, messages, faults')
    .summary('list plugins, or show, enable or disable one')
    .description(
      'Lists the plugins of a running engine with their state; where none runs, or with --graph, those that can be used. Enables or disables one while it runs.',
    )
    .option('--enable <plugin>', 'let it work again')
    .option('--disable <plugin>', 'stop it; it stays loaded and keeps its state')
    .option('--graph <file>', 'those that a graph file names, without asking an engine')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  voxgraph plugins\n  voxgraph plugins music-queue\n  voxgraph plugins --graph my-graph.json\n  voxgraph plugins --disable voice-effects\n\nExit codes: 0 done, 1 refused, 2 no such plugin, 3 no engine answers.\n',
    )
    .action((plugin: string | undefined, options: PluginsArgs) =>
      finish(pluginsCommand({ ...options, ...(plugin !== undefined && { plugin }) }, io)),
    );
}
