import { useReactFlow, type Edge, type Node } from '@xyflow/react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { DrawnGraph } from '../api/types.js';
import { CanvasTools } from '../ui/CanvasTools.js';
import { Drawing } from '../ui/Drawing.js';
import { FIT, isNarrow, isSheet, moving } from '../ui/fit.js';
import { clock, count } from '../ui/format.js';
import { usePlaced } from '../ui/usePlaced.js';
import { useRefit } from '../ui/useRefit.js';
import { figures } from '../live/live.js';
import { useStore } from '../live/store.js';
import { layOut, NODE_HEIGHT, NODE_WIDTH, type Room } from './layout.js';
import { NodeCard } from './NodeCard.js';
import { WireEdge } from './WireEdge.js';

const NODE_TYPES = { media: NodeCard, corner: () => null };
const EDGE_TYPES = { wire: WireEdge };
/** At this scale everything on a node can be read. */
const LEGIBLE = 0.75;
/** What titles, buttons and edges take of the height, in pixels. */
const OVER = 100;
/** The share of a phone's canvas that the panel leaves free, as panel.css has it. */
const FREE_ABOVE_PANEL = 0.3;
/** In pixels. */
const ROOM_STEP = 160;
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
  const [narrow, room] = useWindowRoom();
  const section = useRef<HTMLElement>(null);
  const placed = usePlaced(graph, (drawn) => layOut(drawn, narrow, roomIn(section.current)), `${narrow} ${room}`);
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
  const fit = async () => {
    if (!placed) return;
    const { clientWidth, clientHeight } = section.current!;
    const at = placed.nodes.find(({ node }) => node.id === chosen);
    const whole = Math.min((clientWidth - 48) / placed.width, (clientHeight - OVER) / placed.height);
    // The panel takes room: what is chosen stays on the screen, and large enough to read.
    if (at && (isSheet() || whole < LEGIBLE)) {
      const zoom = Math.max(getZoom(), 0.8);
      const below = isSheet() ? (clientHeight * (1 - FREE_ABOVE_PANEL)) / 2 / zoom : 0;
      return setCenter(at.x + NODE_WIDTH / 2, at.y + NODE_HEIGHT / 2 + below, { zoom, duration: moving(200) });
    }
    // A long graph on a phone is read from its beginning, as wide as it is.
    const zoom = Math.min(LEGIBLE, (clientWidth - 24) / placed.width);
    if (narrow && zoom > whole) return setViewport({ x: (clientWidth - placed.width * zoom) / 2, y: 16, zoom });
    return fitView(FIT);
  };
  const { show, still, touched } = useRefit(fit);
  useEffect(() => {
    if (placed) show();
  }, [shape, placed?.width]);
  useEffect(() => {
    if (placed && chosen !== undefined) show();
  }, [chosen]);
  const kinds = KINDS.filter((kind) => graph.plan.wires.some((wire) => wire.kind === kind));
  return (
    <section ref={section} className="canvas" aria-label={`Graph ${graph.title}`} data-still={still}>
      <div className="canvas-bar">
        <div className="canvas-title">
          <h1>{graph.title}</h1>
          <Beat graph={graph.id} />
        </div>
        <ul className="legend" aria-label="Kinds of wires">
          {kinds.map((kind) => (
            <li key={kind} className={kind}>
              {kind}
            </li>
          ))}
        </ul>
        <CanvasTools />
      </div>
      <Drawing
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        minZoom={0.15}
        onMoveStart={touched}
        onPaneClick={() => choose(undefined)}
      />
    </section>
  );
}

/**
 * The room that is left beside titles and buttons, as if no panel was open: a drawing that changed its shape with every click could not be
 * learnt.
 */
function roomIn(canvas: HTMLElement | null): Room {
  const { clientWidth: width = 1200, clientHeight: height = 700 } = canvas?.parentElement ?? {};
  return { width: Math.max(200, width - 48), height: Math.max(200, height - OVER) };
}

/** Whether the window is a phone's, and its size in steps, in which a graph is worth placing anew. */
function useWindowRoom(): readonly [boolean, string] {
  const present = () => `${Math.round(innerWidth / ROOM_STEP)}x${Math.round(innerHeight / ROOM_STEP)}`;
  const [room, setRoom] = useState(present);
  useEffect(() => {
    const resized = () => setRoom(present());
    addEventListener('resize', resized);
    return () => removeEventListener('resize', resized);
  }, []);
  return [isNarrow(), room];
}

const BEAT_MS = 20;

function Beat({ graph }: { graph: string }) {
  const beat = useStore(figures, (all) => all[graph]?.stats.beat);
  if (!beat) return null;
  const { ticks, skipped } = beat;
  return (
    <p
      className="small dim number"
      title={`A beat makes ${BEAT_MS} ms of sound. One is skipped when the machine was too busy to make it in time; so far ${count(skipped)} of ${count(ticks)}.`}
    >
      on air for {clock(ticks * BEAT_MS)}
      {skipped > 0 && (
        <>
          , <span className={skipped > ticks / 100 ? 'warn' : ''}>{count(skipped)} beats skipped</span>
        </>
      )}
    </p>
  );
}
