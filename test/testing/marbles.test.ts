import { describe, expect, it } from 'vitest';
import { tee } from '../../src/nodes/flow/tee.js';
import { sum } from '../../src/nodes/mixers/sum.js';
import { drawMarbles, marbles, renderNode } from '../../src/testing/index.js';

describe('marbles', () => {
  it('are drawn as they were given', async () => {
    for (const drawing of ['a', 'abz|', '--a-#', '0-0|', '']) {
      const { outputs } = await renderNode(tee, { inputs: { audio: marbles(drawing) }, durationMs: 200 });
      expect(drawMarbles(outputs.a!)).toBe(drawing);
    }
  });

  it('take values of your own, and ignore spaces', async () => {
    const { outputs } = await renderNode(tee, { inputs: { audio: marbles('X Y a |', { X: 0.5, Y: -0.5 }) } });
    expect(outputs.a!.planes[0]![0]).toBe(0.5);
    expect(drawMarbles(outputs.a!, { X: 0.5, Y: -0.5 })).toBe('XYa|');
    expect(drawMarbles(outputs.a!)).toBe('??a|');
  });

  it('refuse what they do not know', () => {
    expect(() => marbles('aX|')).toThrow(/"X"/);
  });
});

describe('renderNode', () => {
  it('names an input that does not exist', async () => {
    await expect(renderNode(tee, { inputs: { sound: 'silence' } })).rejects.toThrow(/no input "sound"/);
  });

  it('lets branches join and leave at their times', async () => {
    const { outputs, ticks } = await renderNode(sum, {
      inputs: {
        audio: { branches: { one: { audio: marbles('aaaa|') }, two: { audio: 'silence', joinAtMs: 60, leaveAtMs: 100 } } },
      },
    });
    expect(drawMarbles(outputs.audio!)).toBe('aaaa?|');
    expect(ticks).toBe(6);
  });
});
