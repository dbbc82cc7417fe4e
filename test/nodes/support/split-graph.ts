import { checkGraphObject } from '../../../src/graph/load.js';
import type { Plan } from '../../../src/graph/plan-types.js';
import { createRegistry, type Registry } from '../../../src/graph/registry.js';
import { builtinNodes } from '../../../src/nodes/index.js';

/** What a `flow.split` with these options is given by the planner. */
export function splitGraph(options: { readonly nodes: unknown; readonly out?: string }): { plan: Plan; registry: Registry } {
  const registry = createRegistry(builtinNodes);
  const { plan, problems } = checkGraphObject(
    {
      version: 1,
      nodes: {
        tone: { type: 'source.tone' },
        mix: { type: 'flow.split', in: { audio: 'tone' }, options },
        end: { type: 'sink.null', in: { audio: 'mix' } },
      },
    },
    { registry },
  );
  const found = plan?.nodes.find(({ id }) => id === 'mix')?.subgraph;
  if (!found) throw new Error(problems.map(({ message }) => message).join('; '));
  return { plan: found, registry };
}
