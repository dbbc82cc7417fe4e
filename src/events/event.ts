import type { Problem } from '../errors.js';
import type { EngineCommand } from './command.js';
import type { Json, JsonObject } from './json.js';

/** Why a stream ended. `finished`: it played to its end by itself; the others were done to it. */
export type StreamEndReason = 'finished' | 'stopped' | 'skipped' | 'failed';

/** Facts about a running graph and its nodes. */
export type GraphFact =
  | {
      readonly type: 'graph.loaded';
      readonly graph: string;
      readonly title: string;
      readonly call?: string;
      /** The graph file, if it came from one. */
      readonly file?: string;
    }
  | { readonly type: 'graph.started'; readonly graph: string }
  | { readonly type: 'graph.ended'; readonly graph: string; readonly reason: string }
  /** Any other fact about a node; with a `problem` when something went wrong. */
  | { readonly type: 'node.told'; readonly graph: string; readonly node: string; readonly what: string; readonly data: NodeFact };

/**
 * Facts about streams, derived from what the nodes told: of each `stream.started` there is exactly one `stream.ended`.
 */
export type StreamFact =
  | {
      readonly type: 'stream.started';
      readonly graph: string;
      readonly call?: string;
      readonly node: string;
      /** The file or address. */
      readonly src: string;
      readonly title?: string;
      /** How long it is, in milliseconds, where that is known. */
      readonly durationMs?: number;
    }
  | {
      readonly type: 'stream.ended';
      readonly graph: string;
      readonly call?: string;
      readonly node: string;
      readonly src: string;
      readonly reason: StreamEndReason;
      /** How much of it was played, in milliseconds of the graph's time; pauses do not count. */
      readonly playedMs: number;
      /** Why it failed. */
      readonly problem?: Problem;
    };

/** Facts about calls and who is in them. */
export type CallFact =
  | { readonly type: 'call.opened'; readonly call: string; readonly address: string }
  /**
   * What a run that was killed left of it is taken up; with a problem that could not be used, and was set aside, or nothing of this run can be
   * stored.
   */
  | {
      readonly type: 'call.takenUp';
      readonly call: string;
      /** When that run stored it last, in milliseconds since 1970; absent: nothing is taken up. */
      readonly savedAtMs?: number;
      readonly problem?: Problem;
    }
  /** Live for the first time. */
  | { readonly type: 'call.started'; readonly call: string; readonly address: string }
  | { readonly type: 'call.moved'; readonly call: string; readonly status: string }
  /** A pause before the next attempt to join: `flood` when the server asked for it, `schedule` until the call begins, else `backoff`. */
  | {
      readonly type: 'call.waiting';
      readonly call: string;
      readonly kind: string;
      /** When it ends, in milliseconds since 1970. */
      readonly untilMs: number;
      /** What it is for. */
      readonly problem?: Problem;
    }
  /** Live again. */
  | { readonly type: 'call.rejoined'; readonly call: string }
  /** It was live, and is over; `reason` is that of the call's machine: `left`, `kicked`, `failed` … */
  | { readonly type: 'call.ended'; readonly call: string; readonly reason: string; readonly problem?: Problem }
  | { readonly type: 'call.closed'; readonly call: string }
  /** The call's media side failed at something, such as writing its file. */
  | { readonly type: 'call.faulted'; readonly call: string; readonly problem: Problem }
  | ({ readonly type: 'participant.joined'; readonly call: string; readonly participantId: string } & ParticipantFacts)
  | ({ readonly type: 'participant.left'; readonly call: string; readonly participantId: string } & ParticipantFacts)
  | { readonly type: 'participant.speaking'; readonly call: string; readonly participantId: string; readonly speaking: boolean }
  | { readonly type: 'participant.muted'; readonly call: string; readonly participantId: string; readonly muted: boolean }
  /** How loud he is to be; 100 percent is as he speaks. */
  | { readonly type: 'participant.levelled'; readonly call: string; readonly participantId: string; readonly percent: number }
  /** Whether everybody hears silence of us. */
  | { readonly type: 'call.muted'; readonly call: string; readonly muted: boolean }
  /** Whether an admin keeps us from being heard; only he can change that. */
  | { readonly type: 'call.silenced'; readonly call: string; readonly silenced: boolean }
  /** Whether we ask to speak. */
  | { readonly type: 'call.handRaised'; readonly call: string; readonly raised: boolean }
  | {
      readonly type: 'participant.kicked';
      readonly call: string;
      readonly participantId: string;
      readonly reason?: string;
      /** How long he may not come back, in milliseconds. */
      readonly banMs: number;
    }
  | { readonly type: 'peer.connected'; readonly call: string; readonly peerId: string; readonly role: string }
  | {
      readonly type: 'peer.closed';
      readonly call: string;
      readonly peerId: string;
      readonly role: string;
      readonly wasConnected: boolean;
      readonly reason: string;
    }
  /** Somebody wrote in the call's chat. */
  | { readonly type: 'message.received'; readonly call: string; readonly from: MessageSender; readonly text: string }
  /** We wrote in the call's chat; `to` is the only one it is for. */
  | { readonly type: 'message.sent'; readonly call: string; readonly text: string; readonly to?: string };

