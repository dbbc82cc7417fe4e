import type { Tick } from '../context.js';
import type { Beat, BeatSlot, Domain } from './domain.js';

/** The pictures' side of a place. */
class VideoPlace implements Beat {
  constructor(private readonly place: Place) {}

  get video(): Beat {
    return this;
  }

  get tick(): Tick {
    return this.place.domain.video.tick;
  }

  get beating(): boolean {
    return this.place.domain.video.beating;
  }

  add(slot: BeatSlot): () => void {
    return this.place.add(slot);
  }

  afterBeat(run: () => void): void {
    this.place.afterBeat(run);
  }

  taken(by: number): void {
    this.place.taken(by);
  }
}

/** A node's place in a clock domain. A change of the graph may move it to another one; the node does not notice. */
export class Place implements Beat {
  #domain: Domain;
  readonly #slots = new Map<BeatSlot, () => void>();
  #takers = 0;

  /** The pictures' beat of wherever it is. */
  readonly video: Beat;

  /** @param domain where it is at first. */
  constructor(domain: Domain) {
    this.#domain = domain;
    this.video = new VideoPlace(this);
  }

  /** Where it is. */
  get domain(): Domain {
    return this.#domain;
  }

  get tick(): Tick {
    return this.#domain.tick;
  }

  /** Pictures a second there. */
  get frameRate(): number {
    return this.#domain.video.frameRate;
  }

  get beating(): boolean {
    return this.#domain.beating;
  }

  add(slot: BeatSlot): () => void {
    this.#slots.set(slot, this.#domain.add(slot));
    return () => {
      this.#slots.get(slot)?.();
      this.#slots.delete(slot);
    };
  }

  afterBeat(run: () => void): void {
    this.#domain.afterBeat(run);
  }

  taken(by: number): void {
    this.#takers += by;
    this.#domain.taken(by);
  }

  /** Moves what is in this place to another domain, behind what is there. Between two beats only. */
  move(to: Domain): void {
    if (to === this.#domain) return;
    this.#domain.taken(-this.#takers);
    to.taken(this.#takers);
    this.#domain = to;
    for (const [slot, leave] of this.#slots) {
      leave();
      this.#slots.set(slot, to.add(slot));
    }
  }
}
