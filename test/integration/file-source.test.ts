import { readFileSync, writeFileSync } from 'node:fs';
import { filter } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import type { NodeDefinition } from '../../src/graph/define-node.js';
import { file } from '../../src/nodes/sources/file.js';
import { makeTempDir, noise, sine, writeSignal, writeWav } from '../support/media-fixtures.js';
import { largestStep } from '../nodes/support/signals.js';
import { beats, curtain, offline, onStage } from './support/stage.js';

const temp = makeTempDir();
afterAll(() => temp.remove());

/** 1,000 Hz at 0.5: a step between two samples of at most this. */
const TONE_STEP = 0.5 * 2 * Math.sin((Math.PI * 1000) / 48_000) + 1e-3;
const seconds = (sec: number) => Math.round(sec * 48_000);

const graph = (src: string, options: object = {}) => ({
  music: { type: 'source.file', options: { src, channels: 1, ...options } },
  ear: { type: 'test.ear', in: { audio: 'music' } },
});

const noiseFile = writeWav(temp.path('noise.wav'), noise(), seconds(10), { channels: 1, sample: 'f32' });
const toneFile = writeWav(temp.path('tone.wav'), sine(1000), seconds(4), { channels: 1, sample: 'f32' });
/** 0.505 s: not a whole number of frames, but of periods. */
const seamFile = writeWav(temp.path('seam.wav'), sine(1000), 24_240, { channels: 1, sample: 'f32' });

