import type { Problem, StampedEvent } from '../api/types.js';
import { logText } from './log-text.js';
import { createStore } from './store.js';

/** How a line of the log is meant; `detail` is for whoever looks closely. */
export type LogLevel = 'detail' | 'fact' | 'warning' | 'problem';

/** One line of the log. */
export interface LogLine {
  readonly key: string;
  readonly atMs: number;
  readonly level: LogLevel;
  /** The event's type, or what a node told. */
  readonly what: string;
  readonly call?: string;
  readonly graph?: string;
  readonly node?: string;
  readonly plugin?: string;
  /** What happened, in words. */
  readonly text: string;
  readonly problem?: Problem;
  /** The fact itself; absent: a line of the console's own. */
  readonly event?: StampedEvent;
}

const LINES_KEPT = 1000;
let notes = 0;
const statuses = new Map<string, string>();

/** The newest lines, oldest first. */
export const log = createStore<readonly LogLine[]>([]);

/** Those that say nothing to a person reading along. */
const QUIET = new Set(['participant.speaking', 'plugin.told', 'plugin.message']);
/** What goes with everything that is done, or comes again and again. */
const DETAILS =
  /^(stream\.(looped|levelled|opened|resolved|position)|track\.|tracks\.|queue\.changed|command\.done|peer\.|node\.options-changed)/;

/** Keeps an event as a line. */
export function noteLog(event: StampedEvent): void {
  const { seq, atMs, type } = event;
  const { command, problem: own, data, ...rest } = event as Readonly<Record<string, unknown>>;
  // What became of a command happened where the command was for.
  const { call, graph, node, plugin } = { ...(command as object | undefined), ...rest } as Readonly<Record<string, unknown>>;
  const problem = (own ?? (data as { problem?: Problem } | undefined)?.problem) as Problem | undefined;
  if (!problem && QUIET.has(type)) return;
  const what = event.type === 'node.told' ? event.what : type;
  const told = { call, graph, node, plugin };
  const about = Object.fromEntries(Object.entries(told).filter(([, value]) => typeof value === 'string' && value !== ''));
  const level = problem ? 'problem' : DETAILS.test(what) || stays(event) ? 'detail' : 'fact';
  const text = problem ? problem.message : logText(event);
  add({ key: `e${seq}`, atMs, level, what, text, event, ...about, ...(problem && { problem }) });
}

/** Whether a call moved within the same state. */
function stays(event: StampedEvent): boolean {
  if (event.type !== 'call.moved') return false;
  const before = statuses.get(event.call);
  statuses.set(event.call, event.status);
  return before === event.status;
}

/** Keeps a line of the console's own. */
export function noteLine(level: LogLevel, text: string): void {
  add({ key: `n${++notes}`, atMs: Date.now(), level, what: 'console', text });
}

function add(line: LogLine): void {
  log.set((lines) => [...lines.slice(-LINES_KEPT + 1), line]);
}
