import type { Ticker } from '../../time/scheduler.js';
import type { Plan } from '../plan-types.js';
import type { Registry } from '../registry.js';
import type { Domain } from './domain.js';

/** So many beats of a quiet graph share a wake-up: 100 ms. */
const QUIET_BEATS = 5;

/**
 * How exactly a graph in real time has to beat. Most do so to the millisecond, since their packets leave at once. A graph whose sinks are
 * unhurried may be a little late; and while none of its sources gives anything, as in a call in which nobody speaks, five beats
 * run at one wake-up. Each runs all the same and has its own time, so that what is recorded is what it would have been.
 */
export class BeatPace {
  #unhurried = false;

  /** @param registry the node types of the plans. @param realtime elsewhere no beat is ever late. */
  constructor(
    private readonly registry: Registry,
    private readonly realtime: boolean,
  ) {}

  /** Takes the plan that runs now. */
  become(plan: Plan): void {
    const types = plan.nodes.map(({ type }) => this.registry.get(type));
    const sinks = types.filter((type) => type && Object.keys(type.outputs).length === 0);
    this.#unhurried =
      this.realtime &&
      sinks.length > 0 &&
      sinks.every((sink) => sink?.unhurried) &&
      !types.some((type) => type?.runsPlugins !== undefined);
  }

  /** Whether its beats may be late at all. */
  get lenient(): boolean {
    return this.#unhurried;
  }

  /**
   * Chooses for the beats to come.
   *
   * @param domains all that beat. @param steady no change of the graph is under way.
   */
  steer(ticker: Ticker | undefined, domains: readonly Domain[], steady: boolean): void {
    if (!this.realtime) return;
    const quiet = this.#unhurried && steady && domains.every((domain) => domain.quiet);
    ticker?.pace?.(quiet ? QUIET_BEATS : 1, this.#unhurried);
  }

  /** Somebody comes or goes: what was left for later is done before that, and each beat has its own wake-up again. */
  wakeUp(ticker: Ticker | undefined): void {
    if (!this.#unhurried) return;
    ticker?.catchUp?.();
    ticker?.pace?.(1, true);
  }
}
