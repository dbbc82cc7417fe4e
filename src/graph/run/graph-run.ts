import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { Subscription } from 'rxjs';
import { VoxError, problem, voxError, type Problem } from '../../errors.js';
import { FRAME_US } from '../../media/format.js';
import type { Gateway } from '../../media/gateway.js';
import type { Scheduler, Ticker } from '../../time/scheduler.js';
import type { NodeCommand, NodeEvent } from '../context.js';
import { Domain } from './domain.js';
import type { GraphEndReason, GraphEvent, GraphStats, NodeStats } from './graph-events.js';
import type { NodeHost, NodeRun } from './node-run.js';
import type { Plan } from '../plan-types.js';
import { nearestHint, type Registry } from '../registry.js';
import { Scope, personalPath } from './scope.js';
import { shareIncoming } from './shared-incoming.js';

/** How long a graph in real time waits for its nodes' preparations before it starts without them, in milliseconds. */
const PREPARE_LIMIT_MS = 2000;

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
export class GraphRun {
  /** Resolves once, when the graph has ended and everything is cleaned up. */
  readonly ended: Promise<GraphEndReason>;
  readonly #options: GraphRunOptions;
  readonly #domains: Domain[];
  readonly #main: Scope;
  readonly #personal = new Map<string, Scope>();
  readonly #waitFor: Set<string>;
  readonly #subscriptions = new Subscription();
  readonly #gateway: Gateway | undefined;
  #holds: Promise<unknown>[] | undefined = [];
  #ticker: Ticker | undefined;
  #stopping: Promise<void> | undefined;
  #resolveEnded!: (reason: GraphEndReason) => void;
  #firstIndex = -1;
  #frames = 0;

