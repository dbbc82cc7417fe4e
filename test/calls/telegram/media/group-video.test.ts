import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IncomingVideo, VideoDemand, VideoPurpose, VideoSize } from '../../../../src/media/gateway-video.js';
import type { Packet } from '../../../../src/media/packet.js';
import type { NetworkFaults } from '../../webrtc/support/network.js';
import { type Caller, Party } from '../support/party.js';

const FRAME_US = 40_000;
const SIZES: readonly VideoSize[] = ['quarter', 'half', 'full'];

let party: Party;
let faults: Record<string, NetworkFaults>;
beforeEach(async () => {
  faults = {};
  party = await Party.startWithFaults(faults);
});
afterEach(() => party.end());

/** Sends frames that say who, which size and which number they are: keys when one is asked for. */
function film(caller: Caller, size: VideoSize = 'full', bytes = 3000, purpose: VideoPurpose = 'camera') {
  const { video } = caller.media.gateway;
  const state = { sent: 0, stop: () => {} };
  let wantsKey = true;
  const subscription = video!.demands$.subscribe((demand: VideoDemand) => {
    if (demand.type === 'key-frame' && demand.purpose === purpose) wantsKey = true;
  });
  party.onEnd(() => subscription.unsubscribe());
  state.stop = party.every(FRAME_US, () => {
    const key = wantsKey;
    wantsKey = false;
    const data = Buffer.alloc(bytes, SIZES.indexOf(size));
    // The lowest bit of a VP8 frame is 0 for a key frame (RFC 6386, 9.1).
    data[0] = key ? 0x10 : 0x11;
    data.writeUInt32BE(state.sent, 4);
    const packet: Packet = { kind: 'packet', codec: 'vp8', ptsUs: state.sent * FRAME_US, durationUs: FRAME_US, key, data };
    state.sent++;
    video!.send(packet, purpose, size);
  });
  return state;
}

interface Seen {
  readonly number: number;
  /** 0 is the smallest. */
  readonly layer: number;
  readonly key: boolean;
  readonly ptsUs: number;
}

/** Looks at everybody. */
function look(caller: Caller): { seen: Map<string, Seen[]>; changes: string[]; stop: () => void } {
  const seen = new Map<string, Seen[]>();
  const changes: string[] = [];
  const watch = (video: IncomingVideo) => {
    const list = seen.get(video.participantId) ?? [];
    seen.set(video.participantId, list);
    video.packets$.subscribe(({ data, key, ptsUs }) => {
      const bytes = Buffer.from(data);
      list.push({ number: bytes.readUInt32BE(4), layer: bytes[100]!, key, ptsUs });
    });
  };
  const subscription = caller.media.gateway.video!.videos$.subscribe((change) => {
    if (change.type === 'joined') {
      changes.push(`joined ${change.video.participantId} ${change.video.purpose}`);
      watch(change.video);
    } else changes.push(`left ${change.participantId} ${change.purpose}`);
  });
  party.onEnd(() => subscription.unsubscribe());
  return { seen, changes, stop: () => subscription.unsubscribe() };
}

const numbers = (list: readonly Seen[]) => list.map(({ number }) => number);
const expectContiguous = (list: readonly Seen[]) =>
  numbers(list).forEach((n, i) => i > 0 && expect(n).toBe(numbers(list)[i - 1]! + 1));

async function both(): Promise<[Caller, Caller]> {
  const callers: [Caller, Caller] = [await party.join('anna'), await party.join('bert')];
  for (const { user } of callers) await party.arrival(() => party.sfu.client(party.place(user))!.constraints !== undefined);
  return callers;
}

