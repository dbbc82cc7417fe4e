import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { problem, VoxError, voxError, type Problem } from '../../errors.js';
import type { JsonNode } from '../../graph/json-tree.js';
import { checkOptions, optionName, valueAt, type OptionProblem } from '../../graph/option-problems.js';
import { parseJson } from '../../graph/parse.js';
import { sortProblems } from '../../graph/report.js';
import { importOwn, shownFrom } from '../loader/import-own.js';
import { isPluginDefinition } from '../define-plugin.js';
import type { PluginLoader } from '../loader-types.js';
import type { Installation } from '../plugin-types.js';
import { configEntry, configFile } from './config-schema.js';

/** What the file may be called. */
export const CONFIG_NAMES = ['ts', 'mts', 'js', 'mjs', 'json'].map((ending) => `voxgraph.config.${ending}`);

/** Where a config is looked for. */
export interface LoadConfigOptions {
  /** The folder it lies in. */
  readonly cwd: string;
  /** The file, relative to `cwd`. Default: `voxgraph.config` with `.ts`, `.mts`, `.js`, `.mjs` or `.json`; none is fine too. */
  readonly file?: string;
  /** Imports the plugins. */
  readonly loader: PluginLoader;
}

/** A config with its plugins imported. */
export interface LoadedConfig {
  /** The file; absent when there is none. */
  readonly file?: string;
  /** The data folder, absolute. */
  readonly dataDir?: string;
  /** Its plugins. */
  readonly installs: readonly Installation[];
  /** The files of its own that were read. */
  readonly files: readonly string[];
}

/** Turns a path into the config, such as `['plugins', 1, 'config']`, into a place. */
type PlaceOf = (path: readonly PropertyKey[], key?: boolean) => Pick<Problem, 'place' | 'path'>;

/** Reads `voxgraph.config` and imports its plugins. @throws VoxError with everything that is wrong. */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig> {
  const { cwd } = options;
  const file = options.file === undefined ? findConfig(cwd) : resolve(cwd, options.file);
  if (file === undefined) return { installs: [], files: [] };
  if (!existsSync(file)) throw voxError('CONFIG_MISSING', { file: options.file ?? file });
  const { value, placeOf, files } = await read(file, shownFrom(cwd, file), cwd);
  const problems: Problem[] = [];
  const whole = checkOptions(configFile, value);
  for (const found of whole.problems) problems.push(shapeProblem(found, placeOf, found.path));
  const installs: Installation[] = [];
  // Though the rest is wrong, so that everything is told at once.
  const entries = valueAt(value, ['plugins']);
  for (const [i, entry] of (Array.isArray(entries) ? (entries as unknown[]) : []).entries()) {
    const installed = await install(entry, ['plugins', i], file, options.loader, placeOf, problems);
    if (installed) installs.push(installed);
  }
  const [first, ...more] = sortProblems(problems);
  if (first) throw new VoxError(first, ...more);
  const given = whole.options!['dataDir'] as string | undefined;
  const dataDir = given === undefined ? undefined : resolve(dirname(file), given);
  return { file, ...(dataDir !== undefined && { dataDir }), installs, files };
}

/** The config file of a folder. @throws VoxError `CONFIG_TWICE`. */
export function findConfig(cwd: string): string | undefined {
  const [first, second] = CONFIG_NAMES.filter((name) => existsSync(join(cwd, name)));
  if (first !== undefined && second !== undefined) throw voxError('CONFIG_TWICE', { first, second });
  return first === undefined ? undefined : join(cwd, first);
}

async function install(
  given: unknown,
  path: readonly PropertyKey[],
  file: string,
  loader: PluginLoader,
  placeOf: PlaceOf,
  problems: Problem[],
): Promise<Installation | undefined> {
  const checked = checkOptions(configEntry, typeof given === 'string' || isPluginDefinition(given) ? { plugin: given } : given);
  for (const found of checked.problems) problems.push(shapeProblem(found, placeOf, [...path, ...found.path]));
  if (!checked.options) return undefined;
  const { plugin, enabled, priority, config } = checked.options as {
    plugin: string | Installation['definition'];
    enabled: boolean;
    priority: number;
    config: Record<string, unknown>;
  };
  try {
    const loaded = typeof plugin === 'string' ? await loader.load({ from: plugin, baseDir: dirname(file) }) : undefined;
    const definition = loaded?.definition ?? (plugin as Installation['definition']);
    for (const found of checkOptions(definition.config, config).problems) {
      const at = placeOf([...path, 'config', ...found.path], found.kind === 'unknown');
      const about = { plugin: definition.name, option: optionName(found.path) || 'config' };
      if (found.kind === 'unknown') problems.push(problem('UNKNOWN_PLUGIN_OPTION', { ...about, hint: found.hint }, at));
      else problems.push(problem('BAD_PLUGIN_OPTION', { ...about, reason: found.reason }, at));
    }
    return { definition, ...(loaded && { from: loaded.from }), enabled, priority, config };
  } catch (error) {
    if (!(error instanceof VoxError)) throw error;
    // What is wrong inside the plugin's file says where; the rest is about the entry. A disabled one need not be there.
    const found = error.problems.map((one) => (one.place ? one : { ...one, ...placeOf(path) }));
    if (enabled || found.some(({ code }) => code !== 'UNKNOWN_PLUGIN' && code !== 'PLUGIN_FILE_MISSING')) problems.push(...found);
    return undefined;
  }
}

function shapeProblem(found: OptionProblem, placeOf: PlaceOf, path: readonly PropertyKey[]): Problem {
  const name = optionName(path);
  const reason =
    found.kind === 'unknown' ? `"${name}" does not exist${found.hint}` : name ? `"${name}": ${found.reason}` : found.reason;
  return problem('CONFIG_SHAPE', { reason }, placeOf(path, found.kind === 'unknown'));
}

async function read(
  file: string,
  shown: string,
  cwd: string,
): Promise<{ value: unknown; placeOf: PlaceOf; files: readonly string[] }> {
  if (extname(file) === '.json') {
    const parsed = parseJson(readFileSync(file, 'utf8'), shown);
    const [first, ...more] = parsed.problems;
    if (first) throw new VoxError(first, ...more);
    const tree = parsed.tree!;
    return { value: plain(tree), placeOf: (path, key) => whereIn(tree, path, key ?? false), files: [file] };
  }
  const { namespace, files } = await importOwn(file, (name) => shownFrom(cwd, name));
  if (!('default' in namespace)) {
    const reason = `${basename(file)} has no default export: write "export default defineConfig({ … })"`;
    throw voxError('CONFIG_SHAPE', { reason }, { place: { file: shown, line: 1, column: 1 } });
  }
  return { value: namespace.default, placeOf: (path) => ({ path: [shown, optionName(path)].filter(Boolean).join(' ') }), files };
}

function plain(node: JsonNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'array') return node.items.map(plain);
  return Object.fromEntries([...node.members.values()].map(({ key, value }) => [key, plain(value)]));
}

/** The place of a value, or of its key; of what is not there, that of what should hold it. */
function whereIn(tree: JsonNode, path: readonly PropertyKey[], key: boolean): Pick<Problem, 'place'> {
  let at = tree;
  let where = tree.where;
  for (const [i, part] of path.entries()) {
    const member = at.kind === 'object' ? at.members.get(String(part)) : undefined;
    const next = at.kind === 'array' && typeof part === 'number' ? at.items[part] : member?.value;
    if (!next) break;
    where = key && i === path.length - 1 && member ? member.where : next.where;
    at = next;
  }
  return where.place ? { place: where.place } : {};
}
