import type { EventOf } from '../../../events/event.js';
import type { AnnouncerConfig } from './config.js';

/** One announcement that is not over. */
export interface Announcement {
  /** Its own. */
  readonly id: string;
  readonly src: string;
  readonly title: string | null;
  /** Key of the plugin that asked for it, `(outside)`, `(join)`. */
  readonly by: string;
  /** `given`: its node has it and opens it. */
  status: 'waiting' | 'given' | 'playing';
}

/** What became of one. */
export interface Announced {
  readonly id: string;
  readonly src: string;
  readonly title: string | null;
  readonly by: string;
  readonly outcome: 'finished' | 'failed' | 'cancelled';
  /** Why it failed. */
  readonly problem: string | null;
  readonly atMs: number;
}

/** One graph. */
export interface Desk {
  /** Its call. */
  readonly call: string | null;
  /** Who talks at present. */
  speaking: string[];
  /** Those who are ourselves: nothing makes way for them. */
  selves: string[];
  /** Announcements that are not over, first to last. */
  entries: Announcement[];
  /** The last time that announcements were broken off: the message's number, 0 before the first, and how many. */
  cancel: { readonly message: number; readonly count: number };
  /** When somebody was greeted last. */
  greetedAtMs: number | null;
}

/** What `announcer` remembers. */
export interface AnnouncerState {
  /** By running graph's id. */
  desks: Record<string, Desk>;
  /** The last announcements that are over, the newest last. */
  lately: Announced[];
}

/** Before anything happened. */
export const NOTHING_ANNOUNCED: AnnouncerState = { desks: {}, lately: [] };

/** How many that are over are remembered. */
const KEPT = 50;

/** A graph that nothing has happened in. */
export const newDesk = (call: string | null): Desk => ({
  call,
  speaking: [],
  selves: [],
  entries: [],
  cancel: { message: 0, count: 0 },
  greetedAtMs: null,
});

/** The desks of a call. */
export function desksOf({ desks }: AnnouncerState, call: string): Desk[] {
  return Object.values(desks).filter((desk) => desk.call === call);
}

/** Whose desk a message is about; otherwise why none is. */
export function deskFor(
  { desks }: AnnouncerState,
  { graph, call }: { readonly graph?: string | undefined; readonly call?: string | undefined },
): { readonly graph: string; readonly desk: Desk } | { readonly refused: string } {
  const found = Object.entries(desks).filter(
    ([id, desk]) => (graph === undefined || id === graph) && (call === undefined || desk.call === call),
  );
  const [first, second] = found;
  if (!first) return { refused: graph === undefined && call === undefined ? 'no graph runs' : 'there is no such graph or call' };
  if (second) return { refused: 'several graphs run: name the "graph" or the "call"' };
  return { graph: first[0], desk: first[1] };
}

/** Somebody begins or ends to talk. */
export function speaks(desk: Desk, id: string, speaking: boolean): void {
  desk.speaking = desk.speaking.filter((other) => other !== id);
  if (speaking && !desk.selves.includes(id)) desk.speaking.push(id);
}

/** Somebody came; he may be greeted. */
export function comes(desk: Desk, event: EventOf<'participant.joined'>, { onJoin, maxWaiting }: AnnouncerConfig): void {
  const { participantId: id, self, atMs, seq } = event;
  if (self === true) {
    if (!desk.selves.includes(id)) desk.selves.push(id);
    speaks(desk, id, false);
    return;
  }
  if (!onJoin || desk.entries.length >= maxWaiting) return;
  if (desk.greetedAtMs !== null && atMs - desk.greetedAtMs < onJoin.minGapSec * 1000) return;
  desk.greetedAtMs = atMs;
  const { src, title = null } = onJoin;
  desk.entries.push({ id: `join-${seq}`, src, title, by: '(join)', status: 'waiting' });
}

/** Somebody left. */
export function goes(desk: Desk, id: string): void {
  speaks(desk, id, false);
  desk.selves = desk.selves.filter((other) => other !== id);
}

/** An announcement is over. */
export function isOver(
  state: AnnouncerState,
  desk: Desk,
  id: string,
  outcome: Announced['outcome'],
  { atMs, problem = null }: { readonly atMs: number; readonly problem?: string | null | undefined },
): void {
  const entry = desk.entries.find((one) => one.id === id);
  if (!entry) return;
  desk.entries = desk.entries.filter((one) => one !== entry);
  const { src, title, by } = entry;
  state.lately.push({ id, src, title, by, outcome, problem, atMs });
  if (state.lately.length > KEPT) state.lately.shift();
}
