/**
 * Everything that passes between the control plane and the media plane: plain JSON in both directions, so that a host may live in another
 * process.
 * @module
 */
import type { CallEvent, CallRequest } from '../calls/call-media.js';
import type { NodeCommand } from '../graph/context.js';
import type { PlanDiff } from '../graph/diff.js';
import type { ChangeSettings } from '../graph/run/change-settings.js';
import type { GraphEvent, GraphStats } from '../graph/run/graph-events.js';
import type { Plan } from '../graph/plan-types.js';
import type { PluginChain } from '../graph/plugin-media.js';

/** Makes a graph ready to start. */
export interface LoadGraph {
  /** Which message it is. */
  readonly type: 'graph.load';
  /** The id it shall have. */
  readonly graph: string;
  /** What to run. */
  readonly plan: Plan;
  /**
   * The plugins whose operators run in it, first to last. Absent: those of the plan, by priority and name, changing with the plan.
   */
  readonly plugins?: PluginChain;
  /** The open call it is bound to. */
  readonly call?: string;
  /** `realtime`: 20 ms a beat. `offline`: as fast as the machine allows, nothing skipped. */
  readonly pace: 'realtime' | 'offline';
  /** Ends it after this much media, in microseconds. */
  readonly durationUs?: number;
  /** Finds misuse of borrowed frames, at the price of copies. */
  readonly debug?: boolean;
  /** Absolute path of an event log to write: everything from outside that has an effect on the graph. */
  readonly record?: string;
  /** Absolute path of an event log that happens again; only offline. */
  readonly replay?: string;
}

/** A small picture of what is on a wire. */
export interface WirePicture {
  /** When it was shown, on the graph's clock. */
  readonly ptsUs: number;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** A JPEG file, as base64. */
  readonly jpeg: string;
}

/** What the control plane may ask, with what it is answered. */
export interface HostProtocol {
  /** See {@link LoadGraph}. */
  'graph.load': { command: LoadGraph; reply: null };
  /** Lets a loaded graph open its files and encoders, while its call is still being joined; answered at once. */
  'graph.prepare': { command: { readonly type: 'graph.prepare'; readonly graph: string }; reply: null };
  /** Starts a loaded graph; answered when its beat runs. */
  'graph.start': { command: { readonly type: 'graph.start'; readonly graph: string }; reply: null };
  /** Ends a graph; answered when it is cleaned up. */
  'graph.stop': { command: { readonly type: 'graph.stop'; readonly graph: string }; reply: null };
  /** Exact figures and the media time so far. */
  'graph.stats': {
    command: { readonly type: 'graph.stats'; readonly graph: string };
    reply: { readonly positionUs: number; readonly stats: GraphStats };
  };
  /** Changes a running graph to another plan, part by part; answered when that alone runs. Rejected, the old one goes on. */
  'graph.change': {
    command: {
      readonly type: 'graph.change';
      readonly graph: string;
      readonly plan: Plan;
      readonly settings?: ChangeSettings;
    };
    reply: PlanDiff;
  };
  /**
   * Makes these the plugins whose operators run in a graph, first to last; what differs fades over in 20 ms, nothing is restarted. Their
   * faults come as graph events `plugin.faulted`, `plugin.bypassed` and `plugin.told`, with the key as `plugin`.
   */
  'plugin.set': {
    command: { readonly type: 'plugin.set'; readonly graph: string; readonly plugins: PluginChain };
    reply: null;
  };
  /** Changes options of a running node. */
  'node.set': {
    command: {
      readonly type: 'node.set';
      readonly graph: string;
      readonly node: string;
      readonly options: Readonly<Record<string, unknown>>;
    };
    reply: null;
  };
  /** Leaves a running node out, its input passing through, or lets it work again. */
  'node.bypass': {
    command: { readonly type: 'node.bypass'; readonly graph: string; readonly node: string; readonly bypassed: boolean };
    reply: null;
  };
  /** Hands a command to a running node. */
  'node.command': {
    command: { readonly type: 'node.command'; readonly graph: string; readonly node: string; readonly command: NodeCommand };
    reply: null;
  };
  /** Asks for an event that costs something to make; `*` stands for every node. As many `unwatch` as `watch` end it. */
  watch: {
    command: { readonly type: 'watch'; readonly graph: string; readonly node: string; readonly event: string };
    reply: null;
  };
  /** Takes one `watch` back. */
  unwatch: {
    command: { readonly type: 'unwatch'; readonly graph: string; readonly node: string; readonly event: string };
    reply: null;
  };
  /** Listens to a wire of a running graph: {@link HostEvent}s of type `tap` come until `tap.close`. */
  'tap.open': {
    command: {
      readonly type: 'tap.open';
      /** The id it shall have. */
      readonly tap: string;
      readonly graph: string;
      /** `node` or `node.port`. */
      readonly wire: string;
      /** Whether the messages carry the sound as well as its level. */
      readonly sound: boolean;
    };
    reply: null;
  };
  /** Ends listening; of no effect when it has ended already. */
  'tap.close': { command: { readonly type: 'tap.close'; readonly tap: string }; reply: null };
  /** Makes a small picture of what is on a wire of pictures; one that is asked for more often than twice a second is given again. */
  'wire.picture': {
    command: {
      readonly type: 'wire.picture';
      readonly graph: string;
      /** `node` or `node.port`. */
      readonly wire: string;
    };
    reply: WirePicture;
  };
  /** Opens the media side of a call. */
  'call.open': {
    command: {
      readonly type: 'call.open';
      readonly call: string;
      readonly backend: string;
      readonly config: Readonly<Record<string, unknown>>;
    };
    reply: null;
  };
  /** Asks something of a call's media side. */
  'call.request': {
    command: { readonly type: 'call.request'; readonly call: string; readonly request: CallRequest };
    reply: unknown;
  };
  /** Figures of a call's media side. */
  'call.stats': { command: { readonly type: 'call.stats'; readonly call: string }; reply: unknown };
  /** Ends a call's media side. */
  'call.close': { command: { readonly type: 'call.close'; readonly call: string }; reply: null };
}

/** One message to a host. */
export type HostCommand = HostProtocol[keyof HostProtocol]['command'];

/** What a host answers to a command. */
export type HostReply<C extends HostCommand> = HostProtocol[C['type']]['reply'];

/** Something heard on a wire that is listened to; the last one says that nothing more comes. */
export type TapEvent =
  | { readonly type: 'tap'; readonly tap: string; readonly ended: true }
  | {
      readonly type: 'tap';
      readonly tap: string;
      readonly ended?: never;
      /** Where it begins, in milliseconds of the graph. */
      readonly positionMs: number;
      /** How much it is: 100 ms but for the last. */
      readonly durationMs: number;
      /** Largest sample in dBFS; −120 for silence. */
      readonly peakDb: number;
      /** Root mean square over all channels in dBFS; −120 for silence. */
      readonly rmsDb: number;
      /** 48 kHz stereo, 16-bit little-endian samples, as base64. */
      readonly pcm?: string;
    };

/** One message from a host. */
export type HostEvent =
  | TapEvent
  | { readonly type: 'graph'; readonly event: GraphEvent }
  | { readonly type: 'call'; readonly call: string; readonly event: CallEvent };
