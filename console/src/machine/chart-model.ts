import type { StateDescription } from '../api/types.js';
import { allStates } from './fold.js';

type Transition = StateDescription['transitions'][number];

/** Transitions that are drawn as one arrow: they lead from one state to the same target. */
export interface Arrow {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly transitions: readonly Transition[];
  /** What is written on it; transitions that read alike share a line. */
  readonly lines: readonly { readonly text: string; readonly transitions: readonly Transition[] }[];
}

/** A state as it is drawn. */
export interface Box {
  readonly state: StateDescription;
  readonly parent: StateDescription | undefined;
  /** How many states are in it that are not drawn, since it is folded. */
  readonly hidden: number;
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

/** Every state that is drawn, outer before inner. @param folded ids of states of which nothing inside is */
export function boxesOf(chart: StateDescription, folded: ReadonlySet<string>): Box[] {
  const walk = (state: StateDescription, parent: StateDescription | undefined): Box[] => {
    if (folded.has(state.id)) return [{ state, parent, notes: [], hidden: allStates(state).length - 1 }];
    return [{ state, parent, notes: notesOf(state), hidden: 0 }, ...state.states.flatMap((inner) => walk(inner, state))];
  };
  return walk(chart, undefined);
}

/** Every arrow; transitions that stay where they are, or within a folded state, have none. */
export function arrowsOf(chart: StateDescription, folded: ReadonlySet<string>): Arrow[] {
  const found = new Map<string, Arrow & { transitions: Transition[] }>();
  for (const state of allStates(chart)) {
    const from = drawnAs(state.id, folded);
    for (const transition of state.transitions) {
      for (const target of transition.targets) {
        const to = drawnAs(target, folded);
        if (from === to && folded.has(from)) continue;
        const id = `${from} → ${to}`;
        const arrow = found.get(id) ?? { id, from, to, transitions: [], lines: [] };
        arrow.transitions.push(transition);
        found.set(id, arrow);
      }
    }
  }
  return [...found.values()].map((arrow) => {
    const lines = Map.groupBy(arrow.transitions, transitionText);
    return { ...arrow, lines: [...lines].map(([text, transitions]) => ({ text, transitions })) };
  });
}

/** The state that stands for one in the drawing: itself, or the outermost folded one around it. */
function drawnAs(id: string, folded: ReadonlySet<string>): string {
  const parts = id.split('.');
  for (let n = 1; n < parts.length; n++) {
    const around = parts.slice(0, n).join('.');
    if (folded.has(around)) return around;
  }
  return id;
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

/** What made a machine step, in the words of its chart: what XState calls `xstate.done.actor.join` is `join done` there. */
export function eventText(event: string): string {
  const [, kind, name] = /^xstate\.(done\.actor|error\.actor|after)\.([^.]+)/.exec(event) ?? [];
  if (name === undefined) return event === 'xstate.init' ? 'start' : event;
  return kind === 'after' ? `after ${name}` : `${name} ${kind === 'done.actor' ? 'done' : 'failed'}`;
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
