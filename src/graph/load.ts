import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, resolve } from 'node:path';
import { problem, reasonOf, VoxError, type Problem } from '../errors.js';
import type { GraphModel } from './model.js';
import { treeFromObject } from './object-tree.js';
import { parseJson, type ParseResult } from './parse.js';
import { makePlan, type PlanOrigin } from './plan.js';
import type { PlannedPlugins } from './plan/operators.js';
import type { Plan } from './plan-types.js';
import { readModel } from './read-model.js';
import { sortProblems, TooManyProblems } from './report.js';
import { validateModel, type CheckedModel, type ValidateOptions } from './validate.js';

/** How a graph is loaded. */
export interface LoadOptions extends Omit<ValidateOptions, 'exists'>, PlannedPlugins {
  /** The folder that relative paths are looked up in second, after the graph file's own. Default: the process's. */
  readonly cwd?: string;
  /** Whether an absolute path names a file. Default: asks the file system. */
  readonly exists?: (absolutePath: string) => boolean;
}

/** A plugin that a graph file asks for. */
export interface PluginEntry {
  /** Its name. */
  readonly name: string;
  /** Where it comes from. */
  readonly from?: string;
  /** Whether it is to work. */
  readonly enabled: boolean;
}

/** A plan when there are no problems, else the problems. */
export interface CheckedGraph {
  /** Ready to run; absent when there are problems. */
  readonly plan?: Plan;
  /** Everything that is wrong, sorted by place. */
  readonly problems: readonly Problem[];
  /** What is doubtful about a graph without problems, sorted by place. */
  readonly warnings?: readonly Problem[];
}

/** Larger files are no graphs: reading them would only take memory. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Reads, checks and plans a graph file.
 *
 * @param path the file; problems name it as it is given here
 * @throws VoxError with everything that is wrong
 */
export function loadGraph(path: string, options: LoadOptions): Plan {
  return planOrThrow(checkGraphFile(path, options));
}

/**
 * The plugins that a graph file asks for, so that they can be imported before it is checked. Never throws; a file that is broken asks for
 * none.
 *
 * @param options `text` is what the file holds; absent: it is read
 */
export function pluginEntries(path: string, options: Pick<LoadOptions, 'cwd'> & { readonly text?: string } = {}): PluginEntry[] {
  const read =
    options.text === undefined ? readGraphFile(resolve(options.cwd ?? process.cwd(), path), path) : { text: options.text };
  const tree = 'text' in read ? parseJson(read.text, path).tree : undefined;
  const model = tree && readModel(tree).model;
  return [...(model?.plugins.values() ?? [])].map(({ name, from, enabled }) => ({
    name,
    ...(from && { from: from.text }),
    enabled,
  }));
}

/** Everything that is wrong with a graph file; empty when it can run. Never throws. */
export function checkGraph(path: string, options: LoadOptions): readonly Problem[] {
  return checkGraphFile(path, options).problems;
}

/** {@link loadGraph} and {@link checkGraph} in one: the plan, or what is wrong. Never throws. */
export function checkGraphFile(path: string, options: LoadOptions): CheckedGraph {
  const file = resolve(options.cwd ?? process.cwd(), path);
  const read = readGraphFile(file, path);
  if ('code' in read) return { problems: [read] };
  return checkGraphText(read.text, path, { ...options, file });
}

/**
 * Checks and plans the text of a graph file.
 *
 * @param name what problems call the file
 * @param options `file` is its absolute path, if it has one: relative paths are looked up beside it first
 */
export function checkGraphText(text: string, name: string, options: LoadOptions & { readonly file?: string }): CheckedGraph {
  const { file } = options;
  const title = basename(name).replace(/\.json$/i, '');
  return check(
    parseJson(text, name),
    { name: title, baseDir: baseDir(options, file), ...(file === undefined ? {} : { file }) },
    options,
  );
}

/**
 * Checks and plans a graph that a program built. Problems carry a path such as `nodes.duck.options.depthDb` instead of a place.
 *
 * @param graph a `GraphFile`; of any type, since it is checked in full
 * @param options `baseDir` is the folder that relative paths are looked up in first; default `cwd`
 * @throws VoxError with everything that is wrong
 */
export function graphFromObject(graph: unknown, options: LoadOptions & { readonly baseDir?: string }): Plan {
  return planOrThrow(checkGraphObject(graph, options));
}

/** Like {@link graphFromObject}, giving the problems instead of throwing them. */
export function checkGraphObject(graph: unknown, options: LoadOptions & { readonly baseDir?: string }): CheckedGraph {
  return check(treeFromObject(graph), { name: 'graph', baseDir: options.baseDir ?? baseDir(options) }, options);
}

function baseDir({ cwd }: LoadOptions, file?: string): string {
  return file === undefined ? resolve(cwd ?? process.cwd()) : dirname(file);
}

function planOrThrow({ plan, problems }: CheckedGraph): Plan {
  const [first, ...more] = problems;
  if (first) throw new VoxError(first, ...more);
  return plan!;
}

function check(parsed: ParseResult, origin: PlanOrigin, options: LoadOptions): CheckedGraph {
  if (!parsed.tree) return { problems: sortProblems(parsed.problems) };
  const read = readModel(parsed.tree);
  const before = [...parsed.problems, ...read.problems];
  if (!read.model) return { problems: sortProblems(before) };
  const cwd = resolve(options.cwd ?? process.cwd());
  const existsAt = options.exists ?? existsSync;
  const exists = (path: string) =>
    isAbsolute(path) ? existsAt(path) : existsAt(resolve(origin.baseDir, path)) || existsAt(resolve(cwd, path));
  const checked = validated(read.model, { ...options, exists });
  if (!('graph' in checked)) return { problems: sortProblems([...before, ...checked.problems]) };
  const { graph, problems, warnings } = checked;
  const all = sortProblems([...before, ...problems]);
  return all.length > 0
    ? { problems: all }
    : { plan: makePlan(graph, { ...origin, ...pluginsOf(options) }), problems: [], warnings };
}

function validated(model: GraphModel, options: ValidateOptions): CheckedModel | TooManyProblems {
  try {
    return validateModel(model, options);
  } catch (error) {
    if (error instanceof TooManyProblems) return error;
    throw error;
  }
}

function pluginsOf({ pluginSupply, pluginChain }: LoadOptions): PlannedPlugins {
  return { ...(pluginSupply && { pluginSupply }), ...(pluginChain && { pluginChain }) };
}

function readGraphFile(file: string, name: string): { text: string } | Problem {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (reason) {
    const code = reason instanceof Error && 'code' in reason ? reason.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return problem('GRAPH_NOT_FOUND', { file: name });
    const reasons: Readonly<Record<string, string>> = {
      EISDIR: 'it is a folder',
      EACCES: 'permission denied',
      EPERM: 'permission denied',
    };
    return problem('GRAPH_UNREADABLE', { file: name, reason: reasons[String(code)] ?? reasonOf(reason) });
  }
  if (bytes.length > MAX_BYTES) return problem('GRAPH_UNREADABLE', { file: name, reason: 'it is larger than 4 MiB' });
  return { text: decodeText(bytes) };
}

/** UTF-8, or UTF-16 by its byte-order mark. What is neither becomes U+FFFD, which the parser points at. */
function decodeText(bytes: Buffer): string {
  const mark = bytes.length >= 2 ? bytes.readUInt16BE(0) : 0;
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
}
