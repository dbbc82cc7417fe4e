import type { NodeRun } from './node-run.js';
import type { SheddingStep } from './governor.js';

/** What the steps work on. */
export interface Sheddable {
  /** Every running node, personal instances included. */
  readonly nodes: () => readonly NodeRun[];
  /** Whether anybody is told measured levels. */
  readonly setMeters: (on: boolean) => void;
}

/** The stated order: meters, the Opus encoders' effort from 10 to 5, then the effects that are `optional`. */
export function sheddingSteps({ nodes, setMeters }: Sheddable): SheddingStep[] {
  return [
    {
      name: 'meters',
      shed: () => {
        setMeters(false);
        return true;
      },
      restore: () => setMeters(true),
    },
    opusEffort(nodes),
    optionalNodes(nodes),
  ];
}

const LOW_COMPLEXITY = 5;

function opusEffort(nodes: () => readonly NodeRun[]): SheddingStep {
  const before = new Map<NodeRun, unknown>();
  return {
    name: 'opus-complexity',
    shed: () => {
      for (const run of nodes()) {
        const { complexity } = run.options;
        if (run.node.type !== 'encode.opus' || typeof complexity !== 'number' || complexity <= LOW_COMPLEXITY) continue;
        before.set(run, complexity);
        run.applyOptions({ ...run.options, complexity: LOW_COMPLEXITY });
      }
      return before.size > 0;
    },
    restore: () => {
      const present = new Set(nodes());
      for (const [run, complexity] of before) {
        // Somebody may have chosen another one meanwhile.
        if (present.has(run) && run.options['complexity'] === LOW_COMPLEXITY) run.applyOptions({ ...run.options, complexity });
      }
      before.clear();
    },
  };
}

function optionalNodes(nodes: () => readonly NodeRun[]): SheddingStep {
  const out: NodeRun[] = [];
  return {
    name: 'optional-effects',
    shed: () => {
      for (const run of nodes()) {
        // A node of branches that is taken out takes its voices with it.
        if (run.node.optional !== true || run.state !== 'running' || run.definition.perBranch) continue;
        run.suspend();
        out.push(run);
      }
      return out.length > 0;
    },
    restore: () => {
      const present = new Set(nodes());
      for (const run of out.splice(0)) if (present.has(run)) run.resume();
    },
  };
}
