import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Problem } from '../../src/errors.js';
import { graphFromObject } from '../../src/graph/load.js';
import { createRegistry } from '../../src/graph/registry.js';
import { readImage } from '../../src/media/av/video/image.js';
import { livePictures } from '../../src/media/av/video/picture.js';
import { builtinNodes } from '../../src/nodes/index.js';
import { makeTempDir, readAll, sine, writeWav } from '../support/media-fixtures.js';
import { FLASH_AND_BEEP, flashToBeepMs, readPictures, writeFilm } from '../support/films.js';

const temp = makeTempDir();
afterAll(() => {
  temp.remove();
  expect(livePictures()).toBe(0);
});

interface Done {
  readonly problems: readonly Problem[];
}

interface More {
  readonly durationSec?: number;
  readonly frames?: string;
  readonly sheet?: string;
}

async function render(nodes: object, output: string | undefined, more: More = {}): Promise<Done> {
  const { durationSec, frames, sheet } = more;
  const engine = createEngine();
  const problems: Problem[] = [];
  engine.events$.subscribe((event) => {
    if (event.type === 'node.told' && event.data.problem) problems.push(event.data.problem);
  });
  try {
    const plan = graphFromObject({ version: 1, nodes }, { registry: engine.registry, cwd: temp.dir });
    const session = await engine.render(plan, {
      ...(output !== undefined && { output }),
      ...(durationSec !== undefined && { durationUs: durationSec * 1e6 }),
      ...(frames !== undefined && { frames }),
      ...(sheet !== undefined && { sheet }),
    });
    await session.ended;
    return { problems };
  } finally {
    await engine.close();
  }
}

const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
const film = (src: string, options: object = {}) => ({ type: 'source.file', options: { src, ...options } });
const toFile = (options: object = {}) => ({
  out: { type: 'sink.file', in: { audio: 'film', video: 'film' }, options: { path: 'unused', ...options } },
});

