import { BaseEdge, EdgeLabelRenderer } from '@xyflow/react';
import { memo } from 'react';
import type { DrawnWire, GraphStats } from '../api/types.js';
import { figures } from '../live/live.js';
import { useStore } from '../live/store.js';
import { Meter } from '../ui/Meter.js';
import { roundedPath } from '../ui/elk.js';
import { count } from '../ui/format.js';
import { labelSize, type PlacedWire } from './layout.js';
import { Thumbnail } from './Thumbnail.js';

/** A wire: what flows, how loud it is or what it shows, and its queue. */
export const WireEdge = memo(function WireEdge({ id, data }: { id: string; data?: unknown }) {
  const { graph, wire, points, label } = data as PlacedWire & { readonly graph: string };
  const size = labelSize(wire);
  return (
    <>
      <BaseEdge
        id={id}
        path={roundedPath(points, 10)}
        className={`wire ${wire.kind} ${wire.branches ? 'branches' : ''}`}
        interactionWidth={0}
      />
      <EdgeLabelRenderer>
        <div
          className={`wire-label ${wire.kind}`}
          style={{
            width: size.width,
            height: size.height,
            transform: `translate(${label.x - size.width / 2}px, ${label.y - size.height / 2}px)`,
          }}
        >
          <WireFigures graph={graph} wire={wire} />
        </div>
      </EdgeLabelRenderer>
    </>
  );
});

function WireFigures({ graph, wire }: { graph: string; wire: DrawnWire }) {
  const level = useStore(figures, (all) => all[graph]?.levels[wire.outlet]);
  const queue = useStore(figures, (all) =>
    all[graph]?.stats.queues.find(({ to, from }) => to.split('.')[0] === wire.to.node && from.split('.')[0] === wire.from.node),
  );
  return (
    <>
      {wire.kind === 'video' && <Thumbnail graph={graph} outlet={wire.outlet} format={wire.format} />}
      {wire.kind === 'audio' && <Meter level={level} label={`Level of ${wire.outlet}`} />}
      {wire.kind !== 'audio' && wire.kind !== 'video' && (
        <span className="wire-word">{wire.format.replace(/^packets\s+/, '')}</span>
      )}
      {queue ? (
        <span className={`wire-queue number ${queue.dropped > 0 || queue.underruns > 0 ? 'warn' : ''}`} title={queueTitle(queue)}>
          {queue.depth}/{queue.capacity}
          {queue.dropped > 0 && ` · ${count(queue.dropped)} lost`}
        </span>
      ) : (
        wire.queue && <span className="wire-queue">queue {wire.queue.frames}</span>
      )}
    </>
  );
}

function queueTitle({ depth, capacity, passed, dropped, underruns }: GraphStats['queues'][number]): string {
  return `Queue: ${depth} of ${capacity} waiting, ${count(passed)} passed, ${count(dropped)} dropped, ${count(underruns)} underruns`;
}
