import { ReactFlowProvider } from '@xyflow/react';
import type { ViewProps } from '../app/App.js';
import { drawings } from '../live/live.js';
import { useStore } from '../live/store.js';
import { useAsked } from '../ui/useAsked.js';
import type { DrawnGraph } from '../api/types.js';
import { GraphCanvas } from './GraphCanvas.js';
import { NodePanel } from './NodePanel.js';
import '../styles/canvas.css';
import '../styles/graph.css';
import '../styles/panel.css';

/** The graph of a call, drawn from its plan. */
export function GraphView({ stage, place, go }: ViewProps) {
  const changes = useStore(drawings);
  const id = stage?.graph;
  const { value: graph, problem } = useAsked<DrawnGraph>(
    id === undefined ? undefined : `/graphs/${encodeURIComponent(id)}`,
    changes,
  );
  if (id === undefined) return <p className="empty">{stage ? 'This call has no graph.' : 'Nothing runs at present.'}</p>;
  if (problem !== undefined) return <p className="empty">{problem}</p>;
  if (graph === undefined) return <p className="empty">Loading …</p>;
  const node = graph.plan.nodes.find((one) => one.id === place.node);
  return (
    <div className="work">
      <ReactFlowProvider>
        <GraphCanvas graph={graph} chosen={place.node} choose={(chosen) => go({ node: chosen })} />
      </ReactFlowProvider>
      {node && <NodePanel key={node.id} graph={graph} node={node} close={() => go({ node: undefined })} />}
    </div>
  );
}
