import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Subject } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RoomVideo } from '../../src/calls/room/room-video.js';
import type { PeerVideoDemand } from '../../src/calls/webrtc/index.js';
import { defineNode } from '../../src/graph/define-node.js';
import { video } from '../../src/graph/ports.js';
import { livePictures } from '../../src/media/av/video/picture.js';
import type { VideoFrame } from '../../src/media/video-frame.js';
import { createVirtualScheduler, type VirtualScheduler } from '../../src/time/virtual.js';
import { seeded } from '../calls/webrtc/support/stream.js';
import { videoEnd } from '../calls/webrtc/support/video-end.js';
import { fakeCall } from './support/call.js';
import { curtain, Stage } from './support/stage.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** One picture in each beat of the sound. */
const FPS = 50;
/** A frame that has not been encoded in so many turns of the event loop was shed. */
const MOST_TURNS = 50_000;

/** Memory behind a collection, in MB, and the pictures that hold native memory. What the heap has in reserve does not count. */
async function memory(): Promise<{ heapMB: number; nativeMB: number; pictures: number }> {
  for (let n = 0; n < 4; n++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, heapTotal, arrayBuffers, rss } = process.memoryUsage();
  return { heapMB: (heapUsed + arrayBuffers) / 1e6, nativeMB: (rss - heapTotal) / 1e6, pictures: livePictures() };
}

/** Passes pictures on, and keeps each 50th for ever: what a leak looks like. */
const hoarder = defineNode({
  type: 'test.hoarder',
  summary: 'Leak.',
  inputs: { video: video('Pictures.') },
  outputs: { video: video('The same.') },
  options: z.strictObject({}),
  create: ({ inputs, ctx }) => {
    let count = 0;
    const kept: VideoFrame[] = [];
    const subscription = inputs.video.subscribe((frame) => {
      if (++count % 50 === 0) kept.push(frame.retain());
    });
    ctx.defer(() => subscription.unsubscribe());
    return { video: inputs.video };
  },
});

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of running.splice(0)) await close();
});

/**
 * A room in virtual time: test pictures are encoded, sent as a camera to a peer that takes the packets apart and sends the frames back as a
 * camera of its own, which is decoded, put in a grid and sent as a screen, in the other codec.
 */
async function filming(camera: 'vp8' | 'h264', screen: 'vp8' | 'h264', extra: Readonly<Record<string, object>> = {}) {
  const clock = createVirtualScheduler();
  const room = new RoomVideo(clock);
  const random = seeded(5);
  const codecs = { camera, screen } as const;
  const demands$ = new Subject<PeerVideoDemand>();
  /** Frames that left the encoders, and those that the peer got whole. */
  const [sent, seen] = [
    { camera: 0, screen: 0 },
    { camera: 0, screen: 0 },
  ];
  const wire = (to: () => { take(datagram: Buffer): void }) => (datagram: Buffer) =>
    void clock.after(5, () => to().take(datagram));
  const both = (['camera', 'screen'] as const).map((purpose) => ({ purpose, codec: codecs[purpose] }));
  const each = { timers: clock, random, rttMs: 10 };
  const back = { videos: [both[0]!] };
  const ours = videoEnd({
    ...each,
    videos: both,
    send: true,
    transmit: wire(() => peer),
    onDemand: (next) => demands$.next(next),
  });
  const peer = videoEnd({
    ...each,
    videos: both,
    send: false,
    transmit: wire(() => ours),
    onIncoming: ({ type, video: { purpose, packets$ } }) => {
      if (type !== 'started') return;
      packets$.subscribe((packet) => {
        seen[purpose]++;
        // What is received is borrowed, what is sent stays as it is.
        if (purpose === 'camera') returns.video.send({ ...packet, data: Uint8Array.from(packet.data) }, 'camera');
      });
    },
  });
  const returns = videoEnd({ ...each, ...back, send: true, transmit: wire(() => guest) });
  const guest = videoEnd({
    ...each,
    ...back,
    send: false,
    transmit: wire(() => returns),
    onIncoming: (change) => (change.type === 'started' ? room.joined(change.video) : room.left(change.video)),
  });
  room.watch({
    sendVideo(packet, purpose) {
      sent[purpose]++;
      ours.video.send(packet, purpose);
    },
    videoCodecs: (purpose) => [codecs[purpose]],
    videoDemands$: demands$,
  });
  const size = { width: 80, height: 64 };
  const stage = new Stage(clock, {
    nodes: {
      tone: { type: 'source.tone' },
      pictures: { type: 'source.test-pattern', options: size },
      sepia: { type: 'video.sepia', in: { video: 'pictures' } },
      camera: { type: `encode.${camera}`, in: { video: 'sepia' }, options: { frameRate: FPS, bitrateKbps: 300 } },
      room: { type: 'source.participants' },
      grid: { type: 'mix.grid', in: { video: 'room.video' }, options: size },
      screen: {
        type: `encode.${screen}`,
        in: { video: 'grid' },
        options: { purpose: 'screen', frameRate: FPS, bitrateKbps: 300 },
      },
      opus: { type: 'encode.opus', in: { audio: 'tone' }, options: { complexity: 0 } },
      call: { type: 'sink.call', in: { audio: 'opus', video: 'camera', screen: 'screen' } },
      ...extra,
    },
    extra: [hoarder],
    gateway: { ...fakeCall(), sendAudio: () => {}, video: room },
  });
  await stage.run.start();
  ours.video.start();
  const close = async () => {
    running.splice(running.indexOf(close), 1);
    await curtain(stage);
    for (const end of [ours, peer, returns, guest]) end.close();
    room.close();
  };
  running.push(close);
  return {
    stage,
    sent,
    seen,
    /** Lets so many pictures pass, each encoded before the next: time does not outrun the encoders. */
    async frames(count: number) {
      for (let n = 0; n < count; n++) {
        const before = sent.camera + sent.screen;
        clock.advanceBy(1000 / FPS);
        for (let turn = 0; turn < MOST_TURNS && sent.camera + sent.screen < before + 2; turn++)
          await new Promise((done) => setImmediate(done));
      }
    },
    close,
  };
}

