import { isDeepStrictEqual } from 'node:util';
import { voxError, type Problem } from '../../errors.js';
import type { NodeCommand, NodeEvent } from '../../graph/context.js';
import { canBypass } from '../../graph/define-node.js';
import { diffPlans, type PlanDiff } from '../../graph/diff.js';
import { wiresOf } from '../../graph/plan/latency.js';
import { unshare } from '../../graph/plan/sharing.js';
import type { Plan, PlanNode } from '../../graph/plan-types.js';
import type { ChangeSettings } from '../../graph/run/change-settings.js';
import { changeFailure } from '../../graph/run/graph-change.js';
import type { GraphEvent, GraphStats, NodeStats } from '../../graph/run/graph-events.js';
import type { GraphRun } from '../../graph/run/graph-run.js';
import type { Look } from '../../graph/run/peek.js';
import { patchOptions } from '../../graph/run/node-options.js';
import type { TapListener } from '../../graph/run/tap.js';
import type { SharedListener, SharedNode } from './node.js';
import type { SharedPool } from './pool.js';
import { standIn } from './stand-in.js';

/** A source that becomes the graph's own has so long to open, in milliseconds. */
const OWN_LIMIT_MS = 15_000;

/** What a graph becomes fades as an effect does when its sound stays the same, in milliseconds. */
const SAME_SOUND_FADE_MS = 20;

/** What a graph that shares needs of its host. */
export interface SharingOptions {
  /** The graph's id. */
  readonly id: string;
  readonly pool: SharedPool;
  /** The graph; asked for once it is made. */
  readonly run: () => GraphRun;
  readonly onEvent: (event: GraphEvent) => void;
  readonly watched: (node: string, eventType: string) => boolean;
}

/** Where a plan stands: which of its nodes are shared, as which, and what of those is to be set. */
interface Settled {
  readonly plan: Plan;
  readonly nodes: ReadonlyMap<string, SharedNode>;
  readonly set: readonly { readonly node: SharedNode; readonly options: Readonly<Record<string, unknown>> }[];
}

/**
 * The nodes that one graph shares with others. Its run has stand-ins in their places; to everybody outside it looks as if it had them itself.
 * What only one graph changes of a node that all hear becomes that graph's own, with all that is behind it, unless the file asked for one for
 * all.
 */
export class GraphSharing implements SharedListener {
  readonly #options: SharingOptions;
  readonly #line: number;
  /** The nodes that became its own, with the options that were changed since they were planned. */
  readonly #own = new Map<string, Record<string, unknown>>();
  readonly #taps = new Map<TapListener, { readonly node: SharedNode; readonly off: () => void }>();
  #present: Settled;
  /** As the control plane knows it. */
  #plan: Plan;
  #work: Promise<unknown> = Promise.resolve();
  #tells = false;
  #closed = false;

  private constructor(options: SharingOptions, plan: Plan) {
    this.#options = options;
    this.#line = options.pool.openLine();
    this.#plan = plan;
    this.#present = { plan, nodes: new Map(), set: [] };
  }

  /** Joins what a plan shares. @throws VoxError when something of that cannot run; then nothing is left behind. */
  static async open(plan: Plan, options: SharingOptions): Promise<GraphSharing> {
    const sharing = new GraphSharing(options, plan);
    try {
      sharing.#present = await sharing.#settle(plan);
    } catch (error) {
      sharing.close();
      throw error;
    }
    return sharing;
  }

