import { produce } from 'immer';
import type { Problem } from '../errors.js';
import type { CallFact, EngineEvent, ParticipantFacts, PluginFact } from './event.js';
import type { Json, JsonObject } from './json.js';

/** One running graph, as the state shows it. */
export interface GraphState {
  /** The graph's title. */
  readonly title: string;
  /** The call it is bound to. */
  readonly call?: string;
  /** `loaded` until its beat runs. */
  readonly status: 'loaded' | 'running' | 'ended';
  /** Why it ended: `finished`, `stopped` or `failed`. */
  readonly reason?: string;
  /** The last problem of each node that has one. */
  readonly problems: Readonly<Record<string, Problem>>;
}

/** One call, as the state shows it. */
export interface CallState {
  /** Where it is. */
  readonly address: string;
  /** The call machine's present state, such as `live` or `joining`. */
  readonly status: string;
  /** Ids of those whose voice arrives. */
  readonly participants: readonly string[];
  /** What is known of them, by id; those of whom nothing is known are not in it. */
  readonly people: Readonly<Record<string, ParticipantFacts>>;
  /** Ids of those who speak at present. */
  readonly speaking: readonly string[];
  /** Ids of those who are muted. */
  readonly muted: readonly string[];
  /** How loud those are to be, in percent, who are not as loud as they speak; by id. */
  readonly volumes: Readonly<Record<string, number>>;
  /** Whether everybody hears silence of us. */
  readonly selfMuted: boolean;
  /** Whether an admin keeps us from being heard. */
  readonly silenced: boolean;
  /** Whether we ask to speak. */
  readonly handRaised: boolean;
  /** How many connections listen. */
  readonly listeners: number;
}

/** One plugin, as the state shows it. */
export interface PluginState {
  /** Its name. */
  readonly name: string;
  /** The version of its code. */
  readonly version: string;
  /** The graph it belongs to; absent: the engine. */
  readonly graph?: string;
  /** The call of that graph. */
  readonly call?: string;
  /** Whether it works. */
  readonly status: 'enabled' | 'disabled' | 'failed';
  /** Complete and valid. */
  readonly config: JsonObject;
  /** What its reducers made; absent if it has none. */
  readonly state?: Json;
  /** How often its code failed. */
  readonly faults: number;
  /** The last thing that went wrong. */
  readonly problem?: Problem;
  /** What is left out of it after too many faults, such as `audio`. */
  readonly bypassed: readonly string[];
}

/** Everything the engine knows, as one plain-JSON tree. It changes only by {@link reduce}. */
export interface EngineState {
  /** By id. */
  readonly graphs: Readonly<Record<string, GraphState>>;
  /** By id. */
  readonly calls: Readonly<Record<string, CallState>>;
  /** The loaded plugins, by key: the name, or `name@graph-or-call` of a graph's own. */
  readonly plugins: Readonly<Record<string, PluginState>>;
}

/** How many ended graphs the state remembers; a server that plays for months must not grow. */
export const ENDED_GRAPHS_KEPT = 50;

/** The state before anything happened. */
export const EMPTY_STATE: EngineState = { graphs: {}, calls: {}, plugins: {} };

/** The state after an event. The given state is not changed. */
export const reduce: (state: EngineState, event: EngineEvent) => EngineState = produce(
  (state: Writable<EngineState>, event: EngineEvent) => {
    switch (event.type) {
      case 'graph.loaded':
        forgetEnded(state);
        state.graphs[event.graph] = {
          title: event.title,
          status: 'loaded',
          problems: {},
          ...(event.call !== undefined && { call: event.call }),
        };
        return;
      case 'graph.started':
      case 'graph.ended': {
        const graph = state.graphs[event.graph];
        if (!graph) return;
        graph.status = event.type === 'graph.started' ? 'running' : 'ended';
        if (event.type === 'graph.ended') graph.reason = event.reason;
        return;
      }
      case 'call.opened':
        state.calls[event.call] = {
          address: event.address,
          status: 'starting',
          participants: [],
          people: {},
          speaking: [],
          muted: [],
          volumes: {},
          selfMuted: false,
          silenced: false,
          handRaised: false,
          listeners: 0,
        };
        return;
      case 'call.closed':
        delete state.calls[event.call];
        return;
      case 'node.told': {
        const graph = state.graphs[event.graph];
        if (graph && event.data.problem) graph.problems[event.node] = event.data.problem;
        return;
      }
      case 'plugin.loaded':
        state.plugins[event.plugin] = loaded(event) as Writable<PluginState>;
        return;
      case 'plugin.unloaded':
        delete state.plugins[event.plugin];
        return;
      default: {
        if ('plugin' in event) {
          const plugin = state.plugins[event.plugin];
          if (plugin) reducePlugin(plugin, event);
        } else if ('call' in event && event.call !== undefined) {
          const call = state.calls[event.call];
          if (call) reduceCall(call, event as CallFact);
        }
      }
    }
  },
);

