/**
 * The control plane's event log, as a file of JSON lines: a header, each event as it happened, a fingerprint of the state now and then,
 * and a last line. A file may hold several runs, one after the other.
 * @module
 */
import { z } from 'zod';

/** After so many events there is a fingerprint, so that a log without its end can be checked too. */
export const MARK_EVERY = 1000;

/** The header's version that this voxgraph writes and reads. */
export const JOURNAL_VERSION = 1;

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** Begins a run. */
export const startedLine = z.looseObject({
  type: z.literal('journal.started'),
  version: z.literal(JOURNAL_VERSION),
  /** Which voxgraph wrote it. */
  voxgraph: z.string(),
  atMs: z.number(),
  /** The number of the last event before it. */
  seq: z.int().min(0),
  /** The state before its first event. */
  state: z.looseObject({ graphs: z.looseObject({}), calls: z.looseObject({}), plugins: z.looseObject({}) }),
});

/** The state's fingerprint after the event `seq`; the last line says the same. */
export const markLine = z.strictObject({
  type: z.literal(['journal.marked', 'journal.ended']),
  seq: z.int().min(0),
  hash,
});

/** An event, as far as a log must know of it. */
export const eventLine = z.looseObject({ type: z.string(), seq: z.int().min(1), atMs: z.number() });

/** The header. */
export type StartedLine = z.output<typeof startedLine>;
/** A fingerprint. */
export type MarkLine = z.output<typeof markLine>;
