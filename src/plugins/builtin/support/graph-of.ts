import type { EngineState } from '../../../events/state.js';
import { refuse } from '../../define-plugin.js';
import type { PluginScope } from '../../plugin-types.js';

/** What a plugin knows of where it works. */
export interface Where {
  readonly scope: PluginScope;
  readonly engine: EngineState;
}

/**
 * The graph that a message about a call means; undefined: all that the plugin works in.
 *
 * @throws VoxError `MESSAGE_REFUSED` when there is no such call.
 */
export function graphOf(call: string | undefined, { scope, engine }: Where): string | undefined {
  if (call === undefined) return undefined;
  if (scope.graph !== undefined) {
    if (scope.call === call) return undefined;
    throw refuse(`It works in ${scope.call === undefined ? 'no call' : `the call ${scope.call}`} only.`);
  }
  const found = Object.entries(engine.graphs).find(([, graph]) => graph.call === call && graph.status !== 'ended');
  if (!found) throw refuse(`There is no call ${call}.`);
  return found[0];
}

/** What is written by graph, without the graphs that are over. */
export function withoutEnded<T>(graphs: Readonly<Record<string, T>>, engine: EngineState): Record<string, T> {
  const running = Object.entries(graphs).filter(([graph]) => (engine.graphs[graph]?.status ?? 'ended') !== 'ended');
  return Object.fromEntries(running);
}
