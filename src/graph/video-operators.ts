/**
 * Operators for wires of pictures. They keep to the rule that frames are shared: what they make they give back once it is delivered.
 * @module
 */
import { Observable, type OperatorFunction } from 'rxjs';
import { ContentFrame, type VideoContent, type VideoFrame } from '../media/video-frame.js';
import type { CounterName, NodeContext, Tick } from './context.js';
import { joinTicks, type JoinSlot } from './join-ticks.js';
import type { Branch } from './ports.js';

/**
 * Makes another picture of each one.
 *
 * @param make gives the new content, with one share for the operator, which gives it back; undefined: none for this picture.
 */
export function mapVideo(make: (frame: VideoFrame) => VideoContent | undefined): OperatorFunction<VideoFrame, VideoFrame> {
  return (source) =>
    new Observable((subscriber) =>
      source.subscribe({
        next: (frame) => {
          let content: VideoContent | undefined;
          try {
            content = make(frame);
          } catch (error) {
            return subscriber.error(error);
          }
          if (content) deliver(content, frame.ptsUs, (made) => subscriber.next(made));
        },
        error: (reason) => subscriber.error(reason),
        complete: () => subscriber.complete(),
      }),
    );
}

/**
 * A picture on each tick of the pictures, for sources.
 *
 * @param next gives the content, with one share for the operator, which gives it back; undefined: nothing on this tick; `'end'`: the
 * stream completes.
 */
export function videoPerTick(ctx: NodeContext, next: (tick: Tick) => VideoContent | 'end' | undefined): Observable<VideoFrame> {
  return new Observable((subscriber) =>
    ctx.videoTick$.subscribe({
      next: (tick) => {
        let content: VideoContent | 'end' | undefined;
        try {
          content = next(tick);
        } catch (error) {
          return subscriber.error(error);
        }
        if (content === 'end') return subscriber.complete();
        if (content) deliver(content, tick.ptsUs, (made) => subscriber.next(made));
      },
      complete: () => subscriber.complete(),
    }),
  );
}

/** As `joinTicks`, for pictures: on their own beat, each kept until the tick settles. */
export function joinVideo(
  ctx: NodeContext,
  branches$: Observable<Branch<VideoFrame>>,
): Observable<readonly JoinSlot<VideoFrame>[]> {
  const beat = { settle$: ctx.videoSettle$, count: (name: CounterName, by?: number) => ctx.count(name, by) };
  return joinTicks(beat, branches$, { retain: (frame) => frame.retain(), release: (frame) => frame.release() });
}

/** Hands a content on as a frame, and gives its share back, whatever happens on the way. */
export function deliver(content: VideoContent, ptsUs: number, to: (frame: VideoFrame) => void): void {
  try {
    to(new ContentFrame(ptsUs, content));
  } finally {
    content.release();
  }
}
