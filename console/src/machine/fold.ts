import type { StateDescription } from '../api/types.js';

/** A chart of more states than this is drawn folded, but for what is active: more cannot be read at once. */
const MOST_STATES = 16;

/** What a person has folded or unfolded by hand, by the state's id; `all` stands for whatever is not named. */
export type Folding = Readonly<Record<string, boolean>>;

/** Every state, outer before inner. */
export function allStates(state: StateDescription): StateDescription[] {
  return [state, ...state.states.flatMap(allStates)];
}

/** Whether states of a chart are folded by themselves. */
export function isLarge(chart: StateDescription): boolean {
  return allStates(chart).length > MOST_STATES;
}

/** The outermost states of which only the box is drawn: in a large chart those that are not active, and what a person chose. */
export function foldedStates(chart: StateDescription, active: ReadonlySet<string>, chosen: Folding): string[] {
  const large = isLarge(chart);
  const walk = (state: StateDescription): string[] => {
    if (state.states.length === 0) return [];
    const fold = chosen[state.id] ?? chosen['all'] ?? (large && !active.has(state.id));
    return fold && state !== chart ? [state.id] : state.states.flatMap(walk);
  };
  return walk(chart);
}
