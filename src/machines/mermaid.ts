import { allStates, type StateDescription, type TransitionDescription } from './describe.js';

/**
 * A chart as a Mermaid `stateDiagram-v2`. Mermaid draws no arrows between the insides of two composite states, so such an arrow
 * goes from the composite and its label begins with the inner state. Transitions that stay in their state are left out.
 */
export function toMermaid(machine: StateDescription): string {
  const arrows = new Map<string, string[]>();
  for (const state of allStates(machine)) {
    for (const transition of state.transitions) {
      for (const target of transition.targets) addArrow(arrows, machine, state, target, transition);
    }
  }
  return ['stateDiagram-v2', ...inside(machine, arrows, '  ')].join('\n');
}

/** What starts a transition and its guard, in words: `after joinLimit [isLast]`. */
export function labelOf({ trigger, guard }: TransitionDescription): string {
  const condition = guard === undefined ? '' : ` [${guard}]`;
  switch (trigger.kind) {
    case 'event':
      return trigger.event + condition;
    case 'after':
      return `after ${trigger.delay}${condition}`;
    case 'done':
      return `${trigger.actor} done${condition}`;
    case 'error':
      return `${trigger.actor} failed${condition}`;
    case 'always':
      return condition === '' ? 'otherwise' : condition.trim();
  }
}

function addArrow(
  arrows: Map<string, string[]>,
  machine: StateDescription,
  state: StateDescription,
  target: string,
  transition: TransitionDescription,
): void {
  const [owner, from, to] = lift(state.id, target);
  if (state === machine) return addFromAll(arrows, machine, target, transition);
  const source = state.id.slice(from.length + 1);
  const inner = target.slice(to.length + 1);
  const label = labelOf(transition) + (source === '' ? '' : ` (in ${source})`) + (inner === '' ? '' : ` (to ${inner})`);
  add(arrows, owner, from, to, label);
}

function addFromAll(
  arrows: Map<string, string[]>,
  machine: StateDescription,
  target: string,
  transition: TransitionDescription,
): void {
  for (const state of machine.states) {
    const passing = state.transitions.some(({ trigger }) => trigger.kind === 'always');
    const handled = state.transitions.some(({ trigger }) => same(trigger, transition.trigger));
    if (!passing && !handled && state.type !== 'final') add(arrows, machine.id, state.id, target, labelOf(transition));
  }
}

function same(a: TransitionDescription['trigger'], b: TransitionDescription['trigger']): boolean {
  return a.kind === 'event' && b.kind === 'event' && a.event === b.event;
}

function add(arrows: Map<string, string[]>, owner: string, from: string, to: string, label: string): void {
  const lines = arrows.get(owner) ?? [];
  const line = `${nameIn(from)} --> ${nameIn(to)}: ${label}`;
  if (!lines.includes(line)) lines.push(line);
  arrows.set(owner, lines);
}

/** The innermost state around both, and its children that hold source and target. */
function lift(source: string, target: string): [owner: string, from: string, to: string] {
  const a = source.split('.');
  const b = target.split('.');
  let shared = 0;
  // A state that leads to itself or to its inside is drawn beside itself, not around itself.
  const most = Math.min(a.length, b.length) - 1;
  while (shared < most && a[shared] === b[shared]) shared++;
  const upTo = (path: string[], parts: number): string => path.slice(0, parts).join('.');
  return [upTo(a, shared), upTo(a, shared + 1), upTo(b, shared + 1)];
}

function inside(state: StateDescription, arrows: Map<string, string[]>, indent: string): string[] {
  const lines: string[] = [];
  state.states.forEach((child, index) => {
    if (state.type === 'parallel' && index > 0) lines.push(`${indent}--`);
    lines.push(`${indent}state "${child.key}" as ${nameIn(child.id)}`);
    if (child.states.length > 0) {
      lines.push(`${indent}state ${nameIn(child.id)} {`, ...inside(child, arrows, `${indent}  `), `${indent}}`);
    }
  });
  if (state.initial !== undefined) lines.push(`${indent}[*] --> ${nameIn(state.initial)}`);
  lines.push(...(arrows.get(state.id) ?? []).map((line) => indent + line));
  for (const child of state.states) if (child.type === 'final') lines.push(`${indent}${nameIn(child.id)} --> [*]`);
  return lines;
}

function nameIn(id: string): string {
  return id.replace(/\W/g, '_');
}
