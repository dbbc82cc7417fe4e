import { isDeepStrictEqual } from 'node:util';
import { voxError } from '../../errors.js';
import type { Plan, PlanNode, PlanWire } from '../plan-types.js';
import type { Registry } from '../registry.js';
import type { Domain } from './domain.js';
import { Feed, type QueuedWire } from './feed.js';
import type { NodeHost } from './node-host.js';
import { NodeRun } from './node-run.js';

/** What a scope is made of. */
export interface ScopeOptions {
  readonly plan: Plan;
  readonly registry: Registry;
  /** In the plan's order. */
  readonly domains: readonly Domain[];
  readonly host: NodeHost;
  /** The nodes of the plan it holds; absent: all. */
  readonly only?: ReadonlySet<string>;
  /** Where producers outside it are found, the present options of its nodes, and which of them are left out. */
  readonly outer?: Scope;
  /** The scope whose place it shall take, and which of its nodes go on in this one. */
  readonly from?: { readonly scope: Scope; readonly kept: ReadonlySet<string> };
}

/** An input of a node that goes on, fed from elsewhere: nothing of this has happened yet. */
export interface PortChange {
  readonly consumer: NodeRun;
  /** Feeds that shall end, and what shall take their place, in order. */
  readonly replaced: readonly { readonly from: Feed; readonly to: Feed }[];
  readonly removed: readonly Feed[];
  readonly added: readonly Feed[];
  /** Whether branches are named after node and port. */
  readonly several: boolean;
}

/**
 * A set of running nodes and the wires into them. The main scope holds the whole graph; a personal scope holds a second instance of the
 * nodes between the participants and the call, fed by the main scope's nodes from outside that path. A scope never changes: when the
 * graph does, another one takes its place, and shares with it the nodes and wires that go on.
 */
export class Scope {
  readonly nodes = new Map<string, NodeRun>();
  /** The nodes it has made itself. */
  readonly made: readonly NodeRun[];
  /** What must change at nodes that go on before this scope is as planned. */
  readonly changes: readonly PortChange[];
  readonly #feeds = new Set<Feed>();
  readonly #outer: Scope | undefined;
  /** Whose personal mix it makes. */
  readonly #listener: string | undefined;
  #closing: Promise<void> | undefined;

  /** @throws VoxError when the plan names unknown types or nodes; then nothing is left behind. */
  constructor({ plan, registry, domains, host, only, outer, from }: ScopeOptions) {
    this.#outer = outer;
    this.#listener = host.personalMixOf;
    const made: NodeRun[] = [];
    const changes: PortChange[] = [];
    this.made = made;
    this.changes = changes;
    try {
      for (const node of plan.nodes) {
        if (only && !only.has(node.id)) continue;
        const definition = registry.get(node.type);
        if (!definition) throw voxError('UNKNOWN_TYPE', { type: node.type }, { node: node.id });
        const kept = from?.kept.has(node.id) ? from.scope.nodes.get(node.id) : undefined;
        const original = outer?.nodes.get(node.id);
        const planned: PlanNode = original ? { ...node, options: original.options } : node;
        const run = kept ?? new NodeRun(planned, definition, domains[node.domain]!, host, from !== undefined);
        const before = original ?? from?.scope.nodes.get(node.id);
        if (!kept && before) run.leaveOutAs(before);
        this.nodes.set(node.id, run);
        if (!kept) made.push(run);
      }
      for (const node of plan.nodes) {
        const run = this.nodes.get(node.id);
        if (!run) continue;
        for (const port of portsOf(run, node)) {
          const wires = node.inputs[port] ?? [];
          if (made.includes(run)) this.#connect(run, port, wires, from !== undefined && run.isSink);
          else changes.push(...this.#compare(run, port, wires, from!.scope));
        }
      }
    } catch (error) {
      void (from ? this.leaveTo(from.scope) : this.close());
      throw error;
    }
  }

  /** Each wire with a queue. */
  get queues(): QueuedWire[] {
    return [...this.#feeds].flatMap(({ queued }) => queued ?? []);
  }

  /** Makes the instances of its own nodes, producers first: the order in which they hear the beat and settle. */
  start(): void {
    for (const run of this.made) run.start();
  }

  /** The feeds of a node, in the order of its wires. */
  feedsOf(run: NodeRun): Feed[] {
    return [...this.#feeds].filter((feed) => feed.consumer === run);
  }

  /** Ends its sources, so that what is downstream completes in turn. */
  endSources(): void {
    for (const run of this.nodes.values()) if (run.isSource) run.endOutput();
  }

  /** Ends every node, consumers last, and waits for their clean-up. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#end([...this.#feeds], [...this.nodes.values()]);
    return this.#closing;
  }

  /** Ends what it does not share with the scope that goes on in its place. */
  leaveTo(other: Scope): Promise<void> {
    const going = new Set(other.nodes.values());
    return this.#end(
      [...this.#feeds].filter((feed) => !other.#feeds.has(feed)),
      [...this.nodes.values()].filter((run) => !going.has(run)),
    );
  }

  async #end(feeds: readonly Feed[], nodes: readonly NodeRun[]): Promise<void> {
    for (const feed of feeds) feed.dispose();
    await Promise.all([...nodes].reverse().map((run) => run.close()));
  }

  /** Lets its own sinks hear: during a trial they are made, and open what they need, but get nothing. */
  attachSinks(): void {
    for (const run of this.made) {
      if (!run.isSink) continue;
      const feeds = this.feedsOf(run);
      for (const feed of feeds) this.#attach(feed, feeds.filter(({ port }) => port === feed.port).length > 1);
    }
  }

  #connect(run: NodeRun, port: string, wires: readonly PlanWire[], later: boolean): void {
    for (const wire of wires) {
      const feed = this.#feed(wire, run, port);
      if (!later) this.#attach(feed, wires.length > 1);
    }
  }

  #attach(feed: Feed, several: boolean): void {
    feed.attach(several);
    // Only a wire of branches can bring more of them.
    if (feed.isStream) feed.consumer.ports.manyInlets.get(feed.port)?.closeOne();
  }

