import type { Observable } from 'rxjs';
import type { Problem } from '../errors.js';
import type { PluginChainEntry, PluginMedia, StageKind } from './plugin-media.js';

/** What is counted of one plugin in one graph. Operators' stages write into it, frame by frame. */
export interface PluginMeter {
  /** See {@link PluginStats}. */
  faults: number;
  /** Likewise. */
  slow: number;
  /** Likewise. */
  leaked: number;
  /** Likewise. */
  timed: number;
  /** What all timed frames took, in microseconds. */
  totalUs: number;
  /** See {@link PluginStats}. */
  longestUs: number;
}

/** A plugin whose operators run in a graph at present. */
export interface ActivePlugin {
  /** As the control plane told it. */
  readonly entry: PluginChainEntry;
  /** Its code. */
  readonly media: PluginMedia;
  /** Complete and valid. */
  readonly config: unknown;
  /** What is counted of it; the same as long as the graph runs. */
  readonly meter: PluginMeter;
}

/** Where in a graph an operator runs. */
export interface StagePlace {
  /** The node. */
  readonly node: string;
  /** Whose voice, where each participant has operators of his own. */
  readonly participantId?: string;
  /** For whom, where it belongs to somebody's personal mix. */
  readonly personalMixOf?: string;
  /** What it works on. */
  readonly kind: StageKind;
}

/** The operators of one plugin in one graph, counted together: plain JSON. */
export interface PluginStats {
  /** Frames that were not answered as they should, and whatever else its operators did wrong. */
  readonly faults: number;
  /** Frames that took it longer than 20 ms; those are faults too. */
  readonly slow: number;
  /** Frames of its pool that it did not give back. */
  readonly leaked: number;
  /** Facts that were not told because there were too many. */
  readonly dropped: number;
  /** Frames that were timed: every one in real time, none offline. */
  readonly timed: number;
  /** What a timed frame took on average, in microseconds. */
  readonly meanUs: number;
  /** What the longest took, in microseconds. */
  readonly longestUs: number;
  /** Nodes in which it is left out after too many faults in a row. */
  readonly bypassedIn: readonly string[];
}

/** What a node that runs plugins' operators needs of its graph. */
export interface ActivePlugins {
  /** The running graph's id. */
  readonly graph: string;
  /** Reads a clock in microseconds, to time operators; undefined: they are not timed. */
  readonly clock: (() => number) | undefined;
  /** Those that are enabled and have code, first to last: the present ones on subscribing, then each change. */
  readonly list$: Observable<readonly ActivePlugin[]>;
  /** An operator did something wrong; counted here. */
  faulted(plugin: ActivePlugin, place: StagePlace, problem: Problem): void;
  /** An operator did so too often, and is left out. */
  bypassed(plugin: ActivePlugin, place: StagePlace, problem: Problem): void;
  /** It is tried again there, or the place is no more. */
  retried(plugin: ActivePlugin, place: StagePlace): void;
  /** It tells a fact. @throws TypeError when that is no plain JSON. */
  told(plugin: ActivePlugin, what: string, data: Readonly<Record<string, unknown>>): void;
}
