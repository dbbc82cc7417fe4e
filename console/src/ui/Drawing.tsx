import { Background, BackgroundVariant, ReactFlow, type ReactFlowProps } from '@xyflow/react';
import '@xyflow/react/dist/base.css';

/** A drawing to look at and walk about in: nothing in it is moved, joined or selected by React Flow itself. */
export function Drawing(props: ReactFlowProps) {
  return (
    <ReactFlow
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      maxZoom={2}
      proOptions={{ hideAttribution: true }}
      {...props}
    >
      <Background variant={BackgroundVariant.Dots} gap={20} size={1.2} color="var(--line)" />
    </ReactFlow>
  );
}
