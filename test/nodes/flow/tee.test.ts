import { describe, expect, it } from 'vitest';
import { tee } from '../../../src/nodes/flow/tee.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';

describe('flow.tee', () => {
  it('gives the same on both outputs', async () => {
    for (const drawing of ['ab-0c|', '|', 'a#', 'a-b', '']) {
      const { outputs } = await renderNode(tee, { inputs: { audio: marbles(drawing) }, durationMs: 200 });
      expect(drawMarbles(outputs.a!)).toBe(drawing);
      expect(drawMarbles(outputs.b!)).toBe(drawing);
    }
  });
});
