import { reasonOf, VoxError, voxError } from '../../errors.js';
import { describeDiff, diffPlans, type PlanDiff } from '../diff.js';
import type { NodeEvent } from '../context.js';
import type { Plan } from '../plan-types.js';
import type { Registry } from '../registry.js';
import { refuseChange } from './change-refusals.js';
import type { ChangeSettings } from './change-settings.js';
import { GraphChange } from './graph-change.js';
import { nodesThatGoOn } from './revival.js';
import type { RunningParts } from './running-parts.js';

/** The graph that is changed. */
export interface ChangeableGraph {
  readonly registry: Registry;
  readonly parts: RunningParts;
  /** Whether it beats, so that a change will get anywhere. */
  readonly canChange: () => boolean;
  /** Whether a beat is under way, in which nothing may be rewired. */
  readonly inBeat: () => boolean;
  /** @throws VoxError when the plan cannot run here. */
  readonly refuse: (plan: Plan) => void;
  readonly event: (event: NodeEvent) => void;
}

interface Request {
  readonly plan: Plan;
  readonly settings: ChangeSettings;
  readonly told: PlanDiff | 'nothing' | undefined;
  readonly resolve: (diff: PlanDiff) => void;
  readonly reject: (error: unknown) => void;
}

/** The changes of one running graph: one after the other, each between two beats. */
export class LiveChanges {
  readonly #graph: ChangeableGraph;
  readonly #waiting: Request[] = [];
  #present: GraphChange | undefined;
  #over = false;

  /** @param graph what is changed. */
  constructor(graph: ChangeableGraph) {
    this.#graph = graph;
  }

  /** True while a change is under way or waits for its turn. */
  get busy(): boolean {
    return this.#present !== undefined || this.#waiting.length > 0;
  }

  /** Resolves with what differed when the new plan alone runs; rejects with a VoxError when the old one stayed. */
  request(plan: Plan, settings: ChangeSettings, told?: PlanDiff | 'nothing'): Promise<PlanDiff> {
    const { promise, resolve, reject } = Promise.withResolvers<PlanDiff>();
    this.#waiting.push({ plan, settings, told, resolve, reject });
    if (!this.#graph.inBeat()) this.#next();
    return promise;
  }

  /** To be called after every beat. */
  afterBeat(): void {
    if (this.#present) this.#present.afterBeat();
    else if (this.#waiting.length > 0) this.#next();
  }

  /** The graph ends; what is under way is given up. */
  abandon(): void {
    this.#over = true;
    this.#present?.abandon();
    this.#next();
  }

  #next(): void {
    while (!this.#present) {
      const request = this.#waiting.shift();
      if (!request) return;
      try {
        this.#begin(request);
      } catch (error) {
        this.#failed(error, request);
      }
    }
  }

  #begin(request: Request): void {
    const { plan, settings, resolve } = request;
    const graph = this.#graph;
    const { parts } = graph;
    if (this.#over || !graph.canChange()) throw voxError('CHANGE_FAILED', { reason: 'it is not running' });
    graph.refuse(plan);
    const diff = diffPlans(parts.plan, plan, graph.registry);
    const kept = nodesThatGoOn(diff, plan, parts.main, settings.again);
    refuseChange(parts.plan, kept, graph.registry);
    const change = new GraphChange({ ...parts.build(plan, diff, kept), diff, settings });
    this.#present = change;
    // By callbacks of its own and not by its promise, since beats do not wait for continuations.
    change.onEnd((error) => {
      this.#present = undefined;
      if (error) this.#failed(error, request);
      else {
        this.#tell(request, diff);
        resolve(diff);
      }
      if (!graph.inBeat()) this.#next();
    });
  }

  #tell({ plan, told }: Request, diff: PlanDiff): void {
    const shown = told ?? diff;
    if (shown !== 'nothing' && !shown.empty)
      this.#graph.event({ type: 'graph.changed', title: plan.title, changes: describeDiff(shown) });
  }

  #failed(error: unknown, { told, reject }: Request): void {
    const known = error instanceof VoxError ? error : voxError('INTERNAL', { reason: reasonOf(error) });
    if (!this.#over && told !== 'nothing')
      this.#graph.event({ type: 'graph.change-failed', problem: known.problems[0], problems: known.problems });
    reject(known);
  }
}
