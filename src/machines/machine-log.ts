import type { AnyActorRef, AnyStateMachine, AnyTransitionDefinition, InspectionEvent, StateValue } from 'xstate';
import { Subject, type Observable } from 'rxjs';
import { transitionId } from './describe.js';

/** What a machine is about. */
export interface MachineSubject {
  /** The call. */
  readonly call?: string;
  /** The running graph. */
  readonly graph?: string;
  /** The node in it. */
  readonly node?: string;
  /** The plugin's key. */
  readonly plugin?: string;
  /** The Telegram account. */
  readonly account?: string;
}

/** One step of a machine: what it was told and where it went. */
export interface MachineTransition {
  /** Rises by one from step to step of all machines, from 1. */
  readonly n: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** The machine. */
  readonly instance: string;
  /** The event's type; `(start)` for coming into the initial state. */
  readonly event: string;
  /** The guard of the transition, if it has one. */
  readonly guard?: string;
  /** The state it left; null at the start. */
  readonly from: StateValue | null;
  /** The state it is in now. */
  readonly to: StateValue;
  /** Those of the chart that were taken, as `describeMachine` calls them; several in parallel regions. */
  readonly transitionIds: readonly string[];
}

/** A machine that runs, or that ended lately. */
export interface MachineInstance {
  /** Its id. */
  readonly instance: string;
  /** Its kind of chart: `call`, `source`, `plugin`. */
  readonly machine: string;
  /** What it is about. */
  readonly subject: MachineSubject;
  /** The state it is in. */
  readonly value: StateValue;
  /** Since when, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** Whether it has ended. */
  readonly ended: boolean;
}

interface Kept {
  instance: MachineInstance;
  readonly steps: MachineTransition[];
}

/** Steps of each machine that are kept. */
export const STEPS_KEPT = 200;
/** Machines that have ended and are still shown. */
export const ENDED_KEPT = 50;

/** Hears what a machine's actors do, as xstate's `inspect` gives it. */
export type InspectMachine = (event: InspectionEvent) => void;

/** Remembers what machines did: the present state of each, and the last steps. Bounded; frames never come here. */
export class MachineLog {
  readonly #kept = new Map<string, Kept>();
  readonly #numbers = new Map<string, number>();
  readonly #steps$ = new Subject<MachineTransition>();
  readonly #inspectors = new Set<InspectMachine>();
  readonly #nowMs: () => number;
  #n = 0;

  /** @param nowMs milliseconds since 1970. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Steps as they happen. */
  get steps$(): Observable<MachineTransition> {
    return this.#steps$;
  }

  /** Those that run, and those that ended lately, oldest first. */
  instances(): readonly MachineInstance[] {
    return [...this.#kept.values()].map(({ instance }) => instance);
  }

  /** The machine of that id. */
  instance(id: string): MachineInstance | undefined {
    return this.#kept.get(id)?.instance;
  }

  /** The last steps of a machine behind number `after`; undefined when there is no such machine. */
  steps(instance: string, after = 0): readonly MachineTransition[] | undefined {
    return this.#kept.get(instance)?.steps.filter(({ n }) => n > after);
  }

  /** Everything that machines made from now on do goes to this too; returns the end of it. */
  inspectWith(inspector: InspectMachine): () => void {
    this.#inspectors.add(inspector);
    return () => void this.#inspectors.delete(inspector);
  }

  /**
   * Follows a machine that is about to be made.
   *
   * @returns what its actor takes as `inspect`.
   */
  follow(machine: AnyStateMachine, subject: MachineSubject): InspectMachine {
    const kind = machine.id;
    const number = (this.#numbers.get(kind) ?? 0) + 1;
    this.#numbers.set(kind, number);
    const id = `${kind}-${number}`;
    let root: AnyActorRef | undefined;
    return (event) => {
      for (const inspector of this.#inspectors) inspector(event);
      // The first to speak is the root; actors that it invokes are no machines of ours.
      root ??= event.actorRef as AnyActorRef;
      if (event.actorRef !== root) return;
      if (event.type !== '@xstate.microstep' && event.type !== '@xstate.snapshot') return;
      const { status, value } = event.snapshot as unknown as { readonly status: string; readonly value: StateValue };
      const kept = this.#kept.get(id) ?? this.#begin(machine, id, subject, value);
      // xstate's own name for it.
      // oxlint-disable-next-line no-underscore-dangle
      if (event.type === '@xstate.microstep') this.#step(kept, event.event.type, value, event._transitions);
      else if (kept.steps.length === 0) this.#step(kept, event.event.type, value, []);
      if (event.type === '@xstate.snapshot' && status !== 'active') this.#end(kept);
    };
  }

  #step(kept: Kept, event: string, to: StateValue, taken: readonly AnyTransitionDefinition[]): void {
    const begins = kept.steps.length === 0;
    // What a machine has no use for changes nothing.
    if (taken.length === 0 && !begins) return;
    const { instance } = kept;
    const guard = taken.map((one) => nameOf(one.guard)).find((name) => name !== undefined);
    const step: MachineTransition = {
      n: ++this.#n,
      atMs: this.#nowMs(),
      instance: instance.instance,
      event: event === 'xstate.init' ? '(start)' : event,
      ...(guard !== undefined && { guard }),
      from: begins ? null : instance.value,
      to,
      transitionIds: taken.map(transitionId),
    };
    kept.steps.push(step);
    if (kept.steps.length > STEPS_KEPT) kept.steps.shift();
    kept.instance = { ...instance, value: to, sinceMs: step.atMs };
    this.#steps$.next(step);
  }

  #end(kept: Kept): void {
    if (kept.instance.ended) return;
    kept.instance = { ...kept.instance, ended: true };
    const over = [...this.#kept.values()].filter(({ instance }) => instance.ended);
    for (const { instance } of over.slice(0, -ENDED_KEPT)) this.#kept.delete(instance.instance);
  }

  #begin(machine: AnyStateMachine, instance: string, subject: MachineSubject, value: StateValue): Kept {
    const about = { instance, machine: machine.id, subject, value, sinceMs: this.#nowMs(), ended: false };
    const kept: Kept = { instance: about, steps: [] };
    this.#kept.set(instance, kept);
    return kept;
  }
}

function nameOf(guard: unknown): string | undefined {
  if (typeof guard === 'string') return guard;
  if (typeof guard === 'object' && guard !== null && 'type' in guard && typeof guard.type === 'string') return guard.type;
  return undefined;
}
