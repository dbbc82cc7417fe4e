import type { NodeCommand, Tick } from '../context.js';
import type { Domain } from './domain.js';
import { CurrentSource, HotSource } from './hot-source.js';

/** What the run tells one node besides its inputs: the beat, commands, options. It outlives the node's instances. */
export class NodeSignals {
  readonly tick: HotSource<Tick>;
  readonly settle: HotSource<Tick>;
  readonly idle: HotSource<Tick>;
  readonly commands: HotSource<NodeCommand>;
  readonly options: CurrentSource<unknown>;
  readonly #leave: () => void;

  /**
   * Takes the node's place in the domain's order.
   *
   * @param options the first ones.
   * @param onThrow told what a listener threw.
   */
  constructor(domain: Domain, options: unknown, onThrow: (error: unknown) => void) {
    this.tick = new HotSource(onThrow);
    this.settle = new HotSource(onThrow);
    this.idle = new HotSource(onThrow);
    this.commands = new HotSource(onThrow);
    this.options = new CurrentSource(options, onThrow);
    this.#leave = domain.add(this);
  }

  /** Cuts every subscription: the node instance behind them is gone. */
  reset(): void {
    for (const source of this.#all()) source.reset();
  }

  /** Leaves the beat for good; whoever still subscribes gets nothing. */
  close(): void {
    this.#leave();
    this.reset();
    for (const source of this.#all()) source.ended = true;
  }

  #all(): { ended: boolean; reset(): void }[] {
    return [this.tick, this.settle, this.idle, this.commands, this.options];
  }
}
