import { useReactFlow, type Edge, type Node } from '@xyflow/react';
import { useEffect, useMemo, useRef } from 'react';
import type { DrawnGraph } from '../api/types.js';
import { CanvasTools } from '../ui/CanvasTools.js';
import { Drawing } from '../ui/Drawing.js';
import { FIT, isNarrow } from '../ui/fit.js';
import { count } from '../ui/format.js';
import { usePlaced } from '../ui/usePlaced.js';
import { figures } from '../live/live.js';
import { useStore } from '../live/store.js';
import { layOut, NODE_HEIGHT, NODE_WIDTH, type Room } from './layout.js';
import { NodeCard } from './NodeCard.js';
import { WireEdge } from './WireEdge.js';

const NODE_TYPES = { media: NodeCard, corner: () => null };
const EDGE_TYPES = { wire: WireEdge };
/** At this scale everything on a node can be read. */
const LEGIBLE = 0.75;
/** The share of a phone's canvas that the panel leaves free, as panel.css has it. */
const FREE_ABOVE_PANEL = 0.3;
const KINDS = ['audio', 'video', 'packets', 'events'] as const;

/** The drawing itself. @param chosen the node whose panel is open */
export function GraphCanvas({
  graph,
  chosen,
  choose,
}: {
  graph: DrawnGraph;
  chosen: string | undefined;
  choose: (node: string | undefined) => void;
}) {
  const narrow = isNarrow();
  const section = useRef<HTMLElement>(null);
  const placed = usePlaced(graph, (drawn) => layOut(drawn, narrow, roomIn(section.current)), narrow);
  const { fitView, getZoom, setCenter, setViewport } = useReactFlow();
  const nodes = useMemo(() => {
    if (!placed) return [];
    const cards = placed.nodes.map(({ node, x, y }): Node => ({
      id: node.id,
      type: 'media',
      position: { x, y },
      width: NODE_WIDTH,
      height: NODE_HEIGHT,
      data: { graph: graph.id, node, chosen: node.id === chosen, choose },
    }));
    // Wires that go around are to be seen, too: React Flow looks at nodes alone.
    const corners = [0, 1].map((at): Node => ({
      id: `(corner ${at})`,
      type: 'corner',
      position: { x: at * placed.width, y: at * placed.height },
      width: 1,
      height: 1,
      data: {},
    }));
    return [...cards, ...corners];
  }, [placed, graph, chosen]);
  const edges = useMemo(
    () =>
      (placed?.wires ?? []).map(({ id, wire, points, label }): Edge => ({
        id,
        type: 'wire',
        source: wire.from.node,
        target: wire.to.node,
        data: { graph: graph.id, wire, points, label },
      })),
    [placed, graph],
  );
  const shape = placed && placed.nodes.map(({ node }) => node.id).join();
  useEffect(() => {
    if (!placed) return;
    const { clientWidth, clientHeight } = section.current!;
    const whole = Math.min((clientWidth - 48) / placed.width, (clientHeight - 124) / placed.height);
    // A long graph on a phone is read from its beginning, as wide as it is.
    const zoom = Math.min(LEGIBLE, (clientWidth - 24) / placed.width);
    if (narrow && zoom > whole) {
      const x = (clientWidth - placed.width * zoom) / 2;
      requestAnimationFrame(() => void setViewport({ x, y: 64, zoom }));
    } else requestAnimationFrame(() => void fitView(FIT));
  }, [shape, fitView, setViewport]);
  // The panel takes room: what is chosen stays on the screen, and large enough to read.
  useEffect(() => {
    const at = placed?.nodes.find(({ node }) => node.id === chosen);
    if (!at) return;
    const move = () => {
      const zoom = Math.max(getZoom(), 0.8);
      // On a phone the panel lies over the lower part.
      const below = isNarrow() ? (section.current!.clientHeight * (1 - FREE_ABOVE_PANEL)) / 2 / zoom : 0;
      void setCenter(at.x + NODE_WIDTH / 2, at.y + NODE_HEIGHT / 2 + below, { zoom, duration: 200 });
    };
    requestAnimationFrame(() => requestAnimationFrame(move));
  }, [chosen, shape !== undefined]);
  const kinds = KINDS.filter((kind) => graph.plan.wires.some((wire) => wire.kind === kind));
  return (
    <section ref={section} className="canvas" aria-label={`Graph ${graph.title}`}>
      <div className="canvas-bar">
        <div className="canvas-title">
          <h1>{graph.title}</h1>
          <Beat graph={graph.id} />
        </div>
        <CanvasTools />
      </div>
      <Drawing
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        minZoom={0.15}
        onPaneClick={() => choose(undefined)}
      />
      <ul className="legend" aria-label="Kinds of wires">
        {kinds.map((kind) => (
          <li key={kind} className={kind}>
            {kind}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The room that is left beside titles and buttons. */
function roomIn(canvas: HTMLElement | null): Room {
  const { clientWidth: width = 1200, clientHeight: height = 700 } = canvas ?? {};
  return { width: Math.max(200, width - 48), height: Math.max(200, height - 124) };
}

function Beat({ graph }: { graph: string }) {
  const beat = useStore(figures, (all) => all[graph]?.stats.beat);
  if (!beat) return null;
  return (
    <p className="small dim number">
      {count(beat.ticks)} ticks{beat.skipped > 0 && `, ${count(beat.skipped)} skipped`}
    </p>
  );
}
