import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { problem, reasonOf, voxError } from '../../errors.js';
import { FRAME_US } from '../../media/format.js';
import type { Gateway } from '../../media/gateway.js';
import type { Scheduler, Ticker } from '../../time/scheduler.js';
import type { NodeCommand, NodeEvent } from '../context.js';
import type { Permissions } from '../permissions.js';
import type { Plan } from '../plan-types.js';
import { nearestHint, type Registry } from '../registry.js';
import { boundTo, type FaultOwner } from './attribution.js';
import { Domain } from './domain.js';
import { domainOrder } from './domain-order.js';
import type { GraphEndReason, GraphEvent, GraphStats } from './graph-events.js';
import { graphStats } from './graph-stats.js';
import type { NodeHost } from './node-host.js';
import { heardIn } from './node-ports.js';
import type { NodeRun } from './node-run.js';
import { PersonalMixes } from './personal-mixes.js';
import { personalPath } from './personal-path.js';
import { Preparations } from './preparations.js';
import { refuseImpossible } from './refusals.js';
import { Scope } from './scope.js';
import { shareIncoming } from './shared-incoming.js';

/** After its sources were ended a graph may ring out for so long before it is stopped, in microseconds of media. */
const DRAIN_LIMIT_US = 10_000_000;

/** How long a graph in real time waits for its nodes' clean-up before it says so and goes on, in milliseconds. */
const CLEANUP_LIMIT_MS = 15_000;

/** What a graph needs to run. */
export interface GraphRunOptions {
  /** Names it in events. */
  readonly id: string;
  /** What to run. */
  readonly plan: Plan;
  /** The node types of the plan. */
  readonly registry: Registry;
  /** Who moves time. */
  readonly scheduler: Scheduler;
  /** The call it is bound to. */
  readonly gateway?: Gateway;
  /** What its nodes may do. Default: nothing beyond the usual. */
  readonly permissions?: Permissions;
  /** Finds misuse of borrowed frames, at the price of copies. Default false. */
  readonly debug?: boolean;
  /** Offset of its beat inside the 20 ms, in microseconds, so that many graphs do not all work at once. Default 0. */
  readonly phaseUs?: number;
  /** Ends the sources after this much media, in microseconds (rounded up to whole frames). Default: never. */
  readonly durationUs?: number;
  /** Told every fact. Must not throw. */
  readonly onEvent: (event: GraphEvent) => void;
  /** True while somebody watches that event of that node. Default: nobody does. */
  readonly watched?: (node: string, eventType: string) => boolean;
}

/** A running graph. */
export class GraphRun implements FaultOwner {
  /** Resolves once, when the graph has ended and everything is cleaned up. */
  readonly ended: Promise<GraphEndReason>;
  readonly #options: GraphRunOptions;
  readonly #domains: readonly Domain[];
  /** In the order in which they beat. */
  readonly #beating: readonly Domain[];
  readonly #main: Scope;
  /** Those whose end is the graph's. */
  readonly #leaders: readonly NodeRun[];
  readonly #waitFor: Set<string>;
  readonly #gateway: Gateway | undefined;
  readonly #preparations: Preparations;
  #personal: PersonalMixes | undefined;
  #ticker: Ticker | undefined;
  #prepared = false;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #finishDue = false;
  #firstIndex = -1;
  #frames = 0;
  #drainSince = -1;

