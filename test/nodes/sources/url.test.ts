import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { VoxError } from '../../../src/errors.js';
import { checkGraphText } from '../../../src/graph/load.js';
import { createRegistry } from '../../../src/graph/registry.js';
import { builtinNodes } from '../../../src/nodes/index.js';
import { url } from '../../../src/nodes/sources/url.js';
import { renderNode, type RenderedNode } from '../../../src/testing/index.js';
import { sendFile, serve, withTitles } from '../../support/media-server.js';
import { L16, serveRtsp } from '../../support/rtsp-server.js';
import { temporaryFolder, writeWav } from '../support/media.js';
import { largestDifference, largestStep, noise, peakOf, sine } from '../support/signals.js';

const folder = temporaryFolder();
const tune = noise(48_480, 0.3);
const steady = sine(3 * 48_000, 100, 0.3);
let tuneFile: Buffer;
let steadyFile: Buffer;

beforeAll(async () => {
  tuneFile = readFileSync(await writeWav(join(folder, 'tune.wav'), [tune, tune]));
  steadyFile = readFileSync(await writeWav(join(folder, 'steady.wav'), [steady]));
});

const files = () =>
  serve((request, response) => {
    if (request.url === '/tune.wav') sendFile(request, response, tuneFile);
    else if (request.url === '/steady.wav') sendFile(request, response, steadyFile);
    else response.writeHead(404).end();
  });
const types = ({ events }: RenderedNode) => events.map(({ event }) => event.type).filter((type) => type !== 'stream.position');
const of = ({ events }: RenderedNode, type: string) =>
  events.filter(({ event }) => event.type === type).map(({ event }) => event);
const codeOf = (rendered: RenderedNode) => {
  const { error } = rendered.outputs.audio!.end!;
  expect(error).toBeInstanceOf(VoxError);
  return (error as VoxError).code;
};

