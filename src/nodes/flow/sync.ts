import { EMPTY, Observable, Subject } from 'rxjs';
import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { usToSamples } from '../../media/format.js';
import type { AudioFrame } from '../../media/frame.js';
import { inputPorts, joinInputs, perInput, wiredInputs, type InputName } from '../support/input-ports.js';
import { Aligner } from '../support/aligner.js';

const options = () =>
  z.strictObject({
    toleranceMs: z
      .number()
      .min(0)
      .max(1000)
      .default(20)
      .meta({ description: 'How far apart two streams may drift before they are aligned anew, in milliseconds.' }),
    maxMs: z.number().min(20).max(10_000).default(1000).meta({
      description: 'The most a stream is held back, in milliseconds. One that is further ahead is left as it is.',
    }),
  });

const outputName = (input: InputName) => input.replace('in', 'out') as `out${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`;
const outputPorts = Object.fromEntries(
  Object.keys(perInput(() => 0)).map((name, index) => [outputName(name as InputName), audio(`Signal ${index + 1}, aligned.`)]),
) as Record<ReturnType<typeof outputName>, ReturnType<typeof audio>>;

/** `flow.sync`: streams side by side by their times. */
export const sync = defineNode({
  type: 'flow.sync',
  summary: 'Align up to eight signals by the times their frames carry.',
  details:
    'The signal whose frames are the oldest goes through; those ahead of it are held back until what leaves together belongs together, to ' +
    'the sample. A correction is crossfaded within 10 ms, counted as `corrected`, and told by `sync.corrected { input, heldMs }`; one ' +
    'beyond `maxMs` is told once by `sync.lost { input, aheadMs }` and not made. An output without an input ends at once. The outputs ' +
    'end when all inputs have.',
  inputs: inputPorts((number) => `Signal ${number}.`),
  outputs: outputPorts,
  options,
  bypass: Object.fromEntries(Object.keys(perInput(() => 0)).map((name) => [outputName(name as InputName), name])),
  create: ({ inputs, options$, ctx }) => {
    const wired = wiredInputs(inputs);
    const streams = perInput(() => new Subject<AudioFrame>());
    const aligner = new Aligner(wired, ctx);
    const changes = options$.subscribe(({ toleranceMs, maxMs }) =>
      aligner.set(usToSamples(toleranceMs * 1000), usToSamples(maxMs * 1000)),
    );
    ctx.defer(() => changes.unsubscribe());
    const joined$ = joinInputs(ctx, inputs);
    let running = false;
    /** The first output that is subscribed to begins the join; the others have been subscribed to by its first frame. */
    const run = () => {
      if (running) return undefined;
      running = true;
      return joined$.subscribe({
        next: (slots) => aligner.run(slots, (input, frame) => streams[input].next(frame)),
        error: (reason) => wired.forEach((input) => streams[input].error(reason)),
        complete: () => wired.forEach((input) => streams[input].complete()),
      });
    };
    const outputOf = (input: InputName): Observable<AudioFrame> =>
      wired.includes(input)
        ? new Observable((subscriber) => {
            subscriber.add(streams[input].subscribe(subscriber));
            subscriber.add(run());
          })
        : EMPTY;
    return Object.fromEntries(
      Object.keys(streams).map((name) => [outputName(name as InputName), outputOf(name as InputName)]),
    ) as {
      [K in keyof typeof outputPorts]: Observable<AudioFrame>;
    };
  },
});
