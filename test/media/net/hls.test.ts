import { createCipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AudioReader } from '../../../src/media/av/audio-reader.js';
import { openUrl, type OpenUrlOptions } from '../../../src/media/av/open-url.js';
import { createAudioFrame } from '../../../src/media/frame.js';
import { chooseVariant, isHls, parseHls } from '../../../src/media/net/hls-playlist.js';
import { createRealtimeScheduler, type Scheduler } from '../../../src/time/index.js';
import { peakOf } from '../../nodes/support/signals.js';
import { serve } from '../../support/media-server.js';

// ffmpeg -f lavfi -i sine=frequency=440:duration=4 -c:a aac -b:a 48k -f hls -hls_time 1: its first four segments in a row.
const stream = readFileSync(new URL('../references/tone-440.mpegts', import.meta.url));
const SIZES = [7708, 7520, 7144, 7520];
const segments = SIZES.map((size, i) => {
  const from = SIZES.slice(0, i).reduce((sum, x) => sum + x, 0);
  return stream.subarray(from, from + size);
});
const BASE = 'http://radio.example/a/list.m3u8';

let clock: Scheduler;
beforeAll(() => void (clock = createRealtimeScheduler()));
afterAll(() => clock.close());

const retry = { attempts: 2, firstDelayMs: 5, maxDelayMs: 10, random: () => 1 };
const open = (url: string, options: Partial<OpenUrlOptions> = {}) =>
  openUrl(url, { timer: (delayMs, run) => clock.after(delayMs, run), retry, ...options });