  /** @throws VoxError when the plan names unknown types, or needs a call where there is none. */
  constructor(options: GraphRunOptions) {
    this.#options = options;
    this.ended = new Promise((resolveEnded) => (this.#resolveEnded = resolveEnded));
    const { plan, registry, gateway } = options;
    this.#refuseImpossible();
    this.#domains = plan.domains.map((domain) => new Domain(domain.name));
    const first = this.#domains[0];
    this.#gateway = gateway && first ? shareIncoming(gateway, () => first.tick.index) : gateway;
    this.#main = new Scope(plan, registry, this.#domains, this.#host(undefined), () => true);
    const leaders = plan.domains.flatMap((domain) => (domain.leader === null ? [] : [domain.leader]));
    const sinks = [...this.#main.nodes.values()].filter((run) => Object.keys(run.definition.outputs).length === 0);
    this.#waitFor = new Set(leaders.length > 0 ? leaders : sinks.map((run) => run.node.id));
  }

  /** Makes the nodes, waits for what they prepare, and starts the beat. Resolves when the beat is running. */
  async start(): Promise<void> {
    this.#main.start();
    await this.#prepared();
    if (this.#stopping) return;
    this.#followPersonalMixes();
    this.#event({ type: 'graph.started', title: this.#options.plan.title });
    const { scheduler, phaseUs = 0 } = this.#options;
    const startUs = scheduler.kind === 'realtime' ? 0 : undefined;
    this.#ticker = scheduler.every({ periodUs: FRAME_US, phaseUs, startUs, onTick: (tick) => this.#beat(tick.index) });
  }

  /** Ends the sources, lets what is under way reach the sinks, and cleans up. Idempotent. */
  async stop(reason: GraphEndReason = 'stopped'): Promise<void> {
    if (!this.#stopping) {
      // Set before the work: ending the sources makes sinks finish, and they come here again.
      const gate: { open: () => void } = { open: () => {} };
      this.#stopping = new Promise<void>((open) => (gate.open = open));
      await this.#stop(reason);
      gate.open();
    }
    await this.#stopping;
  }

  /**
   * Changes options of a node while it runs.
   * @throws VoxError `UNKNOWN_RUNNING_NODE`, `UNKNOWN_OPTION`, `BAD_OPTION`; then nothing has changed.
   */
  setOptions(node: string, patch: Readonly<Record<string, unknown>>): void {
    for (const run of this.#instances(node)) run.setOptions(patch);
    this.#event({ type: 'node.options-changed', node, options: patch });
  }

  /** Hands a command to a node. @throws VoxError `UNKNOWN_RUNNING_NODE`. */
  command(node: string, command: NodeCommand): void {
    for (const run of this.#instances(node)) run.command(command);
  }

  /** Media time so far, in microseconds. */
  get positionUs(): number {
    return this.#frames * FRAME_US;
  }

  /** Exact figures, as plain JSON. */
  stats(): GraphStats {
    const nodes: Record<string, NodeStats> = {};
    for (const run of this.#main.nodes.values()) nodes[run.node.id] = nodeStats(run);
    for (const [participant, scope] of this.#personal) {
      for (const run of scope.nodes.values()) nodes[`${run.node.id}@${participant}`] = nodeStats(run);
    }
    const queues = this.#main.queues.map(({ from, to, queue }) => ({ from, to, ...queue.stats() }));
    return { beat: this.#ticker?.stats(), nodes, queues };
  }

  #beat(index: number): void {
    if (this.#stopping) return;
    if (this.#firstIndex < 0) this.#firstIndex = index;
    const { durationUs } = this.#options;
    if (durationUs !== undefined && this.positionUs >= durationUs) {
      this.#endSources();
      return;
    }
    // A skipped beat leaves a gap in the presentation times, so that receivers know how much is missing.
    const at = index - this.#firstIndex;
    this.#frames = at + 1;
    for (const domain of this.#domains) domain.beat(at);
    for (const domain of this.#domains) domain.idle();
  }

  #endSources(): void {
    for (const scope of [this.#main, ...this.#personal.values()]) {
      for (const run of scope.nodes.values()) if (run.isSource) run.endOutput();
    }
    // Whoever completes its stream only at the end of a tick gets one.
    for (const domain of this.#domains) domain.settle$.next(domain.tick);
  }

  async #stop(reason: GraphEndReason): Promise<void> {
    this.#ticker?.stop();
    this.#subscriptions.unsubscribe();
    this.#endSources();
    for (const scope of this.#personal.values()) await this.#closeScope(scope);
    this.#personal.clear();
    await this.#closeScope(this.#main);
    for (const domain of this.#domains) domain.close();
    this.#event({ type: 'graph.ended', reason, positionUs: this.positionUs });
    this.#resolveEnded(reason);
  }

  async #closeScope(scope: Scope): Promise<void> {
    for (const thrown of await scope.close()) {
      const what = thrown instanceof VoxError ? thrown.problems[0]! : problem('INTERNAL', { reason: String(thrown) });
      this.#event({ type: 'node.cleanup-failed', problem: what, ...(what.node ? { node: what.node } : {}) });
    }
  }

  async #prepared(): Promise<void> {
    const { scheduler } = this.#options;
    const realtime = scheduler.kind === 'realtime';
    let timedOut = false;
    const limit = new Promise<void>((done) => {
      if (!realtime) return;
      const cancel = scheduler.after(PREPARE_LIMIT_MS, () => {
        timedOut = true;
        done();
      });
      this.#subscriptions.add(cancel);
    });
    // A preparation may announce another one.
    while (!timedOut && this.#holds && this.#holds.length > 0) {
      const batch = this.#holds;
      this.#holds = [];
      await Promise.race([Promise.allSettled(batch), limit]);
    }
    this.#holds = undefined;
  }

  #followPersonalMixes(): void {
    const { plan, registry } = this.#options;
    const gateway = this.#gateway;
    if (!gateway) return;
    const path = personalPath(plan, registry);
    if (path.size === 0) return;
    this.#subscriptions.add(
      gateway.personalMixes$.subscribe((wanted) => {
        for (const [participant, scope] of this.#personal) {
          if (wanted.has(participant)) continue;
          this.#personal.delete(participant);
          void this.#closeScope(scope);
        }
        for (const participant of wanted) {
          if (this.#personal.has(participant)) continue;
          const scope = new Scope(
            plan,
            registry,
            this.#domains,
            this.#host(participant),
            (node) => path.has(node.id),
            this.#main,
          );
          this.#personal.set(participant, scope);
          scope.start();
        }
      }),
    );
  }

  #host(personalMixOf: string | undefined): NodeHost {
    const { scheduler, debug = false, plan } = this.#options;
    return {
      scheduler,
      gateway: this.#gateway,
      debug,
      personalMixOf,
      // Facts of personal instances would double those of the common mix; only faults are told.
      emit: (node, event) => (personalMixOf === undefined || 'problem' in event) && this.#event({ ...event, node }),
      watched: (node, type) => personalMixOf === undefined && (this.#options.watched?.(node, type) ?? false),
      resolvePath: (path) => resolvePath(plan.baseDir, path),
      hold: (work) => this.#hold(work),
      finished: (node) => personalMixOf === undefined && this.#finished(node),
    };
  }

  #hold(work: Promise<unknown>): void {
    // The node itself reports a failure; here it only counts as settled.
    const settled = work.then(
      () => {},
      () => {},
    );
    if (this.#holds) this.#holds.push(settled);
    else this.#options.scheduler.hold(settled);
  }

  #finished(node: string): void {
    this.#waitFor.delete(node);
    if (this.#waitFor.size === 0 && !this.#stopping) void this.stop('finished');
  }

  #instances(node: string): NodeRun[] {
    const main = this.#main.nodes.get(node);
    if (!main) {
      const hint = nearestHint(node, [...this.#main.nodes.keys()]);
      throw voxError('UNKNOWN_RUNNING_NODE', { graph: this.#options.id, node, hint });
    }
    return [main, ...[...this.#personal.values()].flatMap((scope) => scope.nodes.get(node) ?? [])];
  }

  #refuseImpossible(): void {
    const { plan, registry, gateway, scheduler } = this.#options;
    const problems: Problem[] = [];
    for (const node of plan.nodes) {
      const definition = registry.get(node.type);
      if (definition?.needsCall && !gateway)
        problems.push(problem('NO_CALL', { node: node.id }, { node: node.id, nodeType: node.type }));
      for (const wire of Object.values(node.inputs).flat()) {
        if (wire.queue?.overflow === 'block' && scheduler.kind === 'realtime') {
          problems.push(problem('BLOCK_NEEDS_OFFLINE', { from: wire.node }, { node: node.id, nodeType: node.type }));
        }
      }
    }
    const [first, ...rest] = problems;
    if (first) throw new VoxError(first, ...rest);
  }

  #event(event: NodeEvent & { readonly node?: string }): void {
    this.#options.onEvent({ ...event, graph: this.#options.id });
  }
}

function nodeStats(run: NodeRun): NodeStats {
  const ports = [...run.ports.outlets, ...run.ports.branchOutlets];
  const passed = Object.fromEntries(ports.map(([name, outlet]) => [name, outlet.passed]));
  return { state: run.state, faults: run.faults, counters: { ...run.counters }, passed };
}

function resolvePath(baseDir: string, path: string): string {
  if (isAbsolute(path)) return path;
  const beside = resolve(baseDir, path);
  return existsSync(beside) ? beside : resolve(path);
}
