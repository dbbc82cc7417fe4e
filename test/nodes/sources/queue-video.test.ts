import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { livePictures } from '../../../src/media/av/video/picture.js';
import { queue } from '../../../src/nodes/sources/queue.js';
import { renderNode, type RenderedNode, type RenderNodeSettings } from '../../../src/testing/index.js';
import { FLASH_AND_BEEP, writeFilm } from '../../support/films.js';
import { makeTempDir } from '../../support/media-fixtures.js';
import { sendFile, serve } from '../../support/media-server.js';
import { writeWav } from '../support/media.js';
import { sine } from '../support/signals.js';

const temp = makeTempDir();
const file = (name: string) => temp.path(name);
const SOUND = (i: number) => 0.2 * Math.sin(i / 20);

beforeAll(async () => {
  // Picture n of a film is its base + n bright; 25 a second, so that a position of 1 s is 25 more.
  await writeFilm(file('a.mp4'), { seconds: 2, sound: SOUND });
  await writeFilm(file('b.mkv'), { seconds: 2, luma: '100+N', width: 96, sound: SOUND });
  await writeFilm(file('c.webm'), { seconds: 2, luma: '160+N', sound: SOUND });
  await writeFilm(file('silent.mp4'), { seconds: 2, luma: '100+N' });
  await writeFilm(file('bright.mp4'), { seconds: 2, luma: '220', sound: SOUND });
  await writeFilm(file('quiet-start.mp4'), { seconds: 2, sound: (i) => (i < 48_000 ? 0 : SOUND(i)) });
  for (const name of ['beep1.mp4', 'beep2.webm', 'beep3.mkv']) await writeFilm(file(name), { ...FLASH_AND_BEEP, seconds: 3 });
  await writeWav(file('song.wav'), [sine(48_000, 440, 0.5)]);
  writeFileSync(file('broken.mp4'), 'this is no film');
  // Its sound is as it was; its pictures are said to be in a codec that nobody has.
  const strange = readFileSync(file('a.mp4'));
  for (let i = strange.indexOf('avc1'); i >= 0; i = strange.indexOf('avc1', i)) strange.write('zzzz', i);
  writeFileSync(file('strange.mp4'), strange);
});
afterAll(() => {
  temp.remove();
  expect(livePictures()).toBe(0);
});

const play = (names: readonly string[], options: object = {}, more: Partial<RenderNodeSettings> = {}) =>
  renderNode(queue, {
    frameRate: 25,
    options: { channels: 1, onEmpty: 'end', tracks: names.map((name) => (name.includes(':') ? name : file(name))), ...options },
    ...more,
  });
const at = (atMs: number, type: string, more: object = {}) => ({ atMs, command: { type, ...more } });
const of = ({ events }: RenderedNode, type: string) =>
  events.filter(({ event }) => event.type === type).map(({ event }) => event);
const pictureAt = ({ outputs }: RenderedNode, ms: number) => outputs['video']!.pictures.find(({ ptsUs }) => ptsUs === ms * 1000)!;
const lumaAt = (rendered: RenderedNode, ms: number) => {
  const { y } = pictureAt(rendered, ms);
  return y[Math.floor(y.length / 2)]!;
};
/** The position that is seen of a film whose first picture is so bright, in milliseconds. */
const seenAt = (rendered: RenderedNode, ms: number, base: number) => (Math.round(lumaAt(rendered, ms) - base) / 25) * 1000;
/** Seen at these times, each within a picture. */
function expectSeen(
  rendered: RenderedNode,
  expected: readonly (readonly [atMs: number, base: number, positionMs: number])[],
): void {
  for (const [ms, base, positionMs] of expected) {
    const seen = seenAt(rendered, ms, base);
    expect(Math.abs(seen - positionMs), `at ${ms} ms: ${seen} ms of the film from ${base}`).toBeLessThanOrEqual(40);
  }
}

