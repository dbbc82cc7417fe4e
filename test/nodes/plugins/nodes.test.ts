import { map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { AudioFrame } from '../../../src/media/frame.js';
import { pluginAudio } from '../../../src/nodes/plugins/audio.js';
import { pluginVoices } from '../../../src/nodes/plugins/voices.js';
import { renderNode } from '../../../src/testing/index.js';
import { adder, counter, plugin, samples } from './chain-lab.js';

const double = plugin('double', () => samples((x) => x * 2));

describe('plugin.audio', () => {
  it('sends sound through the plugins, and through those in "only"', async () => {
    const rendered = await renderNode(pluginAudio, {
      inputs: { audio: () => 0.125 },
      plugins: [{ plugin: double }, { plugin: adder('plus'), config: { plus: 0.25 } }],
      optionChanges: [
        { atMs: 40, options: { only: ['plus', 'somebody'] } },
        { atMs: 80, options: { only: [] } },
      ],
      durationMs: 120,
    });
    const { frames } = rendered.outputs['audio']!;
    expect(frames.map(({ planes }) => planes[0]!.at(-1))).toEqual([0.5, 0.5, 0.375, 0.375, 0.125, 0.125]);
    expect(rendered.events).toEqual([]);
  });

  it('takes other plugins while it runs', async () => {
    const rendered = await renderNode(pluginAudio, {
      inputs: { audio: () => 0.125 },
      pluginChanges: [
        { atMs: 40, plugins: [{ plugin: double }] },
        { atMs: 80, plugins: [] },
      ],
      durationMs: 120,
    });
    expect(rendered.outputs['audio']!.frames.map(({ planes }) => planes[0]!.at(-1))).toEqual([
      0.125, 0.125, 0.25, 0.25, 0.125, 0.125,
    ]);
  });

  it('finds out who keeps or changes what it had borrowed, and goes on with the original', async () => {
    const kept: AudioFrame[] = [];
    const holder = plugin('holder', () =>
      map((frame: AudioFrame) => {
        kept.push(frame);
        return kept.length > 2 ? kept.at(-3)! : frame;
      }),
    );
    const writer = plugin('writer', () =>
      map((frame: AudioFrame) => {
        frame.planes[0]!.fill(9);
        return frame;
      }),
    );
    for (const [culprit, sentence] of [
      [holder, /holder.*borrowed frame after its call/],
      [writer, /writer.*had only borrowed/],
    ] as const) {
      const { outputs, events } = await renderNode(pluginAudio, {
        inputs: { audio: () => 0.5 },
        plugins: [{ plugin: culprit }, { plugin: double }],
        durationMs: 200,
      });
      const { planes } = outputs['audio']!;
      expect(planes[0]!.every((x) => x === 1)).toBe(true);
      const problems = events.map(({ event }) => (event['problem'] as { message: string }).message);
      expect(problems[0]).toMatch(sentence);
      expect(problems.every((text) => !text.includes('"double"'))).toBe(true);
    }
  });
});

describe('plugin.voices', () => {
  it('gives each voice operators of its own, which know whose it is', async () => {
    const seen: (string | undefined)[] = [];
    const who = plugin('who', ({ ctx }) => {
      seen.push(ctx.participantId);
      return map((frame: AudioFrame) => frame);
    });
    const { outputs } = await renderNode(pluginVoices, {
      inputs: { audio: { branches: { ann: { audio: () => 0.1 }, ben: { audio: () => 0.2, joinAtMs: 40 } } } },
      plugins: [{ plugin: counter('count') }, { plugin: who }],
      durationMs: 100,
    });
    const { branches } = outputs['audio']!;
    const last = (id: string) => branches[id]!.frames.map(({ planes }) => Number(planes[0]!.at(-1)!.toFixed(3)));
    expect(last('ann')).toEqual([1.1, 2.1, 3.1, 4.1, 5.1]);
    expect(last('ben')).toEqual([1.2, 2.2, 3.2]);
    expect(seen).toEqual(['ann', 'ben']);
  });
});
