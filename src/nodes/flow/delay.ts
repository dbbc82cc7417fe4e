import { Observable } from 'rxjs';
import { z } from 'zod';
import type { NodeContext, Tick } from '../../graph/context.js';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { FRAME_SAMPLES, usToSamples } from '../../media/format.js';
import { createAudioFrame, frameSamples, type AudioFrame } from '../../media/frame.js';
import { FrameDelay } from '../support/frame-delay.js';

const options = () =>
  z.strictObject({
    delayMs: z
      .number()
      .min(0)
      .max(60_000)
      .default(0)
      .meta({ description: 'How much later the signal leaves, in milliseconds; whole samples are taken.' }),
  });

/** `flow.delay`: a signal, later. */
export const delay = defineNode({
  type: 'flow.delay',
  summary: 'Let a signal leave later than it came.',
  details:
    'To keep sound with a picture that takes longer, or to hold back a programme so that it can be stopped. To the sample: the delay is ' +
    'rounded to 1/48 ms. It begins with silence, and goes on for `delayMs` after its input has ended, so that nothing is lost. Another ' +
    'delay is crossfaded to within 10 ms; a longer one begins with the silence of what was not kept for it. Each channel and second takes up to 384 kB. The planner puts it before a mixer where branches ' +
    'of one source arrive with different delays, so that they stay aligned; `voxgraph graph FILE --latency` shows it.',
  inputs: { audio: audio('Signal to delay.') },
  outputs: { audio: audio('The same, later.') },
  options,
  latencyMs: ({ delayMs }) => delayMs,
  create: ({ inputs, options$, ctx }) => ({ audio: delayed(inputs.audio, options$, ctx) }),
});

function delayed(
  input$: Observable<AudioFrame>,
  options$: Observable<z.output<ReturnType<typeof options>>>,
  ctx: NodeContext,
): Observable<AudioFrame> {
  return new Observable((subscriber) => {
    const output = createAudioFrame(2);
    let line: FrameDelay | undefined;
    let samples = FRAME_SAMPLES;
    let gaveInTick = false;
    let given = false;
    /** What is still to sound after the input's end, in samples. */
    let left: number | undefined;

    const give = (input: AudioFrame | undefined, ptsUs: number) => {
      gaveInTick = true;
      line!.run(input, samples, output);
      output.ptsUs = ptsUs;
      subscriber.next(output);
    };
    const ringOut = ({ ptsUs }: Tick) => {
      if (left === undefined || gaveInTick) return;
      left -= samples;
      give(undefined, ptsUs);
      if (left <= 0) subscriber.complete();
    };

    subscriber.add(
      options$.subscribe(({ delayMs }) => {
        const wanted = usToSamples(delayMs * 1000);
        if (line) line.to(wanted);
        else line = new FrameDelay(wanted);
      }),
    );
    subscriber.add(
      input$.subscribe({
        next: (frame) => {
          samples = frameSamples(frame);
          given = true;
          give(frame, frame.ptsUs);
        },
        error: (reason) => subscriber.error(reason),
        complete: () => {
          left = given ? line!.delay : 0;
          if (left === 0) subscriber.complete();
        },
      }),
    );
    // A source ends before this node's own tick comes, a mixer when it settles.
    subscriber.add(ctx.tick$.subscribe(ringOut));
    subscriber.add(
      ctx.settle$.subscribe((tick) => {
        ringOut(tick);
        gaveInTick = false;
      }),
    );
  });
}
