import { curve, escape, Graph, layout, round, textWidth, type Layout, type PlacedArrow, type Rect } from '../graph/draw-svg.js';
import { labelOf } from './mermaid.js';
import type { StateDescription, TransitionDescription } from './describe.js';

/** Pixels. */
const MARGIN = 16;
const HEAD = 26;
const LINE = 13;
const PAD = 14;

/** A drawn state: its size, and how it is put at a place, by its upper left corner. */
interface Drawn {
  readonly width: number;
  readonly height: number;
  draw(left: number, top: number): string;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly labels: string[];
}

const START = '(start)';
const ANY = '(any)';

/**
 * A chart as a stand-alone SVG picture, states inside states. It follows the reader's light or dark colours, carries no script and needs no
 * font. An arrow into or out of the inside of a state is drawn from that state, and its label names the inner one.
 */
export function drawChartSvg(chart: StateDescription): string {
  const inside = drawInside(chart);
  const width = Math.ceil(inside.width + 2 * MARGIN);
  const height = Math.ceil(inside.height + 2 * MARGIN + HEAD);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(chart.id)}">`,
    `<title>${escape(chart.description ?? chart.id)}</title>`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8Z"/></marker></defs>',
    `<rect class="ground" width="${width}" height="${height}"/>`,
    `<text class="title" x="${MARGIN}" y="26">${escape(chart.id)}</text>`,
    inside.draw(MARGIN, MARGIN + HEAD),
    '</svg>',
    '',
  ].join('\n');
}

function drawState(state: StateDescription): Drawn {
  const lines = [
    ...state.invokes.map(({ src }) => `runs ${src}`),
    ...state.transitions
      .filter(({ targets }) => targets.length === 0)
      .map((one) => `${labelOf(one)} / ${one.actions.join(', ')}`),
    // Entered anew, itself or what it is in: an arrow around a large box would cross everything.
    ...state.transitions.flatMap((one) =>
      one.targets
        .filter((target) => isIn(state.id, target))
        .map((target) => `${labelOf(one)} ↺ ${target.slice(target.lastIndexOf('.') + 1)}`),
    ),
  ];
  const inside = state.states.length > 0 ? drawInside(state) : undefined;
  const own = lines.map((line) => textWidth(line, 5.6));
  const width = Math.max(
    70,
    textWidth(state.key, 7.6) + 2 * PAD,
    ...own.map((one) => one + 2 * PAD),
    (inside?.width ?? 0) + 2 * PAD,
  );
  const head = HEAD + lines.length * LINE;
  const height = head + (inside ? inside.height + PAD : PAD / 2);
  return {
    width,
    height,
    draw: (left, top) => {
      const texts = lines.map(
        (line, i) => `<text class="line" x="${round(left + PAD)}" y="${round(top + HEAD + 8 + i * LINE)}">${escape(line)}</text>`,
      );
      const box = (inset: number) =>
        `<rect x="${round(left + inset)}" y="${round(top + inset)}" width="${round(width - 2 * inset)}" height="${round(height - 2 * inset)}" rx="8"/>`;
      const title = state.description === undefined ? '' : `<title>${escape(state.description)}</title>`;
      return (
        `<g class="state ${state.type}" id="${escape(state.id)}">${title}${box(0)}${state.type === 'final' ? box(3) : ''}` +
        `<text class="name" x="${round(left + PAD)}" y="${round(top + 18)}">${escape(state.key)}</text>${texts.join('')}` +
        `${inside?.draw(left + PAD, top + head) ?? ''}</g>`
      );
    },
  };
}

/** The states in a state: beside each other when all are active at once, else joined by arrows. */
function drawInside(state: StateDescription): Drawn {
  const children = new Map(state.states.map((child) => [child.id, drawState(child)]));
  return state.type === 'parallel' ? regions([...children.values()]) : placed(state, children);
}

function regions(children: readonly Drawn[]): Drawn {
  const width = Math.max(...children.map((child) => child.width));
  const height = children.reduce((sum, child) => sum + child.height + 8, -8);
  return {
    width,
    height,
    draw: (left, top) => {
      let at = top;
      return children
        .map((child) => {
          const drawn = child.draw(left, at);
          at += child.height + 8;
          return drawn;
        })
        .join('');
    },
  };
}