  /** @throws VoxError when the plan names unknown types, or needs a call where there is none. */
  constructor(options: GraphRunOptions) {
    this.#options = options;
    const { plan, registry, gateway, scheduler } = options;
    refuseImpossible({ plan, registry, hasCall: gateway !== undefined, realtime: scheduler.kind === 'realtime' });
    this.#domains = plan.domains.map((domain) => new Domain(domain.name));
    this.#beating = domainOrder(plan).map((index) => this.#domains[index]!);
    const first = this.#beating[0];
    this.#gateway = gateway && first ? shareIncoming(gateway, () => first.tick.index) : gateway;
    this.#preparations = new Preparations(scheduler);
    this.#main = new Scope({ plan, registry, domains: this.#domains, host: this.#host(undefined) });
    const leaders = plan.domains.flatMap((domain) => (domain.leader === null ? [] : [domain.leader]));
    const sinks = [...this.#main.nodes.values()].filter((run) => run.isSink);
    this.#leaders = leaders.length > 0 ? sinks.filter((run) => leaders.includes(run.node.id)) : sinks;
    this.#waitFor = new Set(this.#leaders.map((run) => run.node.id));
    const { promise, resolve: end } = Promise.withResolvers<GraphEndReason>();
    this.ended = promise;
    this.#end = end;
  }

  readonly #end: (reason: GraphEndReason) => void;

  /** Makes the nodes, which begin to open what they need; nothing flows yet. Idempotent; {@link start} does it where nobody did. */
  prepare(): void {
    if (this.#prepared || this.#stopping) return;
    this.#prepared = true;
    this.#main.start();
  }

  /** Makes the nodes, waits for what they prepare, and starts the beat. Resolves when the beat is running. Idempotent. */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** Ends the sources, lets what is under way reach the sinks, and cleans up. Idempotent. */
  stop(reason: GraphEndReason = 'stopped'): Promise<void> {
    if (!this.#stopping) {
      const { promise, resolve: stopped } = Promise.withResolvers<void>();
      // Set before the work: ending the sources makes sinks finish, and they come here again.
      this.#stopping = promise;
      void this.#stop(reason)
        .catch((error: unknown) => this.escaped(error))
        .finally(stopped);
    }
    return this.#stopping;
  }

  /**
   * Changes options of a node while it runs.
   * @throws VoxError `UNKNOWN_RUNNING_NODE`, `UNKNOWN_OPTION`, `BAD_OPTION`; then nothing has changed.
   */
  setOptions(node: string, patch: Readonly<Record<string, unknown>>): void {
    const run = this.#node(node);
    const options = run.checkOptions(patch);
    for (const instance of this.#instances(run)) instance.applyOptions(options);
    this.#event({ type: 'node.options-changed', node, options: patch });
  }

  /** Hands a command to a node. @throws VoxError `UNKNOWN_RUNNING_NODE`. */
  command(node: string, command: NodeCommand): void {
    for (const instance of this.#instances(this.#node(node))) instance.command(command);
  }

  /** @throws VoxError `UNKNOWN_RUNNING_NODE` when it has no such node. */
  requireNode(node: string): void {
    this.#node(node);
  }

  /** Media time so far, in microseconds. */
  get positionUs(): number {
    return this.#frames * FRAME_US;
  }

  /** Exact figures, as plain JSON. */
  stats(): GraphStats {
    return graphStats(this.#ticker?.stats(), this.#main, this.#personal?.scopes ?? new Map());
  }

  escaped(error: unknown): void {
    this.#event({ type: 'graph.fault', problem: problem('INTERNAL', { reason: reasonOf(error) }) });
  }

  async #start(): Promise<void> {
    if (this.#stopping) return;
    this.prepare();
    await this.#preparations.wait();
    if (this.#stopping) return;
    this.#followPersonalMixes();
    this.#event({ type: 'graph.started', title: this.#options.plan.title });
    const { scheduler, phaseUs = 0 } = this.#options;
    const startUs = scheduler.kind === 'realtime' ? 0 : undefined;
    const onTick = boundTo(this, ({ index }: { readonly index: number }) => this.#beat(index));
    this.#ticker = scheduler.every({ periodUs: FRAME_US, phaseUs, startUs, synchronous: true, onTick });
  }

  #beat(index: number): void {
    if (this.#stopping) return;
    if (this.#firstIndex < 0) this.#firstIndex = index;
    // A skipped beat leaves a gap in the presentation times, so that receivers know how much is missing.
    const at = index - this.#firstIndex;
    if (!this.#stillBeats(at)) return;
    for (const domain of this.#beating) domain.beat(at);
    if (this.#finishDue) {
      // The beat in which the end was found brought nothing.
      if (!this.#leaders.some((run) => heardIn(at, run.ports))) this.#frames = Math.min(this.#frames, at);
      void this.stop('finished');
    } else for (const domain of this.#beating) domain.idle();
  }

  /** Ends the sources when the time is up. The beat goes on as long as something waits in queues, or rings out. */
  #stillBeats(at: number): boolean {
    const { durationUs = Infinity } = this.#options;
    if (at * FRAME_US < durationUs) {
      this.#frames = at + 1;
      return true;
    }
    if (this.#drainSince < 0) {
      this.#drainSince = at;
      this.#endSources();
    } else if ((at - this.#drainSince) * FRAME_US >= DRAIN_LIMIT_US) void this.stop('finished');
    return this.#stopping === undefined;
  }

  #endSources(): void {
    for (const scope of this.#scopes()) scope.endSources();
    // Whoever completes its stream only at the end of a tick gets one.
    for (const domain of this.#beating) domain.settle();
  }

  async #stop(reason: GraphEndReason): Promise<void> {
    this.#ticker?.stop();
    this.#preparations.abandon();
    this.#endSources();
    for (const scope of this.#scopes()) for (const { queue } of scope.queues) queue.flush();
    await this.#cleanUp();
    this.#event({ type: 'graph.ended', reason, positionUs: this.positionUs });
    this.#end(reason);
  }

  async #cleanUp(): Promise<void> {
    const { scheduler } = this.#options;
    const work = Promise.all([this.#personal?.close(), this.#main.close()]);
    if (scheduler.kind !== 'realtime') return void (await work);
    const late = Promise.withResolvers<void>();
    const cancel = scheduler.after(CLEANUP_LIMIT_MS, () => {
      this.escaped(new Error(`nodes did not clean up within ${CLEANUP_LIMIT_MS / 1000} s`));
      late.resolve();
    });
    await Promise.race([work, late.promise]);
    cancel();
  }

  #followPersonalMixes(): void {
    const { plan, registry } = this.#options;
    const gateway = this.#gateway;
    const only = personalPath(plan, registry);
    if (!gateway || only.size === 0) return;
    const make = (participant: string) =>
      new Scope({ plan, registry, domains: this.#domains, host: this.#host(participant), only, outer: this.#main });
    this.#personal = new PersonalMixes(gateway, make, (error) => this.escaped(error));
  }

  #host(personalMixOf: string | undefined): NodeHost {
    const { scheduler, debug = false, plan, watched } = this.#options;
    return {
      scheduler,
      gateway: this.#gateway,
      debug,
      personalMixOf,
      ...(this.#options.permissions && { permissions: this.#options.permissions }),
      // Facts of personal instances would double those of the common mix; only faults are told.
      emit: (node, event) => {
        if (personalMixOf === undefined || 'problem' in event) this.#event({ ...event, node });
      },
      watched: (node, type) => personalMixOf === undefined && (watched?.(node, type) ?? false),
      resolvePath: (path) => resolvePath(plan.baseDir, path),
      hold: (work) => (this.#preparations.open ? this.#preparations.add(work) : scheduler.hold(work)),
      finished: (node) => {
        if (personalMixOf === undefined) this.#finished(node);
      },
    };
  }

  #finished(node: string): void {
    this.#waitFor.delete(node);
    if (this.#waitFor.size > 0 || this.#stopping) return;
    // In a beat: the others still get this tick's frame.
    if (this.#beating.some((domain) => domain.beating)) this.#finishDue = true;
    else void this.stop('finished');
  }

  #node(node: string): NodeRun {
    const run = this.#main.nodes.get(node);
    if (run) return run;
    const hint = nearestHint(node, [...this.#main.nodes.keys()]);
    throw voxError('UNKNOWN_RUNNING_NODE', { graph: this.#options.id, node, hint });
  }

  #instances(run: NodeRun): NodeRun[] {
    return [run, ...(this.#personal?.instancesOf(run.node.id) ?? [])];
  }

  #scopes(): Scope[] {
    return [this.#main, ...(this.#personal?.scopes.values() ?? [])];
  }

  #event(event: NodeEvent & { readonly node?: string }): void {
    this.#options.onEvent({ ...event, graph: this.#options.id });
  }
}

function resolvePath(baseDir: string, path: string): string {
  if (isAbsolute(path)) return path;
  const beside = resolve(baseDir, path);
  return existsSync(beside) ? beside : resolve(path);
}
