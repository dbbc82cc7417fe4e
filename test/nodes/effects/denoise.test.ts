import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { denoise } from '../../../src/nodes/effects/denoise.js';
import { renderNode } from '../../../src/testing/index.js';
import { temporaryFolder } from '../support/media.js';
import { largestDifference, noise } from '../support/signals.js';

const SECONDS = 8;

/** Like speech: twenty harmonics of a gliding pitch, in syllables, with a pause of 0.6 s in every three. */
const voice = (() => {
  let phase = 0;
  return Float32Array.from({ length: SECONDS * 48_000 }, (_, i) => {
    const t = i / 48_000;
    phase += (140 + 30 * Math.sin(2 * Math.PI * 0.7 * t)) / 48_000;
    const loudness = t % 3 < 2.4 ? Math.max(0, Math.sin(2 * Math.PI * 2 * t)) ** 0.7 : 0;
    let sum = 0;
    for (let h = 1; h <= 20; h++) sum += Math.sin(2 * Math.PI * h * phase) / h ** 1.2;
    return 0.12 * loudness * sum;
  });
})();

/** White noise of this level. */
const hiss = (levelDb: number) => noise(voice.length, Math.sqrt(3) * 10 ** (levelDb / 20), 7);
const add = (a: Float32Array, b: Float32Array) => a.map((x, i) => x + b[i]!);

function powerDb(samples: Float32Array): number {
  return 10 * Math.log10(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
}

/** Signal over everything else, in dB, from the fifth second on; `out` is late by `late` samples. */
function snrDb(out: Float32Array, late: number): number {
  const from = 4 * 48_000;
  const to = voice.length - late;
  const wanted = voice.subarray(from, to);
  return powerDb(wanted) - powerDb(out.subarray(from + late, to + late).map((x, i) => x - wanted[i]!));
}

const clean = async (input: Float32Array, options: Record<string, unknown> = {}) =>
  (await renderNode(denoise, { inputs: { audio: input }, options, durationMs: (input.length / 48_000) * 1000 })).outputs.audio!
    .planes[0]!;

describe('effect.denoise', () => {
  const late = denoise.latencyMs({ reductionDb: 12 }) * 48;

  it.each([-50, -40, -30])('finds noise of %d dB by itself, and brings 6 dB of SNR', async (levelDb) => {
    const noisy = add(voice, hiss(levelDb));
    const before = snrDb(noisy, 0);
    expect(snrDb(await clean(noisy), late) - before).toBeGreaterThan(6);
  });

  it('turns noise down by what is asked for, within 3 dB', async () => {
    for (const reductionDb of [6, 12]) {
      const out = await clean(hiss(-40), { reductionDb });
      expect(Math.abs(-40 - reductionDb - powerDb(out.subarray(5 * 48_000)))).toBeLessThan(3);
    }
  });

  it('takes a level of noise that is given', async () => {
    const noisy = add(voice, hiss(-30));
    const right = snrDb(await clean(noisy, { noiseFloorDb: -30 }), late);
    const wrong = snrDb(await clean(noisy, { noiseFloorDb: -60 }), late);
    expect(right - wrong).toBeGreaterThan(5);
  });

  it('leaves a clean voice alone, late by what it declares', async () => {
    expect(snrDb(await clean(voice), late)).toBeGreaterThan(20);
    // One frame to either side would be far off.
    expect(snrDb(await clean(voice), late + 96)).toBeLessThan(15);
  });

  it('at 0 passes frames untouched', async () => {
    const noisy = hiss(-40).subarray(0, 48_000);
    expect(denoise.latencyMs({ reductionDb: 0 })).toBe(0);
    expect(largestDifference(await clean(noisy, { reductionDb: 0 }), noisy)).toBe(0);
  });

  it('uses a model', async () => {
    // A network whose weights are all 0 answers 0.5 for every band, so that everything is turned down by half or a little more.
    const zeros = (n: number) => `${'0 '.repeat(n)}\n`;
    const dense = (i: number, n: number) => `${i} ${n} 1\n${zeros(i * n)}${zeros(n)}`;
    const recurrent = (i: number, n: number) => `${i} ${n} 2\n${zeros(i * n * 3)}${zeros(n * n * 3)}${zeros(n * 3)}`;
    const layers = [dense(42, 24), recurrent(24, 24), recurrent(90, 48), recurrent(114, 96), dense(96, 22), dense(24, 1)];
    const model = join(temporaryFolder(), "it's: a, model [1].rnnn");
    writeFileSync(model, `rnnoise-nu model file version 1\n${layers.join('')}`);
    const input = hiss(-20).subarray(0, 96_000);
    const out = await clean(input, { model, reductionDb: 40 });
    const change = powerDb(out.subarray(48_000)) - powerDb(input.subarray(48_000));
    expect(change).toBeGreaterThan(-12);
    expect(change).toBeLessThan(-5);
  });

  it('says when a model cannot be used', async () => {
    const model = join(temporaryFolder(), 'broken.rnnn');
    writeFileSync(model, 'nothing of the kind');
    const { outputs } = await renderNode(denoise, { inputs: { audio: hiss(-30).subarray(0, 9600) }, options: { model } });
    expect(outputs.audio!.end?.error).toBeInstanceOf(Error);
  });
});
