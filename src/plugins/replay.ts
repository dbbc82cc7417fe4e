import { problem, reasonOf, voxError, VoxError, type Problem } from '../errors.js';
import type { StampedEvent } from '../events/event.js';
import type { JournalEntry } from '../events/journal/read.js';
import { readJournal } from '../events/journal/read.js';
import { stateHash } from '../events/journal/state-hash.js';
import { EMPTY_STATE, type EngineState } from '../events/state.js';
import type { PluginLoader } from './loader-types.js';
import type { PluginDefinition } from './plugin-types.js';
import { reduceAll } from './reduce.js';

/** What is replayed, and how far. */
export interface ReplayOptions {
  /** The log's absolute path. */
  readonly path: string;
  /** What errors call it. Default: the path. */
  readonly shown?: string;
  /** Imports the plugins that the log names. Only their reducers run. */
  readonly loader: PluginLoader;
  /** Plugins that take the place of those of the same name. */
  readonly plugins?: readonly PluginDefinition[];
  /** Which run of the file, from 1. Default: the last. */
  readonly run?: number;
  /** Ends before the first event later than this: seconds from the run's start, or milliseconds since 1970. Default: all events. */
  readonly until?: { readonly seconds: number } | { readonly atMs: number };
}

/** What came out. */
export interface Replayed {
  /** Which run it was, from 1. */
  readonly run: number;
  /** How many the file holds. */
  readonly runs: number;
  /** Which voxgraph wrote it. */
  readonly voxgraph: string;
  /** When the run began, in milliseconds since 1970. */
  readonly startedMs: number;
  /** When the last event that was replayed happened; without one the start. */
  readonly reachedMs: number;
  /** How many events were replayed. */
  readonly events: number;
  /** The state after them. */
  readonly state: EngineState;
  /** Its fingerprint. */
  readonly hash: string;
  /** What the log says of it; absent when it says nothing about this very place. */
  readonly logged?: string;
  /** Whether every fingerprint on the way was the same; absent when there was none. */
  readonly same?: boolean;
  /** Whether the log lacks its end, as a killed process leaves it; with the line that was cut off, if one was. */
  readonly cut?: { readonly line?: number };
  /** Where the plugins were about to be unloaded at its end: seconds from its start. With `until` less than that they are in the state. */
  readonly unloadedSec?: number;
  /** The plugins, with the versions that were used now. */
  readonly plugins: readonly { readonly plugin: string; readonly version: string; readonly from?: string }[];
  /** What stands against trusting the result: `REPLAY_PLUGIN`, `REPLAY_VERSION`, `REPLAY_DIFFERS`. */
  readonly problems: readonly Problem[];
}

/**
 * Makes the state again out of a log: the same events through the same reducers.
 * @throws VoxError `JOURNAL_UNREADABLE`; `USAGE` when the run does not exist.
 */
export async function replay(options: ReplayOptions): Promise<Replayed> {
  const { path, shown = path } = options;
  let runs = 0;
  let wanted = options.run;
  if (wanted === undefined) {
    // A damaged line is told when its run is replayed.
    for await (const entry of tolerant(readJournal(path, shown))) if (entry.kind === 'started') runs = entry.run;
    wanted = Math.max(1, runs);
  }
  const replaying = new Replaying(options);
  let found = false;
  let current = 0;
  let over = false;
  for await (const entry of readJournal(path, shown)) {
    if (entry.kind === 'started') {
      current = entry.run;
      runs = Math.max(runs, current);
      if (current > wanted) break;
      if (current === wanted) {
        found = true;
        replaying.start(entry.line);
      }
    } else if (current === wanted && !over) over = !(await replaying.take(entry));
    if (over) break;
  }
  if (!found) throw voxError('USAGE', { reason: `the log ${shown} has ${runs} run${runs === 1 ? '' : 's'}, not ${wanted}` });
  return replaying.result(wanted, runs);
}

async function* tolerant(entries: AsyncIterable<JournalEntry>): AsyncGenerator<JournalEntry> {
  try {
    yield* entries;
  } catch (error) {
    if (!(error instanceof VoxError) || !error.problems[0]?.place) throw error;
  }
}

