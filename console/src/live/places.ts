import type { EngineState } from '../api/types.js';

/** A call with its graph, a call without one, or a graph without a call. */
export interface Stage {
  /** The call, or else the graph. */
  readonly key: string;
  readonly title: string;
  readonly call?: string;
  readonly graph?: string;
  /** The call's status, or else the graph's. */
  readonly status: string;
}

/** Everything that can be looked at, in the order in which it was opened. */
export function stagesOf({ calls, graphs }: EngineState): Stage[] {
  const all = Object.entries(graphs).filter(([, graph]) => graph.status !== 'ended');
  const ofCalls = Object.entries(calls).map(([call, { status }]): Stage => {
    const found = all.findLast(([, graph]) => graph.call === call);
    return { key: call, call, status, title: found?.[1].title ?? call, ...(found && { graph: found[0] }) };
  });
  const alone = all
    .filter(([, graph]) => graph.call === undefined || !(graph.call in calls))
    .map(([id, { title, status }]): Stage => ({ key: id, graph: id, title, status }));
  return [...ofCalls, ...alone];
}