async function hear(reader: AudioReader, limit = Infinity): Promise<Float32Array> {
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

/** A tone without a gap: a sine of 440 Hz never stays small for long. */
function expectTone(heard: Float32Array): void {
  for (let at = 4800; at + 480 < heard.length - 4800; at += 480)
    expect(peakOf(heard.subarray(at, at + 480))).toBeGreaterThan(0.1);
}

const list = (names: readonly string[], { end = true, first = 0, before = '' } = {}) =>
  `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:${first}\n${before}${names.map((name) => `#EXTINF:1.0,\n${name}\n`).join('')}${end ? '#EXT-X-ENDLIST\n' : ''}`;
const number = (path = '') => Number(/(\d+)\.ts/.exec(path)?.[1]);

describe('an HLS stream', () => {
  it('is heard from its first segment to its last, by way of the variant for sound', async () => {
    const { url, requests } = await serve((request, response) => {
      if (request.url === '/main')
        response.end('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=900000\nhigh.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=50000\nsub/low.m3u8\n');
      else if (request.url === '/sub/low.m3u8') response.end(list(['0.ts', '1.ts', '2.ts', '3.ts']));
      else response.end(segments[number(request.url)]);
    });
    const reader = await open(`${url}/main`);
    expect(reader.remote).toMatchObject({ live: false, seekable: false });
    const heard = await hear(reader);
    expect(heard.length / 48_000).toBeGreaterThan(3.9);
    expect(heard.length / 48_000).toBeLessThan(4.1);
    expectTone(heard);
    expect(reader.outcome).toEqual({ kind: 'ended' });
    expect(requests.map(({ path }) => path)).toEqual([
      '/main',
      '/sub/low.m3u8',
      '/sub/0.ts',
      '/sub/1.ts',
      '/sub/2.ts',
      '/sub/3.ts',
    ]);
    reader.close();
  });

  it('is decrypted, and may be parts of one file', async () => {
    const key = Buffer.alloc(16, 7);
    const iv = Buffer.alloc(16, 9);
    const secret = segments.map((bytes) => {
      const cipher = createCipheriv('aes-128-cbc', key, iv);
      return Buffer.concat([cipher.update(bytes), cipher.final()]);
    });
    const whole = Buffer.concat(secret);
    const text = `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-KEY:METHOD=AES-128,URI="key",IV=0x${iv.toString('hex')}\n${secret
      .map((bytes, i) => `#EXTINF:1,\n#EXT-X-BYTERANGE:${bytes.length}${i === 0 ? '@0' : ''}\nall.ts\n`)
      .join('')}#EXT-X-ENDLIST\n`;
    const { url } = await serve((request, response) => {
      if (request.url === '/list') return void response.end(text);
      if (request.url === '/key') return void response.end(key);
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '')!.map(Number);
      response.writeHead(206, { 'content-range': `bytes ${from}-${to}/${whole.length}` }).end(whole.subarray(from, to! + 1));
    });
    const reader = await open(`${url}/list`);
    expectTone(await hear(reader));
    reader.close();
  });

  it('is joined live near its end, followed, and joined again in the present when segments are gone', async () => {
    let newest = 5;
    const { url, requests } = await serve((request, response) => {
      if (request.url === '/list') {
        newest++;
        const names = Array.from({ length: 5 }, (_, i) => `${newest - 4 + i}.ts`);
        return void response.end(list(names, { end: false, first: newest - 4 }));
      }
      const n = number(request.url);
      if (n === 9) response.writeHead(404).end();
      else response.end(segments[n % 4]);
    });
    const reader = await open(`${url}/list`, { resumeMs: 100 });
    expect(reader.remote!.live).toBe(true);
    await hear(reader, 6 * 48_000);
    const paths = requests.map(({ path }) => path).filter((path) => path !== '/list');
    expect(paths.slice(0, 3)).toEqual(['/4.ts', '/5.ts', '/6.ts']);
    expect(paths.filter((path) => path === '/9.ts')).toHaveLength(1);
    expect(number(paths.at(-1))).toBeGreaterThan(9);
    reader.close();
  });

  it('ends with its reason when a segment is missing, and at every protocol but http', async () => {
    const missing = await serve((request, response) => {
      if (request.url === '/list') response.end(list(['0.ts', '1.ts', 'missing.ts']));
      else if (request.url === '/missing.ts') response.writeHead(404).end();
      else response.end(segments[number(request.url)]);
    });
    const reader = await open(`${missing.url}/list`);
    expect((await hear(reader)).length).toBeGreaterThan(48_000);
    expect(reader.outcome).toMatchObject({ kind: 'failed', code: 'URL_STATUS' });
    reader.close();
    for (const name of [
      'file:///etc/passwd',
      'concat:/etc/passwd|x',
      'pipe:0',
      'data:text/plain,x',
      'crypto+file:///etc/passwd',
    ]) {
      for (const text of [
        list([name]),
        list(['0.ts'], { before: `#EXT-X-MAP:URI="${name}"\n` }),
        list(['0.ts'], { before: `#EXT-X-KEY:METHOD=AES-128,URI="${name}"\n` }),
      ]) {
        const { url, requests } = await serve((_request, response) => void response.end(text));
        await expect(open(`${url}/list`)).rejects.toMatchObject({ code: 'URL_NOT_MEDIA' });
        expect(requests).toHaveLength(1);
      }
    }
    const subtle = await serve((request, response) => {
      if (request.url === '/list') response.end(list(['0.ts']));
      else response.end('#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n');
    });
    await expect(open(`${subtle.url}/list`)).rejects.toMatchObject({ code: 'URL_NOT_MEDIA' });
  });

  it('lets go of everything when it is closed while it waits', async () => {
    const { url, connections } = await serve((request, response) => {
      if (request.url === '/list') response.end(list(['0.ts', '1.ts', '2.ts'], { end: false }));
      else response.end(segments[number(request.url)]);
    });
    const reader = await open(`${url}/list`);
    await hear(reader, 48_000);
    reader.close();
    await expect.poll(connections, { timeout: 10_000 }).toBe(0);
  });
});

describe("a station's list", () => {
  it.each(['#EXTM3U\n#EXTINF:-1,Radio\nURL/radio\n', '[playlist]\nNumberOfEntries=1\nFile1=URL/radio\n'])(
    'leads to its first address: %j',
    async (text) => {
      const { url } = await serve((request, response) => {
        if (request.url === '/radio') response.end(stream);
        else response.end(text.replace('URL', url));
      });
      const reader = await open(`${url}/station`);
      expectTone(await hear(reader));
      reader.close();
    },
  );

  it('leads to no file, and not round in circles', async () => {
    const files = await serve((_request, response) => void response.end('#EXTM3U\nfile:///etc/passwd\n/etc/passwd\n'));
    await expect(open(files.url)).rejects.toMatchObject({ code: 'URL_NOT_MEDIA' });
    const circle = await serve((_request, response) => void response.end(`#EXTM3U\n${circle.url}/again\n`));
    await expect(open(circle.url)).rejects.toMatchObject({ code: 'URL_NOT_MEDIA' });
    expect(circle.requests.length).toBeLessThan(6);
  });
});