/** Facts about accounts of other networks, such as Telegram's; `account` is its name here. */
export type AccountFact =
  | { readonly type: 'account.online'; readonly account: string }
  /** Its calls cannot be steered at present; it comes back by itself. */
  | {
      readonly type: 'account.offline';
      readonly account: string;
      /** When it is tried again, in milliseconds since 1970. */
      readonly untilMs?: number;
      readonly problem?: Problem;
    }
  /** `closed` by us, or `signed-out`: somebody must sign in again. */
  | { readonly type: 'account.ended'; readonly account: string; readonly reason: string; readonly problem?: Problem };

/** Facts about plugins; `plugin` is the instance's key: its name, or `name@graph-or-call` of a graph's own. */
export type PluginFact =
  | {
      readonly type: 'plugin.loaded';
      readonly plugin: string;
      readonly name: string;
      readonly version: string;
      /** The graph it belongs to; absent: the engine. */
      readonly graph?: string;
      /** The call of that graph. */
      readonly call?: string;
      /** The file or package its code came from; absent: a program gave it. */
      readonly from?: string;
      /** Complete and valid. */
      readonly config: JsonObject;
      /** What it begins with: its initial state, or what was saved. Absent: it has none. */
      readonly state?: Json;
    }
  | { readonly type: 'plugin.unloaded'; readonly plugin: string }
  | { readonly type: 'plugin.enabled'; readonly plugin: string }
  | { readonly type: 'plugin.disabled'; readonly plugin: string }
  | { readonly type: 'plugin.configured'; readonly plugin: string; readonly config: JsonObject }
  /** Another version of its code took its place. */
  | {
      readonly type: 'plugin.reloaded';
      readonly plugin: string;
      readonly version: string;
      readonly config: JsonObject;
      readonly state?: Json;
    }
  /** It could not be loaded, or not be unloaded in order. */
  | { readonly type: 'plugin.failed'; readonly plugin: string; readonly name: string; readonly problem: Problem }
  /** Its code failed. Faults that come fast are told together: `count` is how many this tells of. */
  | {
      readonly type: 'plugin.faulted';
      readonly plugin: string;
      /** Such as `reducer participant.joined`, `reactions`, `audio`. */
      readonly where: string;
      readonly problem: Problem;
      readonly count: number;
      readonly graph?: string;
      readonly node?: string;
    }
  /** After too many faults in a row a part of it is left out until it is enabled anew or reloaded. */
  | {
      readonly type: 'plugin.bypassed';
      readonly plugin: string;
      readonly where: string;
      readonly problem: Problem;
      readonly graph?: string;
      readonly node?: string;
    }
  /** What it says of itself. */
  | { readonly type: 'plugin.told'; readonly plugin: string; readonly what: string; readonly data: JsonObject }
  /** A message reached it; a replay thus has it. */
  | {
      readonly type: 'plugin.message';
      readonly plugin: string;
      /** Key of the sender, or `(outside)`. */
      readonly from: string;
      readonly message: string;
      readonly payload: Json;
      /** Rises from message to message of one engine. */
      readonly id: number;
    };

/** What became of a command. */
export type CommandFact =
  | { readonly type: 'command.done'; readonly command: EngineCommand; readonly by: string }
  | { readonly type: 'command.refused'; readonly command: EngineCommand; readonly by: string; readonly problem: Problem };

/** A past-tense fact. Replaying the same facts gives the same state. */
export type EngineEvent = GraphFact | StreamFact | CallFact | AccountFact | PluginFact | CommandFact;

/** The name of an event. */
export type EventType = EngineEvent['type'];

/** An event with its number, from 1, and the wall-clock time when it happened, in milliseconds since 1970. */
export type Stamped<E> = E & { readonly seq: number; readonly atMs: number };

/** Any event as it happened. */
export type StampedEvent = Stamped<EngineEvent>;

/** The event of a type, as it happened. */
export type EventOf<T extends EventType> = Stamped<Extract<EngineEvent, { readonly type: T }>>;

/** What is known of a participant. */
export interface ParticipantFacts {
  /** As others see him. */
  readonly name?: string;
  /** Whether he may manage the call. */
  readonly admin?: boolean;
  /** Whether it is our own account. */
  readonly self?: boolean;
}

/** Who wrote. */
export interface MessageSender extends Pick<ParticipantFacts, 'name' | 'admin'> {
  /** His id in the call. */
  readonly id: string;
}

/** The particulars of a node's fact. */
export interface NodeFact {
  /** What went wrong, if anything did. */
  readonly problem?: Problem;
  /** Plain JSON. */
  readonly [key: string]: unknown;
}
