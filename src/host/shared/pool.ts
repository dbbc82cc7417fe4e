import { isDeepStrictEqual } from 'node:util';
import type { Permissions } from '../../graph/permissions.js';
import type { PlanNode } from '../../graph/plan-types.js';
import type { Registry } from '../../graph/registry.js';
import type { Scheduler } from '../../time/scheduler.js';
import { BeatLine } from './beat-line.js';
import { SharedNode, type SharedFeed, type SharedListener } from './node.js';
import { sharingRegistry } from './stand-in.js';

/** How long a graph waits to learn whether the stream that another one is opening is live, in milliseconds. */
const LIVE_KNOWN_MS = 2000;

/** What a graph wants to hear. */
export interface Wanted {
  readonly node: PlanNode;
  /** The folder of its relative paths. */
  readonly baseDir: string;
  /** Its wires from other shared nodes, by input. */
  readonly feeds: Readonly<Record<string, readonly SharedFeed[]>>;
  /** The one of its name that the graph hears so far. */
  readonly before?: SharedNode | undefined;
}

/** What a pool is made of. */
export interface PoolOptions {
  readonly registry: Registry;
  readonly scheduler: Scheduler;
  readonly permissions: Permissions;
}

/** The shared nodes of a host. One lives as long as a graph hears it. */
export class SharedPool {
  /** Knows their stand-ins too. */
  readonly registry: Registry;
  readonly #options: PoolOptions;
  readonly #nodes = new Map<number, SharedNode>();
  readonly #lines = new Map<number, BeatLine>();
  readonly #ending = new Set<Promise<unknown>>();
  #made = 0;

  /** @param options of the host. */
  constructor(options: PoolOptions) {
    this.#options = options;
    this.registry = sharingRegistry(options.registry, {
      node: (id) => this.#nodes.get(id)!,
      line: (id) => this.#lines.get(id)!,
    });
  }

  /** Begins the line of a graph's beats; gives its id. */
  openLine(): number {
    this.#lines.set(++this.#made, new BeatLine());
    return this.#made;
  }

  /** The graph has ended. */
  closeLine(id: number): void {
    this.#lines.delete(id);
  }

  /** How many there are. */
  get size(): number {
    return this.#nodes.size;
  }

  /**
   * The node that a graph shall hear: an equal one, else the one it hears already if only options differ that may change while it
   * runs and no other graph would hear it against its will, else a new one.
   *
   * @returns it, and the options it has to be given once the graph hears it, if any.
   * @throws VoxError when it cannot run.
   */
  async join(wanted: Wanted, listener: SharedListener): Promise<{ readonly node: SharedNode; readonly set: boolean }> {
    const { before } = wanted;
    for (const node of this.#candidates(wanted)) {
      if (node !== before && !(await this.#mayJoin(node, wanted))) continue;
      // It may have changed meanwhile.
      if (!this.#candidates(wanted).includes(node)) continue;
      node.listeners.add(listener);
      return { node, set: false };
    }
    if (before && this.#becomes(before, wanted, listener)) {
      before.listeners.add(listener);
      return { node: before, set: true };
    }
    return { node: this.#make(wanted, listener), set: false };
  }

  /** A graph hears a node no more. The last one ends it. */
  leave(node: SharedNode, listener: SharedListener): void {
    if (!node.listeners.delete(listener) || node.listeners.size > 0) return;
    this.#nodes.delete(node.id);
    this.#lines.delete(node.id);
    const ending = node.run.stop().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** Resolves when all that has ended is cleaned up. */
  async settled(): Promise<void> {
    await Promise.all(this.#ending);
  }

  /** Those that are what is wanted; the one that is heard so far first. */
  #candidates({ node, baseDir, feeds, before }: Wanted): SharedNode[] {
    const equal = [...this.#nodes.values()].filter(
      (one) =>
        !one.over &&
        (one.joinable || one === before) &&
        this.#sameKind(one, node, baseDir, feeds) &&
        isDeepStrictEqual(one.options, node.options),
    );
    return before && equal.includes(before) ? [before, ...equal.filter((one) => one !== before)] : equal;
  }

  /** Whether nobody could tell: the present of something outside, or what the file calls one for all. */
  async #mayJoin(node: SharedNode, { node: { type, shared } }: Wanted): Promise<boolean> {
    if (shared !== 'live' || this.#options.registry.get(type)?.live === true) return true;
    const late = Promise.withResolvers<boolean>();
    const cancel = this.#options.scheduler.after(LIVE_KNOWN_MS, () => late.resolve(false));
    const live = await Promise.race([node.live, late.promise]);
    cancel();
    return live;
  }

  #becomes(before: SharedNode, { node, baseDir, feeds }: Wanted, listener: SharedListener): boolean {
    if (before.over || !this.#sameKind(before, node, baseDir, feeds)) return false;
    const alone = before.listeners.size === 1 && before.listeners.has(listener);
    const fixed = this.#options.registry.get(node.type)?.fixedOptions ?? [];
    return (
      (alone || node.shared === 'asked') &&
      fixed.every((option) => isDeepStrictEqual(before.options[option], node.options[option]))
    );
  }

  #make({ node, baseDir, feeds }: Wanted, listener: SharedListener): SharedNode {
    const { scheduler, permissions } = this.#options;
    const made = new SharedNode({ id: ++this.#made, node, baseDir, feeds, registry: this.registry, scheduler, permissions });
    this.#nodes.set(made.id, made);
    this.#lines.set(made.id, made.line);
    made.listeners.add(listener);
    void made.ready;
    return made;
  }

  /** Whether two are of one type, hear the same, and are or are not one for all by their files' wish. Where branches meet, names count. */
  #sameKind(one: SharedNode, node: PlanNode, baseDir: string, feeds: Wanted['feeds']): boolean {
    const { planned } = one;
    if (planned.type !== node.type || one.baseDir !== baseDir || (planned.shared === 'asked') !== (node.shared === 'asked'))
      return false;
    const inputs = this.#options.registry.get(node.type)?.inputs ?? {};
    const heard = (of: Wanted['feeds']) =>
      Object.keys(inputs).map((port) =>
        (of[port] ?? []).map(({ wire, producer }) => [producer.id, wire.port, inputs[port]!.arity === 'many' ? wire.node : '']),
      );
    return isDeepStrictEqual(heard(one.feeds), heard(feeds));
  }
}
