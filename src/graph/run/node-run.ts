import type { Problem } from '../../errors.js';
import type { CounterName, NodeCommand, NodeEvent } from '../context.js';
import { voxError } from '../../errors.js';
import { canBypass, type NodeDefinition } from '../define-node.js';
import type { PlanNode } from '../plan-types.js';
import { RESULT } from '../subgraph.js';
import type { Domain } from './domain.js';
import { FaultPolicy } from './fault-policy.js';
import { FaultReports } from './fault-reports.js';
import type { GraphStats } from './graph-events.js';
import { LeftOutInside } from './left-out-inside.js';
import type { NodeHost } from './node-host.js';
import { NodeInstance, type InstanceOwner } from './node-instance.js';
import { patchOptions } from './node-options.js';
import { completeOutputs, createPorts, heardIn, outputsEnded, type NodePorts } from './node-ports.js';
import { NodeSignals } from './node-signals.js';
import { Place } from './place.js';
import { StandIn } from './stand-in.js';
import { WorkTime } from './work-time.js';

/** The state of a running node: `bypassed` lets its input pass, `retrying` gives silence, `ended` nothing. */
export type NodeState = 'running' | 'retrying' | 'bypassed' | 'ended';

/**
 * One node of a running graph behind its guard: nothing the node throws, now or later, reaches its neighbours. An effect that faults
 * lets this tick's input pass and is made anew; a source is made anew after a pause, then ends with a reason.
 */
export class NodeRun implements InstanceOwner {
  /** Its place in the beat. */
  readonly domain: Place;
  readonly ports: NodePorts;
  readonly signals: NodeSignals;
  /** Exact counts, created as they are needed. */
  readonly counters: Partial<Record<CounterName, number>> = {};
  /** What it takes of a beat. */
  readonly work = new WorkTime();
  state: NodeState = 'running';
  /** Somebody wants it left out. */
  leftOut = false;
  /** What of its graph inside somebody wants left out. */
  readonly leftOutInside: LeftOutInside;
  figuresInside: (() => Pick<GraphStats, 'nodes' | 'queues'>) | undefined;
  readonly #policy: FaultPolicy;
  readonly #reports: FaultReports;
  readonly #standIn: StandIn;
  readonly #endings = new Set<Promise<void>>();
  /** What it told while it was being tried out; undefined: it tells at once. */
  #untold: NodeEvent[] | undefined;
  #muted = false;
  #instance: NodeInstance | undefined;
  #cancelRetry: (() => void) | undefined;
  #forgetGoodTick: (() => void) | undefined;
  #closed = false;

  /**
   * Takes its place in the domain's order; nothing runs before {@link start}.
   *
   * @param onTrial it keeps its facts to itself, and a source that is not live gives nothing, until {@link admit}.
   */
  constructor(
    readonly node: PlanNode,
    readonly definition: NodeDefinition,
    domain: Domain,
    readonly host: NodeHost,
    onTrial = false,
  ) {
    if (onTrial) this.#untold = [];
    // Also while an instance is being made, which then hears of it first.
    const onFault = (error: unknown) => this.#instance?.fault(error);
    this.domain = new Place(domain);
    this.ports = createPorts(node, definition, this.domain, host.debug, onFault, this.work);
    const waits = onTrial && this.isSource && definition.live !== true;
    this.signals = new NodeSignals(this.domain, node.options, onFault, waits, hasVideo(definition));
    this.signals.time = this.work;
    this.#policy = new FaultPolicy(definition.retry);
    this.#reports = new FaultReports(this);
    this.#standIn = new StandIn(this);
    this.leftOutInside = new LeftOutInside(node, host.registry);
  }

  /** Faults since the start. */
  get faults(): number {
    return this.#reports.faults;
  }

  /** The last thing that went wrong with it. */
  get lastProblem(): Problem | undefined {
    return this.#reports.last;
  }

  /** True when nothing comes from it any more, whatever it is given. */
  get isOver(): boolean {
    return this.state === 'ended' || (!this.isSink && outputsEnded(this.ports));
  }

  /** Its trial is over: a source gives its first frame in the next beat, and what it kept to itself is told. */
  admit(): void {
    const untold = this.#untold ?? [];
    this.#untold = undefined;
    if (this.isSource) this.signals.begin();
    for (const event of untold) this.tell(event);
  }

