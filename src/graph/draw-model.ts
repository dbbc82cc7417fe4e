import type { NodeDefinition } from './define-node.js';
import { optionDocs } from './option-schema.js';
import type { Plan, PlanNode, PlanWire } from './plan-types.js';
import type { PortKind } from './ports.js';
import type { Registry } from './registry.js';

/** What every drawing of a plan shows, without saying how. */
export interface Drawing {
  /** The plan's title. */
  readonly title: string;
  /** Groups, one for each clock domain. */
  readonly groups: readonly DrawnGroup[];
  /** Boxes, producers before consumers. */
  readonly boxes: readonly DrawnBox[];
  /** Arrows between boxes. */
  readonly arrows: readonly DrawnArrow[];
}

/** A clock domain. */
export interface DrawnGroup {
  /** Its index in the plan. */
  readonly index: number;
  /** Such as `clock main · 20 ms beat` or `clock call · led by call`. */
  readonly label: string;
}

/** A node. */
export interface DrawnBox {
  /** Its name. */
  readonly id: string;
  /** Its type. */
  readonly type: string;
  /** Options that differ from their defaults, shortened, one per line; at most four lines. */
  readonly options: readonly string[];
  /** The group it is in. */
  readonly group: number;
  /** True when the planner added it. */
  readonly implicit: boolean;
  /** Whether it begins, goes on with or ends a flow of media. */
  readonly role: 'source' | 'effect' | 'sink';
}

/** A wire. */
export interface DrawnArrow {
  /** The producer. */
  readonly from: string;
  /** The consumer. */
  readonly to: string;
  /** What flows. */
  readonly kind: PortKind;
  /** True when it carries branches that join and leave. */
  readonly branches: boolean;
  /** Ports and queue, one per line; empty when they go without saying. */
  readonly label: readonly string[];
  /** True when it has a queue. */
  readonly queued: boolean;
}

/** Says what a drawing of a plan shows. Types that the registry does not know are drawn without ports. */
export function drawingOf(plan: Plan, registry: Registry): Drawing {
  const nodes = new Map(plan.nodes.map((node) => [node.id, node]));
  const definitionOf = (id: string) => registry.get(nodes.get(id)?.type ?? '');
  return {
    title: plan.title,
    groups: plan.domains.map(({ name, leader }, index) => {
      const pace = leader === null ? '20 ms beat' : leader === name ? 'leads' : `led by ${leader}`;
      return { index, label: leader === name ? `clock ${name}` : `clock ${name} · ${pace}` };
    }),
    boxes: plan.nodes.map((node) => box(node, registry.get(node.type))),
    arrows: plan.nodes.flatMap((node) =>
      Object.entries(node.inputs).flatMap(([port, wires]) =>
        wires.map((wire) => arrow(wire, node, port, definitionOf(wire.node), definitionOf(node.id))),
      ),
    ),
  };
}

function box(node: PlanNode, definition: NodeDefinition | undefined): DrawnBox {
  const takes = Object.keys(node.inputs).length > 0;
  const gives = Object.keys(definition?.outputs ?? {}).length > 0;
  return {
    id: node.id,
    type: node.type,
    options: definition ? shortOptions(node, definition) : [],
    group: node.domain,
    implicit: node.implicit,
    role: gives ? (takes ? 'effect' : 'source') : 'sink',
  };
}

function shortOptions(node: PlanNode, definition: NodeDefinition): string[] {
  const defaults = new Map(optionDocs(definition.options).map((option) => [option.name, JSON.stringify(option.default)]));
  const lines = Object.entries(node.options)
    .filter(([name, value]) => value !== undefined && JSON.stringify(value) !== defaults.get(name))
    .filter(([name, value]) => !(defaults.get(name) === '{}' && isDefaultObject(definition, name, value)))
    .map(([name, value]) => `${name}: ${shorten(value)}`);
  return lines.length <= 4 ? lines : [...lines.slice(0, 3), `… ${lines.length - 3} more`];
}

/** Whether an object option holds just what its own members default to. */
function isDefaultObject(definition: NodeDefinition, name: string, value: unknown): boolean {
  const filled = definition.options.safeParse({ [name]: {} });
  return filled.success && JSON.stringify((filled.data as Record<string, unknown>)[name]) === JSON.stringify(value);
}

function shorten(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const symbols = [...text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')];
  // The end of a path says more than its beginning.
  if (symbols.length <= 28) return symbols.join('');
  return text.includes('/') ? `…${symbols.slice(-27).join('')}` : `${symbols.slice(0, 27).join('')}…`;
}

function arrow(
  wire: PlanWire,
  node: PlanNode,
  port: string,
  source: NodeDefinition | undefined,
  target: NodeDefinition | undefined,
): DrawnArrow {
  const manyOut = Object.keys(source?.outputs ?? {}).length > 1;
  const manyIn = Object.keys(target?.inputs ?? {}).length > 1;
  const out = manyOut ? wire.port : '';
  const into = manyIn ? port : '';
  const ports = out && into && out !== into ? `${out} → ${into}` : out || into;
  const queue = wire.queue && `queue ${wire.queue.frames}, ${wire.queue.overflow}`;
  return {
    from: wire.node,
    to: node.id,
    kind: source?.outputs[wire.port]?.kind ?? target?.inputs[port]?.kind ?? 'audio',
    branches: wire.branches,
    label: [ports, queue].filter((line) => line !== undefined && line !== '') as string[],
    queued: wire.queue !== undefined,
  };
}

/** The colours of wires, on light and on dark ground. Also used by the console. */
export const KIND_COLORS: Readonly<Record<PortKind, { readonly light: string; readonly dark: string }>> = {
  audio: { light: '#1668c7', dark: '#6cb2ff' },
  video: { light: '#a3378f', dark: '#f08bdc' },
  packets: { light: '#b45309', dark: '#f5b95c' },
  events: { light: '#4d7c0f', dark: '#a8d75e' },
};
