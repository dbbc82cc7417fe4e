import { Subject, tap, type Observable } from 'rxjs';
import type { AudioFrame } from '../../media/frame.js';
import type { NodeEvent, Tick } from '../context.js';
import type { Plan } from '../plan-types.js';
import { createRegistry, type Registry } from '../registry.js';
import { RESULT, subgraphTypes } from '../subgraph.js';
import { Domain } from './domain.js';
import { domainOrder } from './domain-order.js';
import type { GraphStats } from './graph-events.js';
import { nodeStats } from './graph-stats.js';
import type { NodeHost } from './node-host.js';
import type { NodeRun } from './node-run.js';
import { Scope } from './scope.js';
import { innerId, subgraphFor, type SubgraphNames } from './subgraph-plan.js';

/** After its stream has ended a sub-graph may ring out for so many ticks: 10 s. */
const DRAIN_TICKS = 500;

/** What one running sub-graph needs. */
export interface SubgraphRunOptions {
  readonly plan: Plan;
  readonly registry: Registry;
  readonly names: SubgraphNames;
  /** What comes in. */
  readonly voice$: Observable<AudioFrame>;
  /** What its nodes are given, except the telling and the finishing. */
  readonly host: Omit<NodeHost, 'emit' | 'finished' | 'registry'>;
  /** Told what its nodes tell. */
  readonly onEvent: (node: string, event: NodeEvent) => void;
}

/**
 * A copy of a sub-graph, made for one stream: a scope like that of a whole graph, on a beat inside that of the node it belongs to. So
 * what it gives is there in the same tick, at the node's place in the order.
 */
export class SubgraphRun {
  /** What goes out. */
  readonly result$ = new Subject<AudioFrame>();
  readonly #scope: Scope;
  readonly #domains: readonly Domain[];
  readonly #names: SubgraphNames;
  readonly #sinks = new Set<string>();
  #opened = false;
  #next = 0;
  #left = false;
  #sinceLeft = 0;

  /** @throws VoxError when a type is unknown. */
  constructor({ plan, registry, names, voice$, host, onEvent }: SubgraphRunOptions) {
    this.#names = names;
    const left = () => (this.#left = true);
    const types = createRegistry([
      ...registry.list(),
      ...subgraphTypes({
        // What comes in may come before this node's own turn in the beat.
        voice$: voice$.pipe(tap({ next: () => this.#open(this.#next), error: left, complete: left })),
        frame: (frame) => this.result$.next(frame),
        ended: () => this.result$.complete(),
      }),
    ]);
    const own = subgraphFor(plan, types, names);
    const domains = own.domains.map(({ name, frameRate }) => new Domain(name, frameRate));
    this.#domains = domainOrder(own).map((index) => domains[index]!);
    this.#scope = new Scope({
      plan: own,
      registry: types,
      domains,
      host: { ...host, registry: types, emit: onEvent, finished: (node) => this.#sinks.delete(node) },
    });
    for (const run of this.#scope.nodes.values()) if (run.isSink) this.#sinks.add(run.node.id);
  }

  /** Makes its nodes. @param index of the beat in which something may come first. */
  start(index: number): void {
    this.#next = index;
    this.#scope.start();
  }

  /** The outer beat's sources emit. */
  tick({ index }: Tick): void {
    if (!this.#opened || this.#next !== index) this.#opened = false;
    this.#open(index);
    for (const domain of this.#domains) domain.serveSources();
  }

  /** The outer beat settles. */
  settle(): void {
    if (!this.#opened) {
      for (const domain of this.#domains) domain.settle();
      return;
    }
    this.#opened = false;
    this.#next++;
    for (const domain of this.#domains) domain.finishBeat();
    if (!this.#left) return;
    if (this.#sinceLeft++ > 0) return;
    // Its own sources would go on for ever.
    this.#scope.endSources();
    for (const domain of this.#domains) domain.settle();
  }

  /** The outer beat is out. */
  idle(): void {
    for (const domain of this.#domains) domain.idle();
  }

  /** True when its stream has ended, and what that left has rung out and reached its sinks. */
  get isOver(): boolean {
    return this.#left && this.#sinceLeft > 0 && (this.#sinks.size === 0 || this.#sinceLeft > DRAIN_TICKS);
  }

  /** A node of it, by its name in the file. */
  node(inner: string): NodeRun | undefined {
    return this.#scope.nodes.get(innerId(this.#names, inner));
  }

  /** Exact figures. */
  stats(): Pick<GraphStats, 'nodes' | 'queues'> {
    const hidden = innerId(this.#names, RESULT);
    const nodes = [...this.#scope.nodes.values()].filter((run) => run.node.id !== hidden);
    return {
      nodes: Object.fromEntries(nodes.map((run) => [run.node.id, nodeStats(run)])),
      queues: this.#scope.queues.map(({ from, to, queue }) => ({ from, to, ...queue.stats() })),
    };
  }

  /** Ends it at once; resolves when everything of it is cleaned up. */
  async close(): Promise<void> {
    const closed = this.#scope.close();
    this.result$.complete();
    await closed;
  }

  #open(index: number): void {
    if (this.#opened) return;
    this.#opened = true;
    this.#next = index;
    for (const domain of this.#domains) domain.open(index);
  }
}