/** By how many milliseconds each beep comes after its flash. */
function flashToBeep({ outputs }: RenderedNode): number[] {
  const bright = (y: Uint8Array | readonly number[] | Float32Array) => y[2000]! > 120;
  const flashes = outputs['video']!.pictures.flatMap(({ ptsUs, y }, i, all) =>
    bright(y) && (i === 0 || !bright(all[i - 1]!.y)) ? [ptsUs / 1000] : [],
  );
  const beeps: number[] = [];
  let loud = -48_000;
  outputs.audio!.planes[0]!.forEach((sample, i) => {
    if (Math.abs(sample) < 0.1) return;
    if (i - loud > 9600) beeps.push(i / 48);
    loud = i;
  });
  expect(beeps).toHaveLength(flashes.length);
  return beeps.map((ms, i) => ms - flashes[i]!);
}

describe('the pictures of source.queue', () => {
  it('follow one another without a gap, each in step with its sound, in its own size', async () => {
    const rendered = await play(['a.mp4', 'b.mkv', 'c.webm']);
    expectSeen(rendered, [
      [0, 40, 0],
      [1000, 40, 1000],
      [1920, 40, 1920],
      [2040, 100, 40],
      [3000, 100, 1000],
      [4080, 160, 80],
      [5800, 160, 1800],
    ]);
    const { pictures, end } = rendered.outputs['video']!;
    expect(pictures.every(({ y }) => y[0]! > 35)).toBe(true);
    expect([pictureAt(rendered, 1000).width, pictureAt(rendered, 3000).width]).toEqual([160, 96]);
    expect(end).toBeDefined();
    expect(of(rendered, 'video.opened')).toMatchObject([
      { id: 't1', src: file('a.mp4'), width: 160, height: 96, frameRate: 25, cover: false },
      { id: 't2', src: file('b.mkv'), width: 96 },
      { id: 't3', src: file('c.webm'), codec: 'vp8' },
    ]);
    expect(rendered.counters['underruns'] ?? 0).toBe(0);
  });

  it('flash when it beeps, in three films in a row, one of them from the network', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/beep2.webm') sendFile(request, response, readFileSync(file('beep2.webm')), 'video/webm');
      else response.writeHead(404).end();
    });
    const rendered = await play(['beep1.mp4', `${server.url}/beep2.webm`, 'beep3.mkv'], {}, { frameRate: 30 });
    const apart = flashToBeep(rendered);
    expect(apart).toHaveLength(9);
    for (const ms of apart) expect(Math.abs(ms)).toBeLessThanOrEqual(40);
  });

  it('obey pause, seek, next, previous and replay as the sound does', async () => {
    const rendered = await play(
      ['a.mp4', 'c.webm'],
      {},
      {
        commands: [
          at(400, 'pause'),
          at(800, 'play'),
          at(1000, 'seek', { positionMs: 1400 }),
          at(1200, 'next'),
          at(1600, 'replay'),
          at(2000, 'previous'),
        ],
        durationMs: 2400,
      },
    );
    expectSeen(rendered, [
      [360, 40, 360],
      [600, 40, 400],
      [760, 40, 400],
      [920, 40, 520],
      [1120, 40, 1520],
      [1400, 160, 200],
      [1800, 160, 200],
      [2200, 40, 200],
    ]);
  });

  it('go to where they are sought to in a pause, at once', async () => {
    const rendered = await play(
      ['a.mp4'],
      {},
      { commands: [at(400, 'pause'), at(600, 'seek', { positionMs: 1600 })], durationMs: 1000 },
    );
    expectSeen(rendered, [
      [560, 40, 400],
      [800, 40, 1600],
    ]);
  });

  it('give way to black where a song has none, and come back', async () => {
    const rendered = await play(['a.mp4', 'song.wav', 'c.webm']);
    expect([lumaAt(rendered, 2040), lumaAt(rendered, 2960)]).toEqual([16, 16]);
    expect(pictureAt(rendered, 2400).width).toBe(160);
    expectSeen(rendered, [[3400, 160, 400]]);
    const nothing = await play(['a.mp4', 'song.wav', 'c.webm'], { noPicture: 'nothing' });
    const times = nothing.outputs['video']!.pictures.map(({ ptsUs }) => ptsUs / 1000);
    expect(times.filter((ms) => ms >= 2000 && ms < 3000)).toEqual([]);
    expect(times.filter((ms) => ms >= 3000)).toHaveLength(50);
  });

  it('go when the queue is through or stopped', async () => {
    const through = await play(['a.mp4'], { onEmpty: 'silence' }, { durationMs: 2400 });
    expect(lumaAt(through, 2200)).toBe(16);
    const stopped = await play(['a.mp4'], {}, { commands: [at(400, 'stop')], durationMs: 600 });
    expect([lumaAt(stopped, 360) > 40, lumaAt(stopped, 480)]).toEqual([true, 16]);
  });

  it('pass over what cannot be played, and say so', async () => {
    const rendered = await play(['a.mp4', 'broken.mp4', 'missing.mp4', 'c.webm']);
    expect(of(rendered, 'track.failed').map(({ id, problem }) => [id, (problem as { code: string }).code])).toEqual([
      ['t2', 'MEDIA_UNREADABLE'],
      ['t3', 'MEDIA_NOT_FOUND'],
    ]);
    expectSeen(rendered, [
      [1920, 40, 1920],
      [2200, 160, 200],
    ]);
    expect(rendered.counters['underruns'] ?? 0).toBe(0);
  });

  it('are told where they cannot be decoded; the sound plays, under black', async () => {
    const rendered = await play(['strange.mp4', 'c.webm']);
    expect(of(rendered, 'video.failed')).toMatchObject([
      { id: 't1', src: file('strange.mp4'), problem: { code: 'CODEC_MISSING' } },
    ]);
    expect(of(rendered, 'track.ended').map(({ id, reason }) => [id, reason])).toEqual([
      ['t1', 'finished'],
      ['t2', 'finished'],
    ]);
    expect(lumaAt(rendered, 1000)).toBe(16);
    expectSeen(rendered, [[2400, 160, 400]]);
  });

  it('fade into each other while the sound is crossfaded, or change in the middle of it', async () => {
    const fade = await play(['a.mp4', 'bright.mp4'], { crossfadeMs: 800 });
    // From 1.2 s to 2 s: 70 to 90 goes, 220 comes.
    expect(lumaAt(fade, 1160)).toBeLessThan(75);
    expect(Math.abs(lumaAt(fade, 1600) - (80 + 220) / 2)).toBeLessThanOrEqual(6);
    expect(lumaAt(fade, 2080)).toBeGreaterThan(215);
    const lumas = [1240, 1400, 1560, 1720, 1880].map((ms) => lumaAt(fade, ms));
    expect(lumas.toSorted((a, b) => a - b)).toEqual(lumas);
    const cut = await play(['a.mp4', 'bright.mp4'], { crossfadeMs: 800, videoTransition: 'cut' });
    expect([lumaAt(cut, 1560) < 100, lumaAt(cut, 1640) > 215]).toEqual([true, true]);
  });

  it('keep the silence that a film begins with, also where songs lose theirs', async () => {
    const rendered = await play(['a.mp4', 'quiet-start.mp4'], { crossfadeMs: 200 });
    // It begins 200 ms before the end of the first.
    expectSeen(rendered, [[2200, 40, 400]]);
  });

  it('are those of a film without sound, for as long as it is', async () => {
    const rendered = await play(['silent.mp4', 'c.webm']);
    expectSeen(rendered, [
      [1000, 100, 1000],
      [2400, 160, 400],
    ]);
    expect(of(rendered, 'track.failed')).toEqual([]);
  });

  it('go round with a repeated track, and with the part of one', async () => {
    const tracks = [{ src: file('a.mp4'), startSec: 0.6, endSec: 1.6 }];
    const rendered = await play([], { tracks, repeat: 'track' }, { durationMs: 2600 });
    expectSeen(rendered, [
      [0, 40, 600],
      [400, 40, 1000],
      [1400, 40, 1000],
      [2400, 40, 1000],
    ]);
  });

  it('go on where a saved queue was', async () => {
    const first = await play(['a.mp4', 'c.webm'], {}, { durationMs: 3000 });
    const saved = of(first, 'queue.changed').at(-1);
    expect(saved).toMatchObject({ index: 1 });
    const { type: _, ...state } = { ...saved!, positionMs: 1000 };
    const second = await play([], { saved: state }, { durationMs: 400 });
    expectSeen(second, [
      [0, 160, 1000],
      [320, 160, 1320],
    ]);
  });
});
