import { VoxError, problem, reasonOf, type Problem } from '../errors.js';
import type { EngineEvent } from '../events/event.js';
import type { Cancel, Scheduler } from '../time/scheduler.js';

/** Faults of one place that come faster are told together, once in so many milliseconds. */
export const FAULT_PERIOD_MS = 10_000;

interface Place {
  /** Faults that were not told yet. */
  waiting: number;
  last: Problem;
  telling: Cancel;
}

/** Counts what a plugin's code does wrong and tells it: the first fault of a place at once, more of them together. */
export class FaultLog {
  readonly #plugin: string;
  readonly #scheduler: Scheduler;
  readonly #tell: (event: EngineEvent) => void;
  readonly #places = new Map<string, Place>();

  /** @param plugin the plugin's key. */
  constructor(plugin: string, scheduler: Scheduler, tell: (event: EngineEvent) => void) {
    this.#plugin = plugin;
    this.#scheduler = scheduler;
    this.#tell = tell;
  }

  /**
   * Something failed.
   *
   * @param where such as `reducer participant.joined`.
   */
  add(where: string, thrown: unknown): void {
    const found = thrown instanceof VoxError ? thrown.problems[0]! : faultOf(this.#plugin, where, thrown);
    const place = this.#places.get(where);
    if (place) {
      place.waiting++;
      place.last = found;
      return;
    }
    this.#places.set(where, {
      waiting: 0,
      last: found,
      telling: this.#scheduler.after(FAULT_PERIOD_MS, () => this.#tellWaiting(where)),
    });
    this.#tell({ type: 'plugin.faulted', plugin: this.#plugin, where, problem: found, count: 1 });
  }

  /** Tells what waits. */
  flush(): void {
    for (const where of [...this.#places.keys()]) this.#tellWaiting(where);
  }

  #tellWaiting(where: string): void {
    const place = this.#places.get(where)!;
    place.telling();
    this.#places.delete(where);
    if (place.waiting === 0) return;
    this.#tell({ type: 'plugin.faulted', plugin: this.#plugin, where, problem: place.last, count: place.waiting });
  }
}

/** What a plugin's code threw, as a problem. */
export function faultOf(plugin: string, where: string, thrown: unknown): Problem {
  return problem('PLUGIN_FAULT', { plugin, where, reason: shortened(reasonOf(thrown)) });
}

function shortened(text: string): string {
  return text.length > 500 ? `${text.slice(0, 499)}…` : text;
}
