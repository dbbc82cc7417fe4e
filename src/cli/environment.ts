import { createRegistry, type Registry } from '../graph/registry.js';
import { builtinNodes } from '../nodes/index.js';

/** What the graph commands check against; `main` passes it, and tests pass their own. */
export interface GraphEnvironment {
  /** The node types. */
  readonly registry: Registry;
  /** The names of the installed plugins; undefined: not known, so that none is called missing. */
  readonly plugins?: readonly string[];
}

/** The shipped node types. */
export function builtinEnvironment(): GraphEnvironment {
  return { registry: createRegistry(builtinNodes) };
}
