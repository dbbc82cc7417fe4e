import * as dagre from '@dagrejs/dagre';
import { drawingOf, KIND_COLORS, type Drawing, type DrawnArrow, type DrawnBox } from './draw-model.js';
import type { Plan } from './plan-types.js';
import type { PortKind } from './ports.js';
import type { Registry } from './registry.js';

/** Pixels. */
const LINE_HEIGHT = 15;
const PADDING = 12;
const MARGIN = 16;
const TITLE_HEIGHT = 34;
const LEGEND_HEIGHT = 26;

/** The part of dagre that is used here, typed by hand: its own types do not resolve under Node's module rules. */
export interface Layout {
  setGraph(label: object): void;
  setDefaultEdgeLabel(make: () => object): void;
  setNode(id: string, label: object): void;
  setParent(id: string, parent: string): void;
  setEdge(from: string, to: string, label: object, name: string): void;
  graph(): { readonly width?: number; readonly height?: number };
  node(id: string): Rect;
  edge(from: string, to: string, name: string): PlacedArrow;
}

/** dagre. */
export const { Graph, layout } = dagre as unknown as {
  readonly Graph: new (options: object) => Layout;
  readonly layout: (graph: Layout) => void;
};

/** In pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** By its middle. */
export interface Rect extends Point {
  readonly width: number;
  readonly height: number;
}

/**
 * A plan as a stand-alone SVG picture, laid out from left to right. It follows the reader's light or dark colours, carries no script
 * and needs no font. The same plan gives the same bytes.
 */
export function drawSvg(plan: Plan, registry: Registry): string {
  const drawing = drawingOf(plan, registry);
  const graph = place(drawing);
  const size = graph.graph();
  const kinds = (Object.keys(KIND_COLORS) as PortKind[]).filter((kind) => drawing.arrows.some((arrow) => arrow.kind === kind));
  const width = Math.ceil(
    Math.max((size.width ?? 0) + 2 * MARGIN, 2 * MARGIN + textWidth(drawing.title, 9), 100 * kinds.length + MARGIN),
  );
  const height = Math.ceil((size.height ?? 0) + TITLE_HEIGHT + LEGEND_HEIGHT + MARGIN);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(drawing.title)}">`,
    `<title>${escape(drawing.title)}</title>`,
    `<style>${style()}</style>`,
    `<defs>${kinds.map(arrowhead).join('')}</defs>`,
    `<rect class="ground" width="${width}" height="${height}"/>`,
    `<text class="title" x="${MARGIN}" y="24">${escape(drawing.title)}</text>`,
    `<g transform="translate(${MARGIN} ${TITLE_HEIGHT})">`,
    ...drawing.groups.map(({ index, label }) => group(graph.node(groupId(index)), label)),
    ...drawing.arrows.map((arrow, i) => wire(arrow, graph.edge(arrow.from, arrow.to, String(i)))),
    ...drawing.boxes.map((box, i) => node(box, graph.node(boxId(i, drawing)))),
    '</g>',
    legend(kinds, height - 12),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

/** Where an arrow goes; its own place is that of its label. */
export interface PlacedArrow extends Point {
  readonly points: readonly Point[];
}

function boxId(index: number, { boxes }: Drawing): string {
  return boxes[index]!.id;
}

/** A name no node can have. */
function groupId(index: number): string {
  return `#${index}`;
}

