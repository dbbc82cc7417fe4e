import { z } from 'zod';
import { queueState } from '../../../nodes/support/queue-state.js';

/** One hearing of a track: the same track played again is another one. */
const play = z.object({ id: z.string(), play: z.int() });
/** One hearing of a track. */
export type Play = z.output<typeof play>;

const historyEntry = z.object({
  src: z.string(),
  title: z.string().optional(),
  requester: z.string().optional(),
  endedAtMs: z.number(),
  reason: z.enum(['finished', 'skipped', 'failed']),
  /** Why it failed. */
  problem: z.string().optional(),
});
/** A track that is over. */
export type HistoryEntry = z.output<typeof historyEntry>;

const callQueue = z.object({
  list: queueState.omit({ positionMs: true, playing: true, current: true }),
  /** What the node is given: the current track, and those that follow it, so that it can go on by itself without a gap. */
  window: z.array(play),
  /** How many hearings were made. */
  plays: z.int(),
  /** What is wanted. */
  status: z.enum(['playing', 'paused', 'stopped']),
  /** Too many tracks failed; the node is given nothing until somebody asks. */
  halted: z.boolean(),
  /** Tracks in a row that failed. */
  failures: z.int(),
  /** Whether the current track is heard. */
  started: z.boolean(),
  /** The node has left the current track by itself, without one to follow yet. */
  left: z.boolean(),
  /** Where the current track began, in milliseconds of its file. */
  beginMs: z.number(),
  /** Where it was when that was last told. */
  positionMs: z.number(),
  positionAtMs: z.number(),
  durationMs: z.number().nullable(),
  history: z.array(historyEntry),
  /** The running graph; null between two calls. */
  graph: z.string().nullable(),
  /** Whether the node is known to be there. */
  attached: z.boolean(),
  /** What the node said last; null before that. */
  nodePlaying: z.boolean().nullable(),
  /** The hearing for whose sake the window was given again to a node that lacked it. */
  givenAgainFor: z.int(),
  /** Something was played since the graph began. */
  played: z.boolean(),
  usedAtMs: z.number(),
});
/** The queue of one call. */
export type CallQueue = z.output<typeof callQueue>;

const order = z.object({ n: z.int(), command: z.looseObject({ type: z.string() }) });

const answer = z.object({
  key: z.string(),
  refused: z.string().optional(),
  text: z.string(),
  place: z.string().optional(),
  /** Ids of the tracks that it is about. */
  tracks: z.array(z.string()),
});
/** What became of a wish. */
export type Answer = z.output<typeof answer>;

/** What `music-queue` remembers. */
export const musicState = z.object({
  /** By call, or `graph:title` of a graph without one. */
  queues: z.record(z.string(), callQueue),
  /** Which running graph has which queue. */
  graphs: z.record(z.string(), z.string()),
  /** Commands to be given, numbered; only the newest are kept. */
  orders: z.array(order),
  serial: z.int(),
  /** The newest answers, for whoever asked. */
  answers: z.array(answer),
});
/** What `music-queue` remembers. */
export type MusicState = z.output<typeof musicState>;

/** How many orders and answers are kept. */
export const KEPT = 64;
/** How many queues are remembered of calls that are over. */
export const MOST_QUEUES = 200;

/** Before anything happened. */
export const EMPTY_MUSIC: MusicState = { queues: {}, graphs: {}, orders: [], serial: 0, answers: [] };