describe('source.file on a real beat', () => {
  it('is heard from the first frame on, sample by sample', async () => {
    const stage = await onStage({ nodes: graph(noiseFile) });
    beats(stage, 100);
    const heard = stage.ear().plane();
    expect(heard.length).toBe(100 * 960);
    const signal = noise();
    expect(heard.every((x, i) => x === Math.fround(signal(i, 0)))).toBe(true);
    expect(stage.ear().ptsUs).toEqual(Array.from({ length: 100 }, (_, i) => i * 20_000));
    expect(stage.node('music').counters).toEqual({});
    await curtain(stage);
    expect(stage.told('music')).toEqual(['stream.opened', 'stream.started', 'stream.ended']);
    expect(stage.facts('music', 'stream.ended')[0]).toMatchObject({ reason: 'stopped' });
  });

  it('loops without a gap or a sample too many, for ever', async () => {
    const stage = await onStage({ nodes: graph(seamFile, { loop: true }) });
    beats(stage, 500);
    const heard = stage.ear().plane();
    const tone = sine(1000);
    let worst = 0;
    for (let i = 0; i < heard.length; i++) worst = Math.max(worst, Math.abs(heard[i]! - tone(i, 0)));
    expect(worst).toBeLessThan(1e-5);
    expect(stage.facts('music', 'stream.looped')).toHaveLength(Math.floor((500 * 960 - 1) / 24_240));
    expect(stage.node('music').counters).toEqual({});
    await curtain(stage);
  });

  it.each([1, 7, 100, 959, 961])('loops %i samples as exactly as a long file', async (count) => {
    const src = writeWav(temp.path(`loop-${count}.wav`), noise(), count, { channels: 1, sample: 'f32' });
    const stage = await onStage({ nodes: graph(src, { loop: true }) });
    beats(stage, 20);
    const signal = noise();
    stage
      .ear()
      .plane()
      .forEach((x, i) => expect(x).toBe(Math.fround(signal(i % count, 0))));
    expect(stage.node('music').counters).toEqual({});
    await curtain(stage);
  });

  it('begins and ends where it is told to', async () => {
    const stage = await onStage({ nodes: graph(noiseFile, { startSec: 1.2345, endSec: 1.5 }) });
    beats(stage, 50);
    const heard = stage.ear().plane();
    const wanted = seconds(1.5) - seconds(1.2345);
    const signal = noise();
    expect(heard.length).toBe(Math.ceil(wanted / 960) * 960);
    for (let i = 0; i < heard.length; i += 7) {
      expect(heard[i]).toBe(i < wanted ? Math.fround(signal(seconds(1.2345) + i, 0)) : 0);
    }
    await stage.run.ended;
    expect(stage.facts('music', 'stream.ended')).toMatchObject([{ reason: 'finished' }]);
    stage.clock.close();
  });

  it.each([0.1, 3.3333, 9.5])('seeks to %d s exactly, heard after one frame of fading', async (sec) => {
    const stage = await onStage({ nodes: graph(noiseFile) });
    beats(stage, 20);
    stage.run.command('music', { type: 'seek', positionMs: sec * 1000 });
    beats(stage, 20);
    const heard = stage.ear().plane();
    const signal = noise();
    // The first frame behind the seek is a fade; from its end on the samples are those of the position.
    for (let i = 960; i < 10 * 960; i++) expect(heard[20 * 960 + i]).toBe(Math.fround(signal(seconds(sec) + i, 0)));
    expect(stage.node('music').counters).toEqual({});
    await curtain(stage);
  });

  it('goes a long way to a position between ticks, silent meanwhile, which is no underrun', async () => {
    // Matroska can be entered every few seconds only.
    const path = await writeSignal(temp.path('long.mka'), noise(0.3), seconds(40), { channels: 1, codec: 'pcm_f32le' });
    const stage = await onStage({ nodes: graph(path) });
    beats(stage, 10);
    stage.run.command('music', { type: 'seek', positionMs: 34_000 });
    beats(stage, 30);
    const { frames } = stage.ear();
    const back = frames.findIndex(([plane], k) => k > 10 && plane!.some((x) => x !== 0));
    expect(back).toBeGreaterThan(11);
    expect(back).toBeLessThan(25);
    expect(stage.node('music').counters).toEqual({});
    // It fades in from the very position, and is exact behind the fade.
    const signal = noise(0.3);
    frames[back + 1]![0]!.forEach((x, i) => expect(x).toBeCloseTo(signal(seconds(34) + 960 + i, 0), 3));
    await curtain(stage);
  });

  it('pauses and resumes without a click, losing nothing', async () => {
    const stage = await onStage({ nodes: graph(toneFile) });
    beats(stage, 10);
    stage.run.command('music', { type: 'pause' });
    beats(stage, 10);
    stage.run.command('music', { type: 'play' });
    beats(stage, 10);
    const heard = stage.ear().plane();
    expect(largestStep(heard)).toBeLessThan(TONE_STEP);
    expect(heard.subarray(11 * 960, 20 * 960).every((x) => x === 0)).toBe(true);
    // The frame that faded out is the one that fades in, and what follows goes on from there.
    const tone = sine(1000);
    for (let i = 0; i < 9 * 960; i++) expect(heard[21 * 960 + i]).toBeCloseTo(tone(11 * 960 + i, 0), 5);
    await curtain(stage);
  });

  it('changes over to another file while it plays, and stays with the old one when that cannot be', async () => {
    const stage = await onStage({ nodes: graph(toneFile, { loop: true }) });
    beats(stage, 10);
    stage.run.setOptions('music', { src: temp.path('missing.wav') });
    await stage.clock.settle();
    beats(stage, 10);
    expect(stage.facts('music', 'stream.failed')).toMatchObject([{ problem: { code: 'MEDIA_NOT_FOUND', node: 'music' } }]);
    stage.run.setOptions('music', { src: seamFile });
    await stage.clock.settle();
    beats(stage, 10);
    expect(largestStep(stage.ear().plane())).toBeLessThan(TONE_STEP);
    expect(stage.facts('music', 'stream.ended')).toMatchObject([{ src: toneFile, reason: 'replaced' }]);
    await curtain(stage);
    expect(stage.facts('music', 'stream.ended')).toHaveLength(2);
  });

  it('says once why a file cannot be opened, tries as often as it should, and the rest goes on', async () => {
    const stage = await onStage({
      nodes: {
        // Present when the graph is checked, and nothing that can be played.
        broken: { type: 'source.file', options: { src: import.meta.filename, channels: 1 } },
        tone: { type: 'source.tone', options: { channels: 1 } },
        sum: { type: 'mix.sum', in: { audio: ['broken', 'tone'] }, options: { channels: 1 } },
        ear: { type: 'test.ear', in: { audio: 'sum' } },
      },
    });
    for (let i = 0; i < 100; i++) {
      beats(stage, 2);
      await stage.clock.settle();
    }
    expect(stage.facts('broken', 'source.failed')).toMatchObject([{ problem: { code: expect.stringMatching(/^MEDIA_/) } }]);
    expect(stage.ear().frames).toHaveLength(200);
    expect(
      stage
        .ear()
        .plane()
        .subarray(960)
        .some((x) => x > 0.1),
    ).toBe(true);
    await curtain(stage);
  });

  it.each(['truncated', 'noisy'])('a %s file ends once, with its reason, and so does the graph', async (kind) => {
    const good = readFileSync(await writeSignal(temp.path('whole.flac'), noise(0.3), seconds(4), { channels: 1 }));
    const bad = Buffer.from(good.subarray(0, kind === 'truncated' ? good.length / 2 : good.length));
    if (kind === 'noisy') bad.fill(0x5a, good.length >> 1);
    const path = temp.path(`${kind}.flac`);
    writeFileSync(path, bad);
    const stage = await offline({ nodes: graph(path) });
    const ended = stage.facts('music', 'stream.ended');
    expect(ended).toHaveLength(1);
    expect(ended[0]).toMatchObject({ reason: 'failed', problem: { code: expect.stringMatching(/^MEDIA_(TRUNCATED|CORRUPT)$/) } });
    // What could be decoded was played.
    expect(stage.ear().plane().length).toBeGreaterThan(seconds(1));
    expect(stage.events.at(-1)).toMatchObject({ type: 'graph.ended', reason: 'finished' });
  });

  it('counts an underrun for each tick it could not keep up with, and fades out before the gap and in behind it', async () => {
    const time = { between: true };
    const starved: NodeDefinition = {
      ...file,
      type: 'test.starved',
      create: ({ ctx, ...rest }) => file.create({ ...rest, ctx: { ...ctx, idle$: ctx.idle$.pipe(filter(() => time.between)) } }),
    };
    const nodes = graph(toneFile);
    const stage = await onStage({ nodes: { ...nodes, music: { ...nodes.music, type: 'test.starved' } }, extra: [starved] });
    beats(stage, 5);
    time.between = false;
    beats(stage, 8);
    time.between = true;
    beats(stage, 6);
    // Four frames were waiting; reading goes on behind the first tick that leaves time for it, which is itself still starved.
    const heard = stage.ear().plane();
    expect(stage.node('music').counters).toEqual({ underruns: 5 });
    // 5 ms lead from the last sample to silence.
    expect(heard.subarray(9 * 960 + 240, 14 * 960).every((x) => x === 0)).toBe(true);
    expect(largestStep(heard)).toBeLessThan(TONE_STEP);
    await curtain(stage);
  });
});
