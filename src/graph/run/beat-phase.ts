import type { Tick } from '../context.js';
import { backTo, timeOf, timing, type WorkTime } from './work-time.js';

/** One of those who hear a phase of the beat. Must not throw. */
export interface BeatListener {
  next(tick: Tick): void;
  /** Whose work it is. */
  readonly time?: WorkTime | undefined;
  /**
   * Told where to say whether anybody listens to it: 1 or 0 at a place of a list, from now on. Without it, it always hears the beat.
   */
  sayWhether?(heard: Uint8Array, at: number): void;
}

/**
 * The listeners of one phase, in order. Most nodes take no part in most phases; that is looked up in one small list, since to ask each of
 * them costs more than what the others do.
 */
export class BeatPhase {
  #listeners: readonly BeatListener[] = [];
  #heard = new Uint8Array(0);

  /** How many there are, heard or not. */
  get size(): number {
    return this.#listeners.length;
  }

  /** Whether nobody hears it at this moment. */
  get unheard(): boolean {
    return !this.#heard.includes(1);
  }

  /** Takes others. A beat that is under way goes on with those it began with. */
  set(listeners: readonly BeatListener[]): void {
    // Whom it serves now may begin to listen before his turn.
    this.#heard.fill(1);
    this.#listeners = listeners;
    this.#heard = new Uint8Array(listeners.length).fill(1);
    listeners.forEach((listener, at) => listener.sayWhether?.(this.#heard, at));
  }

  /** Serves them. */
  serve(tick: Tick): void {
    const listeners = this.#listeners;
    const heard = this.#heard;
    if (timing) return serveTimed(listeners, heard, tick);
    for (let i = 0; i < listeners.length; i++) if (heard[i] === 1) listeners[i]!.next(tick);
  }
}

function serveTimed(listeners: readonly BeatListener[], heard: Uint8Array, tick: Tick): void {
  for (let i = 0; i < listeners.length; i++) {
    if (heard[i] !== 1) continue;
    const listener = listeners[i]!;
    const before = timeOf(listener.time);
    listener.next(tick);
    backTo(before);
  }
}
