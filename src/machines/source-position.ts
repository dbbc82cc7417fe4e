import type { SourceContext } from './source-types.js';

/**
 * Where a playback is: the position of its last fact, and the time since then if it plays.
 *
 * @param nowMs the time, in milliseconds of the clock that the machine was given.
 * @returns media time in milliseconds, within the stream's length.
 */
export function positionMs(context: SourceContext, playing: boolean, nowMs: number): number {
  const elapsedMs = playing ? Math.max(0, nowMs - context.positionAtMs) : 0;
  return boundedMs(context.positionMs + elapsedMs, context.durationMs);
}

/** A position within a stream: not before its start, nor after its end if it has one; what is no number is the start. */
export function boundedMs(ms: number, durationMs: number | undefined): number {
  const fromStart = ms > 0 ? ms : 0;
  return durationMs === undefined ? fromStart : Math.min(fromStart, durationMs);
}
