import type { NodeDefinition } from './define-node.js';
import { describeValue } from './json-tree.js';
import type { NodeModel } from './model.js';
import { checkOptions, optionName, ownFaults, valueAt } from './option-problems.js';
import { pathKey, substitute, type ParamValues, type Substituted } from './params.js';
import type { Where } from './places.js';
import { nearestHint } from './registry.js';
import type { Report } from './report.js';
import { reasonOf } from '../errors.js';

/** Whether a path, as written in a graph, names a file. */
export type FileExists = (path: string) => boolean;

/**
 * Checks a node's options against its type; returns them complete, or undefined after reporting what is wrong.
 *
 * @param installed the plugins there are; undefined: not known.
 */
export function resolveOptions(
  model: NodeModel,
  definition: NodeDefinition,
  params: ParamValues,
  exists: FileExists,
  report: Report,
  installed?: readonly string[],
): Record<string, unknown> | undefined {
  const given: Substituted = model.options
    ? substitute(model.options, params, report, model)
    : { value: {}, nodes: new Map(), unknown: [], fromParam: new Map() };
  const { type } = definition;
  const whereOf = (path: readonly PropertyKey[], key: boolean): Where => placeOf(given, path, key) ?? model.optionsWhere;

  let checked;
  try {
    checked = checkOptions(definition.options, given.value);
  } catch (reason) {
    report('BAD_OPTION', { option: 'options', reason: reasonOf(reason), type }, model.optionsWhere, model);
    return undefined;
  }
  for (const found of checked.problems) {
    if (found.kind === 'unknown') {
      const option = optionName(found.path);
      report('UNKNOWN_OPTION', { option, type, hint: found.hint }, whereOf(found.path, true), model);
    } else if (!given.unknown.some((path) => overlap(path, found.path))) {
      const param = given.fromParam.get(pathKey(found.path));
      const reason = param === undefined ? found.reason : `${found.reason} (from param "${param}")`;
      const option = optionName(found.path) || 'options';
      report('BAD_OPTION', { option, reason, type }, whereOf(found.path, false), model);
    }
  }
  checkFiles(model, definition, given, checked.options ?? given.value, exists, report);
  for (const { path, reason } of checked.options ? ownFaults(definition, checked.options, false) : []) {
    report('BAD_OPTION', { option: optionName(path) || 'options', reason, type }, whereOf(path, false), model);
  }
  const only: unknown = definition.runsPlugins && checked.options?.['only'];
  for (const [i, plugin] of Array.isArray(only) && installed ? only.entries() : []) {
    if (installed!.includes(plugin as string)) continue;
    report(
      'UNKNOWN_PLUGIN',
      { plugin: plugin as string, hint: nearestHint(plugin as string, installed!) },
      whereOf(['only', i], false),
      model,
    );
  }
  return checked.options;
}

/** The place of a path in what was substituted: its value (or key), else the nearest thing around it that stands in the file. */
export function placeOf(given: Substituted, path: readonly PropertyKey[], key: boolean): Where | undefined {
  const parent = given.nodes.get(pathKey(path.slice(0, -1)));
  const last = path.at(-1);
  if (key && parent?.kind === 'object' && typeof last === 'string') return parent.members.get(last)?.where ?? parent.where;
  for (let length = path.length; length >= 0; length--) {
    const found = given.nodes.get(pathKey(path.slice(0, length)));
    if (found) return found.where;
  }
  return undefined;
}

/** Whether one of two paths leads to, or into, the other. */
export function overlap(a: readonly PropertyKey[], b: readonly PropertyKey[]): boolean {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Reports MISSING_FILE for options that name a file which is not there; where one file is named, addresses are refused. */
function checkFiles(
  model: NodeModel,
  definition: NodeDefinition,
  given: Substituted,
  options: unknown,
  exists: FileExists,
  report: Report,
): void {
  for (const option of definition.fileOptions) {
    const value = valueAt(options, [option]);
    const files = Array.isArray(value)
      ? value.map((item: unknown, i) => fileOf(item, [option, i]))
      : [{ item: value, path: [option] }];
    for (const { item, path } of files) {
      if (typeof item !== 'string' || item === '') continue;
      // A list of tracks may hold addresses among its files.
      if (Array.isArray(value) && /^(https?|rtsps?):\/\//i.test(item)) continue;
      const where = placeOf(given, path, false) ?? model.optionsWhere;
      if (/^[a-z][a-z\d+.-]+:\/\//i.test(item)) {
        const reason = `it names a file, and ${describeValue(item)} is an address; play it with source.url`;
        report('BAD_OPTION', { option: optionName(path), reason, type: definition.type }, where, model);
      } else if (!exists(item)) report('MISSING_FILE', { path: item }, where, model);
    }
  }
}

/** An entry of a list names its file by itself, or in its field `src`. */
function fileOf(item: unknown, path: readonly PropertyKey[]): { readonly item: unknown; readonly path: readonly PropertyKey[] } {
  return typeof item === 'object' ? { item: valueAt(item, ['src']), path: [...path, 'src'] } : { item, path };
}