describe('source.url', () => {
  it('plays a file to its last sample, then ends', async () => {
    const server = await files();
    const rendered = await renderNode(url, { options: { src: `${server.url}/tune.wav` } });
    const { planes, end, frames } = rendered.outputs.audio!;
    expect(frames).toHaveLength(51);
    expect(largestDifference(planes[0]!.subarray(0, tune.length), tune)).toBe(0);
    expect(peakOf(planes[0]!.subarray(tune.length))).toBe(0);
    expect(end).toEqual({ tick: 51 });
    expect(types(rendered)).toEqual(['stream.opened', 'stream.started', 'stream.ended']);
    expect(of(rendered, 'stream.ended')[0]).toMatchObject({ reason: 'finished' });
    expect(rendered.counters).toEqual({});
    expect(rendered.problems).toEqual([]);
  });

  it('begins and ends where it is told to', async () => {
    const server = await files();
    const rendered = await renderNode(url, { options: { src: `${server.url}/tune.wav`, startSec: 0.25, endSec: 0.75 } });
    expect(largestDifference(rendered.outputs.audio!.planes[0]!.slice(0, 24_000), tune.slice(12_000, 36_000))).toBe(0);
  });

  it('loops without a gap, from where it began', async () => {
    const server = await files();
    const rendered = await renderNode(url, {
      options: { src: `${server.url}/tune.wav`, loop: true, startSec: 0.5 },
      durationMs: 3000,
    });
    const part = tune.subarray(24_000);
    const wanted = Float32Array.from({ length: 144_000 }, (_, i) => part[i % part.length]!);
    expect(largestDifference(rendered.outputs.audio!.planes[0]!, wanted)).toBe(0);
    expect(of(rendered, 'stream.looped')).toHaveLength(5);
  });

  it('pauses, seeks and restarts by short fades', async () => {
    const server = await files();
    const rendered = await renderNode(url, {
      options: { src: `${server.url}/steady.wav` },
      commands: [
        { atMs: 200, command: { type: 'seek', positionMs: 2003 } },
        { atMs: 400, command: { type: 'pause' } },
        { atMs: 600, command: { type: 'play' } },
        { atMs: 800, command: { type: 'restart' } },
      ],
      durationMs: 1200,
    });
    const plane = rendered.outputs.audio!.planes[0]!;
    expect(largestStep(plane)).toBeLessThan(0.01);
    expect(peakOf(plane.subarray(21_120, 28_800))).toBe(0);
    expect(of(rendered, 'stream.seeked').map(({ positionMs }) => positionMs)).toEqual([2003, 0]);
    expect(peakOf(plane.subarray(48_000))).toBeGreaterThan(0.29);
    expect(rendered.counters).toEqual({});
  });

  it('changes to another address by a crossfade, and plays on when that fails', async () => {
    const server = await files();
    const rendered = await renderNode(url, {
      options: { src: `${server.url}/steady.wav` },
      optionChanges: [
        { atMs: 200, options: { src: `${server.url}/missing.wav` } },
        { atMs: 600, options: { src: `${server.url}/tune.wav` } },
      ],
      durationMs: 1000,
    });
    expect(of(rendered, 'stream.failed')).toMatchObject([{ problem: { code: 'URL_STATUS' } }]);
    expect(of(rendered, 'stream.ended').map(({ reason }) => reason)).toEqual(['replaced', 'stopped']);
  });

  it('fails with what is wrong when it cannot be opened', async () => {
    const server = await files();
    expect(codeOf(await renderNode(url, { options: { src: `${server.url}/missing` } }))).toBe('URL_STATUS');
    expect(codeOf(await renderNode(url, { options: { src: '/etc/passwd' } }))).toBe('URL_INVALID');
    const permissions = { publicOnly: true };
    expect(codeOf(await renderNode(url, { options: { src: `${server.url}/tune.wav` }, permissions }))).toBe('URL_NOT_PUBLIC');
  });

  it('plays rtsp, and its errors are told', async () => {
    const payloads = Array.from({ length: 25 }, (_, k) => {
      const payload = Buffer.alloc(3840);
      for (let i = 0; i < 1920; i++) payload.writeInt16BE(((k * 1920 + i) * 31) % 32_768, i * 2);
      return payload;
    });
    const server = await serveRtsp({ sdp: `${L16}a=range:npt=0-0.5\r\n`, payloads: () => payloads });
    const rendered = await renderNode(url, { options: { src: `${server.url}/tape`, channels: 2 } });
    const { planes, frames } = rendered.outputs.audio!;
    expect(frames).toHaveLength(25);
    expect(planes[0]!.every((x, i) => x === ((2 * i * 31) % 32_768) / 32_768)).toBe(true);
    expect(planes[1]!.every((x, i) => x === (((2 * i + 1) * 31) % 32_768) / 32_768)).toBe(true);
    expect(types(rendered)).toEqual(['stream.opened', 'stream.started', 'stream.ended']);
    expect(rendered.problems).toEqual([]);
    const gone = await serveRtsp({ payloads: () => [], answer: () => '404 Not Found' });
    expect(codeOf(await renderNode(url, { options: { src: `${gone.url}/tape` } }))).toBe('URL_STATUS');
  });

  it('has its address checked before it runs', () => {
    const problemsOf = (src: string) => {
      const nodes = { u: { type: 'source.url', options: { src } }, n: { type: 'sink.null', in: { audio: 'u' } } };
      const { problems } = checkGraphText(JSON.stringify({ version: 1, nodes }), 'g.json', {
        registry: createRegistry(builtinNodes),
      });
      return problems.map(({ message }) => message.split('option ')[1]);
    };
    expect(problemsOf('ftp://x/y.mp3')).toEqual(['"src": ftp:// is not supported; http, https, rtsp and rtsps are']);
    expect(problemsOf('song.mp3')).toEqual(['"src": it is no address']);
    expect(problemsOf('rtsp:///x')).toEqual(['"src": it names no server']);
    for (const src of ['http://x/y', 'https://x', 'rtsp://me:pw@x:8554/y?z', 'rtsps://[::1]/y'])
      expect(problemsOf(src)).toEqual([]);
  });

  it('tells titles, and refuses to seek in a live stream', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'audio/wav', 'icy-name': 'radio', 'icy-metaint': '16000' });
      response.write(withTitles(steadyFile, 16_000, ['A - B', 'C - D']));
    });
    const rendered = await renderNode(url, {
      options: { src: server.url },
      commands: [{ atMs: 100, command: { type: 'seek', positionMs: 0 } }],
      durationMs: 1000,
    });
    expect(of(rendered, 'stream.title').map(({ title }) => title)).toEqual(['A - B', 'C - D']);
    expect(of(rendered, 'command.refused')).toHaveLength(1);
    expect(largestDifference(rendered.outputs.audio!.planes[0]!, steady.subarray(0, 48_000))).toBe(0);
  });
});

