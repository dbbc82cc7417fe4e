import type { DrawnGraph, DrawnNode, DrawnWire } from '../api/types.js';
import { placeGraph, type ElkNode } from '../ui/elk.js';

/** Where a node is, in the drawing. */
export interface PlacedNode {
  readonly node: DrawnNode;
  readonly x: number;
  readonly y: number;
}

/** A wire as it is drawn. */
export interface PlacedWire {
  readonly id: string;
  readonly wire: DrawnWire;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** The middle of what is written on it. */
  readonly label: { readonly x: number; readonly y: number };
}

/** A graph, placed. */
export interface PlacedGraph {
  readonly nodes: readonly PlacedNode[];
  readonly wires: readonly PlacedWire[];
  /** Of the whole drawing, wires among it. */
  readonly width: number;
  readonly height: number;
}

/** How large a node is drawn. */
export const NODE_WIDTH = 190;
/** See {@link NODE_WIDTH}. */
export const NODE_HEIGHT = 104;
const VIDEO_LABEL = { width: 128, height: 96 };
const LABEL = { width: 84, height: 40 };

/** How large the label of a wire is: pictures take more than a meter. */
export function labelSize({ kind }: DrawnWire): { readonly width: number; readonly height: number } {
  return kind === 'video' ? VIDEO_LABEL : LABEL;
}

/** The room there is for a drawing, in pixels. */
export interface Room {
  readonly width: number;
  readonly height: number;
}

/** Below this scale a node can hardly be read. */
const READABLE = 0.75;

/** Places a graph: downwards on narrow screens, else from left to right, and a long one in several rows. */
export async function layOut(graph: DrawnGraph, downwards: boolean, room: Room): Promise<PlacedGraph> {
  const placed = await place(graph, downwards, {});
  if (downwards || scaleOf(placed, room) >= READABLE) return fromElk(graph, placed);
  const rows = { 'elk.layered.wrapping.strategy': 'MULTI_EDGE', 'elk.aspectRatio': String(room.width / room.height) };
  // There are graphs that ELK cannot wrap: they stay as they are.
  const wrapped = await place(graph, downwards, rows).catch(() => placed);
  return fromElk(graph, scaleOf(wrapped, room) > scaleOf(placed, room) ? wrapped : placed);
}

function scaleOf({ width = 1, height = 1 }: ElkNode, room: Room): number {
  return Math.min(room.width / width, room.height / height);
}

function place({ plan: { nodes, wires } }: DrawnGraph, downwards: boolean, more: Record<string, string>): Promise<ElkNode> {
  return placeGraph({
    id: 'graph',
    layoutOptions: {
      ...more,
      'elk.algorithm': 'layered',
      'elk.direction': downwards ? 'DOWN' : 'RIGHT',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.layered.spacing.nodeNodeBetweenLayers': '14',
      'elk.spacing.nodeNode': '36',
      'elk.spacing.edgeNode': '20',
      'elk.spacing.edgeLabel': '4',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
    },
    children: nodes.map(({ id }) => ({ id, width: NODE_WIDTH, height: NODE_HEIGHT })),
    edges: wires.map((wire, index) => ({
      id: `w${index}`,
      sources: [wire.from.node],
      targets: [wire.to.node],
      labels: [{ id: `l${index}`, text: ' ', ...labelSize(wire), layoutOptions: { 'elk.edgeLabels.inline': 'true' } }],
    })),
  });
}

function fromElk({ plan: { nodes, wires } }: DrawnGraph, placed: ElkNode): PlacedGraph {
  const byId = new Map((placed.children ?? []).map((child) => [child.id, child]));
  return {
    width: placed.width ?? 0,
    height: placed.height ?? 0,
    nodes: nodes.map((node) => ({ node, x: byId.get(node.id)?.x ?? 0, y: byId.get(node.id)?.y ?? 0 })),
    wires: wires.map((wire, index) => {
      const edge = placed.edges?.find(({ id }) => id === `w${index}`);
      const section = edge?.sections?.[0];
      const points = section ? [section.startPoint, ...(section.bendPoints ?? []), section.endPoint] : [];
      const label = edge?.labels?.[0];
      const size = labelSize(wire);
      return {
        id: `w${index}`,
        wire,
        points,
        label: { x: (label?.x ?? 0) + size.width / 2, y: (label?.y ?? 0) + size.height / 2 },
      };
    }),
  };
}
