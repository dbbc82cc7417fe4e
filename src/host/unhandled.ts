import { config } from 'rxjs';
import { faultOwner } from '../graph/run/attribution.js';

let installed = 0;

/**
 * Takes what RxJS would throw in a timer, and so end the process: faults of observers behind Observables that no guard sees, such
 * as `merge(a, b)`. They go to the graph or node in whose name the code ran; without one they become a process warning. A
 * program that has set `config.onUnhandledError` itself keeps its own.
 *
 * @returns takes it back; RxJS behaves as before once all have.
 */
export function takeUnhandledErrors(): () => void {
  if (config.onUnhandledError && config.onUnhandledError !== unhandled) return () => {};
  installed++;
  config.onUnhandledError = unhandled;
  let taken = true;
  return () => {
    if (!taken) return;
    taken = false;
    if (--installed === 0 && config.onUnhandledError === unhandled) config.onUnhandledError = null;
  };
}

function unhandled(error: unknown): void {
  const owner = faultOwner();
  if (owner) owner.escaped(error);
  else process.emitWarning(error instanceof Error ? error : String(error));
}
