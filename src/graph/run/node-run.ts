import { BehaviorSubject, Subject, Subscription, isObservable, type Observable } from 'rxjs';
import { VoxError, problem, reasonOf, voxError, type Problem } from '../../errors.js';
import { clearAudioFrame, createAudioFrame, type AudioFrame } from '../../media/frame.js';
import type { Gateway } from '../../media/gateway.js';
import type { Scheduler } from '../../time/scheduler.js';
import type { CounterName, NodeCommand, NodeContext, NodeEvent } from '../context.js';
import type { NodeDefinition } from '../define-node.js';
import { Disposers } from './disposers.js';
import type { Domain } from './domain.js';
import { createOutlet, createPorts, inputStreams, type NodePorts } from './node-ports.js';
import { checkOptions } from './node-options.js';
import type { PlanNode } from '../plan-types.js';
import type { Branch } from '../ports.js';

/** After so many faults in a row, with no good frame between, an effect is bypassed. */
export const FAULT_LIMIT = 5;

/** A source that ran this long before it failed starts counting its attempts anew. */
const STABLE_US = 30_000_000;

/** What a node needs of the graph it runs in. */
export interface NodeHost {
  readonly scheduler: Scheduler;
  readonly gateway: Gateway | undefined;
  readonly debug: boolean;
  readonly personalMixOf: string | undefined;
  emit(node: string, event: NodeEvent): void;
  watched(node: string, eventType: string): boolean;
  resolvePath(path: string): string;
  hold(work: Promise<unknown>): void;
  finished(node: string): void;
}

/** The state of a running node: `bypassed` lets its input pass, `retrying` gives silence, `ended` nothing. */
export type NodeState = 'running' | 'retrying' | 'bypassed' | 'ended';

/**
 * One node of a running graph behind its guard: nothing the node throws, now or later, reaches its neighbours. An effect that faults
 * lets this tick's input pass and is made anew; a source is made anew after a pause, then ends with a reason.
 */
export class NodeRun {
  readonly ports: NodePorts;
  /** Exact counts, created as they are needed. */
  readonly counters: Partial<Record<CounterName, number>> = {};
  /** Faults since the start. */
  faults = 0;
  state: NodeState = 'running';
  readonly #options$: BehaviorSubject<unknown>;
  readonly #commands$ = new Subject<NodeCommand>();
  #streams = new Subscription();
  #disposers = new Disposers();
  #inARow = 0;
  #attempts = 0;
  #lastReport = -Infinity;
  #madeAtUs = 0;
  readonly #silent = createAudioFrame(1);
  #generation = 0;
  #closed = false;
  readonly #closing: Promise<unknown>[] = [];

  constructor(
    readonly node: PlanNode,
    readonly definition: NodeDefinition,
    readonly domain: Domain,
    private readonly host: NodeHost,
  ) {
    this.ports = createPorts(node, definition, domain, host.debug, (error) => this.fault(error));
    this.#options$ = new BehaviorSubject<unknown>(node.options);
  }

  /** True for a node that nothing flows into. */
  get isSource(): boolean {
    return Object.keys(this.definition.inputs).length === 0;
  }

  /** Makes the node's first instance. */
  start(): void {
    this.#make();
  }

  /** Present options, complete and valid. */
  get options(): unknown {
    return this.#options$.value;
  }

  /**
   * Changes options while it runs; a bypassed node gets another chance.
   * @throws VoxError when one is unknown, invalid or fixed; then nothing changes.
   */
  setOptions(patch: Readonly<Record<string, unknown>>): void {
    const next = checkOptions(this.definition, this.node.id, this.options as Record<string, unknown>, patch);
    this.#options$.next(next);
    if (this.state === 'bypassed') {
      this.#inARow = 0;
      this.#remake();
    }
  }

  /** Hands a command to the node. */
  command(command: NodeCommand): void {
    this.#commands$.next(command);
  }

  /** For sources: nothing more shall come. What is downstream completes in turn. */
  endOutput(): void {
    if (this.state === 'ended') return;
    this.#teardown();
    this.#end();
  }

