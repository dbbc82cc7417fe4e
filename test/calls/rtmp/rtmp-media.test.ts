import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RtmpMedia } from '../../../src/calls/rtmp/rtmp-media.js';
import type { CallEvent } from '../../../src/calls/call-media.js';
import { VoxError } from '../../../src/errors.js';
import { createVirtualScheduler, type VirtualScheduler } from '../../../src/time/virtual.js';
import { freePort, listenRtmp } from '../../harness/rtmp/listener.js';
import { toneDb } from '../../integration/support/listen.js';
import { Stage } from '../../integration/support/stage.js';

const KEY = 'secret-key-4711';
const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

let scheduler: VirtualScheduler;
let media: RtmpMedia;
let told: CallEvent[];
const servers: Server[] = [];
beforeEach(async () => {
  scheduler = createVirtualScheduler();
  media = await RtmpMedia.open({}, scheduler);
  told = [];
  media.events$.subscribe((event) => told.push(event));
});
afterEach(async () => {
  await media.close();
  for (const server of servers.splice(0)) server.close();
  scheduler.close();
});

/** Lets time pass; what is under way in FFmpeg's threads and sockets may arrive in between. */
async function play(ms: number, stage?: Stage<VirtualScheduler>): Promise<void> {
  const encoded = (): number => stage?.node('film').counters['encoded'] ?? 0;
  for (let at = 0; at < ms; at += 40) {
    const before = encoded();
    scheduler.advanceBy(20);
    for (let n = 0; n < 12; n++) await turn();
    scheduler.advanceBy(20);
    // Time does not run away from the threads that encode, however slow they are.
    for (let n = 0; n < (stage ? 4000 : 12) && (!stage || encoded() === before); n++) await turn();
  }
}

async function connect(port: number, attempt = 1): Promise<void> {
  await media.request({ type: 'rtmp.connect', attempt, url: `rtmp://127.0.0.1:${port}/live/${KEY}` });
}

/** Connects as soon as the server listens. */
async function connected(port: number, attempt = 1): Promise<void> {
  for (;;) {
    try {
      return await connect(port, attempt);
    } catch (error) {
      if (!/ECONNREFUSED/.test(String(error))) throw error;
      await turn();
    }
  }
}

async function failureOf(promise: Promise<unknown>): Promise<VoxError> {
  return promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as VoxError,
  );
}

