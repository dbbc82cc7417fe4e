import type { NodeEvent } from '../../graph/context.js';
import type { JoinSlot } from '../../graph/join-ticks.js';
import { peak } from '../../media/dsp/level.js';
import { dbToLinear, FRAME_US, usToSamples } from '../../media/format.js';
import { frameDurationUs, type AudioFrame } from '../../media/frame.js';
import type { FallbackOptions } from '../flow/fallback.js';
import { slotOf, type InputEnd, type InputName } from './input-ports.js';
import type { Selector } from './selector.js';

/** Why an input is not there. */
type Absence = 'not-started' | 'underrun' | 'silent' | InputEnd;

/** What is known of one input. */
interface Candidate {
  readonly id: InputName;
  absence: Absence | undefined;
  /** For how long it has been there, without a break. */
  thereUs: number;
  silentUs: number;
}

/** Decides which input `flow.fallback` gives. */
export class FallbackChoice {
  readonly #candidates: Candidate[];
  readonly #selector: Selector;
  readonly #emit: (event: NodeEvent) => void;
  #options: FallbackOptions | undefined;
  #silence = 0;
  #present: Candidate | undefined;
  #changed = false;
  #frameUs = FRAME_US;

  /**
   * @param wired the inputs that have a wire, the best first.
   * @param selector told what to give.
   * @param emit takes `source.changed`.
   */
  constructor(wired: readonly InputName[], selector: Selector, emit: (event: NodeEvent) => void) {
    this.#candidates = wired.map((id) => ({ id, absence: 'not-started', thereUs: 0, silentUs: 0 }));
    this.#selector = selector;
    this.#emit = emit;
  }

  /** Takes new options. */
  set(options: FallbackOptions): void {
    this.#options = options;
    this.#silence = dbToLinear(options.silenceDb);
  }

  /** An input gives no more. Its last frame may still be of this tick. */
  ended(input: InputName, how: InputEnd): void {
    const candidate = this.#candidates.find(({ id }) => id === input);
    if (candidate) candidate.absence = how;
  }

  /** Looks at the frames of a tick, and changes over if need be. */
  tick(slots: readonly JoinSlot<AudioFrame>[]): void {
    for (const { frame } of slots) if (frame) this.#frameUs = frameDurationUs(frame);
    for (const candidate of this.#candidates) this.#judge(candidate, slotOf(slots, candidate.id)?.frame);
    const { backAfterMs } = this.#options!;
    const present = this.#present;
    const best = this.#candidates.find(({ absence }) => absence === undefined);
    if (!present || present.absence !== undefined) {
      if (best) this.#change(best, present?.absence ?? this.#firstReason(best));
      else if (present && isOver(present)) this.#change(undefined, present.absence!);
      return;
    }
    // Of those before the present one the first that has been there long enough.
    for (const candidate of this.#candidates) {
      if (candidate === present) return;
      if (candidate.absence === undefined && candidate.thereUs >= backAfterMs * 1000) return this.#change(candidate, 'back');
    }
  }

  #judge(candidate: Candidate, frame: AudioFrame | undefined): void {
    if (isOver(candidate)) return;
    const { silentAfterMs } = this.#options!;
    if (!frame) {
      if (candidate.absence !== 'not-started') candidate.absence = 'underrun';
      candidate.thereUs = 0;
      return;
    }
    const silent = silentAfterMs !== undefined && (frame.silent || peak(frame.planes) <= this.#silence);
    candidate.silentUs = silent ? candidate.silentUs + this.#frameUs : 0;
    // One that is silent has to make a sound to be there again.
    const stillSilent = candidate.absence === 'silent' && silent;
    if (stillSilent || (silentAfterMs !== undefined && candidate.silentUs > silentAfterMs * 1000)) {
      candidate.absence = 'silent';
      candidate.thereUs = 0;
    } else {
      candidate.absence = undefined;
      candidate.thereUs += this.#frameUs;
    }
  }

  #firstReason(best: Candidate): string {
    if (this.#changed) return 'back';
    return best === this.#candidates[0] ? 'start' : this.#candidates[0]!.absence!;
  }

  #change(to: Candidate | undefined, reason: string): void {
    const from = this.#present;
    this.#present = to;
    this.#changed = true;
    this.#selector.select(to?.id, usToSamples(this.#options!.fadeMs * 1000), 'linear');
    this.#emit({ type: 'source.changed', from: from?.id ?? null, to: to?.id ?? null, reason });
  }
}

function isOver({ absence }: Candidate): boolean {
  return absence === 'ended' || absence === 'failed';
}
