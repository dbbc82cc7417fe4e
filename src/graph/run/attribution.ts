import { AsyncLocalStorage } from 'node:async_hooks';

/** Who answers for a fault that surfaces where no guard can see it. */
export interface FaultOwner {
  /** Takes what was thrown. Must not throw. */
  escaped(error: unknown): void;
}

const owners = new AsyncLocalStorage<FaultOwner>();

/**
 * Runs something in somebody's name. RxJS rethrows in a timer what an observer of an unguarded Observable (`merge(a, b)`, a Subject
 * of the node's own) threw; {@link faultOwner} then still knows whose it is.
 */
export function inNameOf<R>(owner: FaultOwner, run: () => R): R {
  return owners.run(owner, run);
}

/** A function that always runs in somebody's name; unlike {@link inNameOf} it makes nothing anew with each call. */
export function boundTo<A extends unknown[], R>(owner: FaultOwner, run: (...args: A) => R): (...args: A) => R {
  return owners.run(owner, () => AsyncLocalStorage.bind(run));
}

/** In whose name the present code runs, if in anybody's. */
export function faultOwner(): FaultOwner | undefined {
  return owners.getStore();
}
