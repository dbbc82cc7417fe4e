import { MarkerType, useReactFlow, useStoreApi, type Edge, type Node } from '@xyflow/react';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { StateDescription, StateValue } from '../api/types.js';
import { Button } from '../ui/Button.js';
import { CanvasTools } from '../ui/CanvasTools.js';
import { Drawing } from '../ui/Drawing.js';
import { FIT, isNarrow } from '../ui/fit.js';
import { usePlaced } from '../ui/usePlaced.js';
import { activeStates, valueText } from './active.js';
import { foldedStates, isLarge, type Folding } from './fold.js';
import { layOutChart, type PlacedChart } from './layout.js';
import { StateBox } from './StateBox.js';
import { TransitionEdge } from './TransitionEdge.js';

/** What is active is shown with something around it, below the buttons. */
const AROUND = { top: '96px', bottom: '40px', left: '64px', right: '64px' } as const;
/** A chart of which everything can be read at this scale is shown whole. */
const READABLE = 0.62;
const NODE_TYPES = { state: StateBox };
const EDGE_TYPES = { transition: TransitionEdge };

interface MachineCanvasProps {
  readonly chart: StateDescription;
  /** What is lit. */
  readonly value: StateValue | undefined;
  /** Ids of the transitions that led there. */
  readonly taken: ReadonlySet<string>;
  /** Whether what is lit is a moment that is over. */
  readonly past: boolean;
  readonly children: ReactNode;
}

/** A chart with the active states lit. */
export function MachineCanvas({ chart, value, taken, past, children }: MachineCanvasProps) {
  const [folding, setFolding] = useState<Folding>({});
  const [follow, setFollow] = useState(value !== undefined);
  const active = useMemo(() => activeStates(chart, value), [chart, value]);
  const folded = foldedStates(chart, active, folding);
  const placed = usePlaced({ chart, folded }, layOutChart);
  const nodes = useMemo(
    () =>
      (placed?.boxes ?? []).map(({ state, parent, notes, hidden, x, y, width, height }): Node => ({
        id: state.id,
        type: 'state',
        position: { x, y },
        width,
        height,
        ...(parent && { parentId: parent.id }),
        data: {
          state,
          notes,
          hidden,
          outermost: parent === undefined,
          fold: (id: string, fold: boolean) => setFolding((before) => ({ ...before, [id]: fold })),
          active: active.has(state.id),
          initial: parent?.initial === state.id,
          region: parent?.type === 'parallel',
          taken,
          past,
        },
      })),
    [placed, active, taken, past],
  );
  const edges = useMemo(
    () =>
      (placed?.arrows ?? []).map((arrow): Edge => {
        const lit = arrow.transitions.some(({ id }) => taken.has(id));
        const color = lit
          ? past
            ? 'var(--warn)'
            : 'var(--accent)'
          : active.has(arrow.from)
            ? 'var(--dim)'
            : 'var(--line-strong)';
        return {
          id: arrow.id,
          type: 'transition',
          source: arrow.from,
          target: arrow.to,
          zIndex: lit ? 12 : 10,
          markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16, color },
          data: { arrow, lit, past, ready: active.has(arrow.from), taken },
        };
      }),
    [placed, active, taken, past],
  );
  const leaves = [...active].filter((id) => ![...active].some((other) => other.startsWith(`${id}.`))).join();
  useFollow({ placed, leaves, follow });
  return (
    <section className={`canvas chart ${past ? 'past' : ''}`} aria-label={`Machine ${chart.id}`}>
      <div className="canvas-bar">
        {children}
        <CanvasTools all={() => setFollow(false)}>
          {(folded.length > 0 || isLarge(chart)) && (
            <Button
              bare
              icon={folded.length > 0 ? 'unfoldAll' : 'foldAll'}
              label={folded.length > 0 ? 'Unfold all states' : 'Fold what is not active'}
              onClick={() => setFolding(folded.length > 0 ? { all: false } : {})}
            />
          )}
          <Button icon="live" label="Follow" on={follow} onClick={() => setFollow(!follow)} />
        </CanvasTools>
      </div>
      <p className="hidden" role="status">
        {value === undefined ? '' : `${past ? 'Was in' : 'Is in'} ${valueText(value)}`}
      </p>
      <Drawing nodes={nodes} edges={edges} nodeTypes={NODE_TYPES} edgeTypes={EDGE_TYPES} minZoom={0.08} />
    </section>
  );
}

/** Keeps what is active on the screen, or else the whole chart. @param leaves ids of the innermost active states, joined */
function useFollow({ placed, leaves, follow }: { placed: PlacedChart | undefined; leaves: string; follow: boolean }): void {
  const { fitView } = useReactFlow();
  const flow = useStoreApi();
  const last = useRef({ leaves: '', fresh: [] as readonly string[] });
  useEffect(() => {
    if (placed && !follow) requestAnimationFrame(() => void fitView(FIT));
  }, [placed, follow, fitView]);
  useEffect(() => {
    if (!follow || !placed) return;
    const all = leaves.split(',');
    if (last.current.leaves !== leaves)
      last.current = { leaves, fresh: all.filter((id) => !last.current.leaves.split(',').includes(id)) };
    const { fresh } = last.current;
    const { width, height } = flow.getState();
    const [whole] = placed.boxes;
    const readable = whole !== undefined && Math.min((width - 48) / whole.width, (height - 96) / whole.height) >= READABLE;
    // A small screen shows what changed last.
    const wanted = isNarrow() && fresh.length > 0 ? fresh.slice(0, 1) : all;
    const shown = placed.boxes.filter(({ state }) => wanted.some((id) => id === state.id)).map(({ state: { id } }) => ({ id }));
    const options =
      readable || shown.length === 0 ? FIT : { nodes: shown, padding: shown.length > 1 ? AROUND : 1.2, maxZoom: 1, minZoom: 0.4 };
    requestAnimationFrame(() => void fitView({ ...options, duration: 350 }));
  }, [follow, leaves, placed, fitView, flow]);
}