describe('the reader of HLS playlists', () => {
  it('numbers segments, and makes addresses whole', () => {
    const {
      segments: found,
      ended,
      targetMs,
    } = parseHls(list(['x.ts?a=1', '/y.ts', 'https://cdn.example/z.ts'], { first: 7 }), BASE);
    expect(found.map(({ sequence, url }) => [sequence, url])).toEqual([
      [7, 'http://radio.example/a/x.ts?a=1'],
      [8, 'http://radio.example/y.ts'],
      [9, 'https://cdn.example/z.ts'],
    ]);
    expect([ended, targetMs, found[0]!.durationMs]).toEqual([true, 1000, 1000]);
  });

  it('prefers sound alone, then the lowest bandwidth', () => {
    const variants =
      '#EXT-X-STREAM-INF:BANDWIDTH=9,CODECS="avc1.4d,mp4a.40.2"\nv\n#EXT-X-STREAM-INF:BANDWIDTH=99,CODECS="mp4a.40.2"\na\n';
    expect(chooseVariant(`#EXTM3U\n${variants}`, BASE)).toEqual({ sound: 'http://radio.example/a/a' });
    expect(chooseVariant(`#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="b",URI="s.m3u8"\n${variants}`, BASE)).toEqual({
      sound: 'http://radio.example/a/s.m3u8',
    });
    expect(chooseVariant(list(['0.ts']), BASE)).toBeUndefined();
    const films = [
      '#EXT-X-STREAM-INF:BANDWIDTH=100,CODECS="mp4a.40.2"\nsound',
      '#EXT-X-STREAM-INF:BANDWIDTH=500,RESOLUTION=640x360\nsmall',
      '#EXT-X-STREAM-INF:BANDWIDTH=900,RESOLUTION=1280x720\nright',
      '#EXT-X-STREAM-INF:BANDWIDTH=9000,RESOLUTION=1920x1080\nlarge',
    ];
    const chosen = (lines: readonly string[]) => chooseVariant(`#EXTM3U\n${lines.join('\n')}\n`, BASE, true);
    expect(chosen(films)).toEqual({ sound: 'http://radio.example/a/right' });
    expect(chosen([films[0]!, films[3]!])).toEqual({ sound: 'http://radio.example/a/large' });
    expect(chosen(films.slice(0, 1))).toEqual({ sound: 'http://radio.example/a/sound' });
    const apart = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="b",URI="s.m3u8"';
    const other = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="b",NAME="c",DEFAULT=YES,URI="other.m3u8"';
    const withSound = (line: string) => line.replace('\n', ',AUDIO="a"\n');
    expect(chosen([other, apart, ...films.slice(1).map(withSound)])).toEqual({
      sound: 'http://radio.example/a/s.m3u8',
      pictures: 'http://radio.example/a/right',
    });
    expect(chosen([apart, films[1]!])).toEqual({ sound: 'http://radio.example/a/small' });
  });

  it('knows HLS from other lists', () => {
    expect(isHls(list(['0.ts']))).toBe(true);
    expect(isHls('#EXTM3U\n#EXTINF:-1,Radio\nhttp://x/y\n')).toBe(false);
  });

  it('refuses encryption that it does not know, and never throws anything but a reason', () => {
    expect(() => parseHls(list(['0.ts'], { before: '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k"\n' }), BASE)).toThrow('SAMPLE-AES');
    for (const junk of [
      '',
      '\0',
      '#EXT-X-BYTERANGE:x@y\n0.ts',
      '#EXT-X-MEDIA-SEQUENCE:-5\n#EXTINF:NaN\nx',
      '#EXT-X-KEY:METHOD=NONE\n#EXT-X-MAP:\nx',
    ])
      expect(() => parseHls(`#EXTM3U\n${junk}`, BASE)).not.toThrow();
  });
});
