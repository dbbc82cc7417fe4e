import { NEVER, Observable, ReplaySubject } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { blankPicture } from '../../../src/media/av/video/blank.js';
import { livePictures } from '../../../src/media/av/video/picture.js';
import { VideoEncoder } from '../../../src/media/av/video/video-encoder.js';
import type { Gateway } from '../../../src/media/gateway.js';
import type { IncomingVideo, VideoChange, VideoPurpose } from '../../../src/media/gateway-video.js';
import type { Packet } from '../../../src/media/packet.js';
import { decodeBroadcastPart } from '../../../src/media/av/broadcast-part.js';
import { participants } from '../../../src/nodes/sources/participants.js';
import { renderNode } from '../../../src/testing/index.js';
import { makeFilmPart } from '../../harness/telegram/broadcast/make-part.js';
import { fakeGateway } from '../support/gateway.js';

afterEach(() => expect(livePictures()).toBe(0));

/** One frame for each brightness, 100 ms apart. */
async function film(codec: 'vp8' | 'h264', lumas: readonly number[]): Promise<Packet[]> {
  const size = { width: 64, height: 48, frameRate: 10, bitrateKbps: 500, keyFrameSec: 0, effort: 4 } as const;
  const encoder = await VideoEncoder.open({ codec, purpose: 'realtime', ...size });
  const packets: Packet[] = [];
  lumas.forEach((luma, i) => {
    const picture = blankPicture(64, 48, [luma, 128, 128]);
    encoder.encodeSync({ picture, ptsUs: i * 100_000, key: i === 0 }, ({ data, isKeyframe }, ptsUs) =>
      packets.push({ kind: 'packet', codec, ptsUs, durationUs: 100_000, key: isKeyframe, data: Uint8Array.from(data!) }),
    );
    picture.release();
  });
  encoder.close();
  return packets;
}

class Camera implements IncomingVideo {
  keyRequests = 0;
  readonly packets$: Observable<Packet>;
  constructor(
    readonly participantId: string,
    readonly purpose: VideoPurpose,
    packets: readonly Packet[],
  ) {
    this.packets$ = new Observable((subscriber) => packets.forEach((packet) => subscriber.next(packet)));
  }
  requestKeyFrame(): void {
    this.keyRequests++;
  }
}

function callWith(...videos: readonly Camera[]): { gateway: Gateway; videos$: ReplaySubject<VideoChange> } {
  const videos$ = new ReplaySubject<VideoChange>();
  for (const video of videos) videos$.next({ type: 'joined', video });
  const video = { videos$, demands$: NEVER, send: () => {}, codecs: () => [] };
  return { gateway: { ...fakeGateway(), video }, videos$ };
}

describe('the pictures of source.participants', () => {
  it.each(['vp8', 'h264'] as const)('in %s are shown when they are due, and stay until the next', async (codec) => {
    const camera = new Camera('ann', 'camera', await film(codec, [60, 120, 180]));
    const { gateway } = callWith(camera);
    const { outputs, events } = await renderNode(participants, { gateway, frameRate: 25, durationMs: 400 });
    const { pictures } = outputs['video']!.branches['ann']!;
    const seen = pictures.map(({ ptsUs, y }) => [ptsUs / 1000, Math.round(y[1000]! / 60) * 60]);
    // The first comes as soon as it is decoded.
    expect(seen.filter(([ms]) => ms! >= 40)).toEqual([
      [40, 60],
      [80, 60],
      [120, 120],
      [160, 120],
      [200, 180],
      [240, 180],
      [280, 180],
      [320, 180],
      [360, 180],
    ]);
    expect(events.map(({ event }) => event)).toEqual([
      expect.objectContaining({ type: 'video.opened', participantId: 'ann', purpose: 'camera', codec, width: 64, height: 48 }),
    ]);
    // Asked for when somebody begins to look.
    expect(camera.keyRequests).toBe(1);
  });

  it('of a film, whose pictures refer to later ones, are shown in their order, none left out', async () => {
    const { pictures } = await decodeBroadcastPart(await makeFilmPart(500, '40+8*N'), true, true);
    const first = pictures.slice(0, 15);
    // Else this would test nothing.
    expect(first.map(({ atUs }) => atUs)).not.toEqual(first.map(({ atUs }) => atUs).toSorted((a, b) => a - b));
    const packets = first.map(({ codec, data, atUs, durationUs, key }): Packet => ({
      kind: 'packet',
      codec,
      ptsUs: atUs,
      durationUs,
      key,
      data,
    }));
    const camera = Object.assign(new Camera('stream', 'camera', packets), { reorders: true as const });
    const { outputs } = await renderNode(participants, { gateway: callWith(camera).gateway, frameRate: 25, durationMs: 360 });
    const shown = outputs['video']!.branches['stream']!.pictures.slice(1);
    expect(shown.length).toBeGreaterThanOrEqual(8);
    for (const { ptsUs, y } of shown) expect(y[3000]! - (40 + (8 * ptsUs) / 40_000)).toBeCloseTo(0, -1);
  });

  it('are told apart: a camera by its participant, a screen by what follows him', async () => {
    const packets = await film('vp8', [100]);
    const { gateway } = callWith(new Camera('ann', 'camera', packets), new Camera('ann', 'screen', packets));
    const both = await renderNode(participants, { gateway, frameRate: 25, durationMs: 40 });
    expect(Object.keys(both.outputs['video']!.branches)).toEqual(['ann', 'ann:screen']);
    const screens = await renderNode(participants, { gateway, options: { show: 'screen' }, frameRate: 25, durationMs: 40 });
    expect(Object.keys(screens.outputs['video']!.branches)).toEqual(['ann:screen']);
  });

  it('end with the video: the last one does not stay up', async () => {
    const { gateway, videos$ } = callWith(new Camera('ann', 'camera', await film('vp8', [100])));
    videos$.next({ type: 'left', participantId: 'ann', purpose: 'camera' });
    const { outputs } = await renderNode(participants, { gateway, frameRate: 25, durationMs: 80 });
    expect(outputs['video']!.branches['ann']!.end).toEqual({ tick: 0 });
    expect(outputs['video']!.branches['ann']!.pictures).toEqual([]);
  });

  it('go on at a key frame after what cannot be decoded, which is said once', async () => {
    const whole = await film('h264', [60, 120]);
    const broken = { ...whole[0]!, data: Buffer.from([0, 0, 0, 1, 0x65, 1, 2, 3]) };
    const camera = new Camera('ann', 'camera', [broken, whole[1]!, whole[0]!, whole[1]!]);
    const { gateway } = callWith(camera);
    const { outputs, events, counters } = await renderNode(participants, { gateway, frameRate: 25, durationMs: 200 });
    expect(outputs['video']!.branches['ann']!.pictures.at(-1)!.y[1000]! / 120).toBeCloseTo(1, 1);
    expect(events.map(({ event }) => event.type)).toEqual(['video.failed', 'video.opened']);
    expect(counters['concealed']).toBe(1);
  });
});
