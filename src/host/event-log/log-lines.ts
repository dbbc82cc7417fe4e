import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { problem, reasonOf, VoxError } from '../../errors.js';
import type { Plan } from '../../graph/plan-types.js';

const chainEntry = z.strictObject({
  plugin: z.string(),
  key: z.string(),
  module: z.string(),
  enabled: z.boolean(),
  config: z.record(z.string(), z.unknown()),
});

/**
 * The lines of an event log, one JSON object each. `tick` counts the graph's beats of 20 ms: what a line says took effect before that
 * beat.
 */
const line = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('log.started'), version: z.literal(1), plan: z.looseObject({ version: z.literal(1) }) }),
  z.strictObject({
    type: z.literal('participant.joined'),
    tick: z.int().min(0),
    participant: z.string(),
    /** Sound file beside the log: what was pulled of him, from `audioTick` on. */
    audio: z.string(),
  }),
  z.strictObject({ type: z.literal('participant.left'), tick: z.int().min(0), participant: z.string() }),
  z.strictObject({
    type: z.literal('node.set'),
    tick: z.int().min(0),
    node: z.string(),
    options: z.record(z.string(), z.unknown()),
  }),
  z.strictObject({ type: z.literal('node.bypass'), tick: z.int().min(0), node: z.string(), bypassed: z.boolean() }),
  z.strictObject({
    type: z.literal('node.command'),
    tick: z.int().min(0),
    node: z.string(),
    command: z.looseObject({ type: z.string() }),
  }),
  /** The plugins whose operators ran from then on. */
  z.strictObject({ type: z.literal('plugin.set'), tick: z.int().min(0), plugins: z.array(chainEntry).readonly() }),
  /** Facts the graph told: for people, and for whoever compares two runs. */
  z.strictObject({ type: z.literal('told'), tick: z.int().min(0), event: z.looseObject({ type: z.string() }) }),
  z.strictObject({ type: z.literal('log.ended'), tick: z.int().min(0) }),
]);
/** One line of an event log. */
export type LogLine = z.output<typeof line>;

/** An event log that was read. */
export interface EventLog {
  /** What ran. */
  readonly plan: Plan;
  /** What happened, in order. */
  readonly lines: readonly LogLine[];
  /** How many beats it ran. */
  readonly ticks: number;
}

/**
 * Reads an event log. A last line that was cut off, as a killed process leaves it, is passed over.
 *
 * @param path its absolute path. @param shown what errors call it.
 * @throws VoxError `LOG_UNREADABLE` with the line.
 */
export function readEventLog(path: string, shown: string): EventLog {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new VoxError(problem('LOG_UNREADABLE', { file: shown, reason: reasonOf(error) }));
  }
  const rows = text.split('\n');
  const lines: LogLine[] = [];
  rows.forEach((row, i) => {
    if (row.trim() === '') return;
    const parsed = parse(row);
    if (parsed) lines.push(parsed);
    else if (i < rows.length - 1)
      throw new VoxError(problem('LOG_UNREADABLE', { file: shown, reason: `line ${i + 1} is no line of a log` }));
  });
  const [first] = lines;
  if (first?.type !== 'log.started')
    throw new VoxError(problem('LOG_UNREADABLE', { file: shown, reason: 'it does not begin with log.started' }));
  const ticks = lines.reduce((most, entry) => (entry.type === 'log.started' ? most : Math.max(most, entry.tick)), 0);
  return { plan: first.plan as unknown as Plan, lines, ticks };
}

function parse(row: string): LogLine | undefined {
  try {
    return line.parse(JSON.parse(row));
  } catch {
    return undefined;
  }
}
