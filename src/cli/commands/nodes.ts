import type { Command } from 'commander';
import pc from 'picocolors';
import { voxError } from '../../errors.js';
import type { NodeDefinition } from '../../graph/define-node.js';
import { optionDocs, optionSchema, type OptionDoc } from '../../graph/option-schema.js';
import type { Ports } from '../../graph/ports.js';
import { nearestHint } from '../../graph/registry.js';
import { builtinEnvironment, checkedTypes, type GraphEnvironment } from '../environment.js';
import { finish, type CliIo } from '../io.js';
import { withConfigOption, type PluginArgs } from '../plugin-setup.js';

/** The arguments of `voxgraph nodes`. */
export interface NodesArgs {
  /** One type to show in full; default: the list of all. */
  readonly type?: string;
  /** A graph file whose plugins' types are shown too. */
  readonly graph?: string;
  /** Machine-readable output. Default false. */
  readonly json?: boolean;
}

/**
 * Lists the node types, or those of one group such as `effect`, or shows one in full.
 *
 * @throws VoxError UNKNOWN_TYPE
 */
export async function nodesCommand(args: NodesArgs, io: CliIo, environment: GraphEnvironment): Promise<number> {
  const { registry } = args.graph === undefined ? environment : await checkedTypes(args.graph, environment);
  const all = registry.list();
  if (args.type === undefined) {
    io.stdout(args.json ? json(all.map(describeType)) : list(all, io.color));
    return 0;
  }
  const definition = registry.get(args.type);
  if (!definition) {
    const group = all.filter(({ type }) => type.startsWith(`${args.type}.`));
    if (group.length > 0) {
      io.stdout(args.json ? json(group.map(describeType)) : list(group, io.color));
      return 0;
    }
    const types = all.map(({ type }) => type);
    throw voxError('UNKNOWN_TYPE', { type: args.type, hint: nearestHint(args.type, types) });
  }
  io.stdout(args.json ? json(describeType(definition)) : page(definition, io.color));
  return 0;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function describeType(definition: NodeDefinition): object {
  const { type, summary, details, inputs, outputs, leadership, needsCall, fixedOptions, fileOptions } = definition;
  return {
    type,
    summary,
    details,
    inputs,
    outputs,
    leadership,
    needsCall,
    fixedOptions,
    fileOptions,
    options: optionSchema(definition.options),
  };
}

function list(definitions: readonly NodeDefinition[], color: boolean): string {
  const paint = pc.createColors(color);
  const width = Math.max(0, ...definitions.map(({ type }) => type.length));
  const groups = Map.groupBy(definitions, ({ type }) => type.slice(0, type.indexOf('.')));
  return [...groups]
    .map(([group, members]) => {
      const lines = members.map(({ type, summary }) => `  ${paint.cyan(type.padEnd(width))}  ${summary}\n`);
      return `${paint.bold(group)}\n${lines.join('')}`;
    })
    .join('\n');
}

function page(definition: NodeDefinition, color: boolean): string {
  const paint = pc.createColors(color);
  const { type, summary, details, inputs, outputs, leadership, needsCall } = definition;
  const parts = [`${paint.bold(type)} – ${summary}\n`];
  if (details) parts.push(`${details.trim()}\n`);
  const notes = [
    ...(needsCall ? ['It needs a call to be bound, with --call.'] : []),
    ...(leadership === 'lead' ? ['It leads its clock domain.'] : []),
    ...(leadership === 'may' ? ['It leads its clock domain when nothing else does.'] : []),
  ];
  if (notes.length > 0) parts.push(`${notes.join(' ')}\n`);
  parts.push(ports(paint.bold('inputs'), inputs), ports(paint.bold('outputs'), outputs));
  const fixed = new Set(definition.fixedOptions);
  const options = optionDocs(definition.options).map((option) => optionLines(option, fixed.has(option.name), paint.cyan));
  parts.push(options.length > 0 ? `${paint.bold('options')}\n${options.join('')}` : `${paint.bold('options')}\n  none\n`);
  parts.push(`${paint.bold('example')}\n${exampleOf(definition).replace(/^/gm, '  ')}\n`);
  return parts.join('\n');
}

function ports(title: string, declared: Ports): string {
  const lines = Object.entries(declared).map(([name, { kind, arity, about }]) => {
    const count = arity === 'many' ? ', any number' : arity === 'optional' ? ', optional' : '';
    return `  ${name} (${kind}${count}): ${about}\n`;
  });
  return `${title}\n${lines.length > 0 ? lines.join('') : '  none\n'}`;
}

function optionLines(option: OptionDoc, fixed: boolean, paint: (text: string) => string): string {
  const state = option.required
    ? 'required'
    : option.default === undefined
      ? 'optional'
      : `default ${JSON.stringify(option.default)}`;
  const live = fixed ? '; takes effect when the graph starts' : '';
  return `  ${paint(option.name)} (${option.type}; ${state}${live})\n${option.description ? `      ${option.description}\n` : ''}`;
}

/** A node of this type as it may stand in a graph file: required ports and options, and up to three others. */
function exampleOf(definition: NodeDefinition): string {
  const { type, inputs, fileOptions } = definition;
  const wired = Object.entries(inputs).filter(([, port]) => port.arity !== 'optional');
  const options = optionDocs(definition.options);
  const shown = [
    ...options.filter((option) => option.required),
    ...options.filter((option) => !option.required && option.default !== undefined).slice(0, 3),
  ];
  const values = shown.map((option) => {
    if (!option.required) return [option.name, option.default] as const;
    if (fileOptions.includes(option.name)) return [option.name, 'media/tune.opus'] as const;
    return [option.name, sampleOf(option.type)] as const;
  });
  const node = {
    type,
    ...(wired.length > 0
      ? { in: Object.fromEntries(wired.map(([name, port]) => [name, port.arity === 'many' ? ['a', 'b'] : 'a'])) }
      : {}),
    ...(values.length > 0 ? { options: Object.fromEntries(values) } : {}),
  };
  const lines = Object.entries(node).map(([key, value]) => `${JSON.stringify(key)}: ${inline(value)}`);
  return `${JSON.stringify(type.slice(type.indexOf('.') + 1))}: { ${lines.join(', ')} }`;
}

function sampleOf(type: string): unknown {
  const literal = /^"(?:[^"\\]|\\.)*"/.exec(type)?.[0];
  if (literal !== undefined) return JSON.parse(literal);
  if (type.startsWith('list')) return [];
  if (type.startsWith('object')) return {};
  if (type.startsWith('boolean')) return true;
  const low = /(-?[\d.]+) to |at least (-?[\d.]+)/.exec(type);
  if (/^(whole )?number/.test(type)) return Number(low?.[1] ?? low?.[2] ?? 1);
  return '…';
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${inline(item)}`);
  return entries.length > 0 ? `{ ${entries.join(', ')} }` : '{}';
}

/** Adds `nodes` to the program. */
export function register(
  program: Command,
  io: CliIo,
  environment: (args: PluginArgs) => GraphEnvironment | Promise<GraphEnvironment> = (args) => builtinEnvironment(io, args),
): void {
  withConfigOption(program.command('nodes'))
    .summary('list node types, or show one')
    .description('Lists the node types by group, or shows one with its ports, options and an example.')
    .argument('[type]', 'a type to show in full')
    .option('--graph <file>', 'with the types of the plugins that a graph file names')
    .option('--json', 'print it as JSON')
    .addHelpText('after', '\nExamples:\n  voxgraph nodes\n  voxgraph nodes effect.echo\n  voxgraph nodes --graph my-graph.json\n')
    .action(async (type: string | undefined, { config, ...options }: NodesArgs & PluginArgs) =>
      finish(
        nodesCommand({ ...options, ...(type !== undefined && { type }) }, io, await environment({ ...(config && { config }) })),
      ),
    );
}
