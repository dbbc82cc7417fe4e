import { problem, type Problem } from '../../errors.js';
import type { ActivePlugin, ActivePlugins, StagePlace } from '../../graph/active-plugins.js';
import { FAULT_LIMIT } from '../../graph/run/fault-policy.js';

/** A frame that takes an operator longer than this has cost the call its beat, in microseconds. */
export const SLOW_US = 20_000;

/** Counts the faults of one operator in one place, tells them, and says when they are too many. */
export class StageFaults {
  /** True when there were too many in a row: it is left out. */
  bypassed = false;
  #inARow = 0;
  #beforeGood = 0;

  /** @param plugins where they are told. @param place where the operator runs. */
  constructor(
    private readonly plugins: ActivePlugins,
    private readonly place: StagePlace,
  ) {}

  /** A frame was not answered as it should. True when that was one too many: it is bypassed now. */
  frame(plugin: ActivePlugin, reason: string): boolean {
    return this.#inARowToo(plugin, reason, this.#problem(plugin, reason));
  }

  /** A frame was answered too late for its beat. True when that was one too many. */
  slow(plugin: ActivePlugin, us: number): boolean {
    plugin.meter.slow++;
    const ms = Math.round(us / 1000);
    const what = problem('PLUGIN_SLOW', { plugin: plugin.entry.plugin, node: this.place.node, ms, limit: SLOW_US / 1000 });
    return this.#inARowToo(plugin, `it took ${ms} ms for a frame`, what);
  }

  /** Something went wrong beside the frames. */
  beside(plugin: ActivePlugin, reason: string): void {
    this.plugins.faulted(plugin, this.place, this.#problem(plugin, reason));
  }

  /** Frames of its pool were not given back. */
  leak(plugin: ActivePlugin, frames: number): void {
    plugin.meter.leaked += frames;
    const { node } = this.place;
    this.plugins.faulted(plugin, this.place, problem('PLUGIN_LEAK', { plugin: plugin.entry.plugin, node, frames }));
  }

  /** A frame was answered as it should. */
  good(): void {
    this.#beforeGood = this.#inARow;
    this.#inARow = 0;
  }

  /** The frame that was called good last was not. */
  notGood(): void {
    this.#inARow = this.#beforeGood;
  }

  /** It is tried again, or taken off. */
  reset(plugin: ActivePlugin): void {
    this.#inARow = 0;
    if (!this.bypassed) return;
    this.bypassed = false;
    this.plugins.retried(plugin, this.place);
  }

  #inARowToo(plugin: ActivePlugin, reason: string, what: Problem): boolean {
    this.#inARow++;
    this.plugins.faulted(plugin, this.place, what);
    if (this.#inARow < FAULT_LIMIT || this.bypassed) return false;
    this.bypassed = true;
    const { kind } = this.place;
    const data = { plugin: plugin.entry.plugin, where: kind, count: this.#inARow, reason };
    this.plugins.bypassed(plugin, this.place, problem('PLUGIN_BYPASSED', data, { node: this.place.node }));
    return true;
  }

  #problem(plugin: ActivePlugin, reason: string): Problem {
    const data = { plugin: plugin.entry.plugin, where: this.place.kind, reason };
    return problem('PLUGIN_FAULT', data, { node: this.place.node });
  }
}