  /** Ends the node and waits for its clean-up; resolves with what that threw. */
  async close(): Promise<unknown[]> {
    if (this.#closed) return [];
    this.#closed = true;
    this.#teardown();
    this.#commands$.complete();
    this.#options$.complete();
    for (const inlet of this.ports.manyInlets.values()) inlet.disconnect();
    return (await Promise.all(this.#closing)).flat();
  }

  /** Something the node did threw: let the input pass, report, and try again or give up. */
  fault(error: unknown): void {
    if (this.#closed || this.state === 'ended') return;
    this.faults++;
    this.#inARow++;
    const tick = this.domain.tick.index;
    this.#teardown();
    this.#passThrough(tick);
    if (this.isSource) this.#retry(error);
    else if (this.#inARow >= FAULT_LIMIT) this.#giveUp(error);
    else {
      this.#report(
        'node.fault',
        problem('NODE_FAULT', { node: this.node.id, reason: reasonOf(error), limit: FAULT_LIMIT }, this.#where()),
      );
      this.#remake();
      this.#forgiveAfterGoodTick();
    }
  }

  #make(): void {
    const generation = ++this.#generation;
    this.#madeAtUs = this.host.scheduler.nowUs();
    this.#streams = new Subscription();
    this.#disposers = new Disposers();
    let outputs: Readonly<Record<string, unknown>>;
    try {
      outputs = this.definition.create({
        inputs: inputStreams(this.ports),
        options$: this.#options$,
        options: this.options,
        ctx: this.#context(generation),
      });
    } catch (error) {
      this.fault(error);
      return;
    }
    if (generation !== this.#generation) return;
    const alive = () => generation === this.#generation && !this.#closed;
    for (const [name, outlet] of this.ports.outlets) {
      const stream$ = outputs[name];
      if (!isObservable(stream$)) return this.fault(new TypeError(`create() gave no Observable for output "${name}"`));
      this.#streams.add(
        stream$.subscribe({
          next: (value) => outlet.next(value),
          error: (error: unknown) => alive() && this.fault(error),
          complete: () => alive() && outlet.complete(),
        }),
      );
      if (!alive()) return;
    }
    for (const [name, outlet] of this.ports.branchOutlets) {
      const branches$ = outputs[name];
      if (!isObservable(branches$)) return this.fault(new TypeError(`create() gave no Observable for output "${name}"`));
      this.#streams.add(
        (branches$ as Observable<Branch<unknown>>).subscribe({
          next: (branch) => this.#join(name, branch),
          error: (error: unknown) => alive() && this.fault(error),
          complete: () => alive() && outlet.close(),
        }),
      );
      if (!alive()) return;
    }
  }

  #join(port: string, branch: Branch<unknown>): void {
    const branches = this.ports.branchOutlets.get(port)!;
    const outlet = createOutlet(this.definition.outputs[port]!.kind, this.domain, this.host.debug, (error) => this.fault(error));
    branches.join(branch.id, outlet);
    const streams = this.#streams;
    // A branch that fails leaves; it must not take the other branches with it.
    const leave = () => !outlet.ended && branches.leave(branch.id);
    const subscription = branch.stream$.subscribe({
      next: (value) => outlet.next(value),
      error: (error: unknown) => {
        this.#report(
          'node.fault',
          problem('NODE_FAULT', { node: this.node.id, reason: reasonOf(error), limit: FAULT_LIMIT }, this.#where()),
        );
        leave();
      },
      complete: leave,
    });
    streams.add(subscription);
  }

  #context(generation: number): NodeContext {
    const { host, node, domain, counters } = this;
    const disposers = this.#disposers;
    return {
      nodeId: node.id,
      tick$: domain.tick$,
      settle$: domain.settle$,
      idle$: domain.idle$,
      scheduler: host.scheduler,
      offline: host.scheduler.kind === 'offline',
      debug: host.debug,
      gateway: host.gateway,
      personalMixOf: host.personalMixOf,
      commands$: this.#commands$,
      watched: (type) => host.watched(node.id, type),
      emit: (event) => generation === this.#generation && host.emit(node.id, event),
      count: (name, by = 1) => {
        counters[name] = (counters[name] ?? 0) + by;
      },
      resolvePath: (path) => host.resolvePath(path),
      hold: (work) => host.hold(work),
      defer: (dispose) => disposers.add(dispose),
      finish: () => generation === this.#generation && host.finished(node.id),
    };
  }

  #teardown(): void {
    // Events and clean-up of a dying instance still count as its own, so the generation rises only after them.
    this.#streams.unsubscribe();
    for (const inlet of this.ports.inlets.values()) inlet.reset();
    for (const inlet of this.ports.manyInlets.values()) inlet.reset();
    this.#closing.push(this.#disposers.run());
    this.#disposers = new Disposers();
    if (!this.#closed) this.#generation++;
  }

  #remake(): void {
    this.state = 'running';
    this.#make();
  }

