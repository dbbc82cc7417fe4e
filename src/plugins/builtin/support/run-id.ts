import type { Scheduler } from '../../../time/scheduler.js';

const ids = new WeakMap<Scheduler, string>();

/** What tells this run of the engine from an earlier one: what was open then and is not now ended without a word. */
export function runId(scheduler: Scheduler): string {
  let id = ids.get(scheduler);
  if (id === undefined) ids.set(scheduler, (id = process.getBuiltinModule('node:crypto').randomUUID()));
  return id;
}
