import { Observable } from 'rxjs';
import { z } from 'zod';
import type { NodeContext } from '../../graph/context.js';
import { defineNode } from '../../graph/define-node.js';
import { video } from '../../graph/ports.js';
import { ContentFrame, type VideoFrame } from '../../media/video-frame.js';

const options = () =>
  z.strictObject({
    delayMs: z
      .number()
      .min(0)
      .max(2000)
      .default(0)
      .meta({ description: 'How much later the pictures leave, in milliseconds. May change while it runs.' }),
  });

/** `video.delay`: pictures, later. */
export const videoDelay = defineNode({
  type: 'video.delay',
  summary: 'Let pictures leave later than they came.',
  details:
    'To keep pictures with sound that takes longer. Their times are exact to the microsecond; they leave with the first beat that is not before that. A shorter delay ' +
    'leaves out what it skips, counted as `dropped`; at the end what is left still leaves. What is held stays in memory: 1.4 MB for each picture of 720p. The planner puts it where ' +
    'sound of the same source reaches a sink later than the pictures; `voxgraph graph FILE --latency` shows it.',
  inputs: { video: video('Pictures to delay.') },
  outputs: { video: video('The same, later.') },
  options,
  latencyMs: ({ delayMs }) => delayMs,
  create: ({ inputs, options$, ctx }) => ({ video: delayed(inputs.video, options$, ctx) }),
});

function delayed(
  frames$: Observable<VideoFrame>,
  options$: Observable<z.output<ReturnType<typeof options>>>,
  ctx: NodeContext,
): Observable<VideoFrame> {
  return new Observable((subscriber) => {
    const waiting: VideoFrame[] = [];
    let delayUs = 0;
    let ended = false;
    subscriber.add(() => waiting.splice(0).forEach((frame) => frame.release()));
    subscriber.add(options$.subscribe(({ delayMs }) => (delayUs = Math.round(delayMs * 1000))));
    subscriber.add(
      frames$.subscribe({
        next: (frame) => void waiting.push(frame.retain()),
        error: (reason) => subscriber.error(reason),
        complete: () => {
          ended = true;
          if (waiting.length === 0) subscriber.complete();
        },
      }),
    );
    // Whoever gives pictures has given them by then, and a mixer behind this one has not settled yet.
    subscriber.add(
      ctx.videoSettle$.subscribe(({ ptsUs }) => {
        let due: VideoFrame | undefined;
        while (waiting[0] && waiting[0].ptsUs + delayUs <= ptsUs) {
          if (due) {
            due.release();
            ctx.count('dropped');
          }
          due = waiting.shift();
        }
        try {
          if (due) subscriber.next(new ContentFrame(due.ptsUs + delayUs, due.content));
        } finally {
          due?.release();
        }
        if (ended && waiting.length === 0) subscriber.complete();
      }),
    );
  });
}
