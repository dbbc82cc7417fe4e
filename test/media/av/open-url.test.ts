import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VoxError } from '../../../src/errors.js';
import type { AudioReader } from '../../../src/media/av/audio-reader.js';
import { openUrl, type OpenUrlOptions } from '../../../src/media/av/open-url.js';
import { createAudioFrame } from '../../../src/media/frame.js';
import type { NetworkFact } from '../../../src/media/net/byte-source.js';
import { createRealtimeScheduler, type Scheduler } from '../../../src/time/index.js';
import { peakOf } from '../../nodes/support/signals.js';
import { makeTempDir, noise, readAll, sine, writeSignal, writeWav } from '../../support/media-fixtures.js';
import { freePort, rangeStart, sendFile, serve, serveRaw, serveSecurely, withTitles } from '../../support/media-server.js';
import { canTrust, trusting } from '../../support/trust.js';

const temp = makeTempDir();
let clock: Scheduler;
/** 3 s of noise: every sample is different from every other. */
let wav: Buffer;
let mp3: Buffer;
const SAMPLES = 3 * 48_000;

beforeAll(async () => {
  clock = createRealtimeScheduler();
  wav = readFileSync(writeWav(temp.path('noise.wav'), noise(), SAMPLES, { channels: 1, sample: 'f32' }));
  mp3 = readFileSync(await writeSignal(temp.path('tone.mp3'), sine(440), 10 * 48_000));
});
afterAll(() => {
  clock.close();
  temp.remove();
});

const retry = { attempts: 4, firstDelayMs: 5, maxDelayMs: 20, random: () => 1 };
const open = (url: string, options: Partial<OpenUrlOptions> = {}) =>
  openUrl(url, { timer: (delayMs, run) => clock.after(delayMs, run), retry, ...options });

/** Everything a reader gives. */
async function hear(reader: AudioReader, limit = 48_000 * 60): Promise<Float32Array> {
  const frame = createAudioFrame(reader.channels);
  const parts: Float32Array[] = [];
  for (let total = 0; total < limit;) {
    while (!reader.approach(Infinity)) await reader.remote!.arrived();
    const count = reader.read(frame);
    if (count === 0) break;
    parts.push(frame.planes[0]!.slice(0, count));
    total += count;
  }
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(VoxError);
  return (error as VoxError).message;
}

function expectNoise(heard: Float32Array, from = 0): void {
  const signal = noise();
  expect(heard.length).toBe(SAMPLES - from);
  const wrong = heard.findIndex((x, i) => x !== Math.fround(signal(from + i, 0)));
  expect(wrong).toBe(-1);
}

