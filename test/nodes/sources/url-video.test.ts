import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { livePictures } from '../../../src/media/av/video/picture.js';
import { url } from '../../../src/nodes/sources/url.js';
import { renderNode, type RenderedNode, type RenderNodeSettings } from '../../../src/testing/index.js';
import { FLASH_AND_BEEP, writeFilm } from '../../support/films.js';
import { makeTempDir } from '../../support/media-fixtures.js';
import { seeded } from '../../calls/webrtc/support/stream.js';
import { rangeStart, sendFile, serve } from '../../support/media-server.js';

const temp = makeTempDir();
const films: Record<string, Buffer> = {};
beforeAll(async () => {
  // Picture n is 40 + n bright; 25 a second, so that a position of 1 s is 65.
  const sound = (i: number) => 0.2 * Math.sin(i / 20);
  for (const name of ['film.mp4', 'film.webm', 'film.mkv', 'film.ts'])
    films[name] = readFileSync(await writeFilm(temp.path(name), { seconds: 3, sound }));
  films['silent.mp4'] = readFileSync(await writeFilm(temp.path('silent.mp4'), { seconds: 3 }));
  films['silent.webm'] = readFileSync(await writeFilm(temp.path('silent.webm'), { seconds: 3 }));
  films['beep.ts'] = readFileSync(await writeFilm(temp.path('beep.ts'), { ...FLASH_AND_BEEP, seconds: 3 }));
  films['other.webm'] = readFileSync(await writeFilm(temp.path('other.webm'), { seconds: 3, luma: '200', width: 96, sound }));
});
afterAll(() => {
  temp.remove();
  expect(livePictures()).toBe(0);
});

const run = (settings: RenderNodeSettings) => renderNode(url, { frameRate: 25, ...settings });
const files = () =>
  serve((request, response) => {
    const film = films[(request.url ?? '').slice(1)];
    if (film) sendFile(request, response, film, 'video/mp4');
    else response.writeHead(404).end();
  });

/** The position in the film that is seen at a time, in milliseconds, by its brightness. */
function seenAt(rendered: RenderedNode, ms: number): number {
  const picture = rendered.outputs['video']!.pictures.find(({ ptsUs }) => ptsUs === ms * 1000)!;
  return (Math.round(picture.y[2000]! - 40) / 25) * 1000;
}
/** Seen at these times, each within a picture. */
function expectSeen(rendered: RenderedNode, expected: readonly (readonly [atMs: number, positionMs: number])[]): void {
  for (const [atMs, positionMs] of expected)
    expect(Math.abs(seenAt(rendered, atMs) - positionMs), `at ${atMs} ms ${seenAt(rendered, atMs)}`).toBeLessThanOrEqual(40);
}

/** By how many milliseconds each beep comes after its flash. */
function flashToBeep({ outputs }: RenderedNode): number[] {
  const flashes = outputs['video']!.pictures.flatMap(({ ptsUs, y }, i, all) =>
    y[2000]! > 120 && (i === 0 || all[i - 1]!.y[2000]! <= 120) ? [ptsUs / 1000] : [],
  );
  const beeps: number[] = [];
  let loud = -48_000;
  outputs.audio!.planes[0]!.forEach((sample, at) => {
    if (Math.abs(sample) < 0.1) return;
    if (at - loud > 9600) beeps.push(at / 48);
    loud = at;
  });
  expect(beeps).toHaveLength(flashes.length);
  return beeps.map((ms, i) => ms - flashes[i]!);
}

