import { reasonOf, type Problem } from '../errors.js';
import type { GraphModel, NodeModel, PluginModel } from './model.js';
import { checkOptions, optionName } from './option-problems.js';
import { pathKey, substitute, type ParamValues, type Substituted } from './params.js';
import type { PlanPlugin } from './plan-types.js';
import type { PluginMediaSupply } from './plugin-media.js';
import { nearestHint } from './registry.js';
import type { Report } from './report.js';
import { overlap, placeOf } from './validate-options.js';

/** What is known of the plugins that a graph asks for, before it is checked. */
export interface KnownPlugins {
  /** The names of the installed ones; undefined: not known, so that none is called missing. */
  readonly plugins?: readonly string[];
  /** What is wrong with some of them, by name. */
  readonly pluginProblems?: ReadonlyMap<string, readonly Problem[]>;
}

/** Reports plugins that are not installed. Disabled ones need not be. */
export function checkPlugins(
  model: GraphModel,
  { plugins: installed, pluginProblems }: KnownPlugins,
  problems: Problem[],
  report: Report,
): PluginNames {
  const missing = new Set<string>();
  for (const { name, where, from, enabled } of model.plugins.values()) {
    const found = pluginProblems?.get(name);
    if (found) {
      missing.add(name);
      // What is wrong in the plugin's own file says so; the rest is about the entry.
      problems.push(...found.map((one) => (one.place ? one : { ...one, ...(from?.where ?? where) })));
      continue;
    }
    if (!installed || installed.includes(name) || !enabled) continue;
    missing.add(name);
    report('UNKNOWN_PLUGIN', { plugin: name, hint: nearestHint(name, installed) }, where);
  }
  return { installed, missing };
}

/** A plugin's entry with its params put in; its config is checked as far as the plugin is known. */
export function resolvePlugin(
  plugin: PluginModel,
  params: ParamValues,
  supply: PluginMediaSupply | undefined,
  report: Report,
): PlanPlugin {
  const { name, enabled, priority, from } = plugin;
  const given: Substituted = plugin.config
    ? substitute(plugin.config, params, report)
    : { value: {}, nodes: new Map(), unknown: [], fromParam: new Map() };
  const known = supply?.find(name);
  if (known) reportConfig(plugin, given, known.config, report);
  return { ...(from && { from: from.text }), enabled, priority, config: given.value as Record<string, unknown> };
}

function reportConfig(
  { name: plugin, where, config }: PluginModel,
  given: Substituted,
  schema: Parameters<typeof checkOptions>[0],
  report: Report,
): void {
  const whereOf = (path: readonly PropertyKey[], key: boolean) => placeOf(given, path, key) ?? config?.where ?? where;
  let problems;
  try {
    ({ problems } = checkOptions(schema, given.value));
  } catch (reason) {
    report('BAD_PLUGIN_OPTION', { plugin, option: 'config', reason: reasonOf(reason) }, whereOf([], false));
    return;
  }
  for (const found of problems) {
    const option = optionName(found.path) || 'config';
    if (found.kind === 'unknown') {
      report('UNKNOWN_PLUGIN_OPTION', { plugin, option, hint: found.hint }, whereOf(found.path, true));
    } else if (!given.unknown.some((path) => overlap(path, found.path))) {
      const param = given.fromParam.get(pathKey(found.path));
      const reason = param === undefined ? found.reason : `${found.reason} (from param "${param}")`;
      report('BAD_PLUGIN_OPTION', { plugin, option, reason }, whereOf(found.path, false));
    }
  }
}

/** Reports a type that does not exist: as a missing plugin when it names one, else with the nearest type. */
export function reportUnknownType(model: NodeModel, types: readonly string[], plugins: PluginNames, report: Report): void {
  const type = model.type!;
  const [group = '', name = ''] = type.split('.');
  // The plugin itself is reported once, where the graph asks for it.
  if (plugins.missing.has(group)) return;
  const hint = nearestHint(type, types);
  const installed = plugins.installed;
  if (group === 'plugin' && name && installed && !installed.includes(name) && !hint.startsWith('. Did')) {
    report('UNKNOWN_PLUGIN', { plugin: name, hint: nearestHint(name, installed) }, model.typeWhere, model);
    return;
  }
  const sameGroup = types.filter((known) => known.startsWith(`${group}.`));
  const shown = hint.startsWith('. Did') || sameGroup.length === 0 ? hint : nearestHint(type, sameGroup);
  report(
    'UNKNOWN_TYPE',
    { type, hint: shown.startsWith('. There is') && sameGroup.length === 0 ? '' : shown },
    model.typeWhere,
    model,
  );
}

/** What is known about plugins. */
export interface PluginNames {
  /** The installed ones; undefined when that is not known. */
  readonly installed: readonly string[] | undefined;
  /** Those the graph asks for that are not installed. */
  readonly missing: ReadonlySet<string>;
}
