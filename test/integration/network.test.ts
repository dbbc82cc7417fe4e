import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRealtimeScheduler, type Scheduler } from '../../src/time/index.js';
import { makeTempDir, noise, sine, writeSignal, writeWav } from '../support/media-fixtures.js';
import { rangeStart, sendFile, serve, serveRaw, withTitles } from '../support/media-server.js';
import { curtain, Stage, type StageOptions } from './support/stage.js';

const temp = makeTempDir();
afterAll(() => temp.remove());

let wav: Buffer;
let mp3: Buffer;
beforeAll(async () => {
  wav = readFileSync(writeWav(temp.path('noise.wav'), noise(), 8 * 48_000, { channels: 1, sample: 'f32' }));
  mp3 = readFileSync(await writeSignal(temp.path('tone.mp3'), sine(440), 20 * 48_000));
});

const LONG = { timeout: 15_000, interval: 20 };
const graph = (src: string, options: object = {}) => ({
  music: { type: 'source.url', options: { src, channels: 1, ...options } },
  ear: { type: 'test.ear', in: { audio: 'music' } },
});

/** A graph on the machine's own time. */
async function inRealTime(options: StageOptions): Promise<Stage<Scheduler>> {
  const stage = new Stage(createRealtimeScheduler(), options);
  await stage.run.start();
  return stage;
}

/** Every tick gave exactly one frame, the next one on time, whatever the network did. */
function expectEveryTick(stage: Stage<Scheduler>): void {
  const { ptsUs } = stage.ear();
  ptsUs.forEach((pts, i) => i > 0 && expect((pts - ptsUs[i - 1]!) % 20_000).toBe(0));
  expect(new Set(ptsUs).size).toBe(ptsUs.length);
  const { ticks, skipped } = stage.run.stats().beat!;
  expect(ptsUs.length).toBe(ticks);
  // One that the machine itself could not run is counted there, and is no fault of a source.
  expect(ptsUs.at(-1)! / 20_000 + 1).toBe(ticks + skipped);
}

describe('source.url on a real beat', () => {
  it('plays on through a stall and a cut, and goes on where it was', async () => {
    const server = await serve((request, response, count) => {
      const from = rangeStart(request);
      if (count > 2) return sendFile(request, response, wav);
      response.writeHead(from > 0 ? 206 : 200, {
        'content-length': wav.length - from,
        'accept-ranges': 'bytes',
        ...(from > 0 && { 'content-range': `bytes ${from}-${wav.length - 1}/${wav.length}` }),
      });
      // 1.2 s and then nothing; then 1.2 s and the connection is cut.
      if (count === 1) response.write(wav.subarray(0, 230_000));
      else response.write(wav.subarray(from, from + 230_000), () => response.destroy());
    });
    const stage = await inRealTime({ nodes: graph(server.url, { readTimeoutMs: 1500 }) });
    await expect.poll(() => stage.told('music'), { timeout: 6000 }).toContain('stream.recovered');
    await expect.poll(() => stage.facts('music', 'stream.reconnected').length, LONG).toBe(2);
    const soundsOn = stage.ear().frames.length;
    await expect.poll(() => stage.ear().frames.length, LONG).toBeGreaterThan(soundsOn + 20);
    expectEveryTick(stage);
    await curtain(stage);
    expect(stage.told('music')).toEqual(expect.arrayContaining(['stream.stalled', 'stream.reconnecting', 'stream.recovered']));
    expect(stage.facts('music', 'stream.ended')).toMatchObject([{ reason: 'stopped' }]);
    expect(stage.facts('music', 'stream.reconnecting')[0]).toMatchObject({ problem: { code: 'STREAM_TIMEOUT' } });
    // Not a sample was lost: without the silence in between it is the file.
    // (The first 5 ms of a gap lead to it.)
    const heard = stage.ear().frames.filter(([plane]) => plane!.subarray(240).some((x) => x !== 0));
    const signal = noise();
    const last = heard.at(-1)![0]!;
    const at = (heard.length - 1) * 960;
    expect(last.slice(0, 900).every((x, i) => x === Math.fround(signal(at + i, 0)))).toBe(true);
    await expect.poll(() => server.connections(), LONG).toBe(0);
  });

  it('ends with its reason when the server is gone for good', async () => {
    const server = await serve((_request, response, count) => {
      if (count > 1) return void response.writeHead(404).end();
      response.writeHead(200, { 'content-length': wav.length, 'accept-ranges': 'bytes' });
      response.write(wav.subarray(0, 230_000), () => response.destroy());
    });
    const stage = await inRealTime({ nodes: graph(server.url) });
    await stage.run.ended;
    expect(stage.facts('music', 'stream.ended')).toMatchObject([
      { reason: 'failed', problem: { code: 'URL_STATUS', node: 'music' } },
    ]);
    // What had come was played.
    expect(stage.ear().frames.length).toBeGreaterThanOrEqual(50);
    stage.clock.close();
  });

  it('keeps the beat while nothing answers, and gives up with the reason', async () => {
    const server = await serveRaw(() => {});
    const nodes = {
      ...graph(server.url, { connectTimeoutMs: 300 }),
      also: { type: 'source.tone' },
      second: { type: 'test.ear', in: { audio: 'also' } },
    };
    const stage = await inRealTime({ nodes });
    await expect.poll(() => stage.facts('music', 'source.failed').length, LONG).toBe(1);
    expect(stage.facts('music', 'source.failed')[0]).toMatchObject({
      problem: { message: expect.stringContaining('while connecting') as string },
    });
    const { ptsUs } = stage.ear('second');
    expect(ptsUs.length).toBeGreaterThan(20);
    const { ticks } = stage.run.stats().beat!;
    expect(ptsUs.length).toBe(ticks);
    await curtain(stage);
    await expect.poll(() => server.connections(), LONG).toBe(0);
  });

  it('is let go of when the graph stops while it opens', async () => {
    const server = await serve(() => {});
    const stage = new Stage(createRealtimeScheduler(), { nodes: graph(server.url) });
    const starting = stage.run.start();
    await expect.poll(() => server.connections(), LONG).toBe(1);
    await curtain(stage);
    await starting;
    await expect.poll(() => server.connections(), LONG).toBe(0);
  });

  it('joins a station again in the present after a pause', async () => {
    let open: ServerResponse | undefined;
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg', 'icy-name': 'radio', 'icy-metaint': '4096' });
      response.write(withTitles(mp3, 4096, ['One']));
      open = response;
    });
    const stage = await inRealTime({ nodes: graph(server.url) });
    await expect.poll(() => stage.ear().frames.length, LONG).toBeGreaterThan(10);
    stage.run.command('music', { type: 'pause' });
    await expect.poll(() => stage.facts('music', 'stream.title').length, LONG).toBe(1);
    stage.run.command('music', { type: 'play' });
    // Everything that was sent meanwhile is dropped: what sounds next is what comes next.
    await expect.poll(() => stage.told('music').includes('stream.stalled'), LONG).toBe(true);
    open!.write(withTitles(mp3, 4096, ['Two']));
    await expect.poll(() => stage.told('music').includes('stream.recovered'), LONG).toBe(true);
    expectEveryTick(stage);
    await curtain(stage);
    await expect.poll(() => server.connections(), LONG).toBe(0);
  });
});
