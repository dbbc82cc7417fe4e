import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Problem } from '../../src/errors.js';
import { graphFromObject } from '../../src/graph/load.js';
import { livePictures } from '../../src/media/av/video/picture.js';
import { makeTempDir, readAll, sine, writeWav } from '../support/media-fixtures.js';
import { FLASH_AND_BEEP, flashToBeepMs, readPictures, writeFilm } from '../support/films.js';

const temp = makeTempDir();
afterAll(() => {
  temp.remove();
  expect(livePictures()).toBe(0);
});

interface Done {
  readonly problems: readonly Problem[];
  readonly counters: Record<string, Record<string, number>>;
}

async function render(nodes: object, output: string | undefined, durationSec?: number): Promise<Done> {
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
    });
    await session.ended;
    return { problems, counters: {} };
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
    await render({ film: film(flashes, { loop: true, startSec: 2, endSec: 4 }), ...toFile() }, looped, 7);
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
