import { normalize } from 'node:path';
import type { Report } from './report.js';
import type { ResolvedNode } from './resolved.js';

/** Nodes that write the same file: only one would be kept, the one that is complete last. */
export function reportOutputs(nodes: ReadonlyMap<string, ResolvedNode>, report: Report): void {
  const writers = new Map<string, string>();
  for (const { model, definition, options } of nodes.values()) {
    for (const option of definition?.outputFileOptions ?? []) {
      const path = options?.[option];
      if (typeof path !== 'string') continue;
      const other = writers.get(normalize(path));
      if (other === undefined) writers.set(normalize(path), model.name);
      else if (other !== model.name) report('SAME_OUTPUT', { path, other }, model.optionsWhere, model);
    }
  }
}
