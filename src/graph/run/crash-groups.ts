import { isDeepStrictEqual } from 'node:util';
import { problem, type Problem } from '../../errors.js';
import type { Cancel, Scheduler } from '../../time/scheduler.js';
import type { NodeEvent } from '../context.js';
import type { PlanGroup } from '../plan-types.js';
import type { NodeRun } from './node-run.js';

/** A restarted group has recovered when none of its nodes gave up for so long, in milliseconds; its restarts then count anew. */
const RECOVERED_MS = 5000;

/** The longest pause before a restart, in milliseconds. */
const LONGEST_BACKOFF_MS = 60_000;

/** What the groups of a graph need of it. */
export interface GroupsOptions {
  readonly scheduler: Scheduler;
  /** The running node of that name. */
  readonly find: (node: string) => NodeRun | undefined;
  readonly event: (event: NodeEvent) => void;
  /** Ends the graph. */
  readonly end: () => void;
}

/** One group while it runs. */
class Group {
  restarts = 0;
  cancel: Cancel | undefined;
  down = false;
  restarting = false;
  /** Who gave up while the others were still being made anew. */
  failed: NodeRun | undefined;

  constructor(readonly plan: PlanGroup) {}
}

/**
 * The crash groups of a running graph. The guard of each node mends what it can; when one gives up (five faults in a row, a source with
 * no attempt left), its whole group degrades with it: it is bypassed, restarted with pauses that double, or ends the graph.
 */
export class CrashGroups {
  readonly #options: GroupsOptions;
  #groups: readonly Group[] = [];

  /** @param options the graph. */
  constructor(options: GroupsOptions) {
    this.#options = options;
  }

  /** The groups of the plan that runs now; those that are the same go on as they are. */
  become(groups: readonly PlanGroup[]): void {
    const before = this.#groups;
    this.#groups = groups.map((plan) => before.find((group) => isDeepStrictEqual(group.plan, plan)) ?? new Group(plan));
    for (const group of before) if (!this.#groups.includes(group)) group.cancel?.();
  }

  /**
   * A node gave up.
   *
   * @returns whether it is in a group, so that a source must not end: it may come again.
   */
  gaveUp(run: NodeRun): boolean {
    const { id } = run.node;
    const group = this.#groups.find(({ plan }) => plan.nodes.includes(id));
    if (!group || this.#options.find(id) !== run) return false;
    // Its neighbours are suspended only when the beat is over: they may be in the middle of it.
    if (!group.down) {
      group.down = true;
      if (group.restarting) group.failed = run;
      else run.domain.afterBeat(() => this.#degrade(group, run));
    }
    return true;
  }

  /** Nothing is restarted any more. */
  close(): void {
    for (const group of this.#groups) group.cancel?.();
    this.#groups = [];
  }

  #degrade(group: Group, run: NodeRun): void {
    if (!this.#groups.includes(group)) return;
    const { name, onError, backoffMs, maxRestarts } = group.plan;
    group.cancel?.();
    group.cancel = undefined;
    const told = { group: name, node: run.node.id, problem: this.#problem(run) };
    if (onError === 'end') {
      this.#options.event({ type: 'group.ended', ...told });
      this.#options.end();
      return;
    }
    for (const node of this.#nodes(group)) node.suspend();
    if (onError === 'bypass' || group.restarts >= maxRestarts) {
      this.#options.event({ type: 'group.bypassed', ...told, restarts: group.restarts });
      return;
    }
    const delayMs = Math.min(LONGEST_BACKOFF_MS, backoffMs * 2 ** group.restarts);
    group.restarts++;
    group.cancel = this.#options.scheduler.after(delayMs, () => this.#restart(group));
  }

  #restart(group: Group): void {
    const { name } = group.plan;
    group.down = false;
    group.failed = undefined;
    group.restarting = true;
    this.#options.event({ type: 'group.restarted', group: name, restarts: group.restarts });
    for (const node of this.#nodes(group)) node.resume();
    group.restarting = false;
    if (group.failed) return this.#degrade(group, group.failed);
    group.cancel = this.#options.scheduler.after(RECOVERED_MS, () => {
      this.#options.event({ type: 'group.recovered', group: name, restarts: group.restarts });
      group.restarts = 0;
      group.cancel = undefined;
    });
  }

  #nodes(group: Group): NodeRun[] {
    return group.plan.nodes.flatMap((id) => this.#options.find(id) ?? []);
  }

  #problem(run: NodeRun): Problem {
    return run.lastProblem ?? problem('INTERNAL', { reason: `"${run.node.id}" gave up` });
  }
}