function place(drawing: Drawing): Layout {
  const graph = new Graph({ directed: true, multigraph: true, compound: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 26, ranksep: 46, edgesep: 14, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { index } of drawing.groups) graph.setNode(groupId(index), {});
  for (const box of drawing.boxes) {
    graph.setNode(box.id, boxSize(box));
    graph.setParent(box.id, groupId(box.group));
  }
  drawing.arrows.forEach(({ from, to, label }, i) => {
    const width = Math.max(0, ...label.map((line) => textWidth(line, 6)));
    const size = label.length > 0 ? { width: width + 8, height: label.length * 13 } : { width: 0, height: 0 };
    graph.setEdge(from, to, { ...size, labelpos: 'c' }, String(i));
  });
  layout(graph);
  return graph;
}

function boxSize({ id, type, options }: DrawnBox): { width: number; height: number } {
  const widest = Math.max(textWidth(id, 8), textWidth(type, 6.6), ...options.map((option) => textWidth(option, 6)));
  return { width: Math.max(90, widest + 2 * PADDING), height: (2 + options.length) * LINE_HEIGHT + 2 * PADDING - 4 };
}

/** Estimated: there is no font here. East Asian letters and pictures count twice. */
export function textWidth(text: string, perLetter: number): number {
  let letters = 0;
  for (const symbol of text) letters += /[\u1100-\u115f\u2e80-\uffef]|\p{Extended_Pictographic}/u.test(symbol) ? 2 : 1;
  return Math.ceil(letters * perLetter);
}

function group({ x, y, width, height }: Rect, label: string): string {
  const left = round(x - width / 2);
  const top = round(y - height / 2);
  return (
    `<g class="domain"><rect x="${left}" y="${top}" width="${round(width)}" height="${round(height)}" rx="10"/>` +
    `<text x="${left + 10}" y="${top + 14}">${escape(label)}</text></g>`
  );
}

function node({ id, type, options, implicit, role }: DrawnBox, { x, y, width, height }: Rect): string {
  const left = round(x - width / 2);
  const top = round(y - height / 2);
  const first = top + PADDING + 8;
  const texts = [
    `<text class="name" x="${round(x)}" y="${first}">${escape(id)}</text>`,
    `<text class="type" x="${round(x)}" y="${first + LINE_HEIGHT}">${escape(type)}</text>`,
    ...options.map(
      (option, i) => `<text class="option" x="${round(x)}" y="${first + (i + 2) * LINE_HEIGHT}">${escape(option)}</text>`,
    ),
  ];
  const box = `<rect x="${left}" y="${top}" width="${round(width)}" height="${round(height)}" rx="${role === 'effect' ? 6 : 14}"/>`;
  return `<g class="node ${role}${implicit ? ' implicit' : ''}">${box}${texts.join('')}</g>`;
}

function wire({ kind, label, queued, branches }: DrawnArrow, { points, x, y }: PlacedArrow): string {
  const classes = ['wire', kind, ...(queued ? ['queued'] : []), ...(branches ? ['branches'] : [])].join(' ');
  const lines = label.map((line, i) => {
    const top = round(y + 4 + (i - (label.length - 1) / 2) * 13);
    return `<text class="label" x="${round(x)}" y="${top}">${escape(line)}</text>`;
  });
  return `<g class="${classes}"><path d="${curve(points)}" marker-end="url(#head-${kind})"/>${lines.join('')}</g>`;
}

/** A line through the points with rounded corners: quadratic curves between the middles of its parts. */
export function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  const at = ({ x, y }: Point) => `${round(x)} ${round(y)}`;
  const parts = [`M${at(first)}`];
  rest.forEach((point, i) => {
    const next = rest[i + 1];
    if (!next) parts.push(`L${at(point)}`);
    else parts.push(`Q${at(point)} ${at({ x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 })}`);
  });
  return parts.join(' ');
}

function arrowhead(kind: PortKind): string {
  return (
    `<marker id="head-${kind}" class="head ${kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto-start-reverse">` +
    '<path d="M0 0 8 4 0 8Z"/></marker>'
  );
}

function legend(kinds: readonly PortKind[], y: number): string {
  const entries = kinds.map((kind, i) => {
    const x = MARGIN + i * 100;
    return `<g class="wire ${kind}"><path d="M${x} ${y - 4} h22"/><text class="key" x="${x + 28}" y="${y}">${kind}</text></g>`;
  });
  return `<g class="legend">${entries.join('')}</g>`;
}

function style(): string {
  const colors = (theme: 'light' | 'dark') =>
    Object.entries(KIND_COLORS)
      .map(([kind, color]) => `--${kind}:${color[theme]}`)
      .join(';');
  return [
    `svg{--ground:#fff;--ink:#1d2430;--soft:#5d6673;--box:#f5f7fa;--line:#b9c1cc;--domain:#8a94a3;${colors('light')};font-family:system-ui,-apple-system,"Segoe UI",sans-serif}`,
    `@media (prefers-color-scheme:dark){svg{--ground:#14181f;--ink:#e8ecf2;--soft:#a2acba;--box:#1f2630;--line:#465162;--domain:#687486;${colors('dark')}}}`,
    '.ground{fill:var(--ground)}text{fill:var(--ink);font-size:12px}.title{font-size:16px;font-weight:600}',
    '.domain rect{fill:none;stroke:var(--domain);stroke-dasharray:5 4}.domain text{fill:var(--soft);font-size:11px}',
    '.node rect{fill:var(--box);stroke:var(--line);stroke-width:1.2}.node.implicit rect{stroke-dasharray:4 3}.node text{text-anchor:middle}',
    '.name{font-weight:600;font-size:13px}.type{fill:var(--soft)}.node .option{fill:var(--soft);font-size:11px}',
    '.wire path{fill:none;stroke:var(--kind);stroke-width:1.6}.wire.queued path{stroke-dasharray:6 4}.wire.branches path{stroke-width:3}',
    '.wire text{fill:var(--kind);font-size:11px}.label{text-anchor:middle;paint-order:stroke;stroke:var(--ground);stroke-width:4px}',
    '.head path{fill:var(--kind)}',
    ...Object.keys(KIND_COLORS).map((kind) => `.${kind}{--kind:var(--${kind})}`),
  ].join('');
}

/** To a tenth of a pixel. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Text of XML. */
export function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  // Characters that XML 1.0 forbids even as entities.
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (symbol) => entities[symbol]!);
}