describe('the pictures of source.url', () => {
  it.each(['film.mp4', 'film.webm', 'film.mkv'])('come with the sound of %s, and end with it', async (name) => {
    const server = await files();
    const rendered = await run({ options: { src: `${server.url}/${name}` } });
    expectSeen(rendered, [
      [0, 0],
      [400, 400],
      [1400, 1400],
      [2800, 2800],
    ]);
    const { pictures, end } = rendered.outputs['video']!;
    expect(pictures.every(({ width, height }) => width === 160 && height === 96)).toBe(true);
    expect(end).toBeDefined();
    expect(rendered.events.filter(({ event }) => event.type === 'video.opened').map(({ event }) => event)).toMatchObject([
      { width: 160, height: 96, frameRate: 25, cover: false },
    ]);
    expect(rendered.counters.underruns ?? 0).toBe(0);
  });

  it('stand still in a pause, and follow a seek, forwards and back', async () => {
    const server = await files();
    const rendered = await run({
      options: { src: `${server.url}/film.mp4` },
      commands: [
        { atMs: 400, command: { type: 'pause' } },
        { atMs: 800, command: { type: 'play' } },
        { atMs: 1000, command: { type: 'seek', positionMs: 2000 } },
        { atMs: 1400, command: { type: 'seek', positionMs: 200 } },
      ],
      durationMs: 2000,
    });
    expectSeen(rendered, [
      [360, 360],
      [600, 400],
      [920, 520],
      [1240, 2240],
      [1720, 520],
    ]);
  });

  it('go round with the sound, between the two ends', async () => {
    const server = await files();
    const rendered = await run({
      options: { src: `${server.url}/film.mkv`, loop: true, startSec: 1 },
      durationMs: 6400,
    });
    expectSeen(rendered, [
      [400, 1400],
      [1600, 2600],
      [2400, 1400],
      [4400, 1400],
      [5600, 2600],
    ]);
  });

  it('change to those of another address with the sound', async () => {
    const server = await files();
    const rendered = await run({
      options: { src: `${server.url}/film.webm` },
      optionChanges: [{ atMs: 600, options: { src: `${server.url}/other.webm` } }],
      durationMs: 1600,
    });
    const at = (ms: number) => rendered.outputs['video']!.pictures.find(({ ptsUs }) => ptsUs === ms * 1000)!;
    expect(at(400).width).toBe(160);
    expect([at(1200).width, Math.abs(at(1200).y[2000]! - 200) <= 2]).toEqual([96, true]);
  });

  it('come from a server that knows no ranges, and go on where a lost connection was', async () => {
    const film = films['film.webm']!;
    const server = await serve((request, response, count) => {
      const from = rangeStart(request);
      response.writeHead(from > 0 ? 206 : 200, {
        'content-type': 'video/webm',
        'content-length': film.length - from,
        'accept-ranges': 'bytes',
        ...(from > 0 && { 'content-range': `bytes ${from}-${film.length - 1}/${film.length}` }),
      });
      if (count > 1) return void response.end(film.subarray(from));
      response.write(film.subarray(0, film.length >> 1), () => response.destroy());
    });
    const rendered = await run({ options: { src: server.url } });
    expect(rendered.events.map(({ event }) => event.type)).toContain('stream.reconnected');
    expectSeen(rendered, [
      [400, 400],
      [1400, 1400],
      [2800, 2800],
    ]);
    const plain = await serve((_request, response) => response.writeHead(200, { 'content-type': 'video/webm' }).end(film));
    expectSeen(await run({ options: { src: plain.url } }), [[1400, 1400]]);
  });

  it('come from HLS by way of a variant that has both, also where time stamps begin anew', async () => {
    const server = await serve((request, response) => {
      const stream = (of: string) => `#EXT-X-STREAM-INF:BANDWIDTH=${of}\n`;
      const segment = '#EXTINF:3.0,\nbeep.ts\n';
      if (request.url === '/main')
        response.end(
          `#EXTM3U\n${stream('9000,RESOLUTION=160x96')}both.m3u8\n${stream('900,CODECS="mp4a.40.2"')}sound.m3u8\n${stream('90,RESOLUTION=80x48')}small.m3u8\n${stream('90000,RESOLUTION=1920x1080')}large.m3u8\n`,
        );
      else if (request.url === '/both.m3u8')
        response.end(`#EXTM3U\n#EXT-X-TARGETDURATION:3\n${segment}#EXT-X-DISCONTINUITY\n${segment}#EXT-X-ENDLIST\n`);
      else response.end(films['beep.ts']);
    });
    const rendered = await run({ options: { src: `${server.url}/main` } });
    expect(server.requests.map(({ path }) => path)).toEqual(['/main', '/both.m3u8', '/beep.ts', '/beep.ts']);
    const offsets = flashToBeep(rendered);
    expect(offsets).toHaveLength(6);
    for (const ms of offsets) expect(Math.abs(ms)).toBeLessThanOrEqual(40);
  });

  it('begin again at a key frame where a live stream was lost, in step with its sound', async () => {
    const film = films['film.ts']!;
    const server = await serve((_request, response, count) => {
      response.writeHead(200, { 'content-type': 'video/mp2t' });
      // The first connection breaks off in the midst of a picture; the second joins later in the same stream, in the midst of another.
      if (count === 1) return void response.write(film.subarray(0, film.length * 0.3), () => response.destroy());
      response.end(film.subarray(Math.floor(film.length * 0.34) + 77));
    });
    const rendered = await run({ options: { src: server.url, reconnectAttempts: 1 }, durationMs: 2000 });
    expect(rendered.events.map(({ event }) => event.type)).toContain('stream.reconnected');
    // By then it is in its last second, whose key frame is picture 50.
    const { pictures } = rendered.outputs['video']!;
    const lumas = pictures.map(({ y }) => y[2000]! - 40);
    expect(Math.max(...lumas)).toBeGreaterThanOrEqual(50);
    expect(lumas.filter((luma) => luma > 0).every((luma, i, all) => i === 0 || luma >= all[i - 1]!)).toBe(true);
  });

  it.each(['silent.mp4', 'silent.webm'])('give the time where there is no sound, in %s', async (name) => {
    const server = await files();
    const src = `${server.url}/${name}`;
    const whole = await run({ options: { src } });
    expectSeen(whole, [
      [0, 0],
      [400, 400],
      [2800, 2800],
    ]);
    expect(whole.outputs.audio!.frames.every(({ silent }) => silent)).toBe(true);
    // Within the few pictures by which decoding is ahead of showing.
    expect(Math.abs(whole.outputs.audio!.frames.length - 150)).toBeLessThan(6);
    expect(whole.events.filter(({ event }) => event.type === 'stream.ended').map(({ event }) => event)).toMatchObject([
      { reason: 'finished' },
    ]);
    expect(whole.outputs['video']!.end).toBeDefined();
    const moved = await run({
      options: { src, loop: true },
      commands: [{ atMs: 400, command: { type: 'seek', positionMs: 2000 } }],
      durationMs: 3000,
    });
    expectSeen(moved, [
      [360, 360],
      [680, 2240],
      [2000, 600],
    ]);
  });

  it('come in one size from the first on, where a live stream is joined between key frames', async () => {
    const film = films['film.ts']!;
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'video/mp2t' });
      response.end(film.subarray(188 * Math.floor((film.length * 0.34) / 188)));
    });
    const { outputs, problems } = await run({ options: { src: server.url, reconnectAttempts: 0 } });
    const { pictures } = outputs['video']!;
    expect(pictures.length).toBeGreaterThan(10);
    expect(pictures.every(({ width, height }) => width === 160 && height === 96)).toBe(true);
    expect(problems).toEqual([]);
  });

  it('are what can be made of damaged and cut streams, which always end', { timeout: 60_000 }, async () => {
    const random = seeded(11);
    for (const name of ['film.mp4', 'film.webm', 'film.ts', 'silent.webm'])
      for (let n = 0; n < 6; n++) {
        const film = Buffer.from(films[name]!);
        // Not the header: a stream that is refused has no pictures to speak of.
        for (let hits = 0; hits < 40; hits++)
          film[2000 + Math.floor(random() * (film.length - 2000))] = Math.floor(random() * 256);
        const cut = film.subarray(0, Math.floor(film.length * (0.5 + random() / 2)));
        const server = await serve((request, response) => sendFile(request, response, n % 2 ? cut : film, 'video/mp4'));
        const { outputs } = await run({ options: { src: server.url } });
        expect(outputs['video']!.end ?? outputs.audio!.end, `${name}, ${n}`).toBeDefined();
      }
  });

  it('are black, or nothing, where there are none', async () => {
    const sound = readFileSync('media/tune.opus');
    const server = await serve((request, response) => sendFile(request, response, sound, 'audio/ogg'));
    const black = await run({ options: { src: server.url }, durationMs: 200 });
    expect(black.outputs['video']!.pictures.every(({ y }) => y[0] === 16)).toBe(true);
    const nothing = await run({ options: { src: server.url, noPicture: 'nothing' }, durationMs: 200 });
    expect(nothing.outputs['video']!.pictures).toEqual([]);
  });
});
