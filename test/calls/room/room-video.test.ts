import { Observable, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { RoomVideo, type VideoPeer } from '../../../src/calls/room/room-video.js';
import type { PeerVideoDemand } from '../../../src/calls/webrtc/index.js';
import type { IncomingVideo, VideoChange, VideoDemand, VideoPurpose } from '../../../src/media/gateway-video.js';
import type { Packet } from '../../../src/media/packet.js';
import { createVirtualScheduler } from '../../../src/time/index.js';

/** Somebody who watches, and what he is sent. */
class Watcher implements VideoPeer {
  readonly videoDemands$ = new Subject<PeerVideoDemand>();
  readonly sent: { readonly packet: Packet; readonly purpose: VideoPurpose }[] = [];
  constructor(private readonly codecs: readonly ('vp8' | 'h264')[] = ['vp8', 'h264']) {}
  sendVideo(packet: Packet, purpose: VideoPurpose): void {
    this.sent.push({ packet, purpose });
  }
  videoCodecs(): readonly ('vp8' | 'h264')[] {
    return this.codecs;
  }
  takes(bitrateKbps: number): void {
    this.videoDemands$.next({ type: 'bitrate', bitrateKbps });
  }
}

const frame = (codec: 'vp8' | 'h264' = 'vp8', key = true): Packet => ({
  kind: 'packet',
  codec,
  ptsUs: 0,
  durationUs: 33_333,
  key,
  data: Uint8Array.of(1, 2, 3),
});

function room() {
  const timers = createVirtualScheduler();
  const video = new RoomVideo(timers);
  const demands: VideoDemand[] = [];
  video.demands$.subscribe((demand) => demands.push(demand));
  const rates = (purpose: VideoPurpose = 'camera') =>
    demands.flatMap((demand) => (demand.type === 'bitrate' && demand.purpose === purpose ? [demand.bitrateKbps] : []));
  const keys = () => demands.filter(({ type }) => type === 'key-frame').length;
  return { timers, video, demands, rates, keys };
}

describe('what a room sends', () => {
  it('goes to everybody who watches and takes its codec, from one copy', () => {
    const { video } = room();
    video.send(frame(), 'camera');
    expect(video.unseen).toBe(1);
    const [ann, bob] = [new Watcher(), new Watcher(['h264'])];
    video.watch(ann);
    video.watch(bob);
    // Not before they are connected, which is when they first want something.
    video.send(frame(), 'camera');
    expect(video.unseen).toBe(2);
    ann.takes(1000);
    bob.takes(1000);
    expect(video.codecs('camera')).toEqual(['h264']);
    const borrowed = frame('h264');
    video.send(borrowed, 'screen');
    borrowed.data.fill(9);
    expect(ann.sent[0]!.packet.data).toEqual(Uint8Array.of(1, 2, 3));
    expect(bob.sent[0]!.packet).toBe(ann.sent[0]!.packet);
    video.send(frame('vp8'), 'camera');
    expect([ann.sent.length, bob.sent.length, video.unseen]).toEqual([2, 1, 2]);
  });

  it('has the rate of the one who takes least, but no less than the floor', () => {
    const { video, rates } = room();
    const [ann, bob] = [new Watcher(), new Watcher()];
    video.watch(ann);
    const bobLeaves = video.watch(bob);
    ann.takes(2000);
    bob.takes(600);
    bob.takes(90);
    bobLeaves();
    expect(rates()).toEqual([2000, 600, 150, 2000]);
  });

  it('shares the network between camera and screen while both are sent', () => {
    const { video, rates, timers } = room();
    const ann = new Watcher();
    video.watch(ann);
    video.send(frame(), 'camera');
    ann.takes(1000);
    video.send(frame(), 'screen');
    expect([rates().at(-1), rates('screen').at(-1)]).toEqual([500, 500]);
    // The screen is not shared any more.
    timers.advanceBy(3000);
    video.send(frame(), 'camera');
    expect(rates().at(-1)).toBe(1000);
  });

  it('is told to encoders that come later, and key frames at most four times a second', () => {
    const { video, keys, timers } = room();
    const watchers = Array.from({ length: 20 }, () => new Watcher());
    for (const watcher of watchers) {
      video.watch(watcher);
      watcher.takes(800);
      watcher.videoDemands$.next({ type: 'key-frame', purpose: 'camera' });
    }
    expect(keys()).toBe(1);
    timers.advanceBy(300);
    // Those who came after it was asked for get one of their own, together.
    expect(keys()).toBe(2);
    timers.advanceBy(2000);
    expect(keys()).toBe(2);
    const late: VideoDemand[] = [];
    video.demands$.subscribe((demand) => late.push(demand));
    expect(late).toContainEqual({ type: 'bitrate', purpose: 'camera', bitrateKbps: 800 });
  });
});

describe('what participants show', () => {
  const shows = (participantId: string, purpose: VideoPurpose = 'camera'): IncomingVideo => ({
    participantId,
    purpose,
    packets$: new Observable(),
    requestKeyFrame: () => {},
  });

  it('is told to who looks, present ones first', () => {
    const { video } = room();
    const [camera, screen] = [shows('ann'), shows('ann', 'screen')];
    video.joined(camera);
    const changes: VideoChange[] = [];
    video.videos$.subscribe((change) => changes.push(change));
    video.joined(screen);
    video.left(camera);
    expect(video.shows('ann')).toBe(true);
    video.left(screen);
    expect(video.shows('ann')).toBe(false);
    expect(changes.map(({ type, ...rest }) => [type, 'video' in rest ? rest.video.purpose : rest.purpose])).toEqual([
      ['joined', 'camera'],
      ['joined', 'screen'],
      ['left', 'camera'],
      ['left', 'screen'],
    ]);
  });

  it('is replaced by another connection of the same participant, whose predecessor cannot take it down', () => {
    const { video } = room();
    const [first, second] = [shows('ann'), shows('ann')];
    video.joined(first);
    video.joined(second);
    const changes: VideoChange[] = [];
    video.videos$.subscribe((change) => changes.push(change));
    video.left(first);
    expect(changes).toEqual([{ type: 'joined', video: second }]);
    expect(video.shows('ann')).toBe(true);
  });
});