function placed(state: StateDescription, children: ReadonlyMap<string, Drawn>): Drawn {
  const edges = edgesIn(state);
  const graph: Layout = new Graph({ directed: true, multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 30, ranksep: 34, edgesep: 16, marginx: 4, marginy: 4 });
  graph.setDefaultEdgeLabel(() => ({}));
  const marks = [START, ANY].filter((mark) => edges.some(({ from }) => from === mark));
  for (const mark of marks) graph.setNode(mark, mark === START ? { width: 12, height: 12 } : { width: 62, height: 18 });
  for (const [id, { width, height }] of children) graph.setNode(id, { width, height });
  edges.forEach(({ from, to, labels }, i) => {
    const width = Math.max(0, ...labels.map((label) => textWidth(label, 5.6)));
    graph.setEdge(
      from,
      to,
      labels.length > 0 ? { width: width + 8, height: labels.length * LINE, labelpos: 'c' } : {},
      String(i),
    );
  });
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    draw: (left, top) => {
      const arrows = edges.map(({ from, to, labels }, i) => arrow(graph.edge(from, to, String(i)), labels));
      const boxes = [...children].map(([id, child]) => {
        const at = graph.node(id);
        return child.draw(at.x - at.width / 2, at.y - at.height / 2);
      });
      return `<g transform="translate(${round(left)} ${round(top)})">${arrows.join('')}${marks.map((mark) => markAt(mark, graph.node(mark))).join('')}${boxes.join('')}</g>`;
    },
  };
}

/** The arrows between the direct children of a state, those that lead deeper lifted to them. */
function edgesIn(state: StateDescription): Edge[] {
  const edges = new Map<string, Edge>();
  const add = (from: string, to: string, label?: string): void => {
    const edge = edges.get(`${from} ${to}`) ?? { from, to, labels: [] };
    edges.set(`${from} ${to}`, edge);
    if (label !== undefined && !edge.labels.includes(label)) edge.labels.push(label);
  };
  if (state.initial !== undefined) add(START, childOf(state.id, state.initial)!);
  const visit = (source: StateDescription): void => {
    for (const transition of source.transitions)
      for (const target of transition.targets) lift(state.id, source.id, target, transition, add);
    source.states.forEach(visit);
  };
  visit(state);
  return [...edges.values()];
}

function lift(
  owner: string,
  source: string,
  target: string,
  transition: TransitionDescription,
  add: (from: string, to: string, label: string) => void,
): void {
  const to = childOf(owner, target);
  if (to === undefined) return;
  const from = source === owner ? ANY : childOf(owner, source);
  if (from === undefined) return;
  // Both in the same child: that one draws it.
  if (from === to) return;
  const inner = [
    source === from || from === ANY ? '' : `in ${source.slice(from.length + 1)}`,
    target === to ? '' : `to ${target.slice(to.length + 1)}`,
  ];
  const where = inner.filter(Boolean).join(', ');
  add(from, to, labelOf(transition) + (where === '' ? '' : ` (${where})`));
}

/** Whether a state is that one, or in it. */
function isIn(id: string, outer: string): boolean {
  return id === outer || id.startsWith(`${outer}.`);
}

/** The child of a state that an id is, or is in. */
function childOf(owner: string, id: string): string | undefined {
  if (!id.startsWith(`${owner}.`)) return undefined;
  const [key] = id.slice(owner.length + 1).split('.');
  return `${owner}.${key}`;
}

function markAt(mark: string, { x, y, width, height }: Rect): string {
  if (mark === START) return `<circle class="start" cx="${round(x)}" cy="${round(y)}" r="6"/>`;
  const box = `<rect x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${width}" height="${height}" rx="9"/>`;
  return `<g class="any">${box}<text x="${round(x)}" y="${round(y + 4)}">any state</text></g>`;
}

function arrow({ points, x, y }: PlacedArrow, labels: readonly string[]): string {
  const texts = labels.map((label, i) => {
    const top = round(y + 4 + (i - (labels.length - 1) / 2) * LINE);
    return `<text x="${round(x)}" y="${top}">${escape(label)}</text>`;
  });
  return `<g class="arrow"><path d="${curve(points)}" marker-end="url(#head)"/>${texts.join('')}</g>`;
}

const STYLE = [
  'svg{--ground:#fff;--ink:#1d2430;--soft:#5d6673;--box:#f5f7fa;--line:#9aa5b4;--arrow:#1668c7;font-family:system-ui,-apple-system,"Segoe UI",sans-serif}',
  '@media (prefers-color-scheme:dark){svg{--ground:#14181f;--ink:#e8ecf2;--soft:#a2acba;--box:#1f2630;--line:#5a6678;--arrow:#6cb2ff}}',
  '.ground{fill:var(--ground)}text{fill:var(--ink);font-size:12px}.title{font-size:16px;font-weight:600}',
  '.state rect{fill:var(--box);fill-opacity:.75;stroke:var(--line);stroke-width:1.2}.state.parallel>rect{stroke-dasharray:5 4}.name{font-weight:600}.line{fill:var(--soft);font-size:10px}',
  '.arrow path{fill:none;stroke:var(--arrow);stroke-width:1.3}.arrow text{fill:var(--soft);font-size:10px;text-anchor:middle;paint-order:stroke;stroke:var(--ground);stroke-width:3px}',
  '#head path{fill:var(--arrow)}.start{fill:var(--ink)}.any rect{fill:none;stroke:var(--line);stroke-dasharray:3 3}.any text{font-size:10px;text-anchor:middle;fill:var(--soft)}',
].join('');