/** A server whose answers are the test's. */
async function fakeServer(accept: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    accept(socket);
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

const film = (encoder: 'encode.h264' | 'encode.vp8') => ({
  tone: { type: 'source.tone', options: { frequencyHz: 600, levelDb: -12 } },
  opus: { type: 'encode.opus', in: { audio: 'tone' } },
  color: { type: 'source.color', options: { color: 'red', width: 160, height: 120 } },
  film: { type: encoder, in: { video: 'color' }, options: { frameRate: 25 } },
  call: { type: 'sink.call', in: { audio: 'opus', video: 'film' } },
});

describe('a push by RTMP', () => {
  it.each(['encode.h264', 'encode.vp8'] as const)(
    'arrives at FFmpeg whole and in step: a tone and a colour, with %s',
    async (encoder) => {
      const port = await freePort();
      const arriving = listenRtmp(port, `live/${KEY}`);
      await connected(port);
      const stage = new Stage(scheduler, { nodes: film(encoder), gateway: media.gateway });
      await stage.run.start();
      await play(3000, stage);
      // Both change in the same moment.
      stage.run.setOptions('tone', { frequencyHz: 1500 });
      stage.run.setOptions('color', { color: 'blue' });
      await play(3000, stage);
      await stage.run.stop();
      await stage.run.ended;
      await play(200);
      await media.close();
      const { pcm, soundUs, pictures, codecs } = await arriving;
      expect(codecs.toSorted()).toEqual(['aac', 'h264']);
      expect(toneDb(pcm, 600, 1, 2.5)).toBeCloseTo(-12, 0);
      expect(toneDb(pcm, 1500, 1, 2.5)).toBeLessThan(-50);
      expect(toneDb(pcm, 1500, 4, 5)).toBeCloseTo(-12, 0);
      expect(toneDb(pcm, 600, 4, 5)).toBeLessThan(-50);
      expect(pictures.length).toBeGreaterThan(50);
      expect(new Set(pictures.map(({ size }) => size))).toEqual(new Set(['160x120']));
      // Cr is high in red, Cb in blue.
      const [red, blue] = [pictures[5]!, pictures.at(-10)!];
      expect(red.mean[2]!).toBeGreaterThan(200);
      expect(blue.mean[1]!).toBeGreaterThan(200);
      const turnedUs = pictures.find(({ mean }) => mean[1]! > 200)!.ptsUs;
      let at = 0;
      while (toneDb(pcm, 1500, at, at + 0.02) < -18) at += 0.002;
      const offsetMs = (soundUs + (at + 0.01) * 1e6 - turnedUs) / 1000;
      expect(Math.abs(offsetMs), `sound after picture by ${offsetMs} ms`).toBeLessThan(60);
    },
    60_000,
  );

  it('works with sound alone, and pictures alone get silence', async () => {
    for (const wires of [{ audio: 'opus' }, { video: 'film' }]) {
      const port = await freePort();
      const arriving = listenRtmp(port, `live/${KEY}`);
      await connected(port);
      const nodes = film('encode.h264');
      const used: Record<string, object> =
        'audio' in wires
          ? { tone: nodes.tone, opus: nodes.opus }
          : { color: { type: 'source.test-pattern', options: { width: 160, height: 120 } }, film: nodes.film };
      const stage = new Stage(scheduler, {
        nodes: { ...used, call: { type: 'sink.call', in: wires } },
        gateway: media.gateway,
      });
      await stage.run.start();
      await play(5000, 'video' in wires ? stage : undefined);
      await stage.run.stop();
      await stage.run.ended;
      const stats = [media.stats(), stage.run.stats()];
      await media.request({ type: 'rtmp.close', attempt: 1 });
      const { pcm, pictures, codecs } = await arriving;
      if ('audio' in wires) {
        expect(codecs).toEqual(['aac']);
        expect(toneDb(pcm, 600, 1, 4)).toBeCloseTo(-12, 0);
      } else {
        expect(codecs.toSorted()).toEqual(['aac', 'h264']);
        expect(pictures.length, JSON.stringify(stats)).toBeGreaterThan(50);
        expect(pcm.length).toBeGreaterThan(2 * 48_000);
        expect(pcm.every((x) => Math.abs(x) < 1e-3)).toBe(true);
      }
    }
  }, 60_000);

  it('begins anew with a key frame after the server went away', async () => {
    const port = await fakeServer(() => {});
    servers[0]!.close();
    const nodes = film('encode.h264');
    const stage = new Stage(scheduler, { nodes, gateway: media.gateway });
    await stage.run.start();
    for (let attempt = 1; attempt <= 2; attempt++) {
      const arriving = listenRtmp(port, `live/${KEY}`);
      await connected(port, attempt);
      await play(3000, stage);
      await media.request({ type: 'rtmp.close', attempt });
      const { pictures, pcm } = await arriving;
      expect(pictures.length, `attempt ${attempt}`).toBeGreaterThan(20);
      expect(toneDb(pcm, 600, 0.5, 2)).toBeCloseTo(-12, 0);
      await play(500);
    }
    expect(media.stats().unsentPackets).toBeGreaterThan(0);
    await stage.run.stop();
    await stage.run.ended;
  }, 60_000);

  it('tells a server that is not there, one that says nothing, one that is none, and one that ends', async () => {
    const closed = await failureOf(connect(await freePort()));
    expect(closed.problems[0]).toMatchObject({ code: 'RTMP_UNREACHABLE' });
    const silent = failureOf(connect(await fakeServer(() => {})));
    for (let n = 0; n < 50; n++) await turn();
    scheduler.advanceBy(10_000);
    expect((await silent).message).toContain('did not answer within 10 s');
    const web = await failureOf(connect(await fakeServer((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))));
    expect(web.message).toContain('it speaks no RTMP');
    const rude = await failureOf(connect(await fakeServer((socket) => socket.end())));
    expect(rude.message).toContain('it closed the connection');
    for (const { message } of [closed, await silent, web, rude]) expect(message).not.toContain(KEY);
  });

  it('notices when the server goes away', async () => {
    const port = await freePort();
    const sockets: Socket[] = [];
    const arriving = listenRtmp(port, `live/${KEY}`);
    const proxy = await fakeServer((socket) => {
      sockets.push(socket);
      void import('node:net').then(({ connect: dial }) => {
        const other = dial(port, '127.0.0.1');
        other.on('error', () => socket.destroy());
        sockets.push(other);
        socket.pipe(other).pipe(socket);
      });
    });
    for (;;) {
      const error = await connect(proxy).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (!error) break;
      await turn();
    }
    expect(media.stats().connected).toBe(true);
    for (const socket of sockets) socket.destroy();
    while (!told.some(({ type, event }) => type === 'transport.event' && (event as CallEvent).type === 'transport.failed'))
      await turn();
    expect(media.stats().connected).toBe(false);
    expect(JSON.stringify(told)).not.toContain(KEY);
    await arriving.catch(() => {});
  }, 30_000);

  it.each(['rtmp://', 'rtmp:///app/key', 'rtmp://host', 'rtmp://host/key-alone', 'rtmp://host/app/', 'http://host/app/key'])(
    'refuses %s without repeating it',
    async (url) => {
      const error = await failureOf(media.request({ type: 'rtmp.connect', attempt: 1, url }));
      expect(error.problems[0]!.code).toBe('RTMP_ADDRESS');
      expect(error.message).not.toContain('key-alone');
    },
  );
});