describe('a file over http', () => {
  it('is heard to its last sample', async () => {
    const { url } = await serve((request, response) => sendFile(request, response, wav));
    const reader = await open(`${url}/noise.wav`);
    expect(reader.info).toMatchObject({ container: 'wav', durationUs: 3_000_000 });
    expect(reader.remote).toMatchObject({ live: false, seekable: true });
    expectNoise(await hear(reader));
    expect(reader.outcome).toEqual({ kind: 'ended' });
    reader.close();
  });

  it('is sought in, exactly, by asking for a range', async () => {
    const { url, requests } = await serve((request, response) => sendFile(request, response, wav));
    const reader = await open(`${url}/noise.wav`, { startSec: 1.5 });
    expectNoise(await hear(reader), 72_000);
    reader.seek(250_000);
    expectNoise(await hear(reader), 12_000);
    expect(requests.some(({ range }) => range !== undefined)).toBe(true);
    reader.close();
  });

  it('goes on where its connection was cut', async () => {
    const facts: NetworkFact[] = [];
    const { url, requests } = await serve((request, response, count) => {
      if (count > 2) return sendFile(request, response, wav);
      const from = rangeStart(request);
      response.writeHead(from > 0 ? 206 : 200, {
        'content-length': wav.length - from,
        'accept-ranges': 'bytes',
        ...(from > 0 && { 'content-range': `bytes ${from}-${wav.length - 1}/${wav.length}` }),
      });
      response.write(wav.subarray(from, from + 200_000), () => response.destroy());
    });
    const reader = await open(`${url}/noise.wav`, { tell: (fact) => void facts.push(fact) });
    expectNoise(await hear(reader));
    expect(reader.outcome).toEqual({ kind: 'ended' });
    expect(requests).toHaveLength(3);
    expect(facts.map(({ type }) => type)).toEqual(['reconnecting', 'reconnected', 'reconnecting', 'reconnected']);
    reader.close();
  });

  it('goes on where it was cut, from a server without ranges', async () => {
    const { url } = await serve((_request, response, count) => {
      response.writeHead(200, { 'content-length': wav.length });
      if (count === 1) response.write(wav.subarray(0, 200_000), () => response.destroy());
      else response.end(wav);
    });
    const reader = await open(`${url}/noise.wav`);
    expectNoise(await hear(reader));
    reader.close();
  });

  it('goes on where it stalled', async () => {
    const { url, requests } = await serve((request, response, count) => {
      if (count > 1) return sendFile(request, response, wav);
      response.writeHead(200, { 'content-length': wav.length, 'accept-ranges': 'bytes' });
      response.write(wav.subarray(0, 200_000));
    });
    const reader = await open(`${url}/noise.wav`, { readTimeoutMs: 100 });
    expectNoise(await hear(reader));
    expect(requests).toHaveLength(2);
    reader.close();
  });

  it('ends with the reason when more is promised than ever comes', async () => {
    const part = wav.subarray(0, 300_000);
    const { url, requests } = await serve((request, response) => {
      const from = rangeStart(request);
      if (from >= part.length) return void response.writeHead(416).end();
      response.writeHead(200, { 'content-length': wav.length, 'accept-ranges': 'bytes' });
      response.write(part, () => response.destroy());
    });
    const reader = await open(`${url}/noise.wav`);
    const heard = await hear(reader);
    expect(heard.length).toBeGreaterThan(70_000);
    expect(reader.outcome).toMatchObject({
      kind: 'failed',
      problem: {
        code: 'URL_CUT_SHORT',
        message: `${url}/noise.wav ends after 300000 of the ${wav.length} bytes that its server promised`,
      },
    });
    expect(requests).toHaveLength(2);
    reader.close();
  });

  it('is given up when every connection breaks off at the same place', async () => {
    const { url, requests } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': wav.length });
      response.write(wav.subarray(0, 300_000), () => response.destroy());
    });
    const reader = await open(`${url}/noise.wav`);
    await hear(reader);
    expect(reader.outcome).toMatchObject({ kind: 'failed', code: 'URL_CUT_SHORT' });
    expect(requests).toHaveLength(1 + retry.attempts);
    reader.close();
  });

  it('ends with the reason when it is another file by then', async () => {
    const { url } = await serve((_request, response, count) => {
      response.writeHead(200, { 'content-length': wav.length, etag: `"${count}"` });
      response.write(wav.subarray(0, 200_000), () => response.destroy());
    });
    const reader = await open(`${url}/noise.wav`);
    await hear(reader);
    expect(reader.outcome).toMatchObject({ kind: 'failed', code: 'URL_CHANGED' });
    reader.close();
  });

  it('is played whatever its content type says', async () => {
    for (const type of ['text/plain', 'text/html', 'video/mp4', '']) {
      const { url } = await serve((request, response) => sendFile(request, response, wav, type));
      const reader = await open(`${url}/noise`);
      expectNoise(await hear(reader));
      reader.close();
    }
  });

  it('is played without a length, and its length is then unknown', async () => {
    const { url } = await serve((_request, response) => void response.writeHead(200).end(mp3));
    const reader = await open(`${url}/tone.mp3`);
    expect(reader.info.durationUs).toBeUndefined();
    expect(reader.remote).toMatchObject({ live: false, seekable: false });
    // The encoder's padding behind the end is known only to who has seen the end.
    const more = (await hear(reader)).length - (await readAll(temp.path('tone.mp3'))).samples;
    expect(more).toBeGreaterThanOrEqual(0);
    expect(more).toBeLessThan(1152);
    reader.close();
  });

  it('loops without a gap or a sample too many', async () => {
    const { url } = await serve((request, response) => sendFile(request, response, wav));
    const reader = await open(`${url}/noise.wav`);
    reader.remote!.loopTo(0);
    const first = await hear(reader);
    reader.seek(0);
    expectNoise(first);
    expectNoise(await hear(reader));
    reader.close();
  });

  it('is read ahead only so far', async () => {
    let sent = 0;
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg' });
      const more = () => {
        while (!response.destroyed && response.write(mp3)) sent += mp3.length;
        sent += mp3.length;
      };
      response.on('drain', more);
      more();
    });
    const reader = await open(`${url}/endless.mp3`, { aheadMs: 1000 });
    let before = -1;
    // Until nothing more is taken: the sockets of both sides and the buffer are full.
    for (; before !== sent; await new Promise((done) => clock.after(300, () => done(undefined)))) before = sent;
    expect(sent).toBeLessThan(20_000_000);
    reader.close();
  });
});

