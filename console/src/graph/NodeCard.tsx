import { Handle, Position, useReactFlow } from '@xyflow/react';
import { memo, type FocusEvent } from 'react';
import type { DrawnNode, NodeStats } from '../api/types.js';
import { figures } from '../live/live.js';
import { useStore } from '../live/store.js';
import { count, microseconds, milliseconds } from '../ui/format.js';
import { NODE_HEIGHT, NODE_WIDTH } from './layout.js';

interface CardData {
  readonly graph: string;
  readonly node: DrawnNode;
  readonly chosen: boolean;
  readonly choose: (node: string) => void;
}

/** A node: what it is, how it is, and what it costs. */
export const NodeCard = memo(function NodeCard({ data }: { data: unknown }) {
  const { graph, node, chosen, choose } = data as CardData;
  const flow = useReactFlow();
  const state = useStore(figures, (all) => all[graph]?.stats.nodes[node.id]?.state);
  const bypassed = node.bypassed || state === 'bypassed';
  const troubled = state !== undefined && state !== 'running' && state !== 'bypassed';
  // A node that is reached by keyboard must be on the screen.
  const show = ({ target }: FocusEvent) => {
    if (!target.matches(':focus-visible')) return;
    const at = flow.getNode(node.id)?.position;
    if (at) void flow.setCenter(at.x + NODE_WIDTH / 2, at.y + NODE_HEIGHT / 2, { zoom: Math.max(flow.getZoom(), 0.7) });
  };
  const group = node.type.split('.')[0]!;
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <div
        className={`node group-${group} ${chosen ? 'chosen' : ''} ${bypassed ? 'bypassed' : ''} ${troubled ? 'troubled' : ''} ${node.inserted ? 'inserted' : ''}`}
      >
        <button type="button" aria-expanded={chosen} onClick={() => choose(node.id)} onFocus={show}>
          <span className="hidden">Node </span>
          <span className="node-name">{node.id}</span>
          <span className="hidden">, </span>
          <span className="node-type code">{node.type}</span>
          {bypassed && <span className="hidden">, bypassed</span>}
        </button>
        {node.operators.length > 0 && <p className="node-operators">{node.operators.map(({ plugin }) => plugin).join(', ')}</p>}
        <NodeFigures graph={graph} node={node} bypassed={bypassed} />
      </div>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
});

function NodeFigures({ graph, node, bypassed }: { graph: string; node: DrawnNode; bypassed: boolean }) {
  const stats = useStore(figures, (all) => all[graph]?.stats.nodes[node.id]);
  const { work, latencyMs = node.latencyMs, lateMs = {} } = stats ?? {};
  const late = Math.max(0, ...Object.values(lateMs));
  return (
    <div className="node-figures number">
      <p title="What it takes of a beat: the median, and what 99 of 100 beats stay below">
        {work ? `${microseconds(work.p50Us)} · p99 ${microseconds(work.p99Us)}` : ' '}
      </p>
      <p>
        {bypassed && <span className="warn">bypassed</span>}
        {troubles(stats).map(([name, n]) => (
          <span key={name} className="warn">
            {count(n)} {name}
          </span>
        ))}
        {latencyMs > 0 && <span title="Latency that it declares to add">+{milliseconds(latencyMs)}</span>}
        {late >= 1 && <span title="How late what comes in is, measured">{milliseconds(late)} late</span>}
        <span title="Estimated share of a core">{node.costPercent} % core</span>
      </p>
    </div>
  );
}

/** What a person should look at: faults, drops and the like that are not 0. */
function troubles(stats: NodeStats | undefined): [string, number][] {
  if (!stats) return [];
  const { dropped = 0, underruns = 0, clipped = 0 } = stats.counters;
  const all: [string, number][] = [
    ['faults', stats.faults],
    ['dropped', dropped],
    ['underruns', underruns],
    ['clipped', clipped],
  ];
  return all.filter(([, n]) => n > 0);
}