class Replaying {
  readonly #options: ReplayOptions;
  readonly #definitions = new Map<string, PluginDefinition>();
  readonly #plugins = new Map<string, { plugin: string; version: string; from?: string }>();
  readonly #problems: Problem[] = [];
  #header: { voxgraph: string; startedMs: number } = { voxgraph: '', startedMs: 0 };
  #untilMs = Infinity;
  #state: EngineState = EMPTY_STATE;
  #reachedMs = 0;
  #events = 0;
  #seq = 0;
  #marked: { seq: number; hash: string } | undefined;
  #agreedAt = 0;
  #differs = false;
  /** When the first of those went that are unloaded, and none came since. */
  #wholeMs: number | undefined;
  #cut: { line?: number } | undefined;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  start({ voxgraph, atMs, seq, state }: { voxgraph: string; atMs: number; seq: number; state: unknown }): void {
    const { until } = this.#options;
    this.#header = { voxgraph, startedMs: atMs };
    this.#untilMs = until === undefined ? Infinity : 'atMs' in until ? until.atMs : atMs + until.seconds * 1000;
    this.#state = state as EngineState;
    this.#reachedMs = atMs;
    this.#seq = this.#agreedAt = seq;
  }

  /** False when the end is reached. */
  async take(entry: JournalEntry): Promise<boolean> {
    if (entry.kind === 'event') return this.#event(entry.event);
    if (entry.kind === 'cut') this.#cut = entry.number === undefined ? {} : { line: entry.number };
    if (entry.kind === 'mark') this.#mark(entry.mark);
    return true;
  }

  result(run: number, runs: number): Replayed {
    const hash = stateHash(this.#state);
    const here = this.#marked?.seq === this.#seq ? this.#marked.hash : undefined;
    return {
      run,
      runs,
      ...this.#header,
      reachedMs: this.#reachedMs,
      events: this.#events,
      state: this.#state,
      hash,
      ...(here !== undefined && { logged: here }),
      ...(this.#marked && { same: !this.#differs }),
      ...(this.#cut && { cut: this.#cut }),
      ...(this.#wholeMs !== undefined && { unloadedSec: (this.#wholeMs - this.#header.startedMs) / 1000 }),
      plugins: [...this.#plugins.values()],
      problems: this.#problems,
    };
  }

  async #event(event: StampedEvent): Promise<boolean> {
    if (event.atMs > this.#untilMs) return false;
    if (event.type === 'plugin.loaded') await this.#load(event);
    if (event.type === 'plugin.loaded') this.#wholeMs = undefined;
    if (event.type === 'plugin.unloaded') this.#wholeMs ??= event.atMs;
    if (event.type === 'plugin.reloaded') this.#compare(event.plugin, event.version);
    this.#state = reduceAll(this.#state, event, (key) => this.#definitions.get(key));
    this.#seq = event.seq;
    this.#reachedMs = event.atMs;
    this.#events++;
    return true;
  }

  #mark(mark: { seq: number; hash: string }): void {
    this.#marked = mark;
    if (this.#differs) return;
    if (mark.hash === stateHash(this.#state)) {
      this.#agreedAt = mark.seq;
      return;
    }
    this.#differs = true;
    this.#problems.push(problem('REPLAY_DIFFERS', { after: this.#agreedAt, by: mark.seq }));
  }

  async #load({ plugin, name, version, from }: Extract<StampedEvent, { type: 'plugin.loaded' }>): Promise<void> {
    const { plugins = [], loader } = this.#options;
    const place = from === undefined || from === 'built-in' ? {} : { from };
    try {
      const instead = plugins.find((definition) => definition.name === name);
      const definition = instead ?? (await loader.load({ name, ...place, baseDir: process.cwd() })).definition;
      this.#definitions.set(plugin, definition);
      this.#plugins.set(plugin, { plugin, version: definition.version, ...(!instead && place) });
      this.#compare(plugin, version);
    } catch (error) {
      this.#definitions.delete(plugin);
      this.#problems.push(problem('REPLAY_PLUGIN', { plugin: name, reason: reasonOf(error) }));
    }
  }

  #compare(plugin: string, version: string): void {
    const present = this.#definitions.get(plugin)?.version;
    if (present !== undefined && present !== version)
      this.#problems.push(problem('REPLAY_VERSION', { plugin, version, present }));
  }
}