describe('a film that is rendered', () => {
  let flashes: string;
  let counted: string;
  beforeAll(async () => {
    flashes = await writeFilm(temp.path('flashes.mp4'), FLASH_AND_BEEP);
    counted = await writeFilm(temp.path('counted.mkv'), { seconds: 2, sound: (i) => 0.2 * Math.sin(i / 20) });
  });

  it.each(['mp4', 'mkv', 'webm', 'mov'])('to .%s is in step, and the same each time', async (ext) => {
    const [one, two] = [temp.path(`one.${ext}`), temp.path(`two.${ext}`)];
    expect((await render({ film: film(flashes), ...toFile() }, one)).problems).toEqual([]);
    await render({ film: film(flashes), ...toFile() }, two);
    expect(hash(two)).toBe(hash(one));
    const offsets = await flashToBeepMs(one);
    expect(offsets).toHaveLength(5);
    // A frame is 33 ms; codecs smear a beep's beginning by some.
    for (const ms of offsets) expect(Math.abs(ms)).toBeLessThan(15);
    expect((await readPictures(one)).map(({ ms }) => Math.round(ms * 0.03))).toEqual(Array.from({ length: 150 }, (_, i) => i));
  });

  it('keeps step through a start within it, a loop, and another speed', async () => {
    const looped = temp.path('looped.mp4');
    await render({ film: film(flashes, { loop: true, startSec: 2, endSec: 4 }), ...toFile() }, looped, { durationSec: 7 });
    const offsets = await flashToBeepMs(looped);
    expect(offsets).toHaveLength(7);
    for (const ms of offsets) expect(Math.abs(ms)).toBeLessThan(34);
    const slow = temp.path('slow.mp4');
    await render({ film: film(flashes, { speed: 0.5 }), ...toFile() }, slow);
    const slowed = await flashToBeepMs(slow);
    expect(slowed).toHaveLength(5);
    // Time stretching smears a beep's beginning over its window.
    for (const ms of slowed) expect(Math.abs(ms)).toBeLessThan(40);
  });

  it('is in step for ten minutes', { timeout: 240_000 }, async () => {
    const long = temp.path('long.mp4');
    await render({ film: film(flashes, { loop: true }), ...toFile() }, long, { durationSec: 600 });
    const offsets = await flashToBeepMs(long);
    expect(offsets).toHaveLength(600);
    // A loop begins at a beat of the sound, 20 ms, and a picture of the film stands for 33 ms.
    expect(Math.max(...offsets.map(Math.abs))).toBeLessThan(40);
    expect(Math.abs(offsets.at(-1)! - offsets[4]!)).toBeLessThan(34);
  });

  it.each([
    ['that noise is taken off', { noise: { type: 'effect.denoise', in: { audio: 'film' } } }, 'noise', 35 + 5],
    [
      'of another pitch as well',
      {
        noise: { type: 'effect.denoise', in: { audio: 'film' } },
        pitch: { type: 'effect.pitch', in: { audio: 'noise' }, options: { semitones: 1 } },
      },
      'pitch',
      35 + 41.25 + 5,
    ],
  ])('is in step with sound %s', async (_what, effects, last, lateMs) => {
    const nodes = {
      film: film(flashes),
      ...effects,
      limit: { type: 'effect.limiter', in: { audio: last } },
      out: { type: 'sink.file', in: { audio: 'limit', video: 'film' }, options: { path: 'unused' } },
    };
    const plan = graphFromObject({ version: 1, nodes }, { registry: createRegistry(builtinNodes), cwd: temp.dir });
    expect(plan.nodes.filter(({ implicit }) => implicit)).toMatchObject([{ type: 'video.delay', options: { delayMs: lateMs } }]);
    const out = temp.path('late.mp4');
    expect((await render(nodes, out)).problems).toEqual([]);
    const offsets = await flashToBeepMs(out);
    expect(offsets).toHaveLength(5);
    for (const ms of offsets) expect(Math.abs(ms)).toBeLessThan(15);
  });

  it('has the frame rate that is asked for: pictures are repeated, or dropped, on time', async () => {
    const [fewer, more] = [temp.path('fewer.mp4'), temp.path('more.mp4')];
    await render({ film: film(counted), ...toFile({ frameRate: 12.5 }) }, fewer);
    expect((await readPictures(fewer)).map(({ luma }) => Math.round((luma - 39.8) / 2))).toEqual(
      Array.from({ length: 25 }, (_, i) => i),
    );
    await render({ film: film(counted), ...toFile({ frameRate: 50 }) }, more);
    expect((await readPictures(more)).map(({ luma }) => Math.round(luma - 39.8))).toEqual(
      Array.from({ length: 100 }, (_, i) => Math.floor(i / 2)),
    );
  });

  it('without sound is silent and as long as its pictures; pictures that end before the sound do not stay up', async () => {
    const mute = await writeFilm(temp.path('mute.mp4'), { seconds: 1 });
    const out = temp.path('mute-out.mp4');
    expect((await render({ film: film(mute), ...toFile() }, out)).problems).toEqual([]);
    expect(await readPictures(out)).toHaveLength(30);
    expect((await readAll(out)).planes[0]!.every((x) => Math.abs(x) < 1e-3)).toBe(true);

    const tone = writeWav(temp.path('tone.wav'), sine(440, 0.3), 2 * 48_000, { channels: 1, sample: 'f32' });
    const longer = temp.path('longer.mp4');
    const nodes = {
      film: film(mute),
      tone: { type: 'source.file', options: { src: tone } },
      out: { type: 'sink.file', in: { audio: 'tone', video: 'film.video' }, options: { path: 'unused' } },
    };
    await render(nodes, longer);
    const pictures = await readPictures(longer);
    const last = pictures.at(-1)!;
    expect(pictures).toHaveLength(31);
    expect([Math.round(last.ms), Math.round(last.luma)]).toEqual([1020, 16]);
  });

  it('of a file without pictures is black, or nothing, as is asked for', async () => {
    const tone = writeWav(temp.path('bare.wav'), sine(440, 0.3), 48_000, { channels: 1, sample: 'f32' });
    const out = temp.path('black.mp4');
    await render({ film: film(tone), ...toFile({ width: 64, height: 64 }) }, out);
    const pictures = await readPictures(out);
    expect(pictures).toHaveLength(30);
    for (const { luma, width } of pictures) expect([Math.round(luma), width]).toEqual([16, 64]);
    const { problems } = await render({ film: film(tone, { noPicture: 'nothing' }), ...toFile() }, temp.path('none.mp4'));
    expect(problems.map(({ code }) => code)).toEqual(['OUTPUT_UNWRITABLE']);
  });

  it('says what is wrong with a container for it', async () => {
    const { problems } = await render({ film: film(counted), ...toFile() }, temp.path('film.mp3'));
    expect(problems[0]!.message).toContain('holds no moving pictures');
  });
});

