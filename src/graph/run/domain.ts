import { FRAME_US } from '../../media/format.js';
import type { Tick } from '../context.js';

/** One of those who hear a phase of the beat. Must not throw. */
export interface BeatListener {
  next(tick: Tick): void;
}

/** What somebody does on a beat, by phase. */
export interface BeatSlot {
  /** Sources emit. */
  readonly tick?: BeatListener;
  /** Mixers complete what is incomplete. */
  readonly settle?: BeatListener;
  /** The frames are out; work for later may be done. */
  readonly idle?: BeatListener;
}

/**
 * One clock domain while it runs: three phases that follow each other on every beat. In each, slots are served in the order in which
 * they were added, for ever: a node that is made anew keeps its place, so that producers stay ahead of their consumers.
 */
export class Domain {
  /** The present beat; index −1 before the first. Reused. */
  readonly tick: Tick = { index: -1, ptsUs: 0 };
  /** True between the beginning of the sources' phase and the end of the mixers'. */
  beating = false;
  #tick: readonly BeatListener[] = [];
  #settle: readonly BeatListener[] = [];
  #idle: readonly BeatListener[] = [];
  #after: (() => void)[] = [];

  /** @param name as in the plan. */
  constructor(readonly name: string) {}

  /** Adds a slot behind all others. Returns its removal. */
  add(slot: BeatSlot): () => void {
    const { tick, settle, idle } = slot;
    if (tick) this.#tick = [...this.#tick, tick];
    if (settle) this.#settle = [...this.#settle, settle];
    if (idle) this.#idle = [...this.#idle, idle];
    return () => {
      this.#tick = this.#tick.filter((listener) => listener !== tick);
      this.#settle = this.#settle.filter((listener) => listener !== settle);
      this.#idle = this.#idle.filter((listener) => listener !== idle);
    };
  }

  /** How many slots hear the sources' phase. */
  get slots(): number {
    return this.#tick.length;
  }

  /** Makes the beat `index`: frames of this tick flow from the sources to the sinks before it returns. */
  beat(index: number): void {
    this.tick.index = index;
    this.tick.ptsUs = index * FRAME_US;
    this.beating = true;
    serve(this.#tick, this.tick);
    serve(this.#settle, this.tick);
    this.beating = false;
    if (this.#after.length === 0) return;
    const after = this.#after;
    this.#after = [];
    for (const run of after) run();
  }

  /** Lets mixers complete what is incomplete, outside a beat: when the sources have ended. */
  settle(): void {
    serve(this.#settle, this.tick);
  }

  /** Lets nodes work ahead, once the beats that were due are out. */
  idle(): void {
    serve(this.#idle, this.tick);
  }

  /** Runs something when the present beat is over; at once when there is none. Must not throw. */
  afterBeat(run: () => void): void {
    if (this.beating) this.#after.push(run);
    else run();
  }
}

function serve(listeners: readonly BeatListener[], tick: Tick): void {
  for (let i = 0; i < listeners.length; i++) listeners[i]!.next(tick);
}
