import type { Tick } from '../context.js';
import { BeatPhase } from './beat-phase.js';
import type { Beat, BeatSlot } from './domain.js';

/** Pictures a second where no sink says otherwise. */
export const DEFAULT_FRAME_RATE = 30;

/**
 * The beat of the pictures of a clock domain: at its frame rate, on the clock of its sound. What is due within the 20 ms that follow a
 * beat of sound comes right behind that beat, so that both are in step whatever the clock does; the times are exact all the same.
 */
export class VideoBeat implements Beat {
  readonly tick: Tick = { index: -1, ptsUs: 0 };
  beating = false;
  #rate: number;
  readonly #tick = new BeatPhase();
  readonly #settle = new BeatPhase();
  /** How many take pictures, and whether somebody hears the beat even if nobody does. */
  #takers = 0;
  #always = false;

  /** @param owner the beat of the sound. @param frameRate pictures a second. */
  constructor(
    private readonly owner: Beat,
    frameRate: number | undefined,
  ) {
    this.#rate = frameRate ?? DEFAULT_FRAME_RATE;
  }

  get video(): Beat {
    return this;
  }

  /** Pictures a second. */
  get frameRate(): number {
    return this.#rate;
  }

  set frameRate(rate: number) {
    this.#rate = rate;
  }

  add(slot: BeatSlot): () => void {
    return this.owner.add(slot);
  }

  afterBeat(run: () => void): void {
    this.owner.afterBeat(run);
  }

  /** Takes those who listen, in order. */
  serve(slots: readonly BeatSlot[]): void {
    this.#tick.set(slots.flatMap(({ videoTick }) => videoTick ?? []));
    this.#settle.set(slots.flatMap(({ videoSettle }) => videoSettle ?? []));
    this.#always = slots.some(({ videoTick, videoSettle, onlyIfTaken }) => !onlyIfTaken && (videoTick ?? videoSettle));
  }

  taken(by: number): void {
    this.#takers += by;
  }

  /** Whether no beat is made: nobody takes pictures, and nobody hears it for anything else. */
  get unheard(): boolean {
    return this.#takers <= 0 && !this.#always;
  }

  /** Makes the beats that are due from `fromUs` to before `untilUs`. */
  run(fromUs: number, untilUs: number): void {
    if (this.unheard) return;
    const periodUs = 1e6 / this.#rate;
    for (let index = Math.max(0, Math.floor(fromUs / periodUs)); ; index++) {
      const ptsUs = Math.round(index * periodUs);
      if (ptsUs >= untilUs) return;
      if (ptsUs < fromUs) continue;
      this.tick.index = index;
      this.tick.ptsUs = ptsUs;
      this.beating = true;
      this.#tick.serve(this.tick);
      this.#settle.serve(this.tick);
      this.beating = false;
    }
  }

  /** Lets mixers complete what is incomplete, outside a beat. */
  settle(): void {
    this.#settle.serve(this.tick);
  }
}
