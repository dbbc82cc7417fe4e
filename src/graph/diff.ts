import { isDeepStrictEqual } from 'node:util';
import type { NodeDefinition } from './define-node.js';
import type { Plan, PlanNode } from './plan-types.js';
import type { Registry } from './registry.js';

/** Options of one node that differ; all of them may change while it runs. */
export interface OptionChange {
  /** The node. */
  readonly node: string;
  /** What they were in the old plan; one that was absent is missing here. */
  readonly from: Readonly<Record<string, unknown>>;
  /** What they are in the new plan; one that is absent is missing here. */
  readonly to: Readonly<Record<string, unknown>>;
}

/** Why a node that both plans have needs a new instance. */
export interface Rebuild {
  /** The node. */
  readonly node: string;
  /** Such as `it was effect.gain and is effect.echo`. */
  readonly reason: string;
}

/**
 * What differs between two plans, for a graph that runs the old one. `unchanged`, `rewired`, `rebuilt` and `added` together are the
 * nodes of the new plan; `set` says which of the first two go on with other options.
 */
export interface PlanDiff {
  /** Nodes that go on as they are, fed as they are. */
  readonly unchanged: readonly string[];
  /** Nodes that go on, fed from elsewhere. */
  readonly rewired: readonly string[];
  /** Nodes that are made anew. */
  readonly rebuilt: readonly Rebuild[];
  /** Nodes that only the new plan has. */
  readonly added: readonly string[];
  /** Nodes that only the old plan has. */
  readonly removed: readonly string[];
  /** Nodes that go on with other options. */
  readonly set: readonly OptionChange[];
  /** For each clock domain of the new plan the index of the old one that goes on as it; undefined: it is new. */
  readonly domains: readonly (number | undefined)[];
  /** True when all nodes go on as they are. */
  readonly empty: boolean;
}

/**
 * Compares two plans. A node goes on when its type is the same, its options differ only in those that may change live, and the same of
 * its inputs are wired at all; a wire from another node, or another clock domain, does not end it.
 */
export function diffPlans(before: Plan, after: Plan, registry: Registry): PlanDiff {
  const old = new Map(before.nodes.map((node) => [node.id, node]));
  const domains = matchDomains(before, after);
  const unchanged: string[] = [];
  const rewired: string[] = [];
  const rebuilt: Rebuild[] = [];
  const added: string[] = [];
  const set: OptionChange[] = [];
  for (const node of after.nodes) {
    const was = old.get(node.id);
    if (!was) {
      added.push(node.id);
      continue;
    }
    const reason = rebuildReason(was, node, registry.get(node.type));
    if (reason !== undefined) {
      rebuilt.push({ node: node.id, reason });
      continue;
    }
    (isDeepStrictEqual(was.inputs, node.inputs) ? unchanged : rewired).push(node.id);
    const change = optionChange(was, node);
    if (change) set.push(change);
  }
  const present = new Set(after.nodes.map((node) => node.id));
  const removed = before.nodes.map((node) => node.id).filter((id) => !present.has(id));
  const empty = [rewired, rebuilt, added, removed, set].every((list) => list.length === 0);
  return { unchanged, rewired, rebuilt, added, removed, set, domains, empty };
}

/** A diff in words, one line for each thing that differs. */
export function describeDiff(diff: PlanDiff): string[] {
  const names = (list: readonly string[]) => list.map((name) => `"${name}"`).join(', ');
  return [
    ...diff.set.map(({ node, from, to }) => {
      const options = [...new Set([...Object.keys(from), ...Object.keys(to)])];
      return `"${node}": ${options.map((o) => `${o} ${shown(from[o])} → ${shown(to[o])}`).join(', ')}`;
    }),
    ...(diff.rewired.length > 0 ? [`fed anew: ${names(diff.rewired)}`] : []),
    ...diff.rebuilt.map(({ node, reason }) => `made anew: "${node}" (${reason})`),
    ...(diff.added.length > 0 ? [`added: ${names(diff.added)}`] : []),
    ...(diff.removed.length > 0 ? [`removed: ${names(diff.removed)}`] : []),
  ];
}

function shown(value: unknown): string {
  const text = value === undefined ? 'none' : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function rebuildReason(was: PlanNode, is: PlanNode, definition: NodeDefinition | undefined): string | undefined {
  if (was.type !== is.type) return `it was ${was.type} and is ${is.type}`;
  if (!isDeepStrictEqual(was.subgraph, is.subgraph)) return 'the graph inside it differs';
  const fixed = definition?.fixedOptions.find((option) => !isDeepStrictEqual(was.options[option], is.options[option]));
  if (fixed !== undefined) return `option "${fixed}" cannot change while it runs`;
  const ports = new Set([...Object.keys(was.inputs), ...Object.keys(is.inputs)]);
  for (const port of ports) {
    // A node learns only on being made which of its inputs are wired.
    if (isWired(was, port) !== isWired(is, port)) return `input "${port}" is ${isWired(is, port) ? 'now' : 'no longer'} wired`;
  }
  return undefined;
}

function isWired(node: PlanNode, port: string): boolean {
  return (node.inputs[port]?.length ?? 0) > 0;
}

function optionChange(was: PlanNode, is: PlanNode): OptionChange | undefined {
  const names = [...new Set([...Object.keys(was.options), ...Object.keys(is.options)])];
  const differ = names.filter((name) => !isDeepStrictEqual(was.options[name], is.options[name]));
  if (differ.length === 0) return undefined;
  const pick = (node: PlanNode) =>
    Object.fromEntries(differ.filter((name) => node.options[name] !== undefined).map((name) => [name, node.options[name]]));
  return { node: is.id, from: pick(was), to: pick(is) };
}

/** A domain goes on as that of its leader, else of the first of its nodes that was there before; no two go on as the same one. */
function matchDomains(before: Plan, after: Plan): (number | undefined)[] {
  const domainOf = new Map(before.nodes.map((node) => [node.id, node.domain]));
  const taken = new Set<number>();
  return after.domains.map(({ leader }, index) => {
    const members = after.nodes.filter((node) => node.domain === index).map((node) => node.id);
    const found = [...(leader === null ? [] : [leader]), ...members]
      .map((id) => domainOf.get(id))
      .find((old) => old !== undefined && !taken.has(old));
    if (found !== undefined) taken.add(found);
    return found;
  });
}