const leaks = ({ events }: Stage<VirtualScheduler>) =>
  events.filter(({ type }) => type === 'frames.leaked').map(({ node }) => node);

describe('video in a room', () => {
  it('needs no more memory after 20,000 frames each way than after 2,000', { timeout: 180_000 }, async () => {
    const show = await filming('vp8', 'h264');
    await show.frames(2000);
    const before = await memory();
    await show.frames(18_000);
    const after = await memory();
    // Encoded, sent, taken apart by the peer, and sent back.
    expect(Math.min(show.seen.camera, show.seen.screen)).toBeGreaterThan(19_800);
    expect(show.stage.node('camera').counters.shed ?? 0).toBeLessThan(200);
    // Each of the peer's frames was decoded and shown, but for those of which two were due at once.
    const { dropped = 0, concealed = 0 } = show.stage.node('room').counters;
    expect(concealed).toBe(0);
    expect(dropped).toBeLessThan(10_000);
    expect(after.pictures).toBeLessThan(30);
    expect(Math.abs(after.pictures - before.pictures)).toBeLessThan(10);
    expect(after.heapMB - before.heapMB).toBeLessThan(3);
    // A leak of one picture a frame would be 138 MB, of one packet 40.
    expect(after.nativeMB - before.nativeMB).toBeLessThan(20);
    await show.close();
    expect(leaks(show.stage)).toEqual([]);
    expect(livePictures()).toBe(0);
  });

  it('holds no picture either when the codecs are the other way round', { timeout: 60_000 }, async () => {
    const show = await filming('h264', 'vp8');
    await show.frames(1500);
    expect((await memory()).pictures).toBeLessThan(30);
    expect(Math.min(show.seen.camera, show.seen.screen)).toBeGreaterThan(1450);
    await show.close();
    expect(leaks(show.stage)).toEqual([]);
    expect(livePictures()).toBe(0);
  });

  it('would show who keeps pictures', { timeout: 60_000 }, async () => {
    const show = await filming('vp8', 'h264', {
      hoarder: { type: 'test.hoarder', in: { video: 'pictures' } },
      sepia: { type: 'video.sepia', in: { video: 'hoarder' } },
    });
    await show.frames(100);
    const before = await memory();
    await show.frames(1000);
    expect((await memory()).pictures - before.pictures).toBeGreaterThan(15);
    await show.close();
    expect(leaks(show.stage)).toEqual(['hoarder']);
  });
});
