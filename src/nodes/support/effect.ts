import { Observable } from 'rxjs';
import { createAudioFrame, frameChannels, frameSamples, shapeAudioFrame, type AudioFrame } from '../../media/frame.js';

/** One running audio effect: the state behind an `effect.*` node. */
export interface Effect<O> {
  /** Takes new options. `first` is true when they are those it starts with, so that nothing needs to ramp. */
  set(options: O, first: boolean): void;
  /**
   * Works on one frame. Returns `input` itself when nothing changes, without reading its planes, else `output`, whose planes have the input's shape but hold
   * whatever was there before; it sets `output.silent` truthfully.
   */
  run(input: AudioFrame, output: AudioFrame): AudioFrame;
  /** True while {@link run} would return its input, whatever that is, and change nothing in itself; it is then not asked. Default: never. */
  passes?(): boolean;
}

/**
 * Runs an effect on a wire: frame in, frame out, in the same call, with the state and output frame of this subscription alone.
 * Completes and fails with its input.
 */
export function applyEffect<O>(
  input$: Observable<AudioFrame>,
  options$: Observable<O>,
  makeEffect: () => Effect<O>,
): Observable<AudioFrame> {
  return new Observable((subscriber) => {
    const effect = makeEffect();
    const output = createAudioFrame(2);
    let first = true;
    subscriber.add(
      options$.subscribe((options) => {
        effect.set(options, first);
        first = false;
      }),
    );
    subscriber.add(
      input$.subscribe({
        next(input) {
          let result = input;
          try {
            if (effect.passes?.() !== true) {
              shapeAudioFrame(output, frameChannels(input), frameSamples(input));
              output.ptsUs = input.ptsUs;
              result = effect.run(input, output);
            }
          } catch (reason) {
            subscriber.error(reason);
            return;
          }
          subscriber.next(result);
        },
        error: (reason) => subscriber.error(reason),
        complete: () => subscriber.complete(),
      }),
    );
  });
}
