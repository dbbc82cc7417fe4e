import { isObservable, Subscriber, type Observable, type OperatorFunction } from 'rxjs';
import type { PluginMediaContext, PluginOperatorArgs } from '../../graph/plugin-media.js';
import { boundTo, inNameOf, type FaultOwner } from '../../graph/run/attribution.js';
import { Disposers, type Dispose } from '../../graph/run/disposers.js';
import { unsubscribeSafely } from '../../graph/run/guarded.js';
import { CurrentSource, HotSource } from '../../graph/run/hot-source.js';
import { reasonOf } from '../../errors.js';

/** Makes an operator; what `definePlugin` was given, types erased. */
export type MakeOperator<F> = (args: PluginOperatorArgs<unknown>) => OperatorFunction<F, F>;

/** What an {@link OperatorRun} needs of the stage it belongs to. */
export interface OperatorOwner<F> {
  /** Makes what the operator may use; called once for each life of it. */
  context(defer: (dispose: Dispose) => void): PluginMediaContext;
  /** Something went wrong outside of {@link OperatorRun.push}: a frame too late, an error in a timer. */
  failed(run: OperatorRun<F>, reason: string): void;
  /** A frame came that nobody waits for. */
  refused(frame: F): void;
  /** Clean-up threw. */
  cleanupFailed(error: unknown): void;
}

/** Said of an operator that gave nothing for a frame. */
export const NO_FRAME = 'it gave no frame: operators answer each frame in the same call';
const TWO_FRAMES = 'it gave more than one frame for one';
const LATE_FRAME = 'it gave a frame later: operators answer each frame in the same call';

/** One life of one plugin's operator, from its making to its last disposer. Nothing that it throws gets out of here. */
export class OperatorRun<F> implements FaultOwner {
  /** What went wrong with the frame that was pushed last; undefined: nothing. */
  problem: string | undefined;
  /** True when its stream is over, so that it has to be made anew. */
  broken = false;
  readonly #owner: OperatorOwner<F>;
  readonly #input: HotSource<F>;
  readonly #config: CurrentSource<unknown>;
  readonly #disposers: Disposers;
  readonly #given: F[] = [];
  #output: Subscriber<F> | undefined;
  #pushing = false;
  #ended = false;
  /** From its first fault on frames are pushed in its name, so that what RxJS throws in a timer is known to be its. */
  #suspect = false;
  #pushInName: ((frame: F) => void) | undefined;

  /** Makes the operator; {@link problem} says when that failed. */
  constructor(make: MakeOperator<F>, config: unknown, owner: OperatorOwner<F>) {
    this.#owner = owner;
    const onThrow = (error: unknown) => this.#threw(error);
    this.#input = new HotSource(onThrow);
    this.#config = new CurrentSource(config, onThrow);
    this.#disposers = new Disposers((error) => owner.cleanupFailed(error));
    this.#pushing = true;
    try {
      inNameOf(this, () => this.#start(make, config));
    } catch (error) {
      this.#threw(error);
    }
    this.#pushing = false;
    if (this.#given.length > 0) this.#refuseAll('it gave a frame before it got one');
  }

  /**
   * Hands it a frame.
   *
   * @param named whether it runs in its name, which costs more than all the rest.
   * @returns what it gave in the same call; undefined when {@link problem} says why there is nothing to go on.
   */
  push(frame: F, named = false): F | undefined {
    this.problem = this.broken ? this.problem : undefined;
    if (this.broken) return undefined;
    this.#pushing = true;
    if (named || this.#suspect) (this.#pushInName ??= boundTo(this, (next: F) => this.#input.next(next)))(frame);
    else this.#input.next(frame);
    this.#pushing = false;
    const given = this.#given;
    const first = given[0];
    if (given.length === 1 && this.problem === undefined) {
      given.length = 0;
      return first;
    }
    this.problem ??= given.length > 1 ? TWO_FRAMES : NO_FRAME;
    this.#suspect = true;
    for (const one of given) this.#owner.refused(one);
    given.length = 0;
    return undefined;
  }

  /** Tells it another config. False when it does not listen, and has to be made anew. */
  configure(config: unknown): boolean {
    if (this.#config.listeners === 0) return false;
    this.#pushing = true;
    this.problem = undefined;
    this.#config.next(config);
    this.#pushing = false;
    if (this.#given.length > 0) this.#refuseAll(TWO_FRAMES);
    else if (this.problem !== undefined) this.#owner.failed(this, this.problem);
    return true;
  }

  escaped(error: unknown): void {
    this.#suspect = true;
    if (!this.#ended) this.#owner.failed(this, reasonOf(error));
  }

  /** Takes it down; resolves when it is cleaned up. Idempotent. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.broken = true;
    if (this.#output) unsubscribeSafely(this.#output, (error) => this.#owner.cleanupFailed(error));
    this.#input.reset();
    this.#config.reset();
    await inNameOf(this, () => this.#disposers.run());
  }

  /** A frame of its output. */
  gave(frame: F): void {
    if (this.#pushing && !this.#ended) {
      this.#given.push(frame);
      return;
    }
    this.#owner.refused(frame);
    if (!this.#ended) this.#owner.failed(this, LATE_FRAME);
  }

  /** Its output is over. */
  over(reason: string): void {
    if (this.#ended) return;
    this.broken = true;
    this.problem = reason;
    if (!this.#pushing) this.#owner.failed(this, reason);
  }

  #start(make: MakeOperator<F>, config: unknown): void {
    const ctx = this.#owner.context((dispose) => this.#disposers.add(dispose));
    const operator = make({ config, config$: this.#config, ctx });
    if (typeof operator !== 'function') throw new TypeError('it gave no RxJS operator, such as map(…) or pipe(…)');
    const output: unknown = operator(this.#input);
    if (!isObservable(output)) throw new TypeError('its operator gave no Observable');
    this.#output = new OutputTaker(this);
    (output as Observable<F>).subscribe(this.#output);
  }

  #threw(error: unknown): void {
    if (this.#ended) {
      this.#owner.cleanupFailed(error);
      return;
    }
    // A plain observer that threw goes on hearing; but nobody knows in what state that left it.
    this.broken = true;
    this.problem = reasonOf(error);
    if (!this.#pushing) this.#owner.failed(this, this.problem);
  }

  #refuseAll(reason: string): void {
    for (const frame of this.#given.splice(0)) this.#owner.refused(frame);
    this.problem ??= reason;
    this.#owner.failed(this, this.problem);
  }
}

/** Takes what an operator emits. A Subscriber of its own: the general one costs as much as an operator. */
class OutputTaker<F> extends Subscriber<F> {
  constructor(private readonly run: OperatorRun<F>) {
    super();
  }

  override next(frame: F): void {
    if (!this.isStopped) this.run.gave(frame);
  }

  override error(reason?: unknown): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.run.over(reasonOf(reason));
    this.unsubscribe();
  }

  override complete(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.run.over('its stream completed');
    this.unsubscribe();
  }
}
