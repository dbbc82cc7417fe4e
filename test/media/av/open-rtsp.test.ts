import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VoxError } from '../../../src/errors.js';
import type { AudioReader } from '../../../src/media/av/audio-reader.js';
import { createOpusEncoder } from '../../../src/media/av/index.js';
import { openUrl, type OpenUrlOptions } from '../../../src/media/av/open-url.js';
import { createAudioFrame } from '../../../src/media/frame.js';
import type { NetworkFact } from '../../../src/media/net/byte-source.js';
import { createRealtimeScheduler, type Scheduler } from '../../../src/time/index.js';
import { freePort, serve, serveRaw } from '../../support/media-server.js';
import { description, L16, serveRtsp, type RtspBehaviour, type RtspServer } from '../../support/rtsp-server.js';
import { canTrust, trusting } from '../../support/trust.js';

let clock: Scheduler;
beforeAll(() => void (clock = createRealtimeScheduler()));
afterAll(() => clock.close());

const retry = { attempts: 3, firstDelayMs: 5, maxDelayMs: 10, random: () => 1 };
const open = (url: string, options: Partial<OpenUrlOptions> = {}) =>
  openUrl(url, { timer: (delayMs, run) => clock.after(delayMs, run), retry, ...options });

/** Sample `i` of the left channel; the right one has it negated. Every sample of the first seconds is another one. */
const value = (i: number) => ((i * 7919) % 60_001) - 30_000;
const PACKET = 960;
const SECONDS = 2;
const COUNT = SECONDS * 50;

/** Packets of 20 ms of L16 (RFC 3551): big-endian, interleaved. */
function l16(from = 0, to = COUNT): Buffer[] {
  return Array.from({ length: to - from }, (_, k) => {
    const payload = Buffer.alloc(PACKET * 4);
    for (let i = 0; i < PACKET; i++) {
      payload.writeInt16BE(value((from + k) * PACKET + i), i * 4);
      payload.writeInt16BE(-value((from + k) * PACKET + i), i * 4 + 2);
    }
    return payload;
  });
}

async function hear(reader: AudioReader, limit = Infinity): Promise<{ left: number[]; right: number[] }> {
  const frame = createAudioFrame(reader.channels);
  const left: number[] = [];
  const right: number[] = [];
  while (left.length < limit) {
    while (!reader.approach(Infinity)) await reader.remote!.arrived();
    const count = reader.read(frame);
    if (count === 0) break;
    left.push(...frame.planes[0]!.subarray(0, count));
    right.push(...(frame.planes[1] ?? frame.planes[0]!).subarray(0, count));
  }
  return { left, right };
}

const wrongAt = (heard: readonly number[], sign = 1, from = 0) =>
  heard.findIndex((x, i) => x !== (sign * value(from + i)) / 32_768);

function expectWhole({ left, right }: { left: number[]; right: number[] }): void {
  expect(left).toHaveLength(COUNT * PACKET);
  expect(wrongAt(left)).toBe(-1);
  expect(wrongAt(right, -1)).toBe(-1);
}

/** A recording of {@link COUNT} packets. */
const recording = (more: Partial<RtspBehaviour> = {}): RtspBehaviour => ({
  sdp: `${L16}a=range:npt=0-${SECONDS}.000\r\n`,
  payloads: (_play, fromSec) => l16(Math.round(fromSec * 50)),
  ...more,
});

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(VoxError);
  return (error as VoxError).message;
}

const turn = () => new Promise<void>((done) => clock.after(5, () => done()));
const methods = ({ requests }: RtspServer) => requests.map(({ method }) => method);

