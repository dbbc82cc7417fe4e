import { type AnyMachineSnapshot, type AnyStateMachine, type EventObject, getInitialMicrosteps, getMicrosteps } from 'xstate';
import { allStates, describeMachine, transitionId } from '../../src/machines/describe.js';

/** What a walk met. */
export interface Walk {
  readonly snapshots: AnyMachineSnapshot[];
  readonly missingStates: string[];
  readonly missingTransitions: string[];
}

/**
 * Visits everything that the events reach, breadth first, one snapshot for each `key`, and compares it with the chart. Events of
 * actors and of delays are given like others (`xstate.done.actor.<id>`, `xstate.after.<name>.<state>`). Transitions without an
 * event count as taken when their state stands in one microstep and their target, but not their state, in the next.
 */
export function walk(
  machine: AnyStateMachine,
  inputs: unknown[],
  events: readonly EventObject[],
  key: (snapshot: AnyMachineSnapshot) => string,
): Walk {
  const states = new Set<string>();
  const transitions = new Set<string>();
  const seen = new Map<string, AnyMachineSnapshot>();
  const todo: AnyMachineSnapshot[] = [];
  const chart = allStates(describeMachine(machine));
  const always = chart.flatMap((state) =>
    state.transitions.filter((t) => t.trigger.kind === 'always').map((t) => ({ from: state.id, id: t.id, to: t.targets[0]! })),
  );

  const meet = (steps: AnyMachineSnapshot[]): void => {
    const ids = steps.map((step) => new Set<string>(step._nodes.map((node) => node.id)));
    for (const set of ids) for (const id of set) states.add(id);
    for (let i = 1; i < ids.length; i++) {
      for (const { from, id, to } of always) {
        if (ids[i - 1]!.has(from) && !ids[i]!.has(from) && ids[i]!.has(to)) transitions.add(id);
      }
    }
    const last = steps.at(-1);
    if (!last) return;
    const name = key(last);
    if (seen.has(name)) return;
    seen.set(name, last);
    if (last.status === 'active') todo.push(last);
  };

  for (const input of inputs) meet(getInitialMicrosteps(machine, input).map(([snapshot]) => snapshot));
  for (let from = todo.shift(); from; from = todo.shift()) {
    for (const event of events) {
      const taken = machine.getTransitionData(from, event);
      if (taken.length === 0) continue;
      for (const transition of taken) transitions.add(transitionId(transition));
      const steps = getMicrosteps(machine, from, event).map(([snapshot]) => snapshot);
      meet(steps);
    }
  }
  return {
    snapshots: [...seen.values()],
    missingStates: chart.map((state) => state.id).filter((id) => !states.has(id)),
    missingTransitions: chart.flatMap((state) => state.transitions.map((t) => t.id)).filter((id) => !transitions.has(id)),
  };
}