  /** What the graph itself has to run. */
  get runPlan(): Plan {
    return runPlan(this.#present, this.#line);
  }

  /** The graph is being prepared: what is known of the nodes it joined is told, and all that they tell from now on. */
  begin(): void {
    if (this.#tells) return;
    this.#tells = true;
    for (const node of new Set(this.#present.nodes.values())) this.#tellFacts(node);
  }

  /** Whether a node of the graph is shared. */
  has(node: string): boolean {
    return this.#present.nodes.has(node);
  }

  told(node: SharedNode, event: NodeEvent): void {
    if (!this.#tells) return;
    for (const [name, one] of this.#present.nodes) {
      if (one !== node) continue;
      if (node.isWatchable(event.type) && !this.#options.watched(name, event.type)) continue;
      const found = event['problem'] as Problem | undefined;
      const renamed = found?.node === node.name ? { problem: { ...found, node: name } } : {};
      this.#options.onEvent({ ...event, ...renamed, node: name, graph: this.#options.id });
    }
  }

  watches(node: SharedNode, eventType: string): boolean {
    return [...this.#present.nodes].some(([name, one]) => one === node && this.#options.watched(name, eventType));
  }

  /** Changes options of a shared node. @throws VoxError; then nothing has changed. */
  setOptions(name: string, patch: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#inTurn(async () => {
      const node = this.#present.nodes.get(name);
      if (!node) return this.#options.run().setOptions(name, patch);
      const definition = this.#options.pool.registry.get(node.planned.type)!;
      const options = patchOptions(definition, name, node.options, patch) as Record<string, unknown>;
      if (this.#decides(node)) return node.setOptions(patch, options);
      await this.#becomeOwn(name, patch, options, 'its options were changed');
      this.#options.onEvent({ type: 'node.options-changed', graph: this.#options.id, node: name, options: patch });
    });
  }

  /** Hands a command to a shared node. */
  command(name: string, command: NodeCommand): Promise<void> {
    return this.#inTurn(async () => {
      const node = this.#present.nodes.get(name);
      if (node && this.#decides(node)) {
        if (node.planned.shared !== 'asked') node.joinable = false;
        return node.run.command(node.name, command);
      }
      if (node) await this.#becomeOwn(name, {}, node.options, `it got the command "${command.type}"`);
      this.#options.run().command(name, command);
    });
  }

  /** Leaves a shared node out, or no longer. @throws VoxError `CANNOT_BYPASS`. */
  leaveOut(name: string, out: boolean): Promise<void> {
    return this.#inTurn(async () => {
      const node = this.#present.nodes.get(name);
      if (!node) return this.#options.run().leaveOut(name, out);
      if (this.#decides(node)) {
        node.run.leaveOut(node.name, out);
        // Who comes later wants what its options say.
        if (node.planned.shared !== 'asked') node.joinable = false;
        return;
      }
      if (!canBypass(this.#options.pool.registry.get(node.planned.type)!)) throw voxError('CANNOT_BYPASS', { node: name });
      await this.#becomeOwn(name, {}, node.options, out ? 'it is left out' : 'it is not left out any more');
      this.#options.run().leaveOut(name, out);
    });
  }

  /** Changes the graph; see `GraphRun.change`. */
  change(plan: Plan, settings: ChangeSettings = {}): Promise<PlanDiff> {
    return this.#inTurn(async () => {
      const diff = diffPlans(this.#plan, plan, this.#options.pool.registry);
      const shares = [...this.#plan.nodes, ...plan.nodes].some(({ shared }) => shared);
      const sources = [...diff.added, ...diff.removed, ...diff.rebuilt.map(({ node }) => node)].some((id) =>
        [...this.#plan.nodes, ...plan.nodes].some((node) => node.id === id && wiresOf(node).length === 0),
      );
      await this.#become(
        this.#withOwn(plan),
        sources || !shares ? settings : { crossfadeMs: SAME_SOUND_FADE_MS, ...settings },
        diff,
      );
      this.#plan = plan;
      const present = new Set(plan.nodes.map(({ id }) => id));
      for (const id of this.#own.keys()) if (!present.has(id)) this.#own.delete(id);
      return diff;
    });
  }

  /** Figures of the graph with those of its shared nodes in their places. */
  stats(own: GraphStats): GraphStats {
    const nodes: Record<string, NodeStats> = {};
    for (const { id } of this.#present.plan.nodes) {
      const node = this.#present.nodes.get(id);
      const figures = node ? node.run.stats().nodes[node.name] : own.nodes[id];
      if (figures) nodes[id] = node ? { ...figures, shared: node.listeners.size } : figures;
    }
    return { ...own, nodes: { ...nodes, ...Object.fromEntries(Object.entries(own.nodes).filter(([id]) => !(id in nodes))) } };
  }

  /** Listens to a wire of a shared node; undefined when it is not of one. */
  tap(wire: string, listener: TapListener): (() => void) | undefined {
    const [name = '', ...port] = wire.split('.');
    const node = this.#present.nodes.get(name);
    if (!node) return undefined;
    const off = node.run.tap([node.name, ...port].join('.'), listener);
    this.#taps.set(listener, { node, off });
    return () => {
      off();
      this.#taps.delete(listener);
    };
  }

  /** Looks at a picture of a shared node; undefined when the wire is not of one. */
  peek(wire: string, look: Look): (() => void) | undefined {
    const [name = '', ...port] = wire.split('.');
    const node = this.#present.nodes.get(name);
    return node?.run.peek([node.name, ...port].join('.'), look);
  }

  /** The graph has ended. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.pool.closeLine(this.#line);
    this.#leave(this.#present.nodes.values());
  }

  /** Whether the graph may steer a node that it hears: nobody else does, or the file says that it is one for all. */
  #decides(node: SharedNode): boolean {
    return node.listeners.size === 1 || node.planned.shared === 'asked';
  }

  async #becomeOwn(
    name: string,
    patch: Readonly<Record<string, unknown>>,
    options: Readonly<Record<string, unknown>>,
    reason: string,
  ): Promise<void> {
    const before = this.#own.get(name);
    const planned = this.#plan.nodes.find(({ id }) => id === name)!;
    const shared = this.#present.nodes.get(name);
    const leftOut = shared?.run.stats().nodes[shared.name]?.leftOut ?? false;
    // What all had changed before goes on too.
    const changed = Object.entries(options).filter(([option, value]) => !isDeepStrictEqual(planned.options[option], value));
    this.#own.set(name, { ...Object.fromEntries(changed), ...patch });
    try {
      await this.#become(this.#withOwn(this.#plan), { crossfadeMs: SAME_SOUND_FADE_MS, limitMs: OWN_LIMIT_MS }, 'nothing');
    } catch (error) {
      if (before) this.#own.set(name, before);
      else this.#own.delete(name);
      throw error;
    }
    if (leftOut) this.#options.run().leaveOut(name, true);
    this.#options.onEvent({ type: 'node.unshared', graph: this.#options.id, node: name, reason });
  }

  /** A plan of which the graph's own nodes are not shared, and have the options that were given to them unless the plan changes those. */
  #withOwn(plan: Plan): Plan {
    const was = new Map(this.#plan.nodes.map((node) => [node.id, node]));
    const nodes = unshare(plan.nodes, new Set(this.#own.keys())).map((node): PlanNode => {
      const changed = this.#own.get(node.id);
      if (!changed) return node;
      const before = was.get(node.id)?.options;
      const kept = Object.entries(changed).filter(([option]) => isDeepStrictEqual(before?.[option], node.options[option]));
      return { ...node, options: { ...node.options, ...Object.fromEntries(kept) } };
    });
    return { ...plan, nodes };
  }

  async #become(plan: Plan, settings: ChangeSettings, told: PlanDiff | 'nothing'): Promise<void> {
    const before = this.#present;
    const next = await this.#settle(plan);
    const joined = without(next.nodes.values(), before.nodes.values());
    try {
      await this.#tryOut(joined, told);
      await this.#options.run().change(runPlan(next, this.#line), settings, told);
    } catch (error) {
      this.#leave(this.#closed ? next.nodes.values() : joined);
      throw error;
    }
    // It ended meanwhile, and will not leave once more.
    if (this.#closed) return this.#leave(next.nodes.values());
    this.#present = next;
    this.#leave(without(before.nodes.values(), next.nodes.values()));
    for (const { node, options } of next.set) node.setOptions(options, { ...node.options, ...options });
    if (this.#tells) for (const node of joined) this.#tellFacts(node);
  }

  /** What a change brings has to be fit before the graph hears it: behind its stand-in nothing that is wrong with it would show. */
  async #tryOut(joined: readonly SharedNode[], told: PlanDiff | 'nothing'): Promise<void> {
    for (const node of joined) {
      await node.ready;
      if (!node.problem) continue;
      const failure = changeFailure(node.problem.message, node.name, node.problem);
      const { id: graph } = this.#options;
      if (told !== 'nothing')
        this.#options.onEvent({
          type: 'graph.change-failed',
          graph,
          problem: failure.problems[0],
          problems: failure.problems,
        });
      throw failure;
    }
  }

  async #settle(plan: Plan): Promise<Settled> {
    const nodes = new Map<string, SharedNode>();
    const set: Settled['set'][number][] = [];
    try {
      for (const node of plan.nodes) {
        if (!node.shared) continue;
        const feeds = Object.fromEntries(
          Object.entries(node.inputs).map(([port, wires]) => [
            port,
            wires.map((wire) => ({ wire, producer: nodes.get(wire.node)! })),
          ]),
        );
        const before = this.#present.nodes.get(node.id);
        const wanted = before ? this.#asHeard(node, before) : node;
        const found = await this.#options.pool.join({ node: wanted, baseDir: plan.baseDir, feeds, before }, this);
        nodes.set(node.id, found.node);
        if (found.set) set.push({ node: found.node, options: differing(found.node.options, wanted.options) });
      }
    } catch (error) {
      this.#leave(this.#closed ? nodes.values() : without(nodes.values(), this.#present.nodes.values()));
      throw error;
    }
    return { plan, nodes, set };
  }