describe('a file over https', () => {
  it('is refused when the certificate is not to be trusted', async () => {
    const { url, requests } = await serveSecurely((request, response) => sendFile(request, response, wav));
    expect(await refusal(open(`${url}/noise.wav`))).toContain('cannot be trusted');
    expect(requests).toEqual([]);
  });

  it.runIf(canTrust)('is heard to its last sample, also behind a redirect from http', async () => {
    const secure = await serveSecurely((request, response) => sendFile(request, response, wav));
    const plain = await serve(
      (_request, response) => void response.writeHead(302, { location: `${secure.url}/noise.wav` }).end(),
    );
    await trusting(async () => {
      for (const url of [`${secure.url}/noise.wav`, plain.url]) {
        const reader = await open(url, { startSec: 1 });
        expectNoise(await hear(reader), 48_000);
        reader.close();
      }
    });
  });
});

describe('what cannot be played', () => {
  it.each([
    [404, 'the server answers URL/x with status 404'],
    [403, 'the server answers URL/x with status 403'],
    [503, 'the server answers URL/x with status 503'],
  ])('is told for status %i', async (status, sentence) => {
    const { url } = await serve((_request, response) => void response.writeHead(status).end('no'));
    expect(await refusal(open(`${url}/x`))).toContain(sentence.replace('URL', url));
  });

  it('is told for a name that does not exist', async () => {
    expect(await refusal(open('http://voxgraph.invalid/x.mp3'))).toBe('no server is called voxgraph.invalid.');
  });

  it('is told for a port where nobody listens', async () => {
    const free = await freePort();
    expect(await refusal(open(`http://127.0.0.1:${free}/x`))).toBe(
      `the server 127.0.0.1:${free} cannot be reached: it refuses connections.`,
    );
  });

  it('is told for a server that says nothing', async () => {
    const { url } = await serveRaw(() => {});
    expect(await refusal(open(`${url}/x`, { connectTimeoutMs: 100 }))).toBe(
      `the stream ${url}/x gave nothing for 0.1 s while connecting.`,
    );
  });

  it('is told for a server that stops before there is any sound', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 1_000_000 });
      response.flushHeaders();
    });
    expect(await refusal(open(`${url}/x`, { readTimeoutMs: 50, retry: { ...retry, attempts: 1 } }))).toBe(
      `the stream ${url}/x gave nothing for 0.05 s while playing.`,
    );
  });

  it('is told for a web page, text and nothing', async () => {
    const page = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<!doctype html><p>hello'.padEnd(3000));
    });
    expect(await refusal(open(`${page.url}/x`))).toBe(
      `${page.url}/x gives no sound that can be played: the server sends text/html.`,
    );
    const text = await serve((_request, response) => void response.end('just words '.repeat(300)));
    expect(await refusal(open(`${text.url}/x`))).toContain('it is a text file');
    const nothing = await serve((_request, response) => void response.end());
    expect(await refusal(open(`${nothing.url}/x`))).toContain('nothing came');
  });

  it('is told for redirects in a circle, too many, and to elsewhere', async () => {
    const circle = await serve((request, response) => {
      response.writeHead(302, { location: request.url === '/a' ? '/b' : '/a' }).end();
    });
    expect(await refusal(open(`${circle.url}/a`))).toBe(`${circle.url}/a leads nowhere: its redirects go in a circle.`);
    const endless = await serve((_request, response, count) => void response.writeHead(302, { location: `/${count}` }).end());
    expect(await refusal(open(`${endless.url}/x`))).toContain('it redirects more than 10 times');
    const elsewhere = await serve((_request, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end());
    expect(await refusal(open(`${elsewhere.url}/x`))).toContain('only http and https are followed');
  });

  it('is told for what is no address', async () => {
    for (const src of ['', 'song.mp3', 'file:///etc/passwd', 'concat:a|b', 'pipe:0', 'gopher://x/y', 'data:audio/wav;base64,AA'])
      expect(await refusal(open(src))).toContain('cannot be played');
  });

  it('never shows a password', async () => {
    const { url } = await serve((_request, response) => void response.writeHead(401).end());
    const message = await refusal(open(url.replace('http://', 'http://me:secret@')));
    expect(message).toContain('401');
    expect(message).not.toContain('secret');
  });

  it('is refused when it is no public address, by number and by name', async () => {
    const { url, requests } = await serve((request, response) => sendFile(request, response, wav));
    expect(await refusal(open(`${url}/x`, { publicOnly: true }))).toBe('127.0.0.1 is not an address of the public internet.');
    expect(await refusal(open(`${url.replace('127.0.0.1', 'localhost')}/x`, { publicOnly: true }))).toContain('localhost is not');
    expect(requests).toEqual([]);
  });
});

