import type { NodeCommand } from '../graph/context.js';
import { diffPlans } from '../graph/diff.js';
import type { Plan } from '../graph/plan-types.js';
import type { Registry } from '../graph/registry.js';
import type { GraphEvent } from '../graph/run/graph-events.js';
import type { AnyStateMachine } from 'xstate';
import type { MachineLog } from '../machines/machine-log.js';
import type { Scheduler } from '../time/scheduler.js';
import { createPlayback, type Playback } from './playback.js';

/** The playback machines of a running graph: one for each source that plays streams, also after the graph was changed. */
export class Playbacks {
  /** By node id. */
  readonly present = new Map<string, Playback>();
  /** Of nodes that a change is bringing; each takes its place with its first stream. */
  readonly #coming = new Map<string, Playback>();

  /**
   * @param plan what runs.
   * @param parts the clock, and what follows the machines.
   * @param send passes a command to a node.
   */
  constructor(
    plan: Plan,
    private readonly parts: { readonly scheduler: Scheduler; readonly machines: MachineLog; readonly graph: string },
    private readonly send: (node: string, command: NodeCommand) => void,
  ) {
    for (const { id, type, options } of plan.nodes) if (plays(type)) this.present.set(id, this.#make(id, options['src']));
  }

  /** Hands a fact to the machine of its node. */
  told(event: GraphEvent): void {
    const { node } = event;
    if (node === undefined) return;
    const next = event.type === 'stream.opened' ? this.#coming.get(node) : undefined;
    if (next) {
      this.#coming.delete(node);
      this.present.get(node)?.close();
      this.present.set(node, next);
    }
    this.present.get(node)?.told(event);
  }

  /**
   * A change is asked for.
   *
   * @param again nodes that are over and begin again.
   * @returns to be called when it is over, with whether it happened.
   */
  expect(before: Plan, after: Plan, registry: Registry, again: readonly string[] = []): (happened: boolean) => void {
    const { added, rebuilt, removed } = diffPlans(before, after, registry);
    const made = new Set([...added, ...rebuilt.map(({ node }) => node), ...again]);
    for (const { id, type, options } of after.nodes) {
      if (!made.has(id) || !plays(type)) continue;
      this.#coming.get(id)?.close();
      this.#coming.set(id, this.#make(id, options['src']));
    }
    return (happened) => {
      if (!happened) return this.#giveUp(made);
      for (const id of removed) this.#drop(id);
      for (const { id, type } of after.nodes) if (made.has(id) && !plays(type)) this.#drop(id);
    };
  }

  /** Ends every machine. */
  close(): void {
    for (const playback of [...this.present.values(), ...this.#coming.values()]) playback.close();
    this.#coming.clear();
  }

  #drop(id: string): void {
    this.present.get(id)?.close();
    this.present.delete(id);
  }

  #giveUp(ids: ReadonlySet<string>): void {
    for (const id of ids) {
      this.#coming.get(id)?.close();
      this.#coming.delete(id);
    }
  }

  #make(id: string, src: unknown): Playback {
    const { scheduler, machines, graph } = this.parts;
    const follow = (machine: AnyStateMachine) => machines.follow(machine, { graph, node: id });
    return createPlayback(String(src), { scheduler, follow }, (command) => this.send(id, command));
  }
}

function plays(type: string): boolean {
  return type === 'source.file' || type === 'source.url';
}
