import { describe, expect, it } from 'vitest';
import { robot } from '../../../src/nodes/effects/robot.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { largestDifference, largestStep, noise, peakOf, sine } from '../support/signals.js';

function rms(plane: Float32Array): number {
  return Math.sqrt(plane.reduce((sum, x) => sum + x * x, 0) / plane.length);
}

function amplitude(plane: Float32Array, frequencyHz: number): number {
  let re = 0;
  let im = 0;
  plane.forEach((x, i) => {
    re += x * Math.cos((2 * Math.PI * frequencyHz * i) / 48_000);
    im += x * Math.sin((2 * Math.PI * frequencyHz * i) / 48_000);
  });
  return (2 * Math.hypot(re, im)) / plane.length;
}

/** A vowel-like voice: a saw at a gliding pitch. */
function voice(samples: number): Float32Array {
  let phase = 0;
  return Float32Array.from({ length: samples }, (_, i) => {
    phase = (phase + (130 + 40 * Math.sin(i / 8000)) / 48_000) % 1;
    return 0.3 * (2 * phase - 1);
  });
}

describe('effect.robot', () => {
  it('speaks on one pitch: only multiples of the carrier are left', async () => {
    const input = voice(96_000);
    const { outputs } = await renderNode(robot, { inputs: { audio: input }, options: { carrierHz: 100 } });
    const steady = outputs.audio!.planes[0]!.subarray(48_000, 96_000);
    let on = 0;
    for (let hz = 100; hz <= 3000; hz += 100) on += amplitude(steady, hz) ** 2;
    let between = 0;
    for (let hz = 150; hz <= 3000; hz += 100) between += amplitude(steady, hz) ** 2;
    expect(between / on).toBeLessThan(0.02);
    expect(on).toBeGreaterThan(0.001);
  });

  it('follows the spectrum of the voice', async () => {
    for (const hz of [300, 1000, 3000]) {
      const { outputs } = await renderNode(robot, { inputs: { audio: sine(48_000, hz, 0.5) } });
      const steady = outputs.audio!.planes[0]!.subarray(24_000);
      const near = amplitude(steady, hz);
      for (const far of [300, 1000, 3000].filter((other) => other !== hz)) {
        expect(near / amplitude(steady, far), `${hz} Hz over ${far} Hz`).toBeGreaterThan(12);
      }
    }
  });

  it('is about as loud as the voice, and stays within reason', async () => {
    for (const input of [noise(48_000, 0.5), voice(48_000)]) {
      const { outputs } = await renderNode(robot, { inputs: { audio: input } });
      const steady = outputs.audio!.planes[0]!.subarray(9600);
      const changeDb = 20 * Math.log10(rms(steady) / rms(input));
      expect(Math.abs(changeDb)).toBeLessThan(6);
      expect(peakOf(steady)).toBeLessThan(1);
    }
  });

  it('follows the rhythm of the voice, and falls silent with it', async () => {
    const { outputs } = await renderNode(robot, {
      inputs: { audio: marbles('aaaaa' + '0'.repeat(60), { a: 0 }) },
      durationMs: 200,
    });
    expect(outputs.audio!.frames.every((frame) => frame.silent)).toBe(true);
    const burst = noise(4800, 0.5);
    const after = await renderNode(robot, {
      inputs: {
        audio: {
          script: () => (tick, frame) => {
            frame.silent = tick >= 5;
            frame.planes = [tick >= 5 ? new Float32Array(960) : burst.slice(tick * 960, (tick + 1) * 960)];
            return 'frame';
          },
        },
      },
      durationMs: 1000,
    });
    const { frames } = after.outputs.audio!;
    expect(rms(frames[9]!.planes[0]!)).toBeLessThan(0.05 * rms(frames[4]!.planes[0]!));
    expect(frames.at(-1)!.silent).toBe(true);
  });

  it('as a ring modulator is the product with a sine', async () => {
    const input = noise(4800, 0.5);
    const { outputs } = await renderNode(robot, { inputs: { audio: [input, input] }, options: { mode: 'ring', carrierHz: 50 } });
    const wanted = input.map((x, i) => x * Math.sin((2 * Math.PI * 50 * i) / 48_000));
    for (const plane of outputs.audio!.planes) expect(largestDifference(plane, wanted)).toBeLessThan(1e-6);
  });

  it('with a mix of 0 is the voice itself', async () => {
    const input = noise(4800, 0.5);
    for (const mode of ['ring', 'vocoder']) {
      const { outputs } = await renderNode(robot, { inputs: { audio: input }, options: { mode, mix: 0 } });
      expect(largestDifference(outputs.audio!.planes[0]!, input)).toBe(0);
    }
  });

  it('gives the same whatever the frame size', async () => {
    const input = voice(19_200);
    for (const mode of ['ring', 'vocoder']) {
      const [a, b] = await Promise.all(
        [960, 64].map((frameSamples) =>
          renderNode(robot, { inputs: { audio: input }, options: { mode, mix: 0.8 }, frameSamples }),
        ),
      );
      expect(largestDifference(a!.outputs.audio!.planes[0]!, b!.outputs.audio!.planes[0]!)).toBeLessThan(1e-7);
    }
  });

  it('changes mode, pitch and mix without a click', async () => {
    const input = sine(48_000, 200, 0.3);
    const changes = [
      { atMs: 200, options: { carrierHz: 140 } },
      { atMs: 400, options: { mode: 'ring' } },
      { atMs: 600, options: { mix: 0.2 } },
      { atMs: 800, options: { mode: 'vocoder', mix: 1 } },
    ];
    const { outputs } = await renderNode(robot, { inputs: { audio: input }, optionChanges: changes });
    const plane = outputs.audio!.planes[0]!;
    const calm = largestStep(plane.subarray(4800, 9600));
    expect(largestStep(plane)).toBeLessThan(2 * calm + 0.01);
  });

  it('recovers from NaN and infinity within a frame', async () => {
    for (const mode of ['ring', 'vocoder']) {
      const input = noise(9600, 0.1);
      input[500] = NaN;
      input[700] = Infinity;
      const { outputs } = await renderNode(robot, { inputs: { audio: input }, options: { mode } });
      const after = outputs.audio!.planes[0]!.subarray(960);
      expect(after.every(Number.isFinite)).toBe(true);
      expect(peakOf(after)).toBeGreaterThan(0.01);
    }
  });

  it('keeps silence, gaps, completion and errors where they are', async () => {
    for (const drawing of ['|', '0-0|', '0#', '']) {
      const { outputs } = await renderNode(robot, { inputs: { audio: marbles(drawing) }, durationMs: 200 });
      expect(drawMarbles(outputs.audio!)).toBe(drawing);
    }
  });

  it('declares its delay', () => {
    expect(robot.latencyMs({ mode: 'vocoder' })).toBe(10);
    expect(robot.latencyMs({ mode: 'ring' })).toBe(0);
  });
});
