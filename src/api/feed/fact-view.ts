import { formatProblem, type Problem } from '../../errors.js';
import type { StampedEvent } from '../../events/event.js';
import type { EngineState } from '../../events/state.js';

/** Whether a fact is for everybody; the others are for those who may steer. */
export function isForAll(event: StampedEvent): boolean {
  if (/^(plugin|command|account)\./.test(event.type)) return false;
  return !(event.type === 'message.sent' && event.to !== undefined);
}

/** The state without what is not for everybody. */
export function stateForAll(state: EngineState): EngineState {
  return { ...state, plugins: {} };
}

/** One line of the log that the feed tells. */
export interface LogLine {
  /** The number of the fact it comes from. */
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** How bad it is. */
  readonly level: 'warning' | 'error';
  /** The row of docs/errors.md. */
  readonly code: string;
  /** What went wrong. */
  readonly message: string;
  /** What to do about it. */
  readonly fix: string;
  /** Where. */
  readonly graph?: string;
  /** Where. */
  readonly node?: string;
  /** Where. */
  readonly call?: string;
  /** Where. */
  readonly plugin?: string;
}

/** After these something is not there any more. */
const GRAVE = new Set(['node.bypassed', 'source.failed', 'graph.fault', 'plugin.failed', 'plugin.bypassed', 'call.faulted']);

/** The problem that a fact tells of, as a line of the log. */
export function logLine(event: StampedEvent): LogLine | undefined {
  const found = problemIn(event);
  if (!found) return undefined;
  const about = event as { readonly [key: string]: unknown };
  const what = event.type === 'node.told' ? event.what : event.type;
  const where = Object.fromEntries(
    ['graph', 'node', 'call', 'plugin'].flatMap((key) =>
      typeof about[key] === 'string' && about[key] !== '' ? [[key, about[key]]] : [],
    ),
  );
  return {
    seq: event.seq,
    atMs: event.atMs,
    level: GRAVE.has(what) ? 'error' : 'warning',
    code: found.code,
    message: formatProblem(found),
    fix: found.fix,
    ...where,
  };
}

function problemIn(event: StampedEvent): Problem | undefined {
  if (event.type === 'node.told') return event.data.problem;
  return 'problem' in event ? event.problem : undefined;
}
