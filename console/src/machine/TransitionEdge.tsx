import { BaseEdge, EdgeLabelRenderer } from '@xyflow/react';
import { memo } from 'react';
import { roundedPath } from '../ui/elk.js';
import type { PlacedArrow } from './layout.js';

interface EdgeData {
  readonly arrow: PlacedArrow;
  readonly lit: boolean;
  readonly past: boolean;
  readonly ready: boolean;
  readonly taken: ReadonlySet<string>;
}

/** An arrow with the events and guards of its transitions. */
export const TransitionEdge = memo(function TransitionEdge({
  id,
  data,
  markerEnd,
}: {
  id: string;
  data?: unknown;
  markerEnd?: string;
}) {
  const { arrow, lit, ready, taken } = data as EdgeData;
  const { points, label, lines } = arrow;
  return (
    <>
      <BaseEdge
        id={id}
        path={roundedPath(points, 8)}
        className={`transition ${lit ? 'lit' : ready ? 'ready' : ''}`}
        interactionWidth={0}
        {...(markerEnd !== undefined && { markerEnd })}
      />
      <EdgeLabelRenderer>
        <ul
          className={`transition-label ${lit ? 'lit' : ready ? 'ready' : ''}`}
          style={{ width: label.width, height: label.height, transform: `translate(${label.x}px, ${label.y}px)` }}
        >
          {lines.map(({ text, transitions }) => (
            <li
              key={text}
              className={transitions.some(({ id: one }) => taken.has(one)) ? 'taken' : ''}
              title={transitions[0]!.actions.join(', ')}
            >
              {text}
            </li>
          ))}
        </ul>
      </EdgeLabelRenderer>
    </>
  );
});