  /** What has not left in this tick leaves now: the input that stands in for it, or silence. */
  #passThrough(tick: number): void {
    for (const [name, outlet] of this.ports.outlets) {
      if (outlet.stamp === tick || outlet.ended) continue;
      const inlet = this.ports.inlets.get(this.definition.bypass[name] ?? '');
      if (inlet && inlet.stamp === tick && inlet.current !== undefined) outlet.next(inlet.current);
      else if (!inlet && tick >= 0 && this.definition.outputs[name]!.kind === 'audio') outlet.next(this.#silentFrame());
    }
  }

  #silentFrame(): AudioFrame {
    clearAudioFrame(this.#silent);
    this.#silent.ptsUs = this.domain.tick.ptsUs;
    return this.#silent;
  }

  #forgiveAfterGoodTick(): void {
    const seen = this.faults;
    const watch = this.domain.idle$.subscribe(() => {
      if (this.faults === seen) this.#inARow = 0;
      watch.unsubscribe();
    });
    this.#streams.add(watch);
  }

  #giveUp(error: unknown): void {
    this.state = 'bypassed';
    this.#lastReport = -Infinity;
    this.#report(
      'node.bypassed',
      problem('NODE_BYPASSED', { node: this.node.id, count: this.#inARow, reason: reasonOf(error) }, this.#where()),
    );
    for (const [name, outlet] of this.ports.outlets) {
      const inlet = this.ports.inlets.get(this.definition.bypass[name] ?? '');
      if (inlet) this.#streams.add(inlet.subscribe({ next: (value) => outlet.next(value), complete: () => outlet.complete() }));
      else if (this.definition.outputs[name]!.kind === 'audio') this.#silence(name);
    }
    if (Object.keys(this.definition.outputs).length === 0) this.host.finished(this.node.id);
  }

  #retry(error: unknown): void {
    const { attempts, firstDelayMs } = this.definition.retry;
    const fatal = error instanceof VoxError && error.exitCode === 2;
    // Whoever ran well for a while has all his attempts again.
    if (this.host.scheduler.nowUs() - this.#madeAtUs > STABLE_US) this.#attempts = 0;
    this.#attempts++;
    if (fatal || this.#attempts >= attempts) {
      const cause = error instanceof VoxError ? error.problems[0]! : problem('INTERNAL', { reason: reasonOf(error) });
      const failed = problem(
        'SOURCE_FAILED',
        { node: this.node.id, attempts: this.#attempts, reason: reasonOf(error) },
        this.#where(),
      );
      this.#lastReport = -Infinity;
      this.#report('source.failed', fatal ? { ...cause, ...this.#where() } : failed);
      this.#end();
      return;
    }
    this.state = 'retrying';
    this.#report(
      'node.fault',
      problem('NODE_FAULT', { node: this.node.id, reason: reasonOf(error), limit: attempts }, this.#where()),
    );
    for (const [name] of this.ports.outlets) if (this.definition.outputs[name]!.kind === 'audio') this.#silence(name);
    const cancel = this.host.scheduler.after(firstDelayMs * 2 ** (this.#attempts - 1), () => {
      this.#streams.unsubscribe();
      if (!this.#closed) this.#remake();
    });
    this.#streams.add(cancel);
  }

  #silence(port: string): void {
    const outlet = this.ports.outlets.get(port)!;
    this.#streams.add(
      this.domain.tick$.subscribe((tick) => {
        if (outlet.stamp !== tick.index) outlet.next(this.#silentFrame());
      }),
    );
  }

  #end(): void {
    this.state = 'ended';
    for (const outlet of this.ports.outlets.values()) outlet.complete();
    for (const outlet of this.ports.branchOutlets.values()) outlet.complete();
  }

  /** At most one report a second and node: a node that faults on every frame must not flood the control plane. */
  #report(type: string, what: Problem): void {
    const nowUs = this.host.scheduler.nowUs();
    if (nowUs - this.#lastReport < 1_000_000) return;
    this.#lastReport = nowUs;
    this.host.emit(this.node.id, { type, problem: what, faults: this.faults });
  }

  #where() {
    return { node: this.node.id, nodeType: this.node.type };
  }
}

/** The error of a node that needs a call where there is none. */
export function noCall(node: string): VoxError {
  return voxError('NO_CALL', { node }, { node });
}