describe('pictures of a group call', () => {
  it('come to who looks, from a key frame on and without a gap, and to nobody else', async () => {
    const [anna, bert] = await both();
    const state = film(anna);
    await party.play(1000);
    expect(party.sfu.client(party.place('bert'))!.forwards.get(party.sfu.client(party.place('anna'))!)?.layer).toBeUndefined();
    const eyes = look(bert);
    await party.until(() => (eyes.seen.get('anna')?.length ?? 0) >= 50);
    const seen = eyes.seen.get('anna')!;
    expect(eyes.changes).toEqual(['joined anna camera']);
    expect(seen[0]!.key).toBe(true);
    expectContiguous(seen);
    expect(state.sent - seen.at(-1)!.number).toBeLessThan(4);
    expect(party.sfu.client(party.place('bert'))!.constraints).toMatchObject({
      constraints: { [`video-${anna.info!.source}`]: { maxHeight: 720 } },
      onStageEndpoints: [`video-${anna.info!.source}`],
    });
    eyes.stop();
    await party.play(500);
    expect(party.sfu.client(party.place('bert'))!.constraints).toMatchObject({ constraints: {} });
    expect(party.sfu.violations).toEqual([]);
  });

  it('are in step with the sound of whom they are of', async () => {
    const [anna, bert] = await both();
    const ear = bert.listen();
    await anna.say(1000);
    film(anna);
    const eyes = look(bert);
    await party.play(8000);
    const seen = eyes.seen.get('anna')!;
    // Sound waits in its buffer: pictures are due that much later than they come.
    const delayMs = bert.media.stats().connection!.incoming[0]!.audio.delayMs;
    const sentUs = (seen.at(-1)!.number - seen.at(-2)!.number) * FRAME_US;
    expect(seen.at(-1)!.ptsUs - seen.at(-2)!.ptsUs).toBeCloseTo(sentUs, -4);
    const lateMs = (seen.at(-1)!.ptsUs - party.scheduler.nowUs()) / 1000;
    expect(delayMs).toBeGreaterThan(10);
    expect(Math.abs(lateMs - delayMs)).toBeLessThan(60);
    expect(ear.frames('anna')).toBeGreaterThan(100);
  });

  it('are whole behind 5 % loss both ways, by asking again', async () => {
    Object.assign(faults, { anna: { seed: 2 }, bert: { seed: 3 } });
    const [anna, bert] = await both();
    film(anna);
    const eyes = look(bert);
    await party.until(() => (eyes.seen.get('anna')?.length ?? 0) > 0);
    faults['anna']!.loss = faults['bert']!.loss = 0.05;
    await party.play(8000);
    const seen = eyes.seen.get('anna')!;
    expectContiguous(seen);
    expect(seen.length).toBeGreaterThan(190);
    const [received] = bert.media.stats().connection!.video!.received;
    expect(received!.repaired).toBeGreaterThan(5);
    expect(anna.media.stats().connection!.video!.sent[0]!.retransmitted).toBeGreaterThan(5);
  });

  it('come in the size that is asked for, and change over at a key frame', async () => {
    const [anna, bert] = await both();
    for (const [layer, size] of SIZES.entries()) film(anna, size, 500 * (layer + 1));
    const eyes = look(bert);
    await party.until(() => (eyes.seen.get('anna') ?? []).some(({ layer }) => layer === 2));
    await party.play(1000);
    const from = eyes.seen.get('anna')!.length;
    await party.play(1000);
    expect(
      new Set(
        eyes.seen
          .get('anna')!
          .slice(from)
          .map(({ layer }) => layer),
      ),
    ).toEqual(new Set([2]));
    // With more than nine people to look at, everybody's is small.
    for (let n = 0; n < 9; n++)
      await bert.media.request({
        type: 'participant.set',
        participant: {
          participantId: `extra ${n}`,
          source: 10 + n,
          muted: false,
          video: {
            endpoint: `e${n}`,
            sourceGroups: [{ semantics: 'FID', sources: [1000 + 2 * n, 1001 + 2 * n] }],
            paused: false,
          },
        },
      });
    await party.play(2000);
    const seen = eyes.seen.get('anna')!;
    expect(new Set(seen.slice(-20).map(({ layer }) => layer))).toEqual(new Set([0]));
    seen.forEach(({ layer, key }, i) => i > 0 && layer !== seen[i - 1]!.layer && expect(key).toBe(true));
    expect(eyes.changes).toEqual(['joined anna camera']);
  });

  it('are not sent while the server says that nobody looks', async () => {
    const [anna, bert] = await both();
    film(anna);
    await party.play(3000);
    const sent = () => anna.media.stats().connection!.video!.sent.reduce((sum, { frames }) => sum + frames, 0);
    const before = sent();
    await party.play(1000);
    expect(sent()).toBe(before);
    expect(anna.media.stats().unseenFrames).toBeGreaterThan(20);
    const eyes = look(bert);
    await party.until(() => (eyes.seen.get('anna')?.length ?? 0) > 10);
    expect(eyes.seen.get('anna')![0]!.key).toBe(true);
  });

  it('end when somebody leaves, or holds them', async () => {
    const [anna, bert] = await both();
    film(anna);
    const eyes = look(bert);
    await party.until(() => (eyes.seen.get('anna')?.length ?? 0) > 10);
    anna.show({ video: { ...anna.info!.video!, paused: true } });
    await party.until(() => eyes.changes.length === 2);
    anna.show({ video: { ...anna.info!.video!, paused: false } });
    await party.until(() => eyes.changes.length === 3);
    anna.leave();
    await party.until(() => eyes.changes.length === 4);
    expect(eyes.changes).toEqual(['joined anna camera', 'left anna camera', 'joined anna camera', 'left anna camera']);
  });

  it('of a screen have a connection of their own, as long as there is something to show', async () => {
    const [anna, bert] = await both();
    const eyes = look(bert);
    await anna.say(1000);
    const screen = film(anna, 'full', 3000, 'screen');
    const place = { ...party.place('anna'), presentation: true };
    await party.play(100);
    await party.arrival(() => party.sfu.client(place)?.constraints !== undefined);
    await party.until(() => (eyes.seen.get('anna')?.length ?? 0) >= 25);
    expect(eyes.changes).toEqual(['joined anna screen']);
    expectContiguous(eyes.seen.get('anna')!);
    // The sound and the camera's connection go on beside it.
    expect(anna.media.stats().connection).toMatchObject({ state: 'connected' });
    film(anna);
    await party.until(() => eyes.changes.length === 2);
    expect(eyes.changes[1]).toBe('joined anna camera');

    // The server drops it: another one is made while frames come.
    const first = party.sfu.client(place)!;
    first.hangUp();
    await party.until(() => party.sfu.client(place) !== first, 10_000);
    await party.arrival(() => party.sfu.client(place)?.constraints !== undefined);

    // The call is joined anew: the screen comes along at once, with a connection and sources of its own.
    const second = party.sfu.client(place)!;
    await anna.join();
    await anna.connected(1);
    await party.arrival(() => party.sfu.client(place) !== undefined && party.sfu.client(place) !== second);
    expect(party.sfu.client(place)!.request.source).not.toBe(second.request.source);
    await party.arrival(() => party.sfu.client(place)?.constraints !== undefined);
    const shown = eyes.seen.get('anna')!.length;
    await party.until(() => eyes.seen.get('anna')!.length >= shown + 25, 10_000);

    // The server says that it does not know the screen any more.
    const third = party.sfu.client(place)!;
    anna.updates$.next({ type: 'presentation.dropped', source: third.request.source });
    await party.arrival(() => party.sfu.client(place) !== undefined && party.sfu.client(place) !== third);
    await party.arrival(() => party.sfu.client(place)?.constraints !== undefined);

    screen.stop();
    await party.until(() => party.sfu.client(place) === undefined, 10_000);
    expect(anna.info!.screen).toBeUndefined();
    expect(party.sfu.violations).toEqual([]);
    expect(party.sfu.size).toBe(2);
  });
});
