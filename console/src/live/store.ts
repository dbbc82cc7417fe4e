import { useSyncExternalStore } from 'react';

/** A value that components watch. */
export interface Store<T> {
  readonly get: () => T;
  readonly set: (next: T | ((present: T) => T)) => void;
  readonly subscribe: (changed: () => void) => () => void;
}

/** Makes a store. */
export function createStore<T>(first: T): Store<T> {
  let value = first;
  const watchers = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      const made = typeof next === 'function' ? (next as (present: T) => T)(value) : next;
      if (Object.is(made, value)) return;
      value = made;
      for (const changed of watchers) changed();
    },
    subscribe(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
  };
}

/** What a store holds, or a part of it; the component is drawn anew only when that part is another. */
export function useStore<T, S = T>(store: Store<T>, part: (value: T) => S = (value) => value as unknown as S): S {
  return useSyncExternalStore(store.subscribe, () => part(store.get()));
}