  #compare(run: NodeRun, port: string, wires: readonly PlanWire[], before: Scope): PortChange[] {
    const old = before.feedsOf(run).filter((feed) => feed.port === port);
    const added: Feed[] = [];
    for (const wire of wires) {
      const producer = this.#producer(wire, run);
      const same = old.findIndex((feed) => feed.producer === producer && sameWire(feed.wire, wire));
      const [kept] = same < 0 ? [] : old.splice(same, 1);
      if (kept) this.#feeds.add(kept);
      else added.push(this.#feed(wire, run, port));
    }
    if (old.length === 0 && added.length === 0) return [];
    const streams = (feeds: readonly Feed[]) => feeds.filter((feed) => feed.isStream);
    const [outgoing, incoming] = [streams(old), streams(added)];
    const pairs = Math.min(outgoing.length, incoming.length);
    const replaced = outgoing.slice(0, pairs).map((from, i) => ({ from, to: incoming[i]! }));
    const paired = new Set(replaced.flatMap(({ from, to }) => [from, to]));
    const rest = (feeds: readonly Feed[]) => feeds.filter((feed) => !paired.has(feed));
    return [{ consumer: run, replaced, removed: rest(old), added: rest(added), several: wires.length > 1 }];
  }

  #feed(wire: PlanWire, run: NodeRun, port: string): Feed {
    const producer = this.#producer(wire, run);
    // Voices that are worked on once for everybody: all but his own.
    const without = wire.branches && !this.nodes.has(wire.node) ? this.#listener : undefined;
    const feed = new Feed(wire, producer, run, port, without);
    this.#feeds.add(feed);
    return feed;
  }

  #producer(wire: PlanWire, run: NodeRun): NodeRun {
    const producer = this.nodes.get(wire.node) ?? this.#outer?.nodes.get(wire.node);
    if (!producer) throw voxError('UNKNOWN_NODE', { name: wire.node }, { node: run.node.id });
    return producer;
  }
}

function sameWire(a: PlanWire, b: PlanWire): boolean {
  return a.port === b.port && a.branches === b.branches && isDeepStrictEqual(a.queue, b.queue);
}

/** The input ports that are wired, or were. */
function portsOf(run: NodeRun, node: PlanNode): string[] {
  return [...new Set([...Object.keys(node.inputs), ...Object.keys(run.node.inputs)])];
}
