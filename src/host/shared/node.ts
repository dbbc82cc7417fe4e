import { voxError, type Problem } from '../../errors.js';
import type { NodeEvent } from '../../graph/context.js';
import type { Permissions } from '../../graph/permissions.js';
import type { Plan, PlanNode, PlanWire } from '../../graph/plan-types.js';
import type { Registry } from '../../graph/registry.js';
import type { GraphEvent } from '../../graph/run/graph-events.js';
import { GraphRun } from '../../graph/run/graph-run.js';
import { Lateness } from '../../time/lateness.js';
import type { Scheduler, Ticker, TickInfo } from '../../time/scheduler.js';
import { BeatLine } from './beat-line.js';
import { SharedOutlet, type Deliver } from './outlet.js';
import { heardOutputs, outletNode, standIn } from './stand-in.js';

/** So many beats are made up for when the first reader skipped some; what is older nobody wants. */
const MADE_UP_BEATS = 5;

/** What feeds an input of a shared node. */
export interface SharedFeed {
  readonly wire: PlanWire;
  readonly producer: SharedNode;
}

/** What a shared node is made of. */
export interface SharedNodeOptions {
  /** Tells it from every other. */
  readonly id: number;
  /** As in the plan of the first graph that has it. */
  readonly node: PlanNode;
  /** Of that graph. */
  readonly baseDir: string;
  /** Its wires, by input. */
  readonly feeds: Readonly<Record<string, readonly SharedFeed[]>>;
  /** Knows stand-ins and outlets of shared nodes, besides the types there are. */
  readonly registry: Registry;
  readonly scheduler: Scheduler;
  readonly permissions: Permissions;
}

/** Somebody who is told what a shared node tells. */
export interface SharedListener {
  told(node: SharedNode, event: NodeEvent): void;
  watches(node: SharedNode, eventType: string): boolean;
}

/**
 * One node that several graphs hear, as a graph of its own: behind the same guard, with the same waiting for files to open. It has no beat: it
 * makes one when the first of its readers asks for it, and that one's beat is then everybody's.
 */
export class SharedNode {
  readonly id: number;
  readonly run: GraphRun;
  /** The graphs that hear it, directly or through others. */
  readonly listeners = new Set<SharedListener>();
  /** How its own beats lie to the common ones. */
  readonly line = new BeatLine();
  /** The last beat it made; −1 before the first. */
  made = -1;
  /** True when nothing comes from it any more. */
  over = false;
  /** What went wrong with it, until it has opened what it plays. */
  problem: Problem | undefined;
  /** False once it is no more what its options say, since it was commanded. */
  joinable = true;
  /** Its options now. */
  options: Readonly<Record<string, unknown>>;
  readonly #options: SharedNodeOptions;
  readonly #outlets = new Map<string, SharedOutlet>();
  readonly #facts = new Map<string, NodeEvent>();
  readonly #watchable = new Set<string>();
  readonly #lateness = new Lateness();
  readonly #live = Promise.withResolvers<boolean>();
  #tick: ((tick: TickInfo) => void) | undefined;
  #ticks = 0;

