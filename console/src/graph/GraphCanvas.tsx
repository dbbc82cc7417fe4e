import { useReactFlow, type Edge, type Node } from '@xyflow/react';
import { useEffect, useMemo } from 'react';
import type { DrawnGraph } from '../api/types.js';
import { CanvasTools } from '../ui/CanvasTools.js';
import { Drawing } from '../ui/Drawing.js';
import { FIT, isNarrow } from '../ui/fit.js';
import { count } from '../ui/format.js';
import { usePlaced } from '../ui/usePlaced.js';
import { figures } from '../live/live.js';
import { useStore } from '../live/store.js';
import { layOut, NODE_HEIGHT, NODE_WIDTH } from './layout.js';
import { NodeCard } from './NodeCard.js';
import { WireEdge } from './WireEdge.js';

const NODE_TYPES = { media: NodeCard };
const EDGE_TYPES = { wire: WireEdge };
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
  const placed = usePlaced(graph, (drawn) => layOut(drawn, narrow), narrow);
  const { fitView, getZoom, setCenter } = useReactFlow();
  const nodes = useMemo(
    () =>
      (placed?.nodes ?? []).map(({ node, x, y }): Node => ({
        id: node.id,
        type: 'media',
        position: { x, y },
        width: NODE_WIDTH,
        height: NODE_HEIGHT,
        data: { graph: graph.id, node, chosen: node.id === chosen, choose },
      })),
    [placed, graph, chosen],
  );
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
    if (shape !== undefined) requestAnimationFrame(() => void fitView(FIT));
  }, [shape, fitView]);
  // The panel takes room: what is chosen stays on the screen, and large enough to read.
  useEffect(() => {
    const at = placed?.nodes.find(({ node }) => node.id === chosen);
    if (!at || isNarrow()) return;
    const move = () =>
      void setCenter(at.x + NODE_WIDTH / 2, at.y + NODE_HEIGHT / 2, { zoom: Math.max(getZoom(), 0.8), duration: 200 });
    requestAnimationFrame(() => requestAnimationFrame(move));
  }, [chosen, shape !== undefined]);
  const kinds = KINDS.filter((kind) => graph.plan.wires.some((wire) => wire.kind === kind));
  return (
    <section className="canvas" aria-label={`Graph ${graph.title}`}>
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

function Beat({ graph }: { graph: string }) {
  const beat = useStore(figures, (all) => all[graph]?.stats.beat);
  if (!beat) return null;
  return (
    <p className="small dim number">
      {count(beat.ticks)} ticks{beat.skipped > 0 && `, ${count(beat.skipped)} skipped`}
    </p>
  );
}