  /** Options that the plan leaves as they were are what has become of them since. */
  #asHeard(node: PlanNode, before: SharedNode): PlanNode {
    const was = this.#present.plan.nodes.find(({ id }) => id === node.id);
    if (was?.type !== node.type) return node;
    const options = { ...node.options };
    for (const [option, value] of Object.entries(before.options))
      if (isDeepStrictEqual(was.options[option], node.options[option])) options[option] = value;
    return { ...node, options };
  }

  #tellFacts(node: SharedNode): void {
    for (const fact of node.facts) this.told(node, fact);
  }

  #leave(nodes: Iterable<SharedNode>): void {
    for (const node of new Set(nodes)) {
      for (const [listener, tap] of this.#taps) {
        if (tap.node !== node) continue;
        tap.off();
        this.#taps.delete(listener);
        listener.end();
      }
      this.#options.pool.leave(node, this);
    }
  }

  /** One after the other: each goes out from what the one before has left. */
  #inTurn<R>(work: () => Promise<R>): Promise<R> {
    const done = this.#work.then(() => {
      if (this.#closed) throw voxError('UNKNOWN_GRAPH', { graph: this.#options.id });
      return work();
    });
    this.#work = done.catch(() => {});
    return done;
  }
}

/** A plan with stand-ins for the shared nodes that others of it hear, read by the graph's line. */
function runPlan({ plan, nodes }: Settled, line: number): Plan {
  const heard = new Set(plan.nodes.flatMap((node) => (nodes.has(node.id) ? [] : wiresOf(node).map((wire) => wire.node))));
  return {
    ...plan,
    nodes: plan.nodes.flatMap((node) => {
      const shared = nodes.get(node.id);
      if (!shared) return [node];
      return heard.has(node.id) ? [standIn(node, shared.id, line)] : [];
    }),
  };
}

function differing(now: Readonly<Record<string, unknown>>, wanted: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(wanted).filter(([option, value]) => !isDeepStrictEqual(now[option], value)));
}

function without(nodes: Iterable<SharedNode>, others: Iterable<SharedNode>): SharedNode[] {
  const going = new Set(others);
  return [...new Set(nodes)].filter((node) => !going.has(node));
}
