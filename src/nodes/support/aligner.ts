import type { NodeContext } from '../../graph/context.js';
import type { JoinSlot } from '../../graph/join-ticks.js';
import { FRAME_SAMPLES, samplesToUs, usToSamples } from '../../media/format.js';
import { createAudioFrame, frameSamples, type AudioFrame } from '../../media/frame.js';
import { FrameDelay } from './frame-delay.js';
import { slotOf, type InputName } from './input-ports.js';

/** One stream and how far it is held back. */
interface Lane {
  readonly id: InputName;
  readonly delay: FrameDelay;
  readonly output: AudioFrame;
  /** The time of its present frame; undefined before the first. */
  ptsUs: number | undefined;
  lost: boolean;
}

/** Holds streams back so that frames of the same time leave together. */
export class Aligner {
  readonly #lanes: Lane[];
  readonly #ctx: NodeContext;
  #tolerance = 0;
  #most = 0;
  #samples = FRAME_SAMPLES;

  /** @param inputs the streams there are. */
  constructor(inputs: readonly InputName[], ctx: NodeContext) {
    this.#ctx = ctx;
    this.#lanes = inputs.map((id) => ({
      id,
      delay: new FrameDelay(0),
      output: createAudioFrame(2),
      ptsUs: undefined,
      lost: false,
    }));
  }

  /**
   * Takes new limits.
   *
   * @param tolerance how far apart streams may be, in samples.
   * @param most the longest delay, in samples.
   */
  set(tolerance: number, most: number): void {
    this.#tolerance = tolerance;
    this.#most = most;
  }

  /** Takes the frames of a tick and gives one for each stream, all of the same time. */
  run(slots: readonly JoinSlot<AudioFrame>[], give: (input: InputName, frame: AudioFrame) => void): void {
    for (const { frame } of slots) if (frame) this.#samples = frameSamples(frame);
    let oldest: number | undefined;
    for (const lane of this.#lanes) {
      const frame = slotOf(slots, lane.id)?.frame;
      // One that gives nothing now moves on all the same.
      if (frame) lane.ptsUs = frame.ptsUs;
      else if (lane.ptsUs !== undefined) lane.ptsUs += samplesToUs(this.#samples);
      if (frame && (oldest === undefined || frame.ptsUs < oldest)) oldest = frame.ptsUs;
    }
    if (oldest === undefined) return;
    for (const lane of this.#lanes) {
      if (lane.ptsUs !== undefined) this.#align(lane, usToSamples(lane.ptsUs - oldest));
      lane.delay.run(slotOf(slots, lane.id)?.frame, this.#samples, lane.output);
      lane.output.ptsUs = oldest;
      give(lane.id, lane.output);
    }
  }

  #align(lane: Lane, ahead: number): void {
    const { delay, id } = lane;
    if (Math.abs(ahead - delay.delay) <= this.#tolerance) return;
    if (ahead > this.#most) {
      if (!lane.lost) this.#ctx.emit({ type: 'sync.lost', input: id, aheadMs: samplesToUs(ahead) / 1000 });
      lane.lost = true;
      return;
    }
    lane.lost = false;
    delay.to(Math.max(0, ahead));
    this.#ctx.count('corrected');
    this.#ctx.emit({ type: 'sync.corrected', input: id, heldMs: samplesToUs(delay.delay) / 1000 });
  }
}
