import { freeze, produce } from 'immer';
import type { EngineEvent, StampedEvent } from '../events/event.js';
import type { Json } from '../events/json.js';
import { reduce, type EngineState, type PluginState } from '../events/state.js';
import { newJsonFault } from './new-json.js';
import type { EventReducer, PluginDefinition } from './plugin-types.js';
import { sees } from './scope.js';

/** Facts about a plugin that its own reducers are not shown: what its host did with it. */
const OWN_LIFE: ReadonlySet<EngineEvent['type']> = new Set([
  'plugin.loaded',
  'plugin.unloaded',
  'plugin.enabled',
  'plugin.disabled',
  'plugin.configured',
  'plugin.reloaded',
  'plugin.failed',
  'plugin.faulted',
  'plugin.bypassed',
] as const);

/** What a reducer could not do; the plugin's state is then as before. */
export interface ReduceFault {
  /** The plugin's key. */
  readonly plugin: string;
  /** Such as `reducer participant.joined`. */
  readonly where: string;
  /** What it threw, or what is wrong with what it made. */
  readonly error: unknown;
}

/**
 * The state after an event, with what the plugins' reducers make of it. Of the same events and the same definitions the same state
 * follows, faults included; so a log can be replayed.
 *
 * @param definitionOf the declaration of a loaded plugin, by its key.
 * @param fault told what reducers could not do.
 */
export function reduceAll(
  state: EngineState,
  event: StampedEvent,
  definitionOf: (key: string) => PluginDefinition | undefined,
  fault: (fault: ReduceFault) => void = () => {},
): EngineState {
  const next = reduce(state, event);
  let plugins: Record<string, PluginState> | undefined;
  // Before the event that ends it a plugin may count it; after the one that begins it, it does not.
  for (const key in next.plugins) {
    const plugin = next.plugins[key]!;
    if (plugin.status !== 'enabled' || plugin.state === undefined) continue;
    const definition = definitionOf(key);
    // Most plugins do not care about most events.
    if (!definition?.state?.reducers?.[event.type] && event.type !== 'plugin.message') continue;
    if (!definition?.state) continue;
    const after = reduceOne(key, plugin, definition, event, next, fault);
    if (after === plugin.state) continue;
    plugins ??= { ...next.plugins };
    plugins[key] = freeze({ ...plugin, state: after });
  }
  return plugins ? freeze({ ...next, plugins: freeze(plugins) }) : next;
}

function reduceOne(
  key: string,
  plugin: PluginState,
  { state: spec }: PluginDefinition,
  event: StampedEvent,
  state: EngineState,
  fault: (fault: ReduceFault) => void,
): Json {
  let present = plugin.state as Json;
  const { config } = plugin;
  const run = (where: string, change: (draft: never) => unknown): void => {
    try {
      const made = produce<unknown>(present, change as (draft: unknown) => undefined) as Json | undefined;
      if (made === undefined) throw new TypeError('the state must be plain JSON, but it is undefined');
      const wrong = newJsonFault(present, made);
      if (wrong !== undefined) throw new TypeError(`the state must be plain JSON, but ${wrong}`);
      present = made;
    } catch (error) {
      fault({ plugin: key, where, error });
    }
  };
  const reducer = spec!.reducers?.[event.type] as EventReducer<unknown, EngineEvent['type'], unknown> | undefined;
  if (reducer && !('plugin' in event && event.plugin === key && OWN_LIFE.has(event.type)) && sees(key, plugin, event, state)) {
    run(`reducer ${event.type}`, (draft) => reducer(draft, event, { config, plugin: key }));
  }
  if (event.type === 'plugin.message' && event.plugin === key) {
    const { from, id, atMs, message, payload } = event;
    const handler = spec!.messages?.[message];
    if (handler) {
      run(`message reducer ${message}`, (draft) => handler(draft, payload, { from, id, atMs, config, plugin: key }));
    }
  }
  return present;
}
