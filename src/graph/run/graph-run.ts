import { problem, reasonOf, voxError } from '../../errors.js';
import { FRAME_US } from '../../media/format.js';
import type { Gateway } from '../../media/gateway.js';
import type { Ticker, TickInfo } from '../../time/scheduler.js';
import type { NodeCommand, NodeEvent } from '../context.js';
import type { PlanDiff } from '../diff.js';
import type { Plan } from '../plan-types.js';
import { chainOfPlan, type PluginChain } from '../plugin-media.js';
import { nearestHint } from '../registry.js';
import { splitPath } from '../subgraph.js';
import { boundTo, type FaultOwner } from './attribution.js';
import type { ChangeSettings } from './change-settings.js';
import type { GraphEndReason, GraphStats } from './graph-events.js';
import { OverloadGovernor } from './governor.js';
import { BeatPace } from './beat-pace.js';
import { graphHost } from './graph-host.js';
import type { GraphRunOptions } from './graph-run-options.js';
import { graphStats } from './graph-stats.js';
import { CrashGroups } from './crash-groups.js';
import { LiveChanges } from './live-changes.js';
import type { NodeHost } from './node-host.js';
import { reportLeaks } from './frame-ledger.js';
import { heardIn } from './node-ports.js';
import type { NodeRun } from './node-run.js';
import { peekWire, type Look } from './peek.js';
import { PluginRoster } from './plugin-roster.js';
import { Preparations } from './preparations.js';
import { refuseImpossible } from './refusals.js';
import { RunningParts } from './running-parts.js';
import { sheddingSteps } from './shedding-steps.js';
import { shareIncoming } from './shared-incoming.js';
import { tapWire, type TapListener } from './tap.js';
import { TIMED_EACH, timeBeat } from './work-time.js';

/** After its sources were ended a graph may ring out for so long before it is stopped, in microseconds of media. */
const DRAIN_LIMIT_US = 10_000_000;

/** How long a graph in real time waits for its nodes' clean-up before it says so and goes on, in milliseconds. */
const CLEANUP_LIMIT_MS = 15_000;

/** A running graph. */
export class GraphRun implements FaultOwner {
  /** Resolves once, when the graph has ended and everything is cleaned up. */
  readonly ended: Promise<GraphEndReason>;
  readonly #options: GraphRunOptions;
  readonly #parts: RunningParts;
  readonly #finishedSinks = new Set<NodeRun>();
  readonly #gateway: Gateway | undefined;
  readonly #preparations: Preparations;
  readonly #changes: LiveChanges;
  readonly #groups: CrashGroups;
  readonly #governor: OverloadGovernor | undefined;
  readonly #plugins: PluginRoster;
  readonly #pace: BeatPace;
  /** What somebody asked for; undefined: what the plan says. */
  #chain: PluginChain | undefined;
  #meters = true;
  #inBeat = false;
  #ticker: Ticker | undefined;
  #prepared = false;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #finishDue: GraphEndReason | undefined;
  #firstIndex = -1;
  #at = -1;
  #frames = 0;
  #drainSince = -1;

