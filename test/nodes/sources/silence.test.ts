import { describe, expect, it } from 'vitest';
import { silence } from '../../../src/nodes/sources/silence.js';
import { drawMarbles, renderNode } from '../../../src/testing/index.js';

describe('source.silence', () => {
  it('gives a silent frame for each tick, for ever', async () => {
    const { outputs } = await renderNode(silence, { durationMs: 100 });
    expect(drawMarbles(outputs.audio!)).toBe('00000');
    expect(outputs.audio!.frames.every((frame) => frame.silent)).toBe(true);
    expect(outputs.audio!.planes).toHaveLength(2);
  });

  it('ends after its duration', async () => {
    const { outputs } = await renderNode(silence, { options: { durationMs: 50, channels: 1 } });
    expect(drawMarbles(outputs.audio!)).toBe('000|');
    expect(outputs.audio!.planes).toHaveLength(1);
  });
});
