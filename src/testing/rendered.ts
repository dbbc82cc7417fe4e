import type { NodeCommand, NodeEvent, CounterName } from '../graph/context.js';
import type { PluginMedia } from '../graph/plugin-media.js';
import type { Permissions } from '../graph/permissions.js';
import type { Plan } from '../graph/plan-types.js';
import type { WireEvent } from '../graph/ports.js';
import type { Registry } from '../graph/registry.js';
import type { AudioFrame } from '../media/frame.js';
import type { Gateway } from '../media/gateway.js';
import type { Packet } from '../media/packet.js';
import type { AudioInput } from './audio-script.js';
import type { RenderedPicture, VideoInput } from './video-script.js';

/** How an output ended, and on which tick. */
export interface RenderedEnd {
  /** The tick on which it happened. */
  readonly tick: number;
  /** The error; undefined when it completed. */
  readonly error?: unknown;
}

/** A frame that came out, copied, with the tick it came on. */
export interface RenderedFrame extends AudioFrame {
  /** Counts from 0. */
  readonly tick: number;
}

/** Everything that came out of one output port. */
export interface RenderedAudio {
  /** The frames in order; empty for a port of another kind. */
  readonly frames: readonly RenderedFrame[];
  /** All samples of each channel in a row: as many planes as the first frame has. */
  readonly planes: readonly Float32Array[];
  /** The packets in order, copied. */
  readonly packets: readonly Packet[];
  /** The facts of an `events` port. */
  readonly values: readonly unknown[];
  /** The pictures of a `video` port, computed. */
  readonly pictures: readonly RenderedPicture[];
  /** How it ended; undefined when it did not. */
  readonly end: RenderedEnd | undefined;
  /** For a port of branches: what each gave, by id. A branch that joins again goes on in the same record. */
  readonly branches: Readonly<Record<string, RenderedAudio>>;
}

/** One wire of a `many` input. */
export interface BranchInput {
  /** What flows on it, for an audio port. Default silence. */
  readonly audio?: AudioInput;
  /** What flows on it, for a video port. Default `'grey'`. */
  readonly video?: VideoInput['video'];
  /** When it joins, in milliseconds; default 0. */
  readonly joinAtMs?: number;
  /** When it leaves, in milliseconds; default when its audio ends. */
  readonly leaveAtMs?: number;
}

/** What a test may give to an input port: audio; branches for a `many` port; one value per tick (undefined: none) for other kinds. */
export type NodeInput =
  | AudioInput
  | VideoInput
  | { readonly branches: Readonly<Record<string, BranchInput>>; readonly open?: boolean }
  | { readonly values: readonly (Packet | WireEvent | undefined)[] };

/** A plugin whose operators run in the node, first to last. */
export interface RenderedPlugin {
  /** The plugin, or its media side. */
  readonly plugin: PluginMedia;
  /** Its config, as a graph file would have it. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** What to render. */
export interface RenderNodeSettings {
  /** Inputs by port. A port without one stays silent (`many`: without branches; `optional`: unwired). */
  readonly inputs?: Readonly<Record<string, NodeInput>>;
  /** Options as a graph file would have them; checked and completed by the node's schema. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Live changes: each is laid over the present options before the tick at `atMs`. */
  readonly optionChanges?: readonly { readonly atMs: number; readonly options: Readonly<Record<string, unknown>> }[];
  /** The plugins that work in a plugin.audio, plugin.voices or plugin.video node. What they do wrong is among the events. Default: none. */
  readonly plugins?: readonly RenderedPlugin[];
  /** Live changes of the plugins: each list takes the place of the one before it, before the tick at `atMs`. */
  readonly pluginChanges?: readonly { readonly atMs: number; readonly plugins: readonly RenderedPlugin[] }[];
  /** Commands, each given before the tick at `atMs`. */
  readonly commands?: readonly { readonly atMs: number; readonly command: NodeCommand }[];
  /** How long to run, in milliseconds. Default: until every output ended or the node finished, at most 10 s. */
  readonly durationMs?: number;
  /** Pictures a second; default 30. */
  readonly frameRate?: number;
  /** Samples of a frame and tick; default 960. Sources and codecs need 960. */
  readonly frameSamples?: number;
  /** The call. */
  readonly gateway?: Gateway;
  /** The planned graph among its options, for types that have one, and the types of its nodes. */
  readonly subgraph?: { readonly plan: Plan; readonly registry: Registry };
  /** Whose personal mix this is. */
  readonly personalMixOf?: string;
  /** What the node may do; default neither commands nor limits of addresses. */
  readonly permissions?: Partial<Permissions>;
  /** Whether the node renders offline; default true. With false, only the first tick waits for what the node holds. */
  readonly offline?: boolean;
  /** Which of its event types somebody watches: all (default) or those listed. */
  readonly watch?: readonly string[];
}

/** What a rendering brought. */
export interface RenderedNode {
  /** By output port. */
  readonly outputs: Readonly<Record<string, RenderedAudio>>;
  /** What it told the control plane, with the time in microseconds. */
  readonly events: readonly { readonly atUs: number; readonly event: NodeEvent }[];
  /** Its counters; those it never used are absent. */
  readonly counters: Readonly<Partial<Record<CounterName, number>>>;
  /** What clean-up functions threw. */
  readonly problems: readonly unknown[];
  /** True when it called `ctx.finish()`. */
  readonly finished: boolean;
  /** How many ticks ran. */
  readonly ticks: number;
}
