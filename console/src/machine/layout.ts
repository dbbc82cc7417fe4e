import type { StateDescription } from '../api/types.js';
import { placeGraph, textWidth, type ElkNode } from '../ui/elk.js';
import { arrowsOf, boxesOf, type Arrow, type Box } from './chart-model.js';

/** A state, placed; `x` and `y` are from its parent. */
export interface PlacedBox extends Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An arrow, placed in the whole drawing. */
export interface PlacedArrow extends Arrow {
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly label: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

/** A chart, placed. */
export interface PlacedChart {
  readonly boxes: readonly PlacedBox[];
  readonly arrows: readonly PlacedArrow[];
}

const NAME_FONT = '620 13px "Inter Variable"';
const NOTE_FONT = '400 11px "JetBrains Mono Variable"';
const LABEL_FONT = '500 11px "JetBrains Mono Variable"';
const HEAD = 34;
const NOTE = 17;
const LABEL_LINE = 15;
/** Wide enough for the word before each note. */
const NOTE_WORD = 44;
const WIDEST = 330;

const LAYERED = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.spacing.nodeNodeBetweenLayers': '26',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '10',
  'elk.spacing.nodeNode': '24',
  'elk.spacing.edgeNode': '14',
  'elk.spacing.edgeEdge': '10',
  'elk.spacing.edgeLabel': '3',
  // From the first state on, so that it stands on top. What keeps the order of the chart instead fails on states within states.
  'elk.layered.cycleBreaking.strategy': 'DEPTH_FIRST',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
};
/** Regions have no arrows between them: they are packed. */
const SIDE_BY_SIDE = { 'elk.algorithm': 'rectpacking', 'elk.aspectRatio': '1.7', 'elk.spacing.nodeNode': '16' };

/** The innermost state that holds both ends, as its id; empty: none does. */
function homeOf(from: string, to: string): string {
  const [a, b] = [from.split('.'), to.split('.')];
  let n = 0;
  // An arrow from a state into itself is drawn around what is in it, so it belongs to what is around the state.
  while (n < a.length - 1 && n < b.length - 1 && a[n] === b[n]) n++;
  return a.slice(0, n).join('.');
}

/** Whether no arrow leads from within a state out of it, or into it from outside: then it is placed by itself. */
function isClosed({ id }: StateDescription, arrows: readonly Arrow[]): boolean {
  const within = (other: string) => other.startsWith(`${id}.`);
  return arrows.every(({ from, to }) => within(from) === within(to));
}

function toEdge({ id, from, to, lines }: Arrow) {
  const label = {
    id: `${id} label`,
    text: lines.map(({ text }) => text).join('\n'),
    ...labelSize(lines),
    layoutOptions: { 'elk.edgeLabels.inline': 'true' },
  };
  return { id, sources: [from], targets: [to], labels: [label] };
}

/** What is drawn of a machine. */
export interface DrawnChart {
  readonly chart: StateDescription;
  /** Ids of states of which nothing inside is drawn. */
  readonly folded: readonly string[];
}

/** Places a chart: nested states in their parents, arrows around them. */
export async function layOutChart({ chart, folded: ids }: DrawnChart): Promise<PlacedChart> {
  // Text is measured, so the typefaces must be there.
  await Promise.all([document.fonts.load(NAME_FONT), document.fonts.load(NOTE_FONT)]);
  const folded = new Set(ids);
  const boxes = boxesOf(chart, folded);
  const arrows = arrowsOf(chart, folded);
  const byParent = Map.groupBy(boxes, ({ parent }) => parent?.id);
  const homes = Map.groupBy(arrows, ({ from, to }) => homeOf(from, to));
  const toElk = (box: Box): ElkNode => {
    const { state } = box;
    const inner = (byParent.get(state.id) ?? []).map(toElk);
    const size = sizeOf(box);
    if (inner.length === 0) return { id: state.id, ...size };
    const top = HEAD + box.notes.length * NOTE + (box.notes.length > 0 ? 10 : 6);
    return {
      id: state.id,
      children: inner,
      edges: (homes.get(state.id) ?? []).map(toEdge),
      layoutOptions: {
        ...(state.type === 'parallel' ? SIDE_BY_SIDE : LAYERED),
        ...(isClosed(state, arrows) && { 'elk.hierarchyHandling': 'SEPARATE_CHILDREN' }),
        'elk.padding': `[top=${top},left=18,bottom=18,right=18]`,
        'elk.nodeSize.constraints': 'MINIMUM_SIZE',
        'elk.nodeSize.minimum': `(${size.width},${size.height})`,
      },
    };
  };
  const placed = await placeGraph({
    id: '(all)',
    layoutOptions: { ...LAYERED, 'elk.hierarchyHandling': 'INCLUDE_CHILDREN', 'elk.json.edgeCoords': 'ROOT' },
    children: (byParent.get(undefined) ?? []).map(toElk),
    edges: (homes.get('') ?? []).map(toEdge),
  });
  const found = new Map<string, ElkNode>();
  const walk = (node: ElkNode): void => {
    found.set(node.id, node);
    node.children?.forEach(walk);
  };
  walk(placed);
  const edges = new Map([...found.values()].flatMap((node) => (node.edges ?? []).map((edge) => [edge.id, edge])));
  return {
    boxes: boxes.map((box) => {
      const { x = 0, y = 0, width = 0, height = 0 } = found.get(box.state.id) ?? {};
      return { ...box, x, y, width, height };
    }),
    arrows: arrows.map((arrow) => {
      const edge = edges.get(arrow.id);
      const section = edge?.sections?.[0];
      const { x = 0, y = 0, width = 0, height = 0 } = edge?.labels?.[0] ?? {};
      return {
        ...arrow,
        points: section ? [section.startPoint, ...(section.bendPoints ?? []), section.endPoint] : [],
        label: { x, y, width, height },
      };
    }),
  };
}

function sizeOf({ state, notes, hidden }: Box): { width: number; height: number } {
  const word = hidden > 0 ? 126 : state.type === 'parallel' || state.type === 'final' ? 84 : 34;
  const name = textWidth(state.key, NAME_FONT) + word + (state.states.length > 0 && hidden === 0 ? 20 : 0);
  const widest = Math.max(name, ...notes.map(({ text }) => textWidth(text, NOTE_FONT) + NOTE_WORD + 26));
  return { width: Math.max(96, Math.min(WIDEST, widest)), height: HEAD + notes.length * NOTE + (notes.length > 0 ? 8 : 2) };
}

function labelSize(lines: Arrow['lines']): { width: number; height: number } {
  return { width: Math.max(...lines.map(({ text }) => textWidth(text, LABEL_FONT))) + 12, height: lines.length * LABEL_LINE + 4 };
}
