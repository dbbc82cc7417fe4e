import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { VoxError } from '../../../src/errors.js';
import { file } from '../../../src/nodes/sources/file.js';
import { renderNode, type RenderedNode } from '../../../src/testing/index.js';
import { temporaryFolder, writeWav } from '../support/media.js';
import { constant, largestDifference, largestStep, noise, peakOf, sine } from '../support/signals.js';

const folder = temporaryFolder();
const SECOND = 48_000;
/** 1.01 s: ends within a frame. */
const tune = noise(48_480, 0.3);
const steady = sine(3 * SECOND, 100, 0.3);
let tunePath = '';
let steadyPath = '';
let quietPath = '';

beforeAll(async () => {
  tunePath = await writeWav(join(folder, 'tune.wav'), [tune, tune]);
  steadyPath = await writeWav(join(folder, 'steady.wav'), [steady]);
  quietPath = await writeWav(join(folder, 'quiet.wav'), [constant(SECOND, 0.01)]);
});

const types = ({ events }: RenderedNode) => events.map(({ event }) => event.type).filter((type) => type !== 'stream.position');
const of = ({ events }: RenderedNode, type: string) =>
  events.filter(({ event }) => event.type === type).map(({ event }) => event);

describe('source.file', () => {
  it('plays a file to its last sample, then ends', async () => {
    const rendered = await renderNode(file, { options: { src: tunePath } });
    const { planes, end, frames } = rendered.outputs.audio!;
    expect(frames).toHaveLength(51);
    expect(largestDifference(planes[0]!.subarray(0, tune.length), tune)).toBe(0);
    expect(largestDifference(planes[1]!.subarray(0, tune.length), tune)).toBe(0);
    expect(peakOf(planes[0]!.subarray(tune.length))).toBe(0);
    expect(end).toEqual({ tick: 51 });
    expect(types(rendered)).toEqual(['stream.opened', 'stream.started', 'stream.ended']);
    expect(of(rendered, 'stream.ended')).toEqual([
      { type: 'stream.ended', src: tunePath, reason: 'finished', playedMs: 1020, heard: true },
    ]);
    expect(of(rendered, 'stream.opened')[0]).toMatchObject({ src: tunePath, info: { codec: 'pcm_f32le', channels: 2 } });
    expect(rendered.counters).toEqual({});
  });

  it('plays a mono file on both channels, and either as mono', async () => {
    const both = await renderNode(file, { options: { src: steadyPath, endSec: 0.1 } });
    expect(both.outputs.audio!.planes[1]).toEqual(steady.slice(0, 4800));
    const mono = await renderNode(file, { options: { src: tunePath, endSec: 0.1, channels: 1 } });
    expect(mono.outputs.audio!.planes).toHaveLength(1);
    expect(largestDifference(mono.outputs.audio!.planes[0]!, tune.slice(0, 4800))).toBeLessThan(1e-7);
  });

  it('loops without a gap, from where it began', async () => {
    const rendered = await renderNode(file, { options: { src: tunePath, loop: true, startSec: 0.5 }, durationMs: 1500 });
    const part = tune.subarray(24_000);
    const wanted = Float32Array.from({ length: 72_000 }, (_, i) => part[i % part.length]!);
    expect(largestDifference(rendered.outputs.audio!.planes[0]!, wanted)).toBe(0);
    expect(types(rendered)).toEqual(['stream.opened', 'stream.started', 'stream.looped', 'stream.looped', 'stream.ended']);
    expect(of(rendered, 'stream.ended')[0]).toMatchObject({ reason: 'stopped' });
  });

  it('loops a file shorter than a frame', async () => {
    const short = noise(700, 0.3);
    const src = await writeWav(join(folder, 'short.wav'), [short]);
    const { outputs } = await renderNode(file, { options: { src, loop: true }, durationMs: 200 });
    const wanted = Float32Array.from({ length: 9600 }, (_, i) => short[i % 700]!);
    expect(largestDifference(outputs.audio!.planes[0]!, wanted)).toBe(0);
  });

  it('stops looping when told to', async () => {
    const rendered = await renderNode(file, {
      options: { src: tunePath, loop: true },
      optionChanges: [{ atMs: 500, options: { loop: false } }],
    });
    expect(rendered.outputs.audio!.frames).toHaveLength(51);
    expect(of(rendered, 'stream.ended')).toHaveLength(1);
  });

  it('pauses and goes on where it was, both without a click', async () => {
    const rendered = await renderNode(file, {
      options: { src: steadyPath },
      commands: [
        { atMs: 500, command: { type: 'pause' } },
        { atMs: 520, command: { type: 'pause' } },
        { atMs: 800, command: { type: 'play' } },
      ],
      durationMs: 1200,
    });
    const plane = rendered.outputs.audio!.planes[0]!;
    expect(largestStep(plane)).toBeLessThan(0.01);
    expect(peakOf(plane.subarray(26_000, 38_400))).toBe(0);
    expect(rendered.outputs.audio!.frames[30]!.silent).toBe(true);
    // The frame that faded out comes again, fading in.
    expect(largestDifference(plane.subarray(40_000, 50_000), steady.subarray(40_000 - 14_400, 50_000 - 14_400))).toBeLessThan(
      1e-6,
    );
    expect(types(rendered).slice(2, 4)).toEqual(['stream.paused', 'stream.resumed']);
    expect(of(rendered, 'stream.resumed')[0]).toMatchObject({ positionMs: 500 });
  });

  it('waits for play when it is not to play at once', async () => {
    const rendered = await renderNode(file, {
      options: { src: tunePath, autoplay: false },
      commands: [{ atMs: 100, command: { type: 'play' } }],
      durationMs: 200,
    });
    const plane = rendered.outputs.audio!.planes[0]!;
    expect(peakOf(plane.subarray(0, 4800))).toBe(0);
    expect(largestDifference(plane.subarray(5760), tune.subarray(960, 4800))).toBe(0);
    expect(types(rendered)).toEqual(['stream.opened', 'stream.resumed', 'stream.started', 'stream.ended']);
  });

  it('seeks and restarts by a short fade', async () => {
    const rendered = await renderNode(file, {
      options: { src: steadyPath },
      commands: [
        { atMs: 200, command: { type: 'seek', positionMs: 2003 } },
        { atMs: 600, command: { type: 'restart' } },
      ],
      durationMs: 1000,
    });
    const plane = rendered.outputs.audio!.planes[0]!;
    expect(largestStep(plane)).toBeLessThan(0.01);
    const from = Math.round(2.003 * SECOND);
    expect(largestDifference(plane.subarray(10_560, 28_800), steady.subarray(from + 960, from + 960 + 18_240))).toBeLessThan(
      1e-6,
    );
    expect(largestDifference(plane.subarray(29_760), steady.subarray(960, 960 + 18_240))).toBeLessThan(1e-6);
    expect(of(rendered, 'stream.seeked').map(({ positionMs }) => positionMs)).toEqual([2003, 0]);
  });

  it('ends once when sought behind its end', async () => {
    const rendered = await renderNode(file, {
      options: { src: tunePath },
      commands: [{ atMs: 100, command: { type: 'seek', positionMs: 99_000 } }],
    });
    expect(of(rendered, 'stream.ended')).toHaveLength(1);
    expect(rendered.outputs.audio!.end!.tick).toBeLessThan(8);
  });

  it('refuses commands it does not know, and says so', async () => {
    const rendered = await renderNode(file, {
      options: { src: tunePath },
      commands: [
        { atMs: 0, command: { type: 'seek', positionMs: 'soon' } },
        { atMs: 0, command: { type: 'rewind' } },
      ],
      durationMs: 100,
    });
    expect(of(rendered, 'command.refused').map(({ command }) => command)).toEqual(['seek', 'rewind']);
  });

  it('changes to another file by a crossfade', async () => {
    const rendered = await renderNode(file, {
      options: { src: steadyPath },
      optionChanges: [{ atMs: 400, options: { src: quietPath } }],
      durationMs: 800,
    });
    const plane = rendered.outputs.audio!.planes[0]!;
    expect(largestStep(plane)).toBeLessThan(0.01);
    expect(plane.at(-1)).toBeCloseTo(0.01, 6);
    expect(types(rendered)).toEqual([
      'stream.opened',
      'stream.started',
      'stream.opened',
      'stream.ended',
      'stream.started',
      'stream.ended',
    ]);
    expect(of(rendered, 'stream.ended').map(({ src, reason }) => [src, reason])).toEqual([
      [steadyPath, 'replaced'],
      [quietPath, 'stopped'],
    ]);
  });

  it('plays on when the other file cannot be opened, and says why', async () => {
    const rendered = await renderNode(file, {
      options: { src: steadyPath },
      optionChanges: [{ atMs: 400, options: { src: join(folder, 'missing.wav') } }],
      durationMs: 800,
    });
    expect(largestDifference(rendered.outputs.audio!.planes[0]!, steady.subarray(0, 38_400))).toBe(0);
    expect(of(rendered, 'stream.failed')).toMatchObject([{ problem: { code: 'MEDIA_NOT_FOUND' } }]);
  });

  it('fails with what is wrong when its file cannot be opened', async () => {
    writeFileSync(join(folder, 'noise.wav'), 'this is no sound');
    for (const [name, code] of [
      ['missing.wav', 'MEDIA_NOT_FOUND'],
      ['noise.wav', 'MEDIA_UNREADABLE'],
    ]) {
      const rendered = await renderNode(file, { options: { src: join(folder, name!) } });
      const { error } = rendered.outputs.audio!.end!;
      expect(error).toBeInstanceOf(VoxError);
      expect((error as VoxError).code).toBe(code);
      expect(rendered.events).toEqual([]);
    }
  });

  it('reads ahead between ticks in real time, without underruns', async () => {
    const rendered = await renderNode(file, { options: { src: tunePath }, offline: false });
    expect(largestDifference(rendered.outputs.audio!.planes[0]!.subarray(0, tune.length), tune)).toBe(0);
    expect(rendered.counters).toEqual({});
  });

  it('tells its position behind a change and once a second while watched', async () => {
    const watched = await renderNode(file, { options: { src: steadyPath } });
    expect(of(watched, 'stream.position').map(({ positionMs, durationMs }) => [positionMs, durationMs])).toEqual([
      [0, 3000],
      [200, 3000],
      [980, 3000],
      [1980, 3000],
      [2980, 3000],
    ]);
    const unwatched = await renderNode(file, { options: { src: steadyPath }, watch: [] });
    expect(of(unwatched, 'stream.position')).toEqual([]);
  });
});
