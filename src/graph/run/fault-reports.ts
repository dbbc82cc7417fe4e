import { problem, reasonOf, VoxError, type Problem } from '../../errors.js';
import type { NodeEvent } from '../context.js';
import type { NodeDefinition } from '../define-node.js';
import type { PlanNode } from '../plan-types.js';
import { FAULT_LIMIT, isUsersFault } from './fault-policy.js';
import type { NodeHost } from './node-host.js';

/** A node that faults on every frame is reported once in so many microseconds. */
const REPORT_EVERY_US = 1_000_000;

/** Whose faults are told. */
export interface Reported {
  readonly node: PlanNode;
  readonly definition: NodeDefinition;
  readonly host: NodeHost;
  /** Tells the control plane a fact about it. */
  tell(event: NodeEvent): void;
}

/** Counts the faults of one node and tells the control plane, at most once a second what repeats. */
export class FaultReports {
  /** Faults since the start. */
  faults = 0;
  /** The last one, also one that was not told. */
  last: Problem | undefined;
  readonly #of: Reported;
  #lastUs = -Infinity;

  /** @param of whose faults. */
  constructor(of: Reported) {
    this.#of = of;
  }

  /** `node.fault`: it is tried again. */
  fault(error: unknown): void {
    const { node, definition } = this.#of;
    const isSource = Object.keys(definition.inputs).length === 0;
    const what = { node: node.id, reason: reasonOf(error) };
    this.faults++;
    this.last = isSource
      ? problem('SOURCE_FAULT', { ...what, attempts: definition.retry.attempts }, this.#where())
      : problem('NODE_FAULT', { ...what, limit: FAULT_LIMIT }, this.#where());
    const nowUs = this.#of.host.scheduler.nowUs();
    if (nowUs - this.#lastUs < REPORT_EVERY_US) return;
    this.#lastUs = nowUs;
    this.#tell('node.fault', this.last);
  }

  /** `node.bypassed`: too many in a row. */
  bypassed(error: unknown, count: number): void {
    this.faults++;
    const { id } = this.#of.node;
    this.#tell('node.bypassed', problem('NODE_BYPASSED', { node: id, count, reason: reasonOf(error) }, this.#where()));
  }

  /** `source.failed`: there is no further attempt. */
  sourceFailed(error: unknown, attempts: number): void {
    this.faults++;
    // What the user has to correct is told in its own words.
    if (error instanceof VoxError && isUsersFault(error)) {
      this.#tell('source.failed', { ...error.problems[0]!, ...this.#where() });
      return;
    }
    const { id } = this.#of.node;
    this.#tell('source.failed', problem('SOURCE_FAILED', { node: id, attempts, reason: reasonOf(error) }, this.#where()));
  }

  /** `node.cleanup-failed`: a disposer threw; the others ran. */
  cleanupFailed(error: unknown): void {
    this.faults++;
    const what = error instanceof VoxError ? error.problems[0]! : problem('INTERNAL', { reason: reasonOf(error) });
    this.#tell('node.cleanup-failed', { ...what, ...this.#where() });
  }

  /** `frames.leaked`: the node is closed, and holds pictures. */
  leaked(count: number): void {
    this.faults++;
    this.#tell('frames.leaked', problem('FRAMES_LEAKED', { node: this.#of.node.id, count }, this.#where()));
  }

  #tell(type: string, what: Problem): void {
    this.last = what;
    this.#of.tell({ type, problem: what, faults: this.faults });
  }

  #where() {
    return { node: this.#of.node.id, nodeType: this.#of.node.type };
  }
}