  /** Nothing happens before {@link ready} is asked for. @throws VoxError when it cannot run. */
  constructor(options: SharedNodeOptions) {
    const { id, node, registry, scheduler, permissions } = options;
    this.id = id;
    this.#options = options;
    this.options = node.options;
    const definition = registry.get(node.type);
    if (!definition) throw voxError('UNKNOWN_TYPE', { type: node.type }, { node: node.id });
    const outputs = heardOutputs(definition);
    for (const [port, { kind }] of Object.entries(outputs)) this.#outlets.set(port, new SharedOutlet(kind));
    this.run = new GraphRun({
      id: `shared-${id}`,
      plan: planOf(options, Object.keys(outputs)),
      registry,
      scheduler,
      permissions,
      governor: false,
      beats: (onTick) => this.#beats(onTick),
      onEvent: (event) => this.#told(event),
      watched: (name, type) => this.#watched(name, type),
    });
    void this.run.ended.then(() => this.#end());
  }

  /** Begins to open what it needs. Settles when it can beat. Idempotent. */
  get ready(): Promise<void> {
    return this.run.start();
  }

  /** Its name in the graph that came first. */
  get name(): string {
    return this.#options.node.id;
  }

  /** The folder of its relative paths. */
  get baseDir(): string {
    return this.#options.baseDir;
  }

  /** The nodes that it hears, by input. */
  get feeds(): SharedNodeOptions['feeds'] {
    return this.#options.feeds;
  }

  /** As planned, with the options it has now. */
  get planned(): PlanNode {
    return { ...this.#options.node, options: this.options };
  }

  /** True once it can make beats. */
  get beats(): boolean {
    return this.#tick !== undefined;
  }

  /** Whether its source gives the present of something: known once that has been opened; false also when it was not. */
  get live(): Promise<boolean> {
    return this.#live.promise;
  }

  /** What it told of its present state, oldest first: for who comes later. */
  get facts(): Iterable<NodeEvent> {
    return this.#facts.values();
  }

  /** One of its outputs. */
  outlet(port: string): SharedOutlet {
    return this.#outlets.get(port)!;
  }

  /** Whether events of a type are told to those who watch them only. */
  isWatchable(eventType: string): boolean {
    return this.#watchable.has(eventType);
  }

  /** The clock. */
  get scheduler(): Scheduler {
    return this.#options.scheduler;
  }

  /** Makes beats up to one that nobody made. @param direct gets what leaves an outlet in that one. */
  beatUntil(beat: number, outlet: SharedOutlet, direct: Deliver): void {
    const others = [...this.#outlets.values()].reduce((sum, { readers }) => sum + readers, 0) > 1;
    const first = others && this.made >= 0 ? Math.max(this.made + 1, beat - MADE_UP_BEATS + 1) : beat;
    for (let at = first; at <= beat; at++) this.#beat(at, outlet, at === beat ? direct : undefined);
  }

  /** Changes its options for everybody. @throws VoxError; then nothing has changed. */
  setOptions(patch: Readonly<Record<string, unknown>>, all: Readonly<Record<string, unknown>>): void {
    this.run.setOptions(this.name, patch);
    this.options = all;
  }

  #beat(beat: number, outlet: SharedOutlet, direct: Deliver | undefined): void {
    this.made = beat;
    this.line.begin(beat);
    this.#ticks++;
    const dueUs = this.#options.scheduler.nowUs();
    for (const one of this.#outlets.values()) one.begin(beat, one === outlet ? direct : undefined);
    this.#tick?.({ index: beat, dueUs, lateUs: 0, skipped: 0 });
    for (const one of this.#outlets.values()) one.end();
  }

  #beats(onTick: (tick: TickInfo) => void): Ticker {
    this.#tick = onTick;
    return {
      stats: () => ({ ticks: this.#ticks, skipped: 0, bursts: 0, lateness: this.#lateness.summary() }),
      stop: () => {
        this.#tick = undefined;
        this.#end();
      },
    };
  }

  #end(): void {
    this.over = true;
    this.#live.resolve(false);
    for (const outlet of this.#outlets.values()) outlet.complete();
  }

  #told(event: GraphEvent): void {
    const { graph: _graph, node, ...fact } = event;
    // Of the run around it only what went wrong is news.
    if (node !== this.name && !('problem' in fact)) return;
    if (fact.type === 'stream.opened') {
      this.#live.resolve(fact['live'] === true);
      this.problem = undefined;
    } else if ('problem' in fact) this.problem = fact['problem'] as Problem;
    if (!('problem' in fact) && !this.#watchable.has(fact.type)) {
      this.#facts.delete(fact.type);
      this.#facts.set(fact.type, fact);
    }
    for (const listener of [...this.listeners]) listener.told(this, fact);
  }

  #watched(node: string, eventType: string): boolean {
    if (node !== this.name) return false;
    this.#watchable.add(eventType);
    for (const listener of this.listeners) if (listener.watches(this, eventType)) return true;
    return false;
  }
}

/** The node between stand-ins for what it hears and outlets for what it gives. */
function planOf({ id, node, baseDir, feeds }: SharedNodeOptions, outputs: readonly string[]): Plan {
  const { shared: _, ...planned } = node;
  const own = { domain: 0, implicit: true } as const;
  const all = Object.values(feeds).flat();
  // Named as in the graph: where branches meet, names are all that tells them apart.
  const heard = new Map(all.map(({ wire, producer }) => [wire.node, producer]));
  const sinks = outputs.map((port): PlanNode => {
    const wire = { node: node.id, port, branches: false };
    return { ...outletNode(node.type, port), id: `${node.id}~${port}`, options: { shared: id }, inputs: { in: [wire] }, ...own };
  });
  const source = all.length === 0;
  return {
    version: 1,
    title: node.id,
    baseDir,
    nodes: [
      ...[...heard].map(([name, producer]) => standIn({ ...producer.planned, id: name }, producer.id, id)),
      { ...planned, domain: 0, ...(source && { offersPackets: true as const }) },
      ...sinks,
    ].map((one) => ({ ...one, domain: 0 })),
    domains: [{ name: 'main', leader: null }],
    plugins: {},
  };
}
