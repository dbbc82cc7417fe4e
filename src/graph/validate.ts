import type { Problem } from '../errors.js';
import { findCycles } from './cycles.js';
import { splitDomains, type DomainSplit } from './domains.js';
import type { ParamValue } from './file.js';
import type { GraphModel } from './model.js';
import { settleParams } from './params.js';
import type { PlanPlugin } from './plan-types.js';
import type { PluginMediaSupply } from './plugin-media.js';
import { converterFinder } from './plan/converters.js';
import { findings } from './plan/findings.js';
import type { Registry } from './registry.js';
import { reportTo, sortProblems, type Report } from './report.js';
import { isSink, type MixerPorts, type ResolvedNode, type ResolvedWire } from './resolved.js';
import { checkSubgraph } from './validate-subgraph.js';
import { resolveOptions, type FileExists } from './validate-options.js';
import { checkPlugins, reportUnknownType, resolvePlugin, type KnownPlugins } from './validate-plugins.js';
import { useBranchTypes } from './validate-branches.js';
import { reportGroups } from './validate-groups.js';
import { reportOutputs } from './validate-outputs.js';
import { reportShared } from './validate-shared.js';
import { implicitMixer, resolveWires, type WiredGraph } from './validate-wires.js';

/** What a graph is checked against. */
export interface ValidateOptions extends KnownPlugins {
  /** The node types there are. */
  readonly registry: Registry;
  /** Values of params: strings as from a command line, or of the declared type. Default none. */
  readonly params?: Readonly<Record<string, ParamValue>>;
  /** What is known of the graph's plugins, by name: their configs are checked. Default: nothing. */
  readonly pluginSupply?: PluginMediaSupply;
  /** Whether a file named in the graph exists. Default: every file does. */
  readonly exists?: FileExists;
  /** True for a graph among the options of a node. Default false. */
  readonly inside?: boolean;
}

/** A checked graph: complete when there are no problems. */
export interface ValidGraph {
  /** As written. */
  readonly model: GraphModel;
  /** Its nodes, in file order. */
  readonly nodes: ReadonlyMap<string, ResolvedNode>;
  /** Its wires, in file order. */
  readonly wires: readonly ResolvedWire[];
  /** Its plugins. */
  readonly plugins: Readonly<Record<string, PlanPlugin>>;
  /** Its clock domains. */
  readonly split: DomainSplit;
  /** What mixes branches implicitly. */
  readonly mixer: MixerPorts | undefined;
  /** The node types it was checked against. */
  readonly registry: Registry;
}

/** A graph with everything that was found about it. */
export interface CheckedModel {
  /** The graph; complete when there are no problems. */
  readonly graph: ValidGraph;
  /** What is wrong, sorted by place. */
  readonly problems: readonly Problem[];
  /** What is doubtful but runs, sorted by place. */
  readonly warnings: readonly Problem[];
}

/**
 * Checks everything about a graph that can be known before it runs, and reports all of it, sorted by place. What follows only from
 * another problem is not reported: an unknown type, for one, says nothing about its ports.
 */
export function validateModel(model: GraphModel, options: ValidateOptions): CheckedModel {
  const { registry } = options;
  const problems: Problem[] = [];
  const report = reportTo(problems);
  const params = settleParams(model, options.params ?? {}, report);
  const pluginNames = checkPlugins(model, options, problems, report);
  const plugins = Object.fromEntries(
    [...model.plugins.values()].map((plugin) => [plugin.name, resolvePlugin(plugin, params, options.pluginSupply, report)]),
  );

  const types = registry.list().map((definition) => definition.type);
  const nodes = new Map<string, ResolvedNode>();
  for (const [name, node] of model.nodes) {
    const definition = node.type === undefined ? undefined : registry.get(node.type);
    if (!definition && node.type !== undefined) reportUnknownType(node, types, pluginNames, report);
    const resolved =
      definition && resolveOptions(node, definition, params, options.exists ?? (() => true), report, options.plugins);
    const inside = definition?.hasSubgraph
      ? checkSubgraph(node, model, registry, (inner, innerTypes) =>
          validateModel(inner, { ...options, registry: innerTypes, inside: true }),
        )
      : undefined;
    if (inside) problems.push(...unsaid(inside.problems, problems));
    nodes.set(name, {
      model: node,
      definition,
      options: resolved,
      ...(inside?.graph && { subgraph: inside.graph }),
      endsInside: inside?.hasSink ?? false,
    });
  }
  useBranchTypes(nodes, registry);
  const mixer = implicitMixer(registry);
  const wired = resolveWires(nodes, mixer, converterFinder(registry), report);
  const inCycle = reportCycles(nodes, wired, report);
  reportUnused(model, nodes, wired, inCycle, report);
  const split = reportDomains(nodes, wired.wires, report);
  reportOutputs(nodes, report);
  reportGroups(model, nodes, report);
  reportShared(model, nodes, wired.wires, options.inside ?? false, report);
  const warnings: Problem[] = [];
  // Of a graph that is wrong nothing is said but what is wrong.
  if (problems.length === 0) findings(nodes, wired.wires, reportTo(warnings));
  return {
    graph: { model, nodes, wires: wired.wires, plugins, split, mixer, registry },
    problems: sortProblems(problems),
    warnings: sortProblems(warnings),
  };
}

