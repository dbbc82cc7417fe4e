import { ask } from '../api/client.js';
import type { DrawnNode } from '../api/types.js';
import { drawings } from '../live/live.js';
import { Button } from '../ui/Button.js';
import { useTask } from '../ui/useTask.js';

/** The nodes that each copy of a split is made of; each can be left out of all copies. */
export function InsideList({ graph, node, inside }: { graph: string; node: string; inside: NonNullable<DrawnNode['inside']> }) {
  return (
    <section className="section" aria-label="Inside">
      <h2>In every copy</h2>
      <ul className="inside">
        {inside.map((one) => (
          <Inner key={one.id} path={`${node}/${one.id}`} graph={graph} node={one} />
        ))}
      </ul>
    </section>
  );
}

function Inner({ graph, path, node }: { graph: string; path: string; node: NonNullable<DrawnNode['inside']>[number] }) {
  const task = useTask();
  const { id, type, bypassed, canBypass, summary } = node;
  const toggle = () =>
    task.run(async () => {
      const body = { bypassed: !bypassed };
      await ask(`/graphs/${encodeURIComponent(graph)}/nodes/${encodeURIComponent(path)}`, { method: 'PATCH', body });
      drawings.set((n) => n + 1);
    });
  return (
    <li title={summary}>
      <span>
        <strong>{id}</strong> <code className="dim small">{type}</code>
      </span>
      {canBypass && (
        <Button
          icon="bypass"
          label={bypassed ? 'Bypassed' : 'Bypass'}
          aria-label={`${bypassed ? 'Bypassed' : 'Bypass'} ${path}`}
          on={bypassed}
          disabled={task.busy}
          onClick={() => void toggle()}
        />
      )}
      {task.problem && <p className="notice small">{task.problem}</p>}
    </li>
  );
}