describe('a recording on an RTSP server', () => {
  it('is heard to its last sample, and ended when that is over', async () => {
    const server = await serveRtsp(recording());
    const reader = await open(`${server.url}/tape`);
    expect(reader.remote).toMatchObject({ live: false, seekable: false });
    expectWhole(await hear(reader));
    expect(reader.outcome).toEqual({ kind: 'ended' });
    reader.close();
    while (server.connections() > 0) await turn();
    expect(methods(server)).toEqual(['DESCRIBE', 'SETUP', 'PLAY', 'TEARDOWN']);
    expect(server.requests[0]!.uri).toBe(`${server.url}/tape`);
    expect(server.faults).toEqual([]);
  });

  it('is heard when it comes byte by byte, and when only the second stream is sound', async () => {
    const sdp = description(
      'm=video 0 RTP/AVP 96',
      'a=rtpmap:96 H264/90000',
      'a=control:trackID=0',
      'm=audio 0 RTP/AVP 97',
      'a=rtpmap:97 L16/48000/2',
      'a=control:trackID=1',
      'a=range:npt=0-0.1',
    );
    const server = await serveRtsp({ sdp, payloads: () => l16(0, 5), dribble: true });
    const reader = await open(`${server.url}/film`);
    const { left } = await hear(reader);
    expect(left).toHaveLength(5 * PACKET);
    expect(wrongAt(left)).toBe(-1);
    expect(server.faults).toEqual([]);
    reader.close();
  });

  it.each(['cut', 'silence'] as const)('goes on where it was lost: %s', async (ending) => {
    const facts: NetworkFact[] = [];
    const lost = ending === 'cut' ? 'URL_UNREACHABLE' : 'STREAM_TIMEOUT';
    const server = await serveRtsp(
      recording({
        payloads: (play, fromSec) => l16(Math.round(fromSec * 50), play < 3 ? 30 * play : COUNT),
        ending: (play) => (play < 3 ? ending : 'bye'),
        payloadType: (play) => 96 + play,
        answer: ({ method }, count) => {
          if (method !== 'DESCRIBE') return undefined;
          const sdp = `${L16.replaceAll('97', String(96 + count))}a=range:npt=0-${SECONDS}.000\r\n`;
          const head = ['200 OK', `Content-Base: ${server.url}/tape/`, `Content-Length: ${sdp.length}`, '', ''];
          return head.join('\r\n') + sdp;
        },
      }),
    );
    const reader = await open(`${server.url}/tape`, { readTimeoutMs: 150, tell: (fact) => void facts.push(fact) });
    expectWhole(await hear(reader));
    expect(reader.outcome).toEqual({ kind: 'ended' });
    expect(server.requests.filter(({ method }) => method === 'PLAY').map(({ headers }) => headers['range'])).toEqual([
      'npt=0.000-',
      'npt=0.600-',
      'npt=1.200-',
    ]);
    expect(facts).toMatchObject([
      { type: 'reconnecting', attempt: 1, delayMs: 5, problem: { code: lost } },
      { type: 'reconnected', attempts: 1 },
      { type: 'reconnecting', problem: { code: lost } },
      { type: 'reconnected' },
    ]);
    reader.close();
  });

  it('is whole when its server cuts the connection instead of saying goodbye', async () => {
    const server = await serveRtsp(recording({ ending: () => 'cut' }));
    const reader = await open(`${server.url}/tape`);
    expectWhole(await hear(reader));
    expect(reader.outcome).toEqual({ kind: 'ended' });
    expect(methods(server).filter((method) => method === 'PLAY')).toHaveLength(1);
    reader.close();
  });
});

