import { describe, expect, it } from 'vitest';
import { largestStep } from '../nodes/support/signals.js';
import { tone, toneDb } from './support/listen.js';
import { beats, curtain, onStage } from './support/stage.js';

const HZ = 400;
const PEAK = 0.25;
/** Of the tone itself, from sample to sample. */
const OWN_STEP = PEAK * 2 * Math.sin((Math.PI * HZ) / 48_000);

interface Case {
  readonly type: string;
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
  /** The largest step that is still no click, as a multiple of the tone's own. */
  readonly steps: number;
}

const cases: readonly Case[] = [
  { type: 'effect.gain', before: { gainDb: -40 }, after: { gainDb: 0 }, steps: 1.3 },
  { type: 'effect.gain', before: { gainDb: 6 }, after: { gainDb: -60 }, steps: 2.3 },
  { type: 'effect.echo', before: { delayMs: 100, decay: 0 }, after: { delayMs: 100, decay: 1 }, steps: 2.3 },
  { type: 'effect.echo', before: { delayMs: 100, decay: 0.8 }, after: { delayMs: 33, decay: 0.8 }, steps: 2.3 },
  { type: 'effect.echo', before: { delayMs: 20, decay: 0.8 }, after: { delayMs: 3000, decay: 0.8 }, steps: 2.3 },
  {
    type: 'effect.echo',
    before: { delayMs: 50, decay: 0.5, feedback: 0 },
    after: { delayMs: 50, decay: 0.5, feedback: 0.9 },
    steps: 7,
  },
  { type: 'effect.echo', before: { dryDb: 0 }, after: { dryDb: -60 }, steps: 1.5 },
  {
    type: 'effect.robot',
    before: { mode: 'ring', carrierHz: 30, mix: 1 },
    after: { mode: 'ring', carrierHz: 90, mix: 1 },
    steps: 2,
  },
  {
    type: 'effect.robot',
    before: { mode: 'ring', carrierHz: 50, mix: 0 },
    after: { mode: 'ring', carrierHz: 50, mix: 1 },
    steps: 2,
  },
  { type: 'effect.robot', before: { mode: 'ring' }, after: { mode: 'vocoder' }, steps: 12 },
  { type: 'effect.robot', before: { carrierHz: 100 }, after: { carrierHz: 140 }, steps: 12 },
];

describe('an option that changes while the graph runs', () => {
  it.each(cases)('is heard without a click: $type $before → $after', async ({ type, before, after, steps }) => {
    const stage = await onStage({
      nodes: {
        tone: { type: 'test.signal', options: { name: 'tone', channels: 2 } },
        effect: { type, in: { audio: 'tone' }, options: before },
        ear: { type: 'test.ear', in: { audio: 'effect' } },
      },
      signals: { tone: tone(HZ, PEAK) },
    });
    beats(stage, 50);
    stage.run.setOptions('effect', after);
    beats(stage, 50);
    const sound = stage.ear().plane();
    expect(sound.length).toBe(100 * 960);
    expect(largestStep(sound.subarray(40 * 960))).toBeLessThan(steps * OWN_STEP);
    // A change back in the same moment, and twice in one frame, is no worse.
    stage.run.setOptions('effect', before);
    stage.run.setOptions('effect', after);
    stage.run.setOptions('effect', before);
    beats(stage, 25);
    expect(
      largestStep(
        stage
          .ear()
          .plane()
          .subarray(90 * 960),
      ),
    ).toBeLessThan(steps * OWN_STEP);
    expect(stage.node('effect')).toMatchObject({ state: 'running', faults: 0 });
    await curtain(stage);
  });

  it('reaches the same sound as a graph that had it from the start, and keeps what was in the line', async () => {
    const nodes = (options: object) => ({
      tone: { type: 'test.signal', options: { name: 'burst' } },
      echo: { type: 'effect.echo', in: { audio: 'tone' }, options: { delayMs: 300, ...options } },
      ear: { type: 'test.ear', in: { audio: 'echo' } },
    });
    const signals = { burst: (i: number) => (i < 4800 ? tone(1000, 0.5)(i) : 0) };
    const changed = await onStage({ nodes: nodes({ decay: 0.1 }), signals });
    beats(changed, 8);
    changed.run.setOptions('echo', { decay: 0.5 });
    beats(changed, 22);
    const fixed = await onStage({ nodes: nodes({ decay: 0.5 }), signals });
    beats(fixed, 30);
    const [a, b] = [changed.ear().plane(), fixed.ear().plane()];
    // The burst went in before the change, and its repeat is heard after it at the new level.
    expect(toneDb(a, 1000, 0.3, 0.4)).toBeCloseTo(20 * Math.log10(0.25), 2);
    for (let i = 9 * 960; i < a.length; i++) expect(a[i]).toBe(b[i]);
    await curtain(changed);
    await curtain(fixed);
  });

  it.each([
    ['mix.duck', { depthDb: -6 }, { depthDb: -30 }],
    ['mix.duck', { thresholdDb: -50 }, { thresholdDb: 0 }],
  ])('does not click in %s: %o → %o', async (type, before, after) => {
    const stage = await onStage({
      nodes: {
        bed: { type: 'test.signal', options: { name: 'bed' } },
        voice: { type: 'test.signal', options: { name: 'voice' } },
        duck: { type, in: { bed: 'bed', voice: 'voice' }, options: before },
        ear: { type: 'test.ear', in: { audio: 'duck' } },
      },
      signals: { bed: tone(HZ, PEAK), voice: tone(100, 0.1) },
    });
    beats(stage, 25);
    stage.run.setOptions('duck', after);
    beats(stage, 75);
    const own = OWN_STEP + 0.1 * 2 * Math.sin((Math.PI * 100) / 48_000);
    expect(largestStep(stage.ear().plane())).toBeLessThan(1.2 * own);
    await curtain(stage);
  });
});
