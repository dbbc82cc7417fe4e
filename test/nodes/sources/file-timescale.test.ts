import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { dominantFrequencyHz, goertzelDb } from '../../../src/media/dsp/measure.js';
import { file } from '../../../src/nodes/sources/file.js';
import { renderNode, type RenderNodeSettings } from '../../../src/testing/index.js';
import { temporaryFolder, writeWav } from '../support/media.js';
import { largestDifference, largestStep, noise, sine } from '../support/signals.js';

const folder = temporaryFolder();
const tone = join(folder, 'tone.wav');
const wide = join(folder, 'noise.wav');
/** 440 Hz for five seconds, then 880 Hz: it tells where in the file one is. */
const steps = join(folder, 'steps.wav');
const noisy = noise(96_000, 0.25);

beforeAll(async () => {
  await writeWav(tone, [sine(480_000, 440, 0.5)]);
  await writeWav(wide, [noisy]);
  await writeWav(steps, [Float32Array.from([...sine(240_000, 440, 0.5), ...sine(240_000, 880, 0.5)])]);
});

async function play(options: Record<string, unknown>, settings: RenderNodeSettings = {}) {
  const rendered = await renderNode(file, { options: { channels: 1, ...options }, ...settings });
  const plane = rendered.outputs.audio!.planes[0]!;
  const events = rendered.events.map(({ event, atUs }) => ({ ...event, atMs: atUs / 1000 }) as Record<string, unknown>);
  return { plane, events, ticks: rendered.outputs.audio!.frames.length };
}

describe('speed, pitch and rate of source.file', () => {
  it.each([
    [{ speed: 2 }, 5, 440],
    [{ speed: 4 }, 2.5, 440],
    [{ speed: 1.25 }, 8, 440],
    [{ pitch: 1.5 }, 10, 660],
    [{ pitch: 0.5 }, 10, 220],
    [{ rate: 2 }, 5, 880],
    [{ speed: 2, pitch: 0.8, rate: 1.25 }, 4, 440],
  ])(
    '%j: ten seconds take %d s, and 440 Hz sound as %d Hz within 0.5 %, at their level within 1 dB',
    async (factors, seconds, hz) => {
      const { plane, ticks, events } = await play({ src: tone, ...factors }, { durationMs: 12_000 });
      expect(ticks).toBe(seconds * 50);
      expect(events.at(-1)).toMatchObject({ type: 'stream.ended', reason: 'finished' });
      const heard = plane.subarray(4800);
      expect(Math.abs(dominantFrequencyHz(heard, 48_000) / hz - 1)).toBeLessThan(0.005);
      for (let at = 0; at + 9600 < heard.length; at += 9600) {
        const level = goertzelDb(heard.subarray(at, at + 9600), hz, 48_000) - 20 * Math.log10(0.5);
        expect(Math.abs(level)).toBeLessThan(1);
      }
    },
  );

  it('at 1 gives the file to the bit', async () => {
    const { plane } = await play({ src: wide });
    expect(largestDifference(plane, noisy)).toBe(0);
  });

  it('says positions in the file, whatever the speed', async () => {
    const { events } = await play({ src: tone, speed: 2, startSec: 1 });
    const told = events.filter((event) => event.type === 'stream.position');
    expect(told).toHaveLength(6);
    expect(told.map(({ tempo }) => tempo)).toEqual([2, 2, 2, 2, 2, 2]);
    for (const { positionMs, atMs, durationMs } of told) {
      expect(Math.abs(Number(positionMs) - (1000 + 2 * Number(atMs)))).toBeLessThan(50);
      expect(durationMs).toBe(10_000);
    }
  });

  it('seeks to positions in the file', async () => {
    const { plane, ticks } = await play(
      { src: steps, speed: 2 },
      { commands: [{ atMs: 1000, command: { type: 'seek', positionMs: 8000 } }] },
    );
    expect(dominantFrequencyHz(plane.subarray(9600, 43_200), 48_000)).toBeCloseTo(440, 0);
    expect(dominantFrequencyHz(plane.subarray(50_400), 48_000)).toBeCloseTo(880, 0);
    // A second, and the last two seconds of the file in one.
    expect(ticks).toBe(100);
  });

  it('changes while it plays, without a click, and counts time on', async () => {
    const { plane, events, ticks } = await play(
      { src: tone },
      {
        durationMs: 20_000,
        optionChanges: [
          { atMs: 2000, options: { speed: 2 } },
          { atMs: 3000, options: { pitch: 1.26, speed: 0.5 } },
          { atMs: 5000, options: { pitch: 1, speed: 1 } },
          { atMs: 6000, options: { rate: 1.5 } },
        ],
      },
    );
    // The largest step of 660 Hz at 0.5 is 0.043.
    expect(largestStep(plane)).toBeLessThan(0.06);
    const at = (ms: number) =>
      Number(events.find((event) => event.type === 'stream.position' && Number(event.atMs) >= ms)!.positionMs);
    // 2 s, then 1 s twice as fast, then 2 s half as fast, then 1 s: what was read ahead, 80 ms, is heard at the old speed.
    expect(Math.abs(at(3900) - 4490)).toBeLessThan(200);
    expect(Math.abs(at(5900) - 5980)).toBeLessThan(200);
    // What is left then, 4 s, takes 4 / 1.5 s.
    expect(Math.abs(ticks - (6 + 4 / 1.5) * 50)).toBeLessThan(10);
  });

  it('goes round without a gap', async () => {
    const { plane, events } = await play({ src: tone, endSec: 1, loop: true, speed: 2 }, { durationMs: 2000 });
    expect(events.filter((event) => event.type === 'stream.looped')).toHaveLength(3);
    for (let from = 480; from < 91_200; from += 2400) {
      expect(goertzelDb(plane.subarray(from, from + 4800), 440, 48_000)).toBeGreaterThan(-8);
    }
  });

  it('pauses and goes on where it was', async () => {
    const { ticks, events } = await play(
      { src: tone, speed: 2 },
      {
        commands: [
          { atMs: 1000, command: { type: 'pause' } },
          { atMs: 2000, command: { type: 'play' } },
        ],
        durationMs: 8000,
      },
    );
    expect(Math.abs(ticks - 300)).toBeLessThanOrEqual(1);
    const paused = events.find((event) => event.type === 'stream.paused');
    expect(Math.abs(Number(paused!.positionMs) - 2000)).toBeLessThan(60);
  });
});