  /** Whether what it tells is passed on; another node of its name may have taken its place. */
  set muted(muted: boolean) {
    this.#muted = muted;
  }

  /** Tells the control plane a fact about it. */
  tell(event: NodeEvent): void {
    // A file that was written is news, whoever goes on under the name.
    if (this.#muted && !this.isSink) return;
    if (this.#untold) this.#untold.push(event);
    else this.host.emit(this.node.id, event);
  }

  /** A sink has all it will get. */
  finished(): void {
    if (!this.#muted && !this.#untold) this.host.finished(this.node.id);
  }

  /** True for a node that nothing flows into. */
  get isSource(): boolean {
    return Object.keys(this.definition.inputs).length === 0;
  }

  /** True for a node that nothing flows out of; also for one whose graph inside gives nothing, and ends in sinks of its own. */
  get isSink(): boolean {
    const inside = this.node.subgraph?.nodes;
    return Object.keys(this.definition.outputs).length === 0 || (inside !== undefined && !inside.some(({ id }) => id === RESULT));
  }

  /** Makes the node's first instance, unless it is left out from the beginning. */
  start(): void {
    if (this.leftOut) this.suspend();
    else this.#make();
  }

  /** Present options, complete and valid. */
  get options(): Readonly<Record<string, unknown>> {
    return this.signals.options.value as Readonly<Record<string, unknown>>;
  }

  /**
   * The options that result from a change.
   * @throws VoxError with every unknown, invalid or fixed one.
   */
  checkOptions(patch: Readonly<Record<string, unknown>>): unknown {
    return patchOptions(this.definition, this.node.id, this.options, patch);
  }

  /** Gives it other options, complete and valid, while it runs; a bypassed node gets another chance. */
  applyOptions(options: unknown): void {
    this.signals.options.next(options);
    if (this.state !== 'bypassed' || this.leftOut) return;
    this.#policy.good();
    this.domain.afterBeat(() => this.#make());
  }

  /**
   * Leaves it out because somebody wants so, until he wants otherwise.
   *
   * @param inside a node of its graph inside: that alone is left out, in every copy.
   * @throws VoxError `CANNOT_BYPASS` when no input could stand in for an output, `UNKNOWN_RUNNING_NODE`.
   */
  leaveOut(out: boolean, inside?: string): void {
    if (inside !== undefined) {
      this.leftOutInside.set(inside, out);
      return this.command({ type: 'bypass', node: inside, bypassed: out });
    }
    if (!canBypass(this.definition)) throw voxError('CANNOT_BYPASS', { node: this.node.id });
    this.leftOut = out;
    this.domain.afterBeat(() => (this.leftOut ? this.suspend() : this.resume()));
  }

  /** What somebody leaves out stays so in a mix that is made later, and when the node is made anew. */
  leaveOutAs({ leftOut, leftOutInside }: NodeRun): void {
    if (leftOut && canBypass(this.definition)) this.leftOut = true;
    this.leftOutInside.takeOver(leftOutInside);
  }

  /** Takes it out of work until {@link resume}: its input passes through, a source is silent. Between two beats only. */
  suspend(): void {
    if (this.#closed || this.state === 'ended') return;
    this.#takeDown();
    for (const outlet of this.ports.branchOutlets.values()) outlet.clear();
    this.state = 'bypassed';
    this.#standIn.enter(() => this.#drained());
  }

  /** Makes it anew after {@link suspend}, with all its attempts. Between two beats only. */
  resume(): void {
    if (this.state !== 'bypassed' || this.leftOut) return;
    this.#policy.good();
    this.#policy.attempts = 0;
    this.#make();
  }

  /** Hands a command to the node. */
  command(command: NodeCommand): void {
    this.signals.commands.next(command);
  }

  /** For sources: nothing more shall come. What is downstream completes in turn. */
  endOutput(): void {
    if (this.state === 'ended' || this.#closed) return;
    this.#takeDown();
    this.#end();
  }

  /** Ends the node and waits for its clean-up. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#takeDown();
      this.signals.close();
      for (const inlet of this.ports.manyInlets.values()) inlet.disconnect();
    }
    await Promise.all(this.#endings);
    const held = this.ports.frames?.held ?? 0;
    if (held > 0) this.#reports.leaked(held);
  }

  /** While debugging, when everybody is closed: pictures that it made and nobody gave back. */
  reportLeaks(): void {
    const alive = this.ports.frames?.alive ?? 0;
    if (alive > 0) this.#reports.leaked(alive);
  }

  /** Something the node did threw: let the input pass, report, and try again or give up. */
  fault(error: unknown): void {
    if (this.#closed || this.state === 'ended' || !this.#instance) return;
    const ranUs = this.host.scheduler.nowUs() - this.#instance.madeAtUs;
    this.#takeDown();
    if (this.#isDone()) return this.#overAtLast(error);
    this.#standIn.passThrough();
    for (const outlet of this.ports.branchOutlets.values()) outlet.clear();
    if (this.isSource) this.#retry(error, ranUs);
    else if (this.#policy.effect() === 'bypass') this.#giveUp(error);
    else this.#again(error);
  }

  branchFailed(error: unknown): void {
    this.#reports.fault(error);
  }

  cleanupFailed(error: unknown): void {
    this.#reports.cleanupFailed(error);
  }

  escaped(error: unknown): void {
    this.#instance?.fault(error);
  }

  #make(): void {
    if (this.#closed || this.state === 'ended' || this.#instance || this.leftOut) return;
    this.#cancelRetry = undefined;
    this.#standIn.leave();
    this.state = 'running';
    this.#instance = new NodeInstance(this);
    this.#instance.start();
  }

  #takeDown(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#forgetGoodTick?.();
    this.#forgetGoodTick = undefined;
    this.#standIn.leave();
    const instance = this.#instance;
    // Unset first: what its clean-up throws is no fault of a running node.
    this.#instance = undefined;
    if (!instance) return;
    const ending = instance.end().finally(() => this.#endings.delete(ending));
    this.#endings.add(ending);
  }

  /** Nothing comes in or leaves any more: what throws now is clean-up. */
  #isDone(): boolean {
    return !this.isSink && outputsEnded(this.ports);
  }

  #overAtLast(error: unknown): void {
    this.state = 'ended';
    this.#reports.cleanupFailed(error);
  }

  #again(error: unknown): void {
    this.#reports.fault(error);
    if (this.domain.beating) this.#standIn.enter(() => this.#drained());
    this.#forgiveAfterGoodTick();
    // Not within the tick: the new instance would join it halfway, and give a second frame.
    this.domain.afterBeat(() => this.#make());
  }

  /** A tick that brought something, and no fault, makes up for the faults before it. */
  #forgiveAfterGoodTick(): void {
    const faultTick = this.domain.tick.index;
    this.#forgetGoodTick = this.domain.add({
      idle: {
        next: ({ index }) => {
          if (index === faultTick || !heardIn(index, this.ports)) return;
          this.#policy.good();
          this.#forgetGoodTick?.();
          this.#forgetGoodTick = undefined;
        },
      },
    });
  }

  #giveUp(error: unknown): void {
    this.state = 'bypassed';
    this.#reports.bypassed(error, this.#policy.inARow);
    this.#standIn.enter(() => this.#drained());
    if (this.host.gaveUp?.(this)) return;
    // A file nobody can write any more must not be rendered to its end; a call goes on, and the node may recover.
    if (this.isSink && this.host.scheduler.kind === 'offline') this.finished();
  }

  #drained(): void {
    if (this.isSink) this.finished();
  }

  #retry(error: unknown, ranUs: number): void {
    const delayMs = this.#policy.source(error, ranUs);
    if (delayMs === undefined) {
      this.#reports.sourceFailed(error, this.#policy.attempts);
      if (!this.host.gaveUp?.(this)) return this.#end();
      this.state = 'bypassed';
      return this.#standIn.enter(() => {});
    }
    this.state = 'retrying';
    this.#reports.fault(error);
    this.#standIn.enter(() => {});
    this.#cancelRetry = this.host.scheduler.after(delayMs, () => this.#make());
  }

  #end(): void {
    this.state = 'ended';
    completeOutputs(this.ports);
  }
}

function hasVideo({ inputs, outputs }: NodeDefinition): boolean {
  return [...Object.values(inputs), ...Object.values(outputs)].some(({ kind }) => kind === 'video');
}
