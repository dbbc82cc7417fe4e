import type { StampedEvent } from '../api/types.js';
import { createStore } from './store.js';

/** What a node plays at present, and where it is in it. */
export interface Playing {
  readonly graph: string;
  readonly node: string;
  readonly src: string;
  readonly title?: string;
  readonly durationMs?: number;
  /** Where it was at {@link atMs}. */
  readonly positionMs: number;
  readonly atMs: number;
  readonly paused: boolean;
}

/** By graph and node. */
export const playing = createStore<Readonly<Record<string, Playing>>>({});

/** Takes what an event says of what plays. */
export function notePlayed(event: StampedEvent): void {
  if (event.type === 'graph.ended') return forget(({ graph }) => graph === event.graph);
  if (!('graph' in event) || !('node' in event)) return;
  const { graph, node, atMs } = event as { graph: string; node: string; atMs: number };
  const key = `${graph} ${node}`;
  if (event.type === 'stream.started') {
    const { src, title, durationMs } = event;
    const more = { ...(title !== undefined && { title }), ...(durationMs !== undefined && { durationMs }) };
    return playing.set((all) => ({ ...all, [key]: { graph, node, src, ...more, positionMs: 0, atMs, paused: false } }));
  }
  if (event.type === 'stream.ended') return forget((one) => one.graph === graph && one.node === node && one.src === event.src);
  if (event.type !== 'node.told') return;
  const present = playing.get()[key];
  if (!present) return;
  const told = event.data['positionMs'];
  const positionMs = typeof told === 'number' ? told : positionAt(present, atMs);
  const verb = event.what.split('.')[1];
  const changed = { paused: { paused: true }, resumed: { paused: false }, seeked: {}, looped: { positionMs: 0 } }[verb ?? ''];
  if (changed) playing.set((all) => ({ ...all, [key]: { ...present, positionMs, atMs, ...changed } }));
}

/** Where it is now, in milliseconds. */
export function positionAt({ positionMs, atMs, paused, durationMs }: Playing, nowMs: number): number {
  const position = paused ? positionMs : positionMs + Math.max(0, nowMs - atMs);
  return durationMs === undefined ? position : Math.min(position, durationMs);
}

function forget(which: (one: Playing) => boolean): void {
  playing.set((all) => Object.fromEntries(Object.entries(all).filter(([, one]) => !which(one))));
}