describe('source.url with yt-dlp', () => {
  const path = process.env['PATH'];
  afterEach(() => void (process.env['PATH'] = path));

  /** Puts a command of that name before everything else. */
  function install(script: string): void {
    const file = join(folder, 'yt-dlp');
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    process.env['PATH'] = `${folder}${delimiter}${path}`;
  }
  const page = () =>
    serve((request, response) => {
      if (request.url === '/media' && request.headers['x-from'] === 'page') return sendFile(request, response, tuneFile);
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>A song</title>');
    });

  it('plays the media behind a page, whatever is said on its standard error', async () => {
    const server = await page();
    const answer = JSON.stringify({ title: 'A song', url: `${server.url}/media`, http_headers: { 'X-From': 'page' } });
    install(`echo 'WARNING: all is old' >&2\necho "$@" > '${folder}/args'\necho '${answer}'`);
    const src = `${server.url}/watch?v='$(touch%20${folder}/pwned)'`;
    const rendered = await renderNode(url, { options: { src } });
    expect(largestDifference(rendered.outputs.audio!.planes[0]!.slice(0, tune.length), tune)).toBe(0);
    expect(types(rendered).slice(0, 2)).toEqual(['stream.resolved', 'stream.opened']);
    expect(of(rendered, 'stream.resolved')[0]).toMatchObject({ title: 'A song' });
    expect(readFileSync(join(folder, 'args'), 'utf8')).toContain(`-- ${new URL(src).href}`);
  });

  it('takes its failure as the reason', async () => {
    const server = await page();
    install("echo 'WARNING: x' >&2; echo 'ERROR: [site] 1: Video unavailable.' >&2; exit 1");
    const rendered = await renderNode(url, { options: { src: server.url } });
    expect(rendered.outputs.audio!.end!.error).toMatchObject({
      message: `yt-dlp finds nothing to play at ${server.url}/: [site] 1: Video unavailable.`,
    });
  });

  it.each([
    ["echo 'not json'", 'its description cannot be understood'],
    ["echo '{}'", 'it names no address of sound'],
    ['echo \'{"url":"file:///etc/passwd"}\'', 'is not supported'],
    ['exit 3', 'it ended with code 3'],
  ])('says so when its answer is of no use: %s', async (script, reason) => {
    const server = await page();
    install(script);
    const rendered = await renderNode(url, { options: { src: server.url } });
    expect((rendered.outputs.audio!.end!.error as Error).message).toContain(reason);
  });

  it('is not asked for media, nor when it must not be', async () => {
    const server = await page();
    install(`touch '${folder}/asked'; exit 1`);
    const none = await renderNode(url, { options: { src: server.url, resolver: 'none' } });
    expect(codeOf(none)).toBe('URL_NOT_MEDIA');
    const found = await files();
    await renderNode(url, { options: { src: `${found.url}/tune.wav` } });
    expect(codeOf(await renderNode(url, { options: { src: `${found.url}/missing` } }))).toBe('URL_STATUS');
    expect(() => readFileSync(join(folder, 'asked'))).toThrow('ENOENT');
  });

  it('is missed plainly', async () => {
    process.env['PATH'] = join(folder, 'nothing');
    const rendered = await renderNode(url, { options: { src: 'http://127.0.0.1:1/x', resolver: 'yt-dlp' } });
    expect(codeOf(rendered)).toBe('RESOLVER_MISSING');
    const server = await page();
    expect(codeOf(await renderNode(url, { options: { src: server.url } }))).toBe('URL_NOT_MEDIA');
  });
});
