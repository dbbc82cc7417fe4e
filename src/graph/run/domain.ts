import { FRAME_US } from '../../media/format.js';
import type { Tick } from '../context.js';
import { BeatPhase, type BeatListener } from './beat-phase.js';
import { VideoBeat } from './video-beat.js';

/** What somebody does on a beat, by phase. */
export interface BeatSlot {
  /** Sources emit. */
  readonly tick?: BeatListener;
  /** Mixers complete what is incomplete. */
  readonly settle?: BeatListener;
  /** The frames are out; work for later may be done. */
  readonly idle?: BeatListener;
  /** Sources emit pictures. */
  readonly videoTick?: BeatListener;
  /** Mixers complete what is incomplete of the pictures. */
  readonly videoSettle?: BeatListener;
  /** It does nothing with pictures that nobody takes: for those alone the pictures have no beat. */
  readonly onlyIfTaken?: boolean;
}

/** The beat as those see it who take part in it. */
export interface Beat {
  /** The present one; index −1 before the first. Reused. */
  readonly tick: Tick;
  /** True between the beginning of the sources' phase and the end of the mixers'. */
  readonly beating: boolean;
  /** The beat of the pictures on the same clock; of that beat, itself. */
  readonly video: Beat;
  /** Adds a slot behind all others. Returns its removal. */
  add(slot: BeatSlot): () => void;
  /** Runs something when the present beat is over; at once when there is none. Must not throw. */
  afterBeat(run: () => void): void;
  /** So many more, or fewer, take pictures that are made on it. */
  taken(by: number): void;
}

/**
 * One clock domain while it runs: three phases that follow each other on every beat. In each, slots are served in the order in which
 * they were added, for ever: a node that is made anew keeps its place, so that producers stay ahead of their consumers.
 */
export class Domain implements Beat {
  /** The present beat; index −1 before the first. Reused. */
  readonly tick: Tick = { index: -1, ptsUs: 0 };
  /** True between the beginning of the sources' phase and the end of the mixers'. */
  beating = false;
  #slots: readonly BeatSlot[] = [];
  readonly #tick = new BeatPhase();
  readonly #settle = new BeatPhase();
  readonly #idle = new BeatPhase();
  #after: (() => void)[] = [];

  readonly video: VideoBeat;

  /** @param name as in the plan. @param frameRate of its pictures. */
  constructor(
    readonly name: string,
    frameRate?: number,
  ) {
    this.video = new VideoBeat(this, frameRate);
  }

  /** Adds a slot behind all others. Returns its removal. */
  add(slot: BeatSlot): () => void {
    this.#serve([...this.#slots, slot]);
    return () => this.#serve(this.#slots.filter((other) => other !== slot));
  }

  /** Puts these slots first, in this order; the others stay behind them in theirs. For a graph that changes while it runs. */
  arrange(first: readonly BeatSlot[]): void {
    const present = new Set(this.#slots);
    const chosen = new Set(first);
    this.#serve([...first.filter((slot) => present.has(slot)), ...this.#slots.filter((slot) => !chosen.has(slot))]);
  }

  #serve(slots: readonly BeatSlot[]): void {
    this.#slots = slots;
    this.#tick.set(slots.flatMap(({ tick }) => tick ?? []));
    this.#settle.set(slots.flatMap(({ settle }) => settle ?? []));
    this.#idle.set(slots.flatMap(({ idle }) => idle ?? []));
    this.video.serve(slots);
  }

  /** Whether no source gives anything: what follows from a beat is silence, whenever it comes. */
  get quiet(): boolean {
    return this.#tick.unheard && this.video.unheard;
  }

  /** How many slots hear the sources' phase. */
  get slots(): number {
    return this.#tick.size;
  }

  /** Makes the beat `index`: frames of this tick flow from the sources to the sinks before it returns. */
  beat(index: number): void {
    this.open(index);
    this.#tick.serve(this.tick);
    this.finishBeat();
  }

  /** Begins the beat `index`, of which {@link serveSources} and {@link finishBeat} are the rest: for a domain inside another's beat. */
  open(index: number): void {
    this.tick.index = index;
    this.tick.ptsUs = index * FRAME_US;
    this.beating = true;
  }

  /** Lets sources emit, in a beat that was opened. */
  serveSources(): void {
    this.#tick.serve(this.tick);
  }

  /** Lets mixers complete what is incomplete, and ends the beat. */
  finishBeat(): void {
    this.#settle.serve(this.tick);
    this.video.run(this.tick.ptsUs, this.tick.ptsUs + FRAME_US);
    this.beating = false;
    if (this.#after.length === 0) return;
    const after = this.#after;
    this.#after = [];
    for (const run of after) run();
  }

  /** Lets mixers complete what is incomplete, outside a beat: when the sources have ended. */
  settle(): void {
    this.#settle.serve(this.tick);
    this.video.settle();
  }

  /** Lets nodes work ahead, once the beats that were due are out. */
  idle(): void {
    this.#idle.serve(this.tick);
  }

  /** Runs something when the present beat is over; at once when there is none. Must not throw. */
  afterBeat(run: () => void): void {
    if (this.beating) this.#after.push(run);
    else run();
  }

  taken(by: number): void {
    this.video.taken(by);
  }
}