describe('a live stream on an RTSP server', () => {
  it('is joined again after a goodbye, in the present, and goes on without a jump of its clock', async () => {
    const server = await serveRtsp({
      payloads: (play) => l16(play * 10, play * 10 + 10),
      ending: (play) => (play < 4 ? 'bye' : 'silence'),
    });
    const reader = await open(`${server.url}/radio`, { resumeMs: 20 });
    expect(reader.remote).toMatchObject({ live: true, seekable: false });
    const { left } = await hear(reader, 40 * PACKET);
    expect(wrongAt(left, 1, 10 * PACKET)).toBe(-1);
    expect(reader.positionUs).toBe(800_000);
    expect(
      server.requests.filter(({ method }) => method === 'PLAY').every(({ headers }) => headers['range'] === 'npt=0.000-'),
    ).toBe(true);
    reader.close();
    while (server.connections() > 0) await turn();
    expect(server.faults).toEqual([]);
  });

  it('ends with the reason when it does not come back', async () => {
    const server = await serveRtsp({
      payloads: () => l16(0, 10),
      ending: () => 'cut',
      answer: ({ method }, count) => (method === 'DESCRIBE' && count > 1 ? '404 Not Found' : undefined),
    });
    const reader = await open(`${server.url}/radio`);
    expect((await hear(reader)).left).toHaveLength(10 * PACKET);
    expect(reader.outcome).toMatchObject({ kind: 'failed', problem: { code: 'URL_STATUS' } });
    expect(methods(server).filter((method) => method === 'DESCRIBE')).toHaveLength(1 + retry.attempts);
    reader.close();
  });

  it('ends with the reason when it is of another kind by then', async () => {
    const server = await serveRtsp({
      payloads: () => l16(0, 10),
      ending: () => 'cut',
      answer: ({ method }, count) => {
        if (method !== 'DESCRIBE' || count === 1) return undefined;
        const sdp = L16.replace('L16/48000/2', 'L16/44100/1');
        return ['200 OK', `Content-Length: ${sdp.length}`, '', sdp].join('\r\n');
      },
    });
    const reader = await open(`${server.url}/radio`);
    await hear(reader);
    expect(reader.outcome).toMatchObject({ kind: 'failed', problem: { code: 'URL_CHANGED' } });
    reader.close();
  });

  it.each([
    [200, ['GET_PARAMETER', 'GET_PARAMETER']],
    [501, ['GET_PARAMETER', 'OPTIONS']],
  ])('keeps its session alive, with a server that answers %i', async (status, wanted) => {
    const server = await serveRtsp({
      payloads: () => l16(0, 10),
      ending: () => 'silence',
      timeoutSec: 1,
      answer: ({ method }) => (method === 'GET_PARAMETER' && status !== 200 ? `${status} Not Implemented` : undefined),
    });
    // Virtual time would not do: the answers come over real sockets. So a timer that runs ten times as fast does.
    const timer = (delayMs: number, run: () => void) => clock.after(delayMs / 10, run);
    const reader = await open(`${server.url}/radio`, { timer, readTimeoutMs: 60_000 });
    while (server.requests.length < 5) await turn();
    expect(methods(server).slice(3, 5)).toEqual(wanted);
    expect(server.faults).toEqual([]);
    reader.close();
  });

  it('is sound of any codec: Opus and PCMU', async () => {
    const tone = Float32Array.from({ length: 48_000 }, (_, i) => 0.4 * Math.sin((2 * Math.PI * 440 * i) / 48_000));
    const packets: Buffer[] = [];
    const encoder = await createOpusEncoder({ channels: 1 });
    for (let at = 0; at < tone.length; at += 960) {
      const frame = createAudioFrame(1);
      frame.planes[0]!.set(tone.subarray(at, at + 960));
      frame.silent = false;
      encoder.encode(frame, (bytes) => void packets.push(Buffer.from(bytes)));
    }
    encoder.close();
    const opus = await serveRtsp({
      sdp: description('m=audio 0 RTP/AVP 97', 'a=rtpmap:97 opus/48000/2', 'a=fmtp:97 sprop-stereo=0', 'a=control:trackID=1'),
      payloads: () => packets,
      ending: () => 'silence',
    });
    const reader = await open(`${opus.url}/radio`, { resumeMs: 20 });
    expect(reader.info).toMatchObject({ codec: 'opus', tags: { title: 'Radio' } });
    expectTone((await hear(reader, 40 * 960)).left);
    reader.close();
    const pcmu = await serveRtsp({
      sdp: description('m=audio 0 RTP/AVP 0', 'a=control:trackID=1'),
      payloads: () =>
        Array.from({ length: 50 }, (_, k) =>
          Buffer.from(Array.from({ length: 160 }, (_, i) => muLaw(0.4 * Math.sin((2 * Math.PI * 440 * (k * 160 + i)) / 8000)))),
        ),
      payloadType: () => 0,
      ticks: 160,
      ending: () => 'silence',
    });
    const phone = await open(`${pcmu.url}/phone`, { resumeMs: 20 });
    expectTone((await hear(phone, 40 * 960)).left);
    phone.close();
  });
});

/** G.711's µ-law. */
function muLaw(x: number): number {
  const magnitude = Math.min(32_635, Math.round(Math.abs(x) * 32_767)) + 132;
  const exponent = Math.floor(Math.log2(magnitude)) - 7;
  return ~((x < 0 ? 0x80 : 0) | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0xf)) & 0xff;
}