describe('opening', () => {
  it('is given up when aborted, at every point', async () => {
    const silent = await serveRaw(() => {});
    const stalled = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': wav.length });
      response.write(wav.subarray(0, 1000));
    });
    for (const { url, connections } of [silent, stalled]) {
      const controller = new AbortController();
      const opening = open(`${url}/x`, { signal: controller.signal });
      opening.catch(() => {});
      while (connections() === 0) await new Promise((done) => clock.after(5, () => done(undefined)));
      controller.abort(new Error('enough'));
      await expect(opening).rejects.toThrow('enough');
      while (connections() > 0) await new Promise((done) => clock.after(5, () => done(undefined)));
    }
  });

  it('follows redirects, and lets go of the connection on closing', async () => {
    const { url, connections } = await serve((request, response) => {
      if (request.url === '/x') response.writeHead(301, { location: '/y' }).end();
      else sendFile(request, response, wav);
    });
    const reader = await open(`${url}/x`);
    reader.close();
    reader.close();
    expect(reader.read(createAudioFrame(1))).toBe(0);
    while (connections() > 0) await new Promise((done) => clock.after(5, () => done(undefined)));
  });
});

describe('an ICY stream', () => {
  /** Sends the sound over and over, paced only by the socket. */
  const radio = (titles: readonly string[], head: (response: ServerResponse) => void) =>
    serve((_request, response) => {
      head(response);
      response.write(withTitles(mp3, 8192, titles));
    });

  it('is live, and its titles are told', async () => {
    const facts: NetworkFact[] = [];
    const { url } = await radio(['First - One', 'First - One', "It's - Über"], (response) =>
      response.writeHead(200, { 'content-type': 'audio/mpeg', 'icy-name': 'radio', 'icy-metaint': '8192' }),
    );
    const reader = await open(`${url}/live`, { tell: (fact) => void facts.push(fact) });
    expect(reader.remote).toMatchObject({ live: true, seekable: false });
    expect(reader.info.durationUs).toBeUndefined();
    const heard = await hear(reader, 9 * 48_000);
    expect(peakOf(heard)).toBeCloseTo(0.5, 1);
    expect(facts).toEqual([
      { type: 'title', title: 'First - One' },
      { type: 'title', title: "It's - Über" },
    ]);
    reader.close();
  });

  it('is joined again when it is lost', async () => {
    const facts: NetworkFact[] = [];
    const { url, requests } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg', 'icy-name': 'radio' });
      response.write(mp3, () => response.destroy());
    });
    const reader = await open(`${url}/live`, { tell: (fact) => void facts.push(fact) });
    const heard = await hear(reader, 25 * 48_000);
    expect(heard.length).toBeGreaterThanOrEqual(25 * 48_000);
    expect(requests.length).toBeGreaterThanOrEqual(3);
    expect(requests.every(({ range }) => range === undefined)).toBe(true);
    expect(facts[0]).toMatchObject({ type: 'reconnecting', attempt: 1, delayMs: 5 });
    reader.close();
  });

  it('may be of an old server that does not speak HTTP', async () => {
    const { url } = await serveRaw((socket) => {
      socket.once('data', () => socket.write(Buffer.concat([Buffer.from('ICY 200 OK\r\nicy-name: old\r\n\r\n'), mp3])));
    });
    const reader = await open(`${url}/live`);
    expect(reader.remote!.live).toBe(true);
    expect((await hear(reader, 9 * 48_000)).length).toBeGreaterThanOrEqual(9 * 48_000);
    reader.close();
  });
});