describe('films in a queue that are rendered', () => {
  const films: string[] = [];
  beforeAll(async () => {
    for (const name of ['first.mp4', 'second.webm', 'third.mkv'])
      films.push(await writeFilm(temp.path(name), { ...FLASH_AND_BEEP, seconds: 3 }));
  });

  it.each([
    ['source.queue', () => ({ tracks: films, onEmpty: 'end' })],
    [
      'source.playlist',
      () => {
        writeFileSync(temp.path('films.m3u'), films.join('\n'));
        return { src: temp.path('films.m3u'), onEmpty: 'end' };
      },
    ],
  ])('by %s are in step in each of three in a row, behind effects that make the sound late', async (type, options) => {
    const nodes = {
      films: { type, options: options() },
      noise: { type: 'effect.denoise', in: { audio: 'films' } },
      limit: { type: 'effect.limiter', in: { audio: 'noise' } },
      out: { type: 'sink.file', in: { audio: 'limit', video: 'films' }, options: { path: 'unused' } },
    };
    const plan = graphFromObject({ version: 1, nodes }, { registry: createRegistry(builtinNodes), cwd: temp.dir });
    expect(plan.nodes.filter(({ implicit }) => implicit)).toMatchObject([{ type: 'video.delay', options: { delayMs: 40 } }]);
    const out = temp.path(`${type}.mp4`);
    expect((await render(nodes, out)).problems).toEqual([]);
    const offsets = await flashToBeepMs(out);
    expect(offsets).toHaveLength(9);
    for (const ms of offsets) expect(Math.abs(ms)).toBeLessThanOrEqual(40);
  });
});

describe('a graph for a call with pictures', () => {
  const nodes = (src: string) => ({
    film: film(src),
    sepia: { type: 'video.sepia', in: { video: 'film' } },
    vp8: { type: 'encode.vp8', in: { video: 'sepia' }, options: { width: 80, height: 48, frameRate: 25 } },
    call: { type: 'sink.call', in: { audio: 'film', video: 'vp8' } },
  });
  let counted: string;
  beforeAll(async () => {
    counted = await writeFilm(temp.path('call.mkv'), { seconds: 1, sound: (i) => 0.2 * Math.sin(i / 20) });
  });

  it.each(['mp4', 'webm', 'mkv'])('is written to .%s with both, as the call would see it', async (ext) => {
    const out = temp.path(`call-out.${ext}`);
    expect((await render(nodes(counted), out)).problems).toEqual([]);
    const pictures = await readPictures(out);
    // Opus makes the sound a little longer than a second.
    expect(pictures).toHaveLength(26);
    expect([pictures[0]!.width, pictures[0]!.height]).toEqual([80, 48]);
    expect((await readAll(out)).samples).toBeGreaterThan(47_000);
  });

  it('is written to a container for sound alone without its pictures', async () => {
    const out = temp.path('call-out.ogg');
    expect((await render(nodes(counted), out)).problems).toEqual([]);
    expect((await readAll(out)).samples).toBeGreaterThan(47_000);
  });

  it('gives each picture as a PNG, the same each time, and a contact sheet', async () => {
    const [one, two] = [temp.path('frames-one'), temp.path('frames-two')];
    await render(nodes(counted), undefined, { frames: one, sheet: temp.path('sheet.png') });
    expect((await render(nodes(counted), temp.path('with.mp4'), { frames: two })).problems).toEqual([]);
    const names = readdirSync(one).sort();
    expect(names).toHaveLength(26);
    expect(names[0]).toBe('frame-000001.png');
    for (const name of names) expect(hash(join(two, name))).toBe(hash(join(one, name)));
    const first = await readImage(join(one, names[0]!));
    const sheet = await readImage(temp.path('sheet.png'));
    // Up to six side by side, 320 wide, with gaps of 4.
    expect([first.width, first.height, sheet.width]).toEqual([80, 48, 6 * 324 + 4]);
    // Luma 40 of limited range is a grey of 28; by the matrix that is 38, 34 and 26.
    [38, 34, 26].forEach((wanted, i) =>
      expect(Math.abs(first.native.data![0]![10 * first.native.linesize[0]! + 60 + i]! - wanted)).toBeLessThanOrEqual(4),
    );
    first.release();
    sheet.release();
  });

  it('says so when there are no pictures to write', async () => {
    const sound = {
      film: film(counted),
      opus: { type: 'encode.opus', in: { audio: 'film' } },
      call: { type: 'sink.call', in: { audio: 'opus' } },
    };
    await expect(render(sound, undefined, { frames: temp.path('none') })).rejects.toThrow('gets no pictures');
  });
});