/** The tone's power is the sound's. */
function expectTone(heard: readonly number[]): void {
  const part = heard.slice(9600, 28_800);
  const power = part.reduce((sum, x) => sum + x * x, 0) / part.length;
  const [re, im] = [Math.cos, Math.sin].map(
    (f) => part.reduce((sum, x, i) => sum + x * f((2 * Math.PI * 440 * i) / 48_000), 0) / part.length,
  );
  expect(Math.sqrt(2 * power)).toBeCloseTo(0.4, 1);
  expect((2 * (re! ** 2 + im! ** 2)) / power).toBeGreaterThan(0.98);
}

describe('what an RTSP server wants', () => {
  it.each(['basic', 'md5', 'sha-256'] as const)('a password, by %s, is given and not shown', async (scheme) => {
    const server = await serveRtsp(recording({ login: { user: 'me', password: 's@cret:"', scheme } }));
    const reader = await open(`${server.url.replace('://', '://me:s%40cret%3A%22@')}/tape`);
    expectWhole(await hear(reader));
    reader.close();
    expect(server.faults).toEqual([]);
    for (const login of ['', 'me:wrong@']) {
      const message = await refusal(open(`${server.url.replace('://', `://${login}`)}/tape`));
      expect(message).toBe(`the server answers ${server.url}/tape with status 401.`);
    }
  });

  it('another address is followed, but not elsewhere nor for ever', async () => {
    const server = await serveRtsp(
      recording({
        answer: ({ method, uri }) => {
          if (method !== 'DESCRIBE') return undefined;
          const at = new URL(uri).pathname;
          if (at === '/old') return `302 Moved\r\nLocation: ${server.url}/new`;
          if (at === '/a' || at === '/b') return `301 Moved\r\nLocation: ${at === '/a' ? '/b' : '/a'}`;
          if (at === '/file') return '302 Moved\r\nLocation: file:///etc/passwd';
          if (at.startsWith('/n')) return at === '/new' ? undefined : `302 Moved\r\nLocation: ${at}n`;
          return undefined;
        },
      }),
    );
    const reader = await open(`${server.url}/old`);
    expectWhole(await hear(reader));
    reader.close();
    expect(await refusal(open(`${server.url}/a`))).toBe(`${server.url}/a leads nowhere: its redirects go in a circle.`);
    expect(await refusal(open(`${server.url}/n`))).toContain('it redirects more than 5 times');
    expect(await refusal(open(`${server.url}/file`))).toContain('and only rtsp is followed');
    while (server.connections() > 0) await turn();
  });

  it('an answer to its own questions is given', async () => {
    const answers: string[] = [];
    const { url } = await serveRaw((socket) => {
      socket.on('data', (chunk) => {
        const text = chunk.toString();
        if (text.startsWith('RTSP/1.0')) answers.push(text.split('\r\n')[0]!);
        else socket.write('OPTIONS * RTSP/1.0\r\nCSeq: 7\r\n\r\nREDIRECT rtsp://x/ RTSP/1.0\r\nCSeq: 8\r\n\r\n');
      });
    });
    const message = await refusal(open(url.replace('http', 'rtsp'), { connectTimeoutMs: 200 }));
    expect(message).toContain('gave nothing for 0.2 s while connecting');
    expect(answers[0]).toBe('RTSP/1.0 200 OK');
  });
});

describe('what cannot be played of an RTSP server', () => {
  const told = async (behaviour: Partial<RtspBehaviour>, options: Partial<OpenUrlOptions> = {}) => {
    const server = await serveRtsp(recording(behaviour));
    const message = await refusal(open(`${server.url}/x`, options));
    while (server.connections() > 0) await turn();
    return message.replaceAll(server.url, 'URL');
  };

  it('is told in plain words', async () => {
    expect(await told({ answer: () => '404 Not Found' })).toBe('the server answers URL/x with status 404.');
    const udpOnly = (status: string) => ({
      answer: ({ method }: { method: string }) => (method === 'SETUP' ? status : undefined),
    });
    expect(await told(udpOnly('461 Unsupported Transport'))).toContain('its server does not send over TCP');
    expect(await told(udpOnly('200 OK\r\nSession: 1\r\nTransport: RTP/AVP;unicast'))).toContain('does not send over TCP');
    expect(await told({ sdp: description('m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000') })).toContain('it has no sound');
    expect(await told({ sdp: 'nonsense' })).toContain('it has no sound');
    const odd = description('m=audio 0 RTP/AVP 97', 'a=rtpmap:97 X-UNHEARD-OF/48000', 'a=control:trackID=1');
    expect(await told({ sdp: odd, ending: () => 'bye' })).toMatch(/URL_NOT_MEDIA|gives no sound|no decoder/);
    expect(await told({ answer: ({ method }) => (method === 'PLAY' ? null : undefined) }, { connectTimeoutMs: 100 })).toContain(
      'gave nothing for 0.1 s while connecting',
    );
    const silent = { payloads: () => [], sdp: L16, ending: () => 'silence' as const };
    expect(await told({ payloads: () => [], sdp: L16, ending: () => 'bye' }, { retry: { ...retry, attempts: 0 } })).toContain(
      'closed the',
    );
    expect(await told({ payloads: () => [] })).toContain('nothing came');
    expect(await told(silent, { readTimeoutMs: 50, retry: { ...retry, attempts: 1 } })).toBe(
      'the stream URL/x gave nothing for 0.05 s while playing.',
    );
  });

  it('is told for what is no RTSP server', async () => {
    const web = await serve((_request, response) => void response.end('hello'));
    expect(await refusal(open(web.url.replace('http', 'rtsp')))).toMatch(
      /cannot be reached: it (does not speak RTSP|closed the connection)/,
    );
    const babble = await serveRaw((socket) => void socket.write(Buffer.alloc(4000, 0xee)));
    expect(await refusal(open(babble.url.replace('http', 'rtsp')))).toContain('it does not speak RTSP');
    const free = await freePort();
    expect(await refusal(open(`rtsp://127.0.0.1:${free}/x`))).toContain('it refuses connections');
    expect(await refusal(open('rtsp://voxgraph.invalid/x'))).toBe('no server is called voxgraph.invalid.');
    expect(await refusal(open('rtsp:///x'))).toContain('it names no server');
    expect(await refusal(open(`rtsps://127.0.0.1:${new URL(web.url).port}/x`))).toContain('cannot be reached');
  });

  it('is given up when aborted, at every point', async () => {
    for (const method of ['DESCRIBE', 'SETUP', 'PLAY', 'nothing']) {
      const server = await serveRtsp({
        payloads: () => [],
        ending: () => 'silence',
        answer: (request) => (request.method === method ? null : undefined),
      });
      const controller = new AbortController();
      const opening = open(`${server.url}/x`, { signal: controller.signal });
      opening.catch(() => {});
      while (!methods(server).includes(method === 'nothing' ? 'PLAY' : method)) await turn();
      controller.abort(new Error('enough'));
      await expect(opening).rejects.toThrow('enough');
      while (server.connections() > 0) await turn();
    }
  });

  it('is refused when it is no public address, however that is written', async () => {
    const server = await serveRtsp(recording());
    const { port } = new URL(server.url);
    for (const host of [
      '127.0.0.1',
      'localhost',
      '127.1',
      '2130706433',
      '0x7f.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '%31%32%37.0.0.1',
    ])
      expect(await refusal(open(`rtsp://${host}:${port}/x`, { publicOnly: true }))).toMatch(
        /is not an address of the public internet|cannot be played/,
      );
    expect(server.requests).toEqual([]);
    expect(server.connections()).toBe(0);
  });
});

describe('an RTSP server that speaks TLS', () => {
  it('is refused when its certificate is not to be trusted', async () => {
    const server = await serveRtsp(recording({ secure: true }));
    expect(await refusal(open(`${server.url}/tape`))).toContain('cannot be trusted');
  });

  it.runIf(canTrust)('is heard, by number and by name', async () => {
    const server = await serveRtsp(recording({ secure: true }));
    await trusting(async () => {
      for (const url of [server.url, server.url.replace('127.0.0.1', 'localhost')]) {
        const reader = await open(`${url}/tape`);
        expectWhole(await hear(reader));
        reader.close();
      }
    });
    expect(server.faults).toEqual([]);
  });
});
