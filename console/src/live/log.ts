import type { Problem, StampedEvent } from '../api/types.js';
import { createStore } from './store.js';

/** How a line of the log is meant. */
export type LogLevel = 'fact' | 'warning' | 'problem';

/** One line of the log. */
export interface LogLine {
  readonly key: string;
  readonly atMs: number;
  readonly level: LogLevel;
  /** The event's type, or what a node told. */
  readonly what: string;
  /** The call, graph, node or plugin. */
  readonly about: string;
  readonly text: string;
  readonly problem?: Problem;
}

const LINES_KEPT = 1000;
let notes = 0;

/** The newest lines, oldest first. */
export const log = createStore<readonly LogLine[]>([]);

/** Those that say nothing to a person reading along. */
const QUIET = new Set(['participant.speaking', 'plugin.told', 'plugin.message']);

/** Keeps an event as a line. */
export function noteLog(event: StampedEvent): void {
  const { seq, atMs, type, ...rest } = event as StampedEvent & Readonly<Record<string, unknown>>;
  const problem = (rest['problem'] ?? (rest['data'] as { problem?: Problem } | undefined)?.problem) as Problem | undefined;
  const level: LogLevel = problem ? 'problem' : 'fact';
  if (!problem && QUIET.has(type)) return;
  const what = type === 'node.told' ? String(rest['what']) : type;
  add({ key: `e${seq}`, atMs, level, what, about: aboutOf(rest), text: textOf(rest, problem), ...(problem && { problem }) });
}

/** Keeps a line of the console's own. */
export function noteLine(level: LogLevel, text: string): void {
  add({ key: `n${++notes}`, atMs: Date.now(), level, what: 'console', about: '', text });
}

function add(line: LogLine): void {
  log.set((lines) => [...lines.slice(-LINES_KEPT + 1), line]);
}

function aboutOf(event: Readonly<Record<string, unknown>>): string {
  return ['call', 'graph', 'node', 'plugin']
    .map((name) => event[name])
    .filter((value) => typeof value === 'string')
    .join(' · ');
}

const NAMED = new Set(['call', 'graph', 'node', 'plugin', 'what', 'problem']);

function textOf(event: Readonly<Record<string, unknown>>, problem: Problem | undefined): string {
  if (problem) return problem.message;
  const { data, ...own } = event;
  return Object.entries({ ...own, ...(data as object | undefined) })
    .filter(([name]) => !NAMED.has(name))
    .map(([name, value]) => `${name} ${short(value)}`)
    .join(', ');
}

function short(value: unknown): string {
  // What is in a list is for the API; that it has three entries is for people.
  if (Array.isArray(value) && value.some((one) => typeof one === 'object')) return `(${value.length})`;
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
