import { Subject, tap } from 'rxjs';
import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio, events, type WireEvent } from '../../graph/ports.js';
import { meanSquare, peak } from '../../media/dsp/level.js';
import { linearToDb } from '../../media/format.js';
import { frameDurationUs, type AudioFrame } from '../../media/frame.js';

const EVENT = 'level.measured';
/** What silence is called, since JSON has no infinity. */
const SILENCE_DB = -120;

/** `meter.level`: how loud a signal is. */
export const level = defineNode({
  type: 'meter.level',
  summary: 'Pass a signal through and tell how loud it is.',
  details:
    'Emits `level.measured { rmsDb, peakDb }`, over the time since the last one, in decibels below full scale; silence is −120. It ' +
    'measures only while somebody watches that event or the `events` output is wired and subscribed to.',
  inputs: { audio: audio('Signal to measure.') },
  outputs: { audio: audio('The same signal.'), events: events('`level.measured` facts.') },
  options: z.strictObject({
    intervalMs: z
      .number()
      .min(20)
      .max(60_000)
      .default(100)
      .meta({ description: 'Time between two measurements, in milliseconds; a whole number of frames is taken.' }),
  }),
  // It reads samples only while somebody watches.
  passesThrough: () => true,
  create: ({ inputs, options$, ctx }) => {
    const events$ = new Subject<WireEvent>();
    const meter = createMeter();
    let intervalUs = 0;
    const subscription = options$.subscribe(({ intervalMs }) => (intervalUs = intervalMs * 1000));
    ctx.defer(() => subscription.unsubscribe());
    const measure = (frame: AudioFrame) => {
      const watched = ctx.watched(EVENT);
      if (!watched && !events$.observed) return meter.reset();
      meter.take(frame);
      if (meter.measuredUs < intervalUs) return;
      const data = meter.read();
      if (watched) ctx.emit({ type: EVENT, ...data });
      events$.next({ ptsUs: frame.ptsUs, type: EVENT, data });
    };
    return {
      audio: inputs.audio.pipe(
        tap({ next: measure, error: (reason) => events$.error(reason), complete: () => events$.complete() }),
      ),
      events: events$,
    };
  },
});

function createMeter() {
  let squares = 0;
  let loudest = 0;
  let measuredUs = 0;
  const reset = () => {
    squares = 0;
    loudest = 0;
    measuredUs = 0;
  };
  const decibels = (linear: number) => (linear > 1e-6 ? Math.round(linearToDb(linear) * 10) / 10 : SILENCE_DB);
  return {
    reset,
    /** How much was taken since the last reading, in microseconds. */
    get measuredUs() {
      return measuredUs;
    },
    take(frame: AudioFrame): void {
      const durationUs = frameDurationUs(frame);
      measuredUs += durationUs;
      if (frame.silent) return;
      const square = meanSquare(frame.planes);
      // One bad sample must not hide the rest of the interval.
      if (square - square === 0) squares += square * durationUs;
      loudest = Math.max(loudest, peak(frame.planes));
    },
    read(): { rmsDb: number; peakDb: number } {
      const result = { rmsDb: decibels(Math.sqrt(squares / measuredUs)), peakDb: Math.min(decibels(loudest), 120) };
      reset();
      return result;
    },
  };
}