  /** @throws VoxError when the plan names unknown types, or needs a call where there is none. */
  constructor(options: GraphRunOptions) {
    this.#options = options;
    const { plan, registry, gateway, scheduler } = options;
    refuseImpossible({ plan, registry, hasCall: gateway !== undefined, realtime: scheduler.kind === 'realtime' });
    this.#pace = new BeatPace(registry, scheduler.kind === 'realtime');
    // What the beats before him make is to be there before somebody is heard.
    const wakeUp = (): void => {
      if (!this.#inBeat) this.#pace.wakeUp(this.#ticker);
    };
    this.#gateway = gateway && shareIncoming(gateway, () => this.#at, wakeUp);
    this.#preparations = new Preparations(scheduler);
    this.#groups = new CrashGroups({
      scheduler,
      find: (node) => this.#parts.main.nodes.get(node),
      event: (event) => this.#event(event),
      end: () => {
        if (this.#inBeat) this.#finishDue = 'failed';
        else void this.stop('failed');
      },
    });
    if (options.governor ?? scheduler.kind === 'realtime') {
      const steps = sheddingSteps({
        nodes: () => this.#parts.scopes.flatMap((scope) => [...scope.nodes.values()]),
        setMeters: (on) => (this.#meters = on),
      });
      this.#governor = new OverloadGovernor(steps, (event) => this.#event(event));
    }
    this.#plugins = new PluginRoster({
      graph: options.id,
      scheduler,
      supply: options.pluginSupply,
      clock: options.workClock,
      event: (event) => this.#event(event),
      onError: (error) => this.escaped(error),
    });
    this.#chain = options.plugins;
    this.#parts = new RunningParts(plan, {
      registry,
      gateway: this.#gateway,
      host: (of, preparations, personalMixOf) => this.#host(of, preparations, personalMixOf),
      preparations: this.#preparations,
      newPreparations: () => new Preparations(scheduler),
      onError: (error) => this.escaped(error),
      onPlan: (present) => {
        this.#groups.become(present.groups ?? []);
        this.#pace.become(present);
        if (this.#prepared && !this.#chain) this.#plugins.set(chainOfPlan(present));
      },
      onSettled: () => this.#endIfFinished(),
    });
    this.#changes = new LiveChanges({
      registry,
      parts: this.#parts,
      canChange: () => this.#ticker !== undefined && !this.#stopping,
      inBeat: () => this.#inBeat,
      refuse: (next) =>
        refuseImpossible({ plan: next, registry, hasCall: gateway !== undefined, realtime: scheduler.kind === 'realtime' }),
      event: (event) => this.#event(event),
    });
    const { promise, resolve: end } = Promise.withResolvers<GraphEndReason>();
    this.ended = promise;
    this.#end = end;
  }

  readonly #end: (reason: GraphEndReason) => void;

  /** Makes the nodes, which begin to open what they need; nothing flows yet. Idempotent; {@link start} does it where nobody did. */
  prepare(): void {
    if (this.#prepared || this.#stopping) return;
    this.#prepared = true;
    this.#plugins.set(this.#chain ?? chainOfPlan(this.#parts.plan));
    this.#parts.main.start();
  }

  /** Makes the nodes, waits for what they prepare, and starts the beat. Resolves when the beat is running. Idempotent. */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** Ends the sources, lets what is under way reach the sinks, and cleans up. Idempotent. */
  stop(reason: GraphEndReason = 'stopped'): Promise<void> {
    if (!this.#stopping) {
      if (!this.#inBeat) this.#ticker?.catchUp?.();
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
    for (const instance of this.#parts.instancesOf(run)) instance.applyOptions(options);
    this.#event({ type: 'node.options-changed', node, options: patch });
  }

  /** Hands a command to a node. @throws VoxError `UNKNOWN_RUNNING_NODE`. */
  command(node: string, command: NodeCommand): void {
    for (const instance of this.#parts.instancesOf(this.#node(node))) instance.command(command);
  }

  /** Leaves a node out, or no longer; `split/gain` is one inside. @throws VoxError `UNKNOWN_RUNNING_NODE`, `CANNOT_BYPASS`. */
  leaveOut(path: string, out: boolean): void {
    const [node, inside] = splitPath(path);
    for (const instance of this.#parts.instancesOf(this.#node(node))) instance.leaveOut(out, inside);
  }

  /**
   * Changes the graph while it runs. Nodes that are the same in the new plan go on with their state; new ones are made beside them,
   * tried out and faded over to. No beat is missed. Changes that are asked for meanwhile wait for their turn.
   *
   * @param told what differs in the words of whoever asked, for the event; `nothing`: no event. Default: what differs here.
   * @returns what differed, once the new plan alone runs.
   * @throws VoxError `CHANGE_REFUSED`, `CHANGE_FAILED`, or why the plan cannot run here; then the old one goes on as it was.
   */
  change(plan: Plan, settings: ChangeSettings = {}, told?: PlanDiff | 'nothing'): Promise<PlanDiff> {
    return this.#changes.request(plan, settings, told);
  }

  /** Other plugins, configs or another order from now on; what differs fades over in 20 ms. */
  setPlugins(chain: PluginChain): void {
    this.#chain = chain;
    if (this.#prepared) this.#plugins.set(chain);
  }

  /** Listens to what leaves a node; see {@link tapWire}. @throws VoxError `UNKNOWN_WIRE`. */
  tap(wire: string, listener: TapListener): () => void {
    return tapWire(this.#parts.main.nodes, this.#options.id, wire, listener);
  }

  /** Looks at the next picture that leaves a node; see {@link peekWire}. @throws VoxError `UNKNOWN_PICTURE_WIRE`, `WIRE_WITHOUT_PICTURES`. */
  peek(wire: string, look: Look): () => void {
    return peekWire(this.#parts.main.nodes, this.#options.id, wire, look);
  }

  /** @throws VoxError `UNKNOWN_RUNNING_NODE` when it has no such node. */
  requireNode(path: string): void {
    this.#node(splitPath(path)[0]);
  }

  /** True while a change is under way or waits for its turn. */
  get changing(): boolean {
    return this.#changes.busy;
  }

  /** How many listeners the beat has; a graph that is changed for months must not gather any. */
  get slots(): number {
    return this.#parts.beating.reduce((sum, domain) => sum + domain.slots, 0);
  }

  /** Media time so far, in microseconds. */
  get positionUs(): number {
    return this.#frames * FRAME_US;
  }

  /** Exact figures, as plain JSON. */
  stats(): GraphStats {
    return graphStats(this.#ticker?.stats(), this.#parts.main, this.#parts.personal, this.#plugins.stats());
  }

  escaped(error: unknown): void {
    this.#event({ type: 'graph.fault', problem: problem('INTERNAL', { reason: reasonOf(error) }) });
  }

  async #start(): Promise<void> {
    if (this.#stopping) return;
    this.prepare();
    await this.#preparations.wait();
    if (this.#stopping) return;
    this.#parts.followPersonalMixes();
    this.#event({ type: 'graph.started', title: this.#parts.plan.title });
    const { scheduler, phaseUs = 0, beats } = this.#options;
    const startUs = scheduler.kind === 'realtime' ? 0 : undefined;
    const onTick = boundTo(this, (tick: TickInfo) => this.#tick(tick));
    const beat = { periodUs: FRAME_US, phaseUs, startUs, synchronous: true, gathered: true, lenient: this.#pace.lenient, onTick };
    this.#ticker = beats?.(onTick) ?? scheduler.every(beat);
  }

  #tick({ index, lateUs, skipped }: TickInfo): void {
    if (!this.#governor) return this.#beatOrTimed(index);
    const { scheduler, governor } = this.#options;
    const startUs = scheduler.nowUs();
    this.#beatOrTimed(index);
    const workUs = typeof governor === 'function' ? governor() : scheduler.nowUs() - startUs;
    if (!this.#stopping && !this.#changes.busy) this.#governor.beat({ lateUs, skipped, workUs });
  }

  #beatOrTimed(index: number): void {
    const { clock } = this.#plugins;
    if (clock && index % TIMED_EACH === 0) timeBeat(clock, () => this.#beat(index));
    else this.#beat(index);
  }

  #beat(index: number): void {
    if (this.#stopping) return;
    if (this.#firstIndex < 0) this.#firstIndex = index;
    // A skipped beat leaves a gap in the presentation times, so that receivers know how much is missing.
    const at = index - this.#firstIndex;
    this.#at = at;
    if (!this.#stillBeats(at)) return;
    this.#inBeat = true;
    for (const domain of this.#parts.beating) domain.beat(at);
    this.#inBeat = false;
    if (!this.#finishDue) this.#changes.afterBeat();
    if (this.#finishDue) {
      // The beat in which the end was found brought nothing.
      if (!this.#parts.leaders.some((run) => heardIn(at, run.ports))) this.#frames = Math.min(this.#frames, at);
      void this.stop(this.#finishDue);
    } else {
      for (const domain of this.#parts.beating) domain.idle();
      this.#pace.steer(this.#ticker, this.#parts.beating, !this.#changes.busy);
    }
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
    for (const scope of this.#parts.scopes) scope.endSources();
    // Whoever completes its stream only at the end of a tick gets one.
    for (const domain of this.#parts.beating) domain.settle();
  }

  async #stop(reason: GraphEndReason): Promise<void> {
    this.#ticker?.stop();
    this.#preparations.abandon();
    this.#changes.abandon();
    this.#groups.close();
    this.#endSources();
    for (const scope of this.#parts.scopes) for (const { queue } of scope.queues) queue.flush();
    await this.#cleanUp();
    this.#plugins.close();
    reportLeaks(this.#parts.scopes.flatMap((scope) => [...scope.nodes.values()]));
    this.#event({ type: 'graph.ended', reason, positionUs: this.positionUs });
    this.#end(reason);
  }

  async #cleanUp(): Promise<void> {
    const { scheduler } = this.#options;
    const work = this.#parts.close();
    if (scheduler.kind !== 'realtime') return work;
    const late = Promise.withResolvers<void>();
    const cancel = scheduler.after(CLEANUP_LIMIT_MS, () => {
      this.escaped(new Error(`nodes did not clean up within ${CLEANUP_LIMIT_MS / 1000} s`));
      late.resolve();
    });
    await Promise.race([work, late.promise]);
    cancel();
  }

  #host(plan: Plan, preparations: Preparations, personalMixOf?: string): NodeHost {
    const { scheduler, registry, debug = false, watched, permissions } = this.#options;
    return graphHost({
      scheduler,
      registry,
      gateway: this.#gateway,
      permissions,
      plugins: this.#plugins,
      debug,
      personalMixOf,
      baseDir: plan.baseDir,
      preparations,
      beats: () => this.#ticker !== undefined,
      emit: (event) => this.#event(event),
      watched: watched && ((node, type) => (this.#meters || type !== 'level.measured') && watched(node, type)),
      finished: (node) => this.#finished(node),
      gaveUp: (run) => this.#groups.gaveUp(run),
    });
  }

  #finished(node: string): void {
    const run = this.#parts.main.nodes.get(node);
    if (run) this.#finishedSinks.add(run);
    this.#endIfFinished();
  }

  #endIfFinished(): void {
    if (
      this.#stopping ||
      this.#parts.leaders.length === 0 ||
      this.#parts.leaders.some((leader) => !this.#finishedSinks.has(leader))
    )
      return;
    // In a beat: the others still get this tick's frame.
    if (this.#inBeat) this.#finishDue ??= 'finished';
    else void this.stop('finished');
  }

  #node(node: string): NodeRun {
    const run = this.#parts.main.nodes.get(node);
    if (run) return run;
    const hint = nearestHint(node, [...this.#parts.main.nodes.keys()]);
    throw voxError('UNKNOWN_RUNNING_NODE', { graph: this.#options.id, node, hint });
  }

  #event(event: NodeEvent & { readonly node?: string }): void {
    this.#options.onEvent({ ...event, graph: this.#options.id });
  }
}
