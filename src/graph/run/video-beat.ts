import type { Tick } from '../context.js';
import type { Beat, BeatListener, BeatSlot } from './domain.js';

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
  #tick: readonly BeatListener[] = [];
  #settle: readonly BeatListener[] = [];

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
    this.#tick = slots.flatMap(({ videoTick }) => videoTick ?? []);
    this.#settle = slots.flatMap(({ videoSettle }) => videoSettle ?? []);
  }

  /** Makes the beats that are due from `fromUs` to before `untilUs`. */
  run(fromUs: number, untilUs: number): void {
    if (this.#tick.length === 0 && this.#settle.length === 0) return;
    const periodUs = 1e6 / this.#rate;
    for (let index = Math.max(0, Math.floor(fromUs / periodUs)); ; index++) {
      const ptsUs = Math.round(index * periodUs);
      if (ptsUs >= untilUs) return;
      if (ptsUs < fromUs) continue;
      this.tick.index = index;
      this.tick.ptsUs = ptsUs;
      this.beating = true;
      for (const listener of this.#tick) listener.next(this.tick);
      for (const listener of this.#settle) listener.next(this.tick);
      this.beating = false;
    }
  }

  /** Lets mixers complete what is incomplete, outside a beat. */
  settle(): void {
    for (const listener of this.#settle) listener.next(this.tick);
  }
}
