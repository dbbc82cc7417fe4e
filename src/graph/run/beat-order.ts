import type { BeatSlot, Domain } from './domain.js';
import type { Plan } from '../plan-types.js';
import type { NodeRun } from './node-run.js';
import type { Scope } from './scope.js';
import type { Transition } from './transition.js';

/**
 * Puts the nodes of a scope in the order of its plan, so that producers hear the beat and settle before their consumers. Nodes that only
 * `leaving` has stand behind the last of their producers; what changes a wire over stands right before its consumer.
 */
export function arrangeBeat(scope: Scope, leaving?: Scope, transitions: readonly Transition[] = []): void {
  const order = [...scope.nodes.values()];
  if (leaving) {
    for (const run of leaving.nodes.values()) {
      if (order.includes(run)) continue;
      const after = Math.max(-1, ...leaving.feedsOf(run).map(({ producer }) => order.indexOf(producer)));
      order.splice(after + 1, 0, run);
    }
  }
  const slots = new Map<Domain, BeatSlot[]>();
  for (const run of order) {
    const before = transitions.filter(({ consumer }) => consumer === run).flatMap(({ slot }) => slot ?? []);
    const { domain } = run.domain;
    slots.set(domain, [...(slots.get(domain) ?? []), ...before, run.signals]);
  }
  for (const [domain, list] of slots) domain.arrange(list);
}

/** Where the nodes of a graph are while it changes, when the new plan divides them into clock domains otherwise than the old one. */
export class Moves {
  readonly #wanted = new Map<NodeRun, Domain>();

  /** @param domains the new plan's, in its order. */
  constructor(
    private readonly before: Scope,
    private readonly after: Scope,
    plan: Plan,
    domains: readonly Domain[],
  ) {
    for (const { id, domain } of plan.nodes) this.#wanted.set(after.nodes.get(id)!, domains[domain]!);
  }

  /** True when somebody has to move. */
  get needed(): boolean {
    return [...this.#wanted].some(([run, domain]) => run.domain.domain !== domain);
  }

  /**
   * While wires change over, both sides of each are needed in the same beat: every domain that somebody leaves or enters becomes one.
   *
   * @returns puts everybody of the old graph back where he was.
   */
  join(): () => void {
    const moving = [...this.#wanted].filter(([run, domain]) => run.domain.domain !== domain);
    const [first, ...others] = new Set(moving.flatMap(([run, domain]) => [domain, run.domain.domain]));
    const was = [...this.before.nodes.values()].map((run) => [run, run.domain.domain] as const);
    if (first) {
      const merged = new Set([first, ...others]);
      for (const run of [...this.before.nodes.values(), ...this.after.nodes.values()])
        if (merged.has(run.domain.domain)) run.domain.move(first);
    }
    return () => {
      for (const [run, domain] of was) run.domain.move(domain);
    };
  }

  /** Puts everybody of the new graph where the plan wants him. */
  part(): void {
    for (const [run, domain] of this.#wanted) run.domain.move(domain);
  }
}
