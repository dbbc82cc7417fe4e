import type { StateDescription, StateValue } from '../api/types.js';

/** Ids of the states that a machine of this value is in: the machine itself, and what is active in it. */
export function activeStates(chart: StateDescription, value: StateValue | undefined): ReadonlySet<string> {
  const found = new Set<string>();
  const enter = (state: StateDescription, inner: StateValue | undefined): void => {
    found.add(state.id);
    if (inner === undefined) return;
    const keys = typeof inner === 'string' ? [inner] : Object.keys(inner);
    for (const key of keys) {
      const next = state.states.find((one) => one.key === key);
      if (next) enter(next, typeof inner === 'string' ? undefined : inner[key]);
    }
  };
  if (value !== undefined) enter(chart, value);
  return found;
}

/** A value in one line, such as `attempt.live (audio.playback.idle, network.good)`. */
export function valueText(value: StateValue | null): string {
  if (value === null) return 'nothing';
  if (typeof value === 'string') return value;
  const parts = Object.entries(value).map(([key, inner]) => {
    const text = valueText(inner);
    return text === '' ? key : text.startsWith('(') ? `${key} ${text}` : `${key}.${text}`;
  });
  return parts.length === 1 ? parts[0]! : parts.length === 0 ? '' : `(${parts.join(', ')})`;
}

/** What differs between two values, as `from → to` of each region that changed. */
export function changeText(from: StateValue | null, to: StateValue): string {
  const before = new Set(leaves(from));
  const after = leaves(to);
  const came = after.filter((leaf) => !before.has(leaf));
  const went = [...before].filter((leaf) => !after.includes(leaf));
  if (came.length === 0 && went.length === 0) return 'stays';
  const show = (all: readonly string[]) => (all.length > 2 ? `${common(all)} …` : all.join(', '));
  return `${went.length === 0 ? '' : `${show(went)} `}→ ${show(came)}`;
}

function leaves(value: StateValue | null, path = ''): string[] {
  if (value === null) return [];
  const join = (key: string) => (path === '' ? key : `${path}.${key}`);
  if (typeof value === 'string') return [join(value)];
  const entries = Object.entries(value);
  return entries.length === 0 ? [path] : entries.flatMap(([key, inner]) => leaves(inner, join(key)));
}

function common(all: readonly string[]): string {
  const parts = all[0]!.split('.');
  let n = parts.length;
  while (n > 1 && !all.every((one) => one.startsWith(`${parts.slice(0, n).join('.')}.`) || one === parts.slice(0, n).join('.')))
    n--;
  return parts.slice(0, n).join('.');
}
