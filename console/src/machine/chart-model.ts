import type { StateDescription } from '../api/types.js';

type Transition = StateDescription['transitions'][number];

/** Transitions that are drawn as one arrow: they lead from one state to the same target. */
export interface Arrow {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly transitions: readonly Transition[];
  /** A line for each. */
  readonly lines: readonly string[];
}

/** A state as it is drawn. */
export interface Box {
  readonly state: StateDescription;
  readonly parent: StateDescription | undefined;
  /** What happens in it without leaving it, and what comes with it. */
  readonly notes: readonly Note[];
}

/** A line in a state. */
export interface Note {
  readonly kind: 'invoke' | 'entry' | 'exit' | 'on';
  readonly text: string;
  /** The transition that it stands for. */
  readonly transition?: string;
}

/** Every state, outer before inner. */
export function boxesOf(chart: StateDescription): Box[] {
  const walk = (state: StateDescription, parent: StateDescription | undefined): Box[] => [
    { state, parent, notes: notesOf(state) },
    ...state.states.flatMap((inner) => walk(inner, state)),
  ];
  return walk(chart, undefined);
}

/** Every arrow; transitions that stay where they are have none. */
export function arrowsOf(boxes: readonly Box[]): Arrow[] {
  const found = new Map<string, Transition[]>();
  for (const { state } of boxes) {
    for (const transition of state.transitions) {
      for (const target of transition.targets) {
        const key = `${state.id} → ${target}`;
        found.set(key, [...(found.get(key) ?? []), transition]);
      }
    }
  }
  return [...found].map(([id, transitions]) => {
    const [from, to] = id.split(' → ') as [string, string];
    return { id, from, to, transitions, lines: transitions.map(transitionText) };
  });
}

/** What starts a transition, and on what condition. */
export function transitionText({ trigger, guard }: Transition): string {
  const word = triggerText(trigger);
  return guard === undefined ? word : `${word} [${guard}]`;
}

function triggerText(trigger: Transition['trigger']): string {
  switch (trigger.kind) {
    case 'event':
      return trigger.event;
    case 'after':
      return `after ${trigger.delay}`;
    case 'done':
      return `${trigger.actor} done`;
    case 'error':
      return `${trigger.actor} failed`;
    case 'always':
      return 'always';
  }
}

function notesOf({ invokes, entry, exit, transitions }: StateDescription): Note[] {
  return [
    ...invokes.map(({ id, src }): Note => ({ kind: 'invoke', text: id === src ? id : `${id}: ${src}` })),
    ...entry.map((text): Note => ({ kind: 'entry', text })),
    ...exit.map((text): Note => ({ kind: 'exit', text })),
    ...transitions
      .filter(({ targets }) => targets.length === 0)
      .map((transition): Note => ({
        kind: 'on',
        text: `${transitionText(transition)}${transition.actions.length > 0 ? ` / ${transition.actions.join(', ')}` : ''}`,
        transition: transition.id,
      })),
  ];
}
