import type { NodeCommand, Tick } from '../context.js';
import type { Beat } from './domain.js';
import { CurrentSource, HotSource } from './hot-source.js';
import type { WorkTime } from './work-time.js';

/** What the run tells one node besides its inputs: the beat, commands, options. It outlives the node's instances. */
export class NodeSignals {
  readonly tick: HotSource<Tick>;
  readonly settle: HotSource<Tick>;
  readonly idle: HotSource<Tick>;
  /** For nodes with pictures. */
  readonly videoTick: HotSource<Tick> | undefined;
  readonly videoSettle: HotSource<Tick> | undefined;
  readonly onlyIfTaken = true;
  readonly commands: HotSource<NodeCommand>;
  readonly options: CurrentSource<unknown>;
  readonly #domain: Beat;
  #leave: () => void;

  /**
   * Takes the node's place in the domain's order.
   *
   * @param options the first ones.
   * @param onThrow told what a listener threw.
   * @param waits a source that may read ahead, but shall give nothing before {@link begin}.
   * @param hasVideo whether it hears the beat of pictures too.
   */
  constructor(domain: Beat, options: unknown, onThrow: (error: unknown) => void, waits = false, hasVideo = false) {
    this.#domain = domain;
    this.tick = new HotSource(onThrow);
    this.settle = new HotSource(onThrow);
    this.idle = new HotSource(onThrow);
    this.videoTick = hasVideo ? new HotSource(onThrow) : undefined;
    this.videoSettle = hasVideo ? new HotSource(onThrow) : undefined;
    this.commands = new HotSource(onThrow);
    this.options = new CurrentSource(options, onThrow);
    this.#leave = domain.add(waits ? { idle: this.idle } : this);
  }

  /** What is done on the beat is the work of `time`. */
  set time(time: WorkTime) {
    for (const source of [this.tick, this.settle, this.idle, this.videoTick, this.videoSettle]) if (source) source.time = time;
  }

  /** Hears the whole beat from now on, if it did not before. */
  begin(): void {
    this.#leave();
    this.#leave = this.#domain.add(this);
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
    return [
      this.tick,
      this.settle,
      this.idle,
      this.commands,
      this.options,
      ...(this.videoTick ? [this.videoTick, this.videoSettle!] : []),
    ];
  }
}
