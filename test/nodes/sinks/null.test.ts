import { describe, expect, it } from 'vitest';
import { nullSink } from '../../../src/nodes/sinks/null.js';
import { marbles, renderNode } from '../../../src/testing/index.js';

describe('sink.null', () => {
  it('takes everything and finishes when its input ends, also with an error', async () => {
    for (const drawing of ['ab-c|', '|', 'a#']) {
      const { finished } = await renderNode(nullSink, { inputs: { audio: marbles(drawing) } });
      expect(finished, drawing).toBe(true);
    }
  });

  it('runs on while its input does', async () => {
    const { finished, ticks } = await renderNode(nullSink, { inputs: { audio: marbles('a-') }, durationMs: 200 });
    expect(finished).toBe(false);
    expect(ticks).toBe(10);
  });
});
