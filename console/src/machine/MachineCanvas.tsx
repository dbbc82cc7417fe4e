import { MarkerType, useReactFlow, useStoreApi, type Edge, type Node } from '@xyflow/react';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { StateDescription, StateValue } from '../api/types.js';
import { Button } from '../ui/Button.js';
import { CanvasTools } from '../ui/CanvasTools.js';
import { Drawing } from '../ui/Drawing.js';
import { FIT, isNarrow, moving } from '../ui/fit.js';
import { usePlaced } from '../ui/usePlaced.js';
import { useRefit } from '../ui/useRefit.js';
import { activeStates, valueText } from './active.js';
import { foldedStates, isLarge, type Folding } from './fold.js';
import { layOutChart, type PlacedChart } from './layout.js';
import { StateBox } from './StateBox.js';
import { TransitionEdge } from './TransitionEdge.js';

/** What is active is shown with something around it. */
const AROUND = { top: '40px', bottom: '40px', left: '64px', right: '64px' } as const;
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
  const { still, touched } = useFollow({ placed, leaves, follow });
  return (
    <section className={`canvas chart ${past ? 'past' : ''}`} aria-label={`Machine ${chart.id}`} data-still={still}>
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
      <Drawing nodes={nodes} edges={edges} nodeTypes={NODE_TYPES} edgeTypes={EDGE_TYPES} minZoom={0.08} onMoveStart={touched} />
    </section>
  );
}

/** Keeps what is active on the screen, or else the whole chart. @param leaves ids of the innermost active states, joined */
function useFollow({ placed, leaves, follow }: { placed: PlacedChart | undefined; leaves: string; follow: boolean }) {
  const { fitView } = useReactFlow();
  const flow = useStoreApi();
  const last = useRef({ leaves: '', fresh: [] as readonly string[] });
  const fit = async () => {
    if (!placed) return;
    if (!follow) return fitView(FIT);
    const { width, height } = flow.getState();
    const scale = ({ width: wide, height: high }: Area) => Math.min((width - 48) / wide, (height - 48) / high);
    const [whole] = placed.boxes;
    if (whole !== undefined && scale(whole) >= READABLE) return fitView({ ...FIT, duration: moving(350) });
    // What changed last comes first, and on a small screen alone; the others as long as all can be read.
    const { fresh } = last.current;
    const order = [...fresh, ...leaves.split(',').filter((id) => !fresh.includes(id))];
    let shown = order.slice(0, 1);
    for (const id of isNarrow() ? [] : order.slice(1)) {
      const more = [...shown, id];
      if (scale(areaOf(placed, more)) >= READABLE) shown = more;
    }
    if (shown.length === 0 || leaves === '') return fitView(FIT);
    const nodes = shown.map((id) => ({ id }));
    const padding = shown.length > 1 ? AROUND : 1.2;
    return fitView({ nodes, padding, maxZoom: 1, minZoom: 0.4, duration: moving(350) });
  };
  const { show, still, touched } = useRefit(fit);
  useEffect(() => {
    if (!placed) return;
    if (last.current.leaves !== leaves) {
      const before = last.current.leaves.split(',');
      last.current = { leaves, fresh: leaves.split(',').filter((id) => !before.includes(id)) };
    }
    show();
  }, [follow, leaves, placed]);
  return { still, touched };
}

interface Area {
  readonly width: number;
  readonly height: number;
}

/** How large the place is that holds some states, with something around them. */
function areaOf({ boxes }: PlacedChart, ids: readonly string[]): Area {
  const byId = new Map(boxes.map((box) => [box.state.id, box]));
  const spans = ids.flatMap((id) => {
    let box = byId.get(id);
    if (!box) return [];
    const { width, height } = box;
    let [x, y] = [0, 0];
    for (; box; box = byId.get(box.parent?.id ?? '')) [x, y] = [x + box.x, y + box.y];
    return [{ left: x, right: x + width, top: y, bottom: y + height }];
  });
  return {
    width: Math.max(...spans.map(({ right }) => right)) - Math.min(...spans.map(({ left }) => left)) + 128,
    height: Math.max(...spans.map(({ bottom }) => bottom)) - Math.min(...spans.map(({ top }) => top)) + 80,
  };
}
