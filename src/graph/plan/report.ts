import type { Plan, PlanNode, Sharing } from '../plan-types.js';
import type { Registry } from '../registry.js';
import { wireFormats, type WireFormats } from './formats.js';
import { isPadding, latencyLedger, wiresOf, type LatencyPath } from './latency.js';
import { costPercent } from './node-costs.js';
import { passthroughOf, type PassthroughChain } from './passthrough.js';

/** One node of a {@link PlanReport}. */
export interface PlannedNode {
  /** Its name. */
  readonly id: string;
  /** Its type. */
  readonly type: string;
  /** The clock it runs on. */
  readonly clock: string;
  /** Why the planner added it; absent for a node of the file. */
  readonly inserted?: string;
  /** What arrives, by input port: the producer and the format of each wire. */
  readonly takes: Readonly<Record<string, readonly { readonly from: string; readonly format: string }[]>>;
  /** The format of each output port. */
  readonly gives: Readonly<Record<string, string>>;
  /** Estimated cost in percent of a core. */
  readonly costPercent: number;
  /** False when nobody measured its type and the cost is that of its kind. */
  readonly costMeasured: boolean;
  /** Why graphs of one process with an equal node, fed by equal ones, hear one instance; absent for a node of each graph. */
  readonly shared?: Sharing;
}

/** What the planner decided, as plain JSON: `voxgraph graph FILE --plan --json`. */
export interface PlanReport {
  /** The graph's title. */
  readonly title: string;
  /** Producers first. */
  readonly nodes: readonly PlannedNode[];
  /** The sum of all costs, in percent of a core. */
  readonly totalPercent: number;
  /** The part of it that many graphs cost once. */
  readonly sharedPercent: number;
  /** Ways on which Opus packets may be copied. */
  readonly passthrough: readonly PassthroughChain[];
}

/** Describes a plan: what was inserted, the chosen formats, what each node costs. */
export function planReport(plan: Plan, registry: Registry): PlanReport {
  const formats = wireFormats(plan, registry);
  const nodes = plan.nodes.map((node) => planned(plan, node, registry, formats));
  const totalPercent = rounded(nodes.reduce((sum, node) => sum + node.costPercent, 0));
  const sharedPercent = rounded(nodes.reduce((sum, node) => sum + (node.shared ? node.costPercent : 0), 0));
  return { title: plan.title, nodes, totalPercent, sharedPercent, passthrough: passthroughOf(plan, registry) };
}

function planned(plan: Plan, node: PlanNode, registry: Registry, formats: WireFormats): PlannedNode {
  const { percent, measured } = costPercent(node.type, node.options);
  const outputs = Object.keys(registry.get(node.type)?.outputs ?? {});
  const takes = Object.entries(node.inputs).map(([port, wires]) => {
    const list = wires.map((wire) => {
      const from = `${wire.node}.${wire.port}`;
      return { from, format: formats.get(from) ?? 'unknown' };
    });
    return [port, list] as const;
  });
  return {
    id: node.id,
    type: node.type,
    clock: plan.domains[node.domain]!.name,
    ...(node.implicit && { inserted: whyInserted(node) }),
    takes: Object.fromEntries(takes),
    gives: Object.fromEntries(outputs.map((port) => [port, formats.get(`${node.id}.${port}`) ?? 'unknown'])),
    costPercent: rounded(percent),
    costMeasured: measured,
    ...(node.shared && { shared: node.shared }),
  };
}

function whyInserted(node: PlanNode): string {
  if (isPadding(node)) return 'holds a branch back until the others are there';
  return wiresOf(node).some((wire) => wire.branches) ? 'mixes branches into one stream' : 'converts to what the next node takes';
}

const WHY_SHARED: Readonly<Record<Sharing, string>> = {
  asked: 'shared: the file asks for it',
  live: 'shared if it is live',
  equal: 'shared with what it hears',
};

/** A {@link PlanReport} as a terminal shows it. */
export function planText(report: PlanReport): string {
  const rows = report.nodes.map(({ id, type, takes, gives, costPercent: cost, costMeasured, inserted, shared }) => [
    id,
    type,
    [...new Set(Object.values(takes).flatMap((wires) => wires.map(({ format }) => format)))].join(', ') || '–',
    [...new Set(Object.values(gives))].join(', ') || '–',
    `${costMeasured ? '' : '~'}${cost.toFixed(2)} %`,
    [shared ? WHY_SHARED[shared] : '', inserted === undefined ? '' : `inserted: ${inserted}`].filter(Boolean).join('; '),
  ]);
  const table = columns([['node', 'type', 'takes', 'gives', 'cost', ''], ...rows], [4]);
  const total = `total about ${report.totalPercent.toFixed(2)} % of a core (~: not measured, what such nodes cost in the middle)`;
  const shared = `about ${report.sharedPercent.toFixed(2)} % of it once for all graphs of a process that have the same, not for each`;
  return [
    report.title,
    table,
    total,
    ...(report.sharedPercent > 0 ? [shared] : []),
    ...report.passthrough.map(chainText),
    '',
  ].join('\n');
}

function chainText({ nodes, active }: PassthroughChain): string {
  const way = nodes.join(' → ');
  if (active.length === 0) return `Opus packets of ${way} are copied, if the file holds Opus: neither decoded nor encoded`;
  const names = active.map((name) => `"${name}"`).join(', ');
  return `Opus packets of ${way} are copied while ${names} ${active.length > 1 ? 'are' : 'is'} inactive, if the file holds Opus`;
}

/** The ledger of `voxgraph graph FILE --latency` as a terminal shows it. */
export function latencyText(plan: Plan, registry: Registry): string {
  const paths = latencyLedger(plan, registry);
  return [plan.title, ...paths.map(pathText), ''].join('\n');
}

function pathText({ steps, totalMs }: LatencyPath): string {
  const rows = steps.map(({ node, type, latencyMs, sumMs, padding, operators = [], queueUpToMs, sharedUpToMs }) => [
    `  ${node}`,
    type,
    ms(latencyMs),
    ms(sumMs),
    [
      padding ? 'padding' : '',
      ...operators.map(({ plugin, latencyMs: adds }) => `${plugin} ${ms(adds)}`),
      queueUpToMs === undefined ? '' : `behind a queue of up to ${queueUpToMs} ms`,
      sharedUpToMs === undefined ? '' : `up to ${sharedUpToMs} ms behind the first graph that hears it`,
    ]
      .filter(Boolean)
      .join(', '),
  ]);
  const head = `${steps[0]!.node} → ${steps.at(-1)!.node}: ${ms(totalMs)}`;
  return `${head}\n${columns([['  node', 'type', 'adds', 'sum', ''], ...rows], [2, 3])}`;
}

function ms(value: number): string {
  return `${Number(value.toFixed(2))} ms`;
}

function columns(rows: readonly (readonly string[])[], right: readonly number[]): string {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length)));
  const pad = (cell: string, c: number) => (right.includes(c) ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!));
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

function rounded(percent: number): number {
  return Number(percent.toFixed(3));
}
