import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

/** What starts a transition: an event, a delay by its name, an actor that gave its result or failed, or nothing. */
export type Trigger =
  | { readonly kind: 'event'; readonly event: string }
  | { readonly kind: 'after'; readonly delay: string }
  | { readonly kind: 'done'; readonly actor: string }
  | { readonly kind: 'error'; readonly actor: string }
  | { readonly kind: 'always' };

/** One transition of a state. */
export interface TransitionDescription {
  /** Unique in the machine: state id, xstate's event type and its number among those. */
  readonly id: string;
  /** What starts it. */
  readonly trigger: Trigger;
  /** The guard's name; absent if it is always taken. */
  readonly guard?: string;
  /** Ids of the states it leads to; empty if the state stays. */
  readonly targets: readonly string[];
  /** Names of its actions. */
  readonly actions: readonly string[];
  /** What the chart says about it. */
  readonly description?: string;
}

/** One state with everything in it. */
export interface StateDescription {
  /** Such as `call.attempt.live`. */
  readonly id: string;
  /** The last part of the id. */
  readonly key: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  /** Id of the state it begins in, of compound states. */
  readonly initial?: string;
  /** What the chart says about it. */
  readonly description?: string;
  /** Actors that live as long as the state: their ids and the names of their logic. */
  readonly invokes: readonly { readonly id: string; readonly src: string }[];
  /** Names of the actions on coming in. */
  readonly entry: readonly string[];
  /** Names of the actions on going out. */
  readonly exit: readonly string[];
  /** Its transitions, in the order in which they are tried. */
  readonly transitions: readonly TransitionDescription[];
  /** The states in it. */
  readonly states: readonly StateDescription[];
}

/** A machine's chart as plain JSON, from the machine itself; the root is the machine. */
export function describeMachine(machine: AnyStateMachine): StateDescription {
  return describeState(machine.root);
}

/** Every state of a description, outer before inner. */
export function allStates(state: StateDescription): StateDescription[] {
  return [state, ...state.states.flatMap(allStates)];
}

/** The id that {@link TransitionDescription} gives a transition of the machine. */
export function transitionId(transition: AnyTransitionDefinition): string {
  const source = transition.source as AnyStateNode;
  const siblings =
    transition.eventType === '' ? (source.always ?? []) : (source.transitions.get(transition.eventType as string) ?? []);
  return `${source.id} ${transition.eventType} ${siblings.indexOf(transition)}`;
}

function describeState(node: AnyStateNode): StateDescription {
  const initial = node.type === 'compound' ? node.initial.target?.[0]?.id : undefined;
  return {
    id: node.id,
    key: node.key,
    type: node.type,
    ...(initial === undefined ? {} : { initial }),
    ...(node.description === undefined ? {} : { description: node.description }),
    invokes: node.invoke.map(({ id, src }) => ({ id, src: nameOf(src) })),
    entry: node.entry.filter((action) => !isTimer(action)).map(nameOf),
    exit: node.exit.filter((action) => !isTimer(action)).map(nameOf),
    transitions: [...(node.always ?? []), ...[...node.transitions.values()].flat()].map(describeTransition),
    states: Object.values(node.states).map(describeState),
  };
}

function describeTransition(transition: AnyTransitionDefinition): TransitionDescription {
  return {
    id: transitionId(transition),
    trigger: triggerOf(transition.eventType as string),
    ...(transition.guard === undefined ? {} : { guard: nameOf(transition.guard) }),
    targets: (transition.target ?? []).map((target) => target.id),
    actions: transition.actions.map(nameOf),
    ...(transition.description === undefined ? {} : { description: transition.description }),
  };
}

function triggerOf(eventType: string): Trigger {
  if (eventType === '') return { kind: 'always' };
  const after = /^xstate\.after\.([^.]+)\./.exec(eventType);
  if (after) return { kind: 'after', delay: after[1]! };
  const settled = /^xstate\.(done|error)\.actor\.(.+)$/.exec(eventType);
  if (settled) return { kind: settled[1] as 'done' | 'error', actor: settled[2]! };
  return { kind: 'event', event: eventType };
}

/** The name of a guard, action or actor; what is not named shows as `(inline)`, which the charts' tests forbid. */
function nameOf(thing: unknown): string {
  if (typeof thing === 'string') return thing;
  if (typeof thing === 'object' && thing !== null && 'type' in thing && typeof thing.type === 'string') return thing.type;
  return '(inline)';
}

/** xstate starts and stops the timers of `after` by actions of its own. */
function isTimer(action: unknown): boolean {
  return typeof action === 'function' && 'type' in action && (action.type === 'xstate.raise' || action.type === 'xstate.cancel');
}
