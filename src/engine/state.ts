import { produce } from 'immer';
import type { Problem } from '../errors.js';

/** One running graph, as the state shows it. */
export interface GraphState {
  /** The graph's title. */
  readonly title: string;
  /** The call it is bound to. */
  readonly call?: string;
  /** `loaded` until its beat runs. */
  readonly status: 'loaded' | 'running' | 'ended';
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
  /** How many connections listen. */
  readonly listeners: number;
}

/** Everything the engine knows, as one plain-JSON tree. It changes only by {@link reduce}. */
export interface EngineState {
  /** By id. */
  readonly graphs: Readonly<Record<string, GraphState>>;
  /** By id. */
  readonly calls: Readonly<Record<string, CallState>>;
}

/** A past-tense fact. Replaying the same facts gives the same state. */
export type EngineEvent =
  | { readonly type: 'graph.loaded'; readonly graph: string; readonly title: string; readonly call?: string }
  | { readonly type: 'graph.started'; readonly graph: string }
  | { readonly type: 'graph.ended'; readonly graph: string; readonly reason: string }
  | { readonly type: 'call.opened'; readonly call: string; readonly address: string }
  | { readonly type: 'call.moved'; readonly call: string; readonly status: string }
  | { readonly type: 'call.closed'; readonly call: string }
  | { readonly type: 'participant.joined'; readonly call: string; readonly participantId: string }
  | { readonly type: 'participant.left'; readonly call: string; readonly participantId: string }
  | { readonly type: 'peer.connected'; readonly call: string; readonly peerId: string; readonly role: string }
  | {
      readonly type: 'peer.closed';
      readonly call: string;
      readonly peerId: string;
      readonly role: string;
      readonly wasConnected: boolean;
      readonly reason: string;
    }
  /** The call's media side failed at something, such as writing its file. */
  | { readonly type: 'call.faulted'; readonly call: string; readonly problem: Problem }
  /** Any other fact about a node; with a `problem` when something went wrong. */
  | { readonly type: 'node.told'; readonly graph: string; readonly node: string; readonly what: string; readonly data: NodeFact };

/** The particulars of a node's fact. */
export interface NodeFact {
  /** What went wrong, if anything did. */
  readonly problem?: Problem;
  /** Plain JSON. */
  readonly [key: string]: unknown;
}

/** How many ended graphs the state remembers; a server that plays for months must not grow. */
export const ENDED_GRAPHS_KEPT = 50;

/** The state before anything happened. */
export const EMPTY_STATE: EngineState = { graphs: {}, calls: {} };

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
        if (graph) graph.status = event.type === 'graph.started' ? 'running' : 'ended';
        return;
      }
      case 'call.opened':
        state.calls[event.call] = { address: event.address, status: 'starting', participants: [], listeners: 0 };
        return;
      case 'call.closed':
        delete state.calls[event.call];
        return;
      case 'node.told': {
        const graph = state.graphs[event.graph];
        if (graph && event.data.problem) graph.problems[event.node] = event.data.problem;
        return;
      }
      default: {
        const call = state.calls[event.call];
        if (call) reduceCall(call, event);
      }
    }
  },
);

/** Ids are kept in the order of loading, so the first ended ones are the oldest. */
function forgetEnded(state: Writable<EngineState>): void {
  const ended = Object.keys(state.graphs).filter((id) => state.graphs[id]?.status === 'ended');
  for (const id of ended.slice(0, -ENDED_GRAPHS_KEPT)) delete state.graphs[id];
}

function reduceCall(call: Writable<CallState>, event: Extract<EngineEvent, { readonly call: string }>): void {
  switch (event.type) {
    case 'call.moved':
      call.status = event.status;
      return;
    case 'participant.joined':
      if (!call.participants.includes(event.participantId)) call.participants.push(event.participantId);
      return;
    case 'participant.left':
      call.participants = call.participants.filter((id) => id !== event.participantId);
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

type Writable<T> = T extends readonly (infer V)[] ? V[] : T extends object ? { -readonly [K in keyof T]: Writable<T[K]> } : T;