/** Ids are kept in the order of loading, so the first ended ones are the oldest. */
function forgetEnded(state: Writable<EngineState>): void {
  const ended = Object.keys(state.graphs).filter((id) => state.graphs[id]?.status === 'ended');
  for (const id of ended.slice(0, -ENDED_GRAPHS_KEPT)) delete state.graphs[id];
}

function reduceCall(call: Writable<CallState>, event: CallFact): void {
  switch (event.type) {
    case 'call.moved':
      call.status = event.status;
      return;
    case 'participant.joined':
      if (!call.participants.includes(event.participantId)) call.participants.push(event.participantId);
      learn(call, event);
      return;
    case 'participant.left':
      call.participants = call.participants.filter((id) => id !== event.participantId);
      call.speaking = call.speaking.filter((id) => id !== event.participantId);
      delete call.people[event.participantId];
      return;
    case 'participant.speaking':
      call.speaking = call.speaking.filter((id) => id !== event.participantId);
      if (event.speaking) call.speaking.push(event.participantId);
      return;
    case 'participant.muted':
      call.muted = call.muted.filter((id) => id !== event.participantId);
      if (event.muted) call.muted.push(event.participantId);
      return;
    case 'participant.levelled':
      if (event.percent === 100) delete call.volumes[event.participantId];
      else call.volumes[event.participantId] = event.percent;
      return;
    case 'call.muted':
      call.selfMuted = event.muted;
      return;
    case 'call.silenced':
      call.silenced = event.silenced;
      return;
    case 'call.handRaised':
      call.handRaised = event.raised;
      return;
    case 'peer.connected':
      if (event.role === 'listen') call.listeners++;
      return;
    case 'peer.closed':
      if (event.role === 'listen' && event.wasConnected) call.listeners--;
      return;
    default:
  }
}

function learn(call: Writable<CallState>, { participantId, name, admin, self }: EventParts<'participant.joined'>): void {
  if (name === undefined && admin === undefined && self === undefined) return;
  call.people[participantId] = {
    ...(name !== undefined && { name }),
    ...(admin !== undefined && { admin }),
    ...(self !== undefined && { self }),
  };
}

function loaded({ name, version, graph, call, config, state }: EventParts<'plugin.loaded'>): PluginState {
  return {
    name,
    version,
    ...(graph !== undefined && { graph }),
    ...(call !== undefined && { call }),
    status: 'disabled',
    config,
    ...(state !== undefined && { state }),
    faults: 0,
    bypassed: [],
  };
}

/** What its own reducers make of an event is done elsewhere. */
function reducePlugin(plugin: Writable<PluginState>, event: PluginFact): void {
  switch (event.type) {
    case 'plugin.enabled':
      plugin.status = 'enabled';
      plugin.bypassed = [];
      delete plugin.problem;
      return;
    case 'plugin.disabled':
      plugin.status = 'disabled';
      return;
    case 'plugin.configured':
      plugin.config = event.config as Writable<JsonObject>;
      return;
    case 'plugin.reloaded':
      plugin.version = event.version;
      plugin.config = event.config as Writable<JsonObject>;
      plugin.bypassed = [];
      delete plugin.problem;
      if (event.state === undefined) delete plugin.state;
      else plugin.state = event.state as Writable<Json>;
      return;
    case 'plugin.failed':
      plugin.status = 'failed';
      plugin.problem = event.problem;
      return;
    case 'plugin.faulted':
      plugin.faults += event.count;
      plugin.problem = event.problem;
      return;
    case 'plugin.bypassed':
      if (!plugin.bypassed.includes(event.where)) plugin.bypassed.push(event.where);
      plugin.problem = event.problem;
      return;
    default:
  }
}

type EventParts<T extends EngineEvent['type']> = Extract<EngineEvent, { readonly type: T }>;
type Writable<T> = T extends readonly (infer V)[] ? V[] : T extends object ? { -readonly [K in keyof T]: Writable<T[K]> } : T;
