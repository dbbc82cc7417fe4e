import type { Plan, PlanNode } from '../plan-types.js';
import type { Registry } from '../registry.js';
import { RESULT, VOICE } from '../subgraph.js';

/** Stands for the stream's id in the text options of inner nodes. */
const PLACEHOLDER = /\{participant\}/g;

/** How long a file name is made of an id at most. */
const LONGEST_NAME = 80;

/** What becomes of a planned sub-graph when it is made for one stream. */
export interface SubgraphNames {
  /** The node whose options hold it. */
  readonly outer: string;
  /** The stream's id. */
  readonly stream: string;
  /** An unused file of that name. */
  readonly unusedFile: (path: string) => string;
  /** Options that were changed since the plan was made, by inner node. */
  readonly changed: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/**
 * The plan of a sub-graph for one stream: its nodes are called `<outer>/<stream>/<inner>`, `{participant}` in their text options is the
 * stream's id made safe for a file name, and files to write get names that no other has.
 */
export function subgraphFor(plan: Plan, registry: Registry, names: SubgraphNames): Plan {
  const id = (inner: string) => innerId(names, inner);
  const safe = safeFileName(names.stream);
  return {
    ...plan,
    nodes: plan.nodes.map((node) => {
      const options = filled({ ...node.options, ...names.changed.get(node.id) }, safe) as Record<string, unknown>;
      for (const option of registry.get(node.type)?.outputFileOptions ?? []) {
        const path = options[option];
        if (typeof path === 'string') options[option] = names.unusedFile(path);
      }
      const inputs = Object.fromEntries(
        Object.entries(node.inputs).map(([port, wires]) => [port, wires.map((wire) => ({ ...wire, node: id(wire.node) }))]),
      );
      return { ...node, id: id(node.id), options, inputs };
    }),
    domains: plan.domains.map(({ name, leader }) => ({ name, leader: leader === null ? null : id(leader) })),
  };
}

/** `<outer>/<stream>/<inner>`. */
export function innerId({ outer, stream }: Pick<SubgraphNames, 'outer' | 'stream'>, inner: string): string {
  return `${outer}/${stream}/${inner}`;
}

/**
 * What a personal mix needs of a sub-graph: the nodes between its two ends. What leaves the graph inside leaves it once, from the common
 * instance.
 */
export function withoutSinks(plan: Plan): Plan {
  const byId = new Map(plan.nodes.map((node) => [node.id, node]));
  const needed = new Set([VOICE, RESULT]);
  const visit = (node: PlanNode | undefined) => {
    for (const wire of Object.values(node?.inputs ?? {}).flat()) {
      if (needed.has(wire.node)) continue;
      needed.add(wire.node);
      visit(byId.get(wire.node));
    }
  };
  visit(byId.get(RESULT));
  return { ...plan, nodes: plan.nodes.filter(({ id }) => needed.has(id)) };
}

/** An id as a part of a file name on any system: letters, digits, `.`, `_` and `-`, no dot first, never empty. */
export function safeFileName(id: string): string {
  const plain = id
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '_')
    .replace(/^\.+/, '_')
    .slice(0, LONGEST_NAME)
    .replace(/\.+$/, '_');
  // Names that mean devices on Windows, with any extension.
  return /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(plain) ? `_${plain}` : plain || '_';
}

function filled(value: unknown, name: string): unknown {
  if (typeof value === 'string') return value.replace(PLACEHOLDER, () => name);
  if (Array.isArray(value)) return value.map((item) => filled(item, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, name)]));
}
