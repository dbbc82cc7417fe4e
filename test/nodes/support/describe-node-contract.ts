import { describe, it } from 'vitest';
import type { NodeDefinition } from '../../../src/graph/define-node.js';
import { nodeContract, type NodeContractSettings } from '../../../src/testing/index.js';

/** Registers the node contract with vitest. */
export function describeNodeContract(definition: NodeDefinition, settings: NodeContractSettings = {}): void {
  describe(`${definition.type} keeps the node contract:`, () => {
    for (const { name, run } of nodeContract(definition, settings)) it(name, run);
  });
}
