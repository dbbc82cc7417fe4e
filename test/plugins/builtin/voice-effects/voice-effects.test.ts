import { describe, expect, it } from 'vitest';
import { builtinNodes } from '../../../../src/nodes/index.js';
import voiceEffects from '../../../../src/plugins/builtin/voice-effects/index.js';
import { VOICE_EFFECTS } from '../../../../src/plugins/builtin/voice-effects/effects.js';
import { renderNode } from '../../../../src/testing/index.js';
import type { Json } from '../../../../src/events/json.js';

const node = (type: string) => builtinNodes.find((one) => one.type === type)!;
const voice = (t: number) => 0.4 * Math.sin(2 * Math.PI * 300 * t) * (0.6 + 0.4 * Math.sin(2 * Math.PI * 3 * t));
const samples = Float32Array.from({ length: 48_000 }, (_, i) => voice(i / 48_000));

async function through(effects: Json[]) {
  const { outputs, events } = await renderNode(node('plugin.audio'), {
    inputs: { audio: samples },
    plugins: [{ plugin: voiceEffects, config: { effects } }],
    durationMs: 900,
  });
  return { planes: outputs.audio!.planes, faults: events.filter(({ event }) => event.type.startsWith('plugin.')) };
}

/** Behind the fade by which a chain comes in. */
const settled = (planes: readonly Float32Array[]) => planes[0]!.subarray(4800, 43_200);

describe('voice-effects', () => {
  it.each(Object.keys(VOICE_EFFECTS))('%s is the node of that name, sample by sample', async (name) => {
    const definition = VOICE_EFFECTS[name]!;
    const alone = await renderNode(definition, { inputs: { audio: samples }, durationMs: 900 });
    const { planes, faults } = await through([name]);
    expect(faults).toEqual([]);
    const expected = settled(alone.outputs['audio']!.planes);
    const given = settled(planes);
    let largest = 0;
    for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]! - given[i]!));
    expect(largest).toBeLessThan(1e-6);
  });

  it('chains them in order, with their options', async () => {
    const { planes } = await through([
      { effect: 'gain', gainDb: -6 },
      { effect: 'gain', gainDb: -6 },
    ]);
    const factor = 10 ** (-12 / 20);
    settled(planes).forEach((x, i) => {
      if (Math.abs(x - factor * samples[4800 + i]!) > 1e-6) throw new Error(`sample ${i}: ${x}`);
    });
  });

  it('delays by what its effects delay', () => {
    const { latencyMs } = voiceEffects.audio as unknown as { latencyMs: (config: unknown) => number };
    const robot = VOICE_EFFECTS['robot']!;
    const delay = robot.latencyMs(robot.options.parse({}));
    expect(delay).toBeGreaterThan(0);
    expect(latencyMs({ effects: ['robot', 'echo', 'robot'] })).toBe(2 * delay);
  });

  it.each([
    [{ effects: ['robto'] }, /effects/],
    [{ effects: [{ effect: 'echo', delayMS: 3 }] }, /delayMS/],
    [{ effects: [{ effect: 'echo', delayMs: -3 }] }, /delayMs/],
  ])('refuses %j', (config, words) => {
    const { error } = voiceEffects.config.safeParse(config);
    expect(JSON.stringify(error!.issues)).toMatch(words);
  });
});
