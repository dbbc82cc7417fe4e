/**
 * RxJS operators for audio wires. They keep to the rule that frames are borrowed: each subscription owns one output frame and
 * writes into it anew.
 * @module
 */
import { defer, map, Observable, type MonoTypeOperatorFunction, type OperatorFunction } from 'rxjs';
import { copyAudioFrame, createAudioFrame, frameSamples, shapeAudioFrame, type AudioFrame } from '../media/frame.js';
import type { NodeContext, Tick } from './context.js';

/** How a kernel fills `output` (already shaped, with the input's `ptsUs`) from `input`. It must set `output.silent` truthfully. */
export type AudioKernel = (input: AudioFrame, output: AudioFrame) => void;

/**
 * Runs a kernel on every frame.
 *
 * @param makeKernel called once for each subscription, so that state is never shared.
 * @param channels the output's channel count; default the input's own.
 */
export function mapAudio(makeKernel: () => AudioKernel, channels?: 1 | 2): OperatorFunction<AudioFrame, AudioFrame> {
  return (source) =>
    defer(() => {
      const kernel = makeKernel();
      const output = createAudioFrame(channels ?? 2);
      return source.pipe(
        map((input) => {
          shapeAudioFrame(output, channels ?? input.planes.length, frameSamples(input));
          output.ptsUs = input.ptsUs;
          kernel(input, output);
          return output;
        }),
      );
    });
}

/**
 * Copies each frame into memory of its own, so that operators that hold values (`delay`, `bufferCount`, `pairwise`,
 * `observeOn` …) may be used behind it. This is the one operator that allocates for every frame.
 */
export function keep(): MonoTypeOperatorFunction<AudioFrame> {
  return map((frame) => copyAudioFrame(frame, createAudioFrame(frame.planes.length, frameSamples(frame))));
}

/**
 * One frame per tick, filled by `fill`, for sources.
 *
 * @param makeFill called once per subscription. `fill` gets the node's own frame with its `ptsUs` set; it writes every plane and
 * `silent`. It returns false when there is no more: the stream then completes without emitting.
 */
export function audioPerTick(
  ctx: NodeContext,
  channels: 1 | 2,
  makeFill: () => (output: AudioFrame, tick: Tick) => boolean,
): Observable<AudioFrame> {
  return defer(() => {
    const fill = makeFill();
    const output = createAudioFrame(channels);
    return framePerTick(ctx, (tick) => {
      output.ptsUs = tick.ptsUs;
      return fill(output, tick) ? output : undefined;
    });
  });
}

/**
 * One frame per tick from whoever has frames of his own, such as a player. Completes when `next` gives undefined; fails with what it
 * throws.
 */
export function framePerTick(ctx: NodeContext, next: (tick: Tick) => AudioFrame | undefined): Observable<AudioFrame> {
  // One step instead of `map` and `takeWhile`: each source takes it on every tick.
  return new Observable((subscriber) =>
    ctx.tick$.subscribe({
      next: (tick) => {
        let frame: AudioFrame | undefined;
        try {
          frame = next(tick);
        } catch (error) {
          return subscriber.error(error);
        }
        if (frame) subscriber.next(frame);
        else subscriber.complete();
      },
      error: (reason) => subscriber.error(reason),
      complete: () => subscriber.complete(),
    }),
  );
}