/** Those that were not reported already: params are settled again for each graph inside. */
function unsaid(found: readonly Problem[], said: readonly Problem[]): Problem[] {
  const key = ({ code, message, path, place }: Problem) => JSON.stringify([code, message, path, place]);
  const known = new Set(said.map(key));
  return found.filter((one) => !known.has(key(one)));
}

function reportCycles(nodes: ReadonlyMap<string, ResolvedNode>, { wires }: WiredGraph, report: Report): Set<string> {
  const inCycle = new Set<string>();
  for (const cycle of findCycles([...nodes.keys()], wires)) {
    const first = cycle[0]!.from;
    const chain = [first, ...cycle.map((wire) => wire.to)].join(' → ');
    report('CYCLE', { chain }, cycle.at(-1)!.model.where, nodes.get(first)!.model);
    for (const wire of cycle) inCycle.add(wire.from);
  }
  return inCycle;
}

/** Nodes from which no sink is reached. Only the last of a chain is reported; it names those that feed nothing else. */
function reportUnused(
  model: GraphModel,
  nodes: ReadonlyMap<string, ResolvedNode>,
  { wires, meant }: WiredGraph,
  inCycle: ReadonlySet<string>,
  report: Report,
): void {
  const sinks = [...nodes.values()].filter((node) => isSink(node.definition) || node.endsInside).map((node) => node.model.name);
  if (sinks.length === 0) {
    report('NO_SINK', {}, model.nodesWhere);
    return;
  }
  // Wires that could not be read may have used anything.
  if ([...nodes.values()].some(({ model: node }) => node.inputsBroken || node.inputs.some((input) => input.broken))) return;
  const feeders = Map.groupBy(wires, (wire) => wire.to);
  const upstream = (starts: Iterable<string>): Set<string> => {
    const reached = new Set(starts);
    for (const name of reached) for (const wire of feeders.get(name) ?? []) reached.add(wire.from);
    return reached;
  };
  const used = upstream([...sinks, ...meant, ...inCycle]);
  const named = new Set<string>();
  const feeding = new Set(wires.map((wire) => wire.from));
  for (const node of nodes.values()) {
    const { name } = node.model;
    if (used.has(name) || feeding.has(name)) continue;
    const only = [...upstream([name])].filter((other) => other !== name && !used.has(other) && !named.has(other));
    for (const other of only) named.add(other);
    const plural = only.length > 1;
    const chain = only.length > 0 ? `; ${only.map((n) => `"${n}"`).join(', ')} ${plural ? 'serve' : 'serves'} nothing else` : '';
    report('UNUSED_NODE', { chain }, node.model.where, node.model);
  }
}

function reportDomains(nodes: ReadonlyMap<string, ResolvedNode>, wires: readonly ResolvedWire[], report: Report): DomainSplit {
  const members = [...nodes.values()].map(({ model, definition }) => ({
    name: model.name,
    leadership: definition?.leadership ?? 'follow',
    clock: model.clock,
  }));
  const domainWires = wires.map((wire) => ({ from: wire.from, to: wire.to, queued: wire.model.queue !== undefined, wire }));
  const split = splitDomains(members, domainWires);
  for (const { first, second } of split.rivals) {
    const { model } = nodes.get(second)!;
    report('TWO_LEADERS', { first, second }, model.where, model);
  }
  for (const { wire, fromClock, toClock } of split.crossings) {
    const data = { from: wire.wire.model.ref, fromClock, toClock };
    report('CROSSING_WITHOUT_QUEUE', data, wire.wire.model.where, nodes.get(wire.to)!.model);
  }
  return split;
}