describe('memory', () => {
  it('stays flat over two hundred films in a queue', { timeout: 120_000 }, async () => {
    const small = { seconds: 1, width: 32, height: 32, sound: (i: number) => 0.2 * Math.sin(i / 20) };
    const tracks = [await writeFilm(temp.path('s1.mp4'), small), await writeFilm(temp.path('s2.webm'), small)];
    const engine = createEngine();
    const nodes = {
      films: { type: 'source.queue', options: { tracks, repeat: 'queue', crossfadeMs: 100 } },
      h264: { type: 'encode.h264', in: { video: 'films' }, options: { frameRate: 25, effort: 0 } },
      opus: { type: 'encode.opus', in: { audio: 'films' }, options: { complexity: 0 } },
      call: { type: 'sink.call', in: { audio: 'opus', video: 'h264' } },
    };
    const plan = graphFromObject({ version: 1, nodes }, { registry: engine.registry, cwd: temp.dir });
    let started = 0;
    let after50: { readonly megabytes: number; readonly pictures: number } | undefined;
    const now = () => ({ megabytes: process.memoryUsage().rss / 1e6, pictures: livePictures() });
    engine.events$.subscribe((event) => {
      if (event.type === 'stream.started' && ++started === 50) after50 = now();
    });
    const session = await engine.render(plan, { output: temp.path('nothing.ogg'), durationUs: 190e6 });
    await session.ended;
    const { megabytes, pictures } = now();
    await engine.close();
    expect(started).toBeGreaterThan(190);
    expect(pictures).toBeLessThanOrEqual(after50!.pictures + 4);
    // A film that is left open is a megabyte or more.
    expect(megabytes - after50!.megabytes).toBeLessThan(60);
    expect(livePictures()).toBe(0);
  });

  it('stays flat over 20,000 pictures, through effects, a mixer and an encoder', { timeout: 120_000 }, async () => {
    const nodes = {
      pattern: { type: 'source.test-pattern', options: { width: 32, height: 32 } },
      plain: { type: 'source.color', options: { width: 32, height: 32, color: 'navy' } },
      blur: { type: 'video.blur', in: { video: 'pattern' }, options: { sigmaPx: 1 } },
      both: { type: 'mix.picture-in-picture', in: { main: 'plain', inset: 'blur' } },
      h264: { type: 'encode.h264', in: { video: 'both' }, options: { frameRate: 100, effort: 0 } },
      call: { type: 'sink.call', in: { video: 'h264' } },
    };
    const engine = createEngine();
    const plan = graphFromObject({ version: 1, nodes }, { registry: engine.registry, cwd: temp.dir });
    const session = await engine.render(plan, { output: temp.path('nothing.ogg'), durationUs: 200e6 });
    const resident: number[] = [];
    for (let last = 0; last < 199e6;) {
      const { positionUs } = await session.stats().catch(() => ({ positionUs: Infinity }));
      if (positionUs > last + 10e6) {
        resident.push(process.memoryUsage().rss / 1e6);
        last = positionUs;
      }
      await new Promise((done) => setImmediate(done));
    }
    await session.ended;
    await engine.close();
    // From a tenth on, when everything has found its size, to the end.
    expect(resident.length).toBeGreaterThan(10);
    expect(resident.at(-2)! - resident[2]!).toBeLessThan(40);
    expect(livePictures()).toBe(0);
  });
});
