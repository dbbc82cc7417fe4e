import type { JoinSlot } from '../../graph/join-ticks.js';
import { Fade, type FadeCurve } from '../../media/dsp/fade.js';
import { FRAME_SAMPLES } from '../../media/format.js';
import { frameSamples, type AudioFrame } from '../../media/frame.js';
import { GainStage, type MovingGain } from './gain-stage.js';
import { createSummer } from './summer.js';
import type { TickTimes } from './tick-times.js';

/** An input with the share it has of the result. */
class Choice extends GainStage implements MovingGain {
  readonly share: Fade;

  constructor(id: string, share: number) {
    super(id);
    this.share = new Fade(share);
  }

  get still(): number | undefined {
    return this.share.settled ? this.share.target : undefined;
  }

  at(k: number): number {
    return this.share.at(k);
  }
}

/**
 * Gives one of several inputs and goes from one to another without a click; a change may come in the middle of another. The chosen
 * input passes through untouched.
 */
export class Selector {
  readonly #choices = new Map<string, Choice>();
  readonly #present: Choice[] = [];
  readonly #sum;
  #selected: string | undefined;
  #samples = FRAME_SAMPLES;

  /** @param channels of the result. */
  constructor(channels: 1 | 2) {
    // No limit: one input is heard, and at the loudest moment of a change-over two.
    this.#sum = createSummer(channels, Infinity);
  }

  /** The input that is heard, or to which the way goes. */
  get selected(): string | undefined {
    return this.#selected;
  }

  /** Begins the way to another input, over so many samples; undefined: to none. */
  select(id: string | undefined, samples: number, curve: FadeCurve): void {
    this.#selected = id;
    for (const choice of this.#choices.values()) choice.share.to(choice.id === id ? 1 : 0, samples, curve);
  }

  /** The frame of one tick. */
  run(slots: readonly JoinSlot<AudioFrame>[], times: TickTimes): AudioFrame {
    this.#present.length = 0;
    for (const { id, frame } of slots) {
      let choice = this.#choices.get(id);
      if (!choice) this.#choices.set(id, (choice = new Choice(id, id === this.#selected ? 1 : 0)));
      choice.take(frame, choice);
      if (frame) this.#samples = frameSamples(frame);
      this.#present.push(choice);
    }
    const result = this.#sum(this.#present, times);
    for (const { share } of this.#choices.values()) share.advance(this.#samples);
    return result;
  }
}
