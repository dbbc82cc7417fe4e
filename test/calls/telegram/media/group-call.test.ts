import { Application } from 'libopus-wasm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NetworkFaults } from '../../webrtc/support/network.js';
import { toneDb } from '../../../integration/support/listen.js';
import { type Caller, type Ear, longestGapMs, Party } from '../support/party.js';

let party: Party;
/** Faults on the way of each user to the server and back; to be changed on the way. */
let faults: Record<string, NetworkFaults>;
beforeEach(async () => {
  faults = {};
  party = await Party.startWithFaults(faults);
});
afterEach(() => party.end());

const PEAK_DB = 20 * Math.log10(0.25);

/** The next seconds of somebody, from the first that sounds on. */
async function next(ear: Ear, id: string, seconds: number): Promise<Float32Array> {
  await ear.sounds(id, 25);
  const from = ear.frames(id);
  await party.until(() => ear.frames(id) >= from + seconds * 50);
  return ear.pcm(id, from, from + seconds * 50);
}

function statsOf(caller: Caller) {
  return caller.media.stats().connection!;
}

describe('a group call', () => {
  it('carries what one says to the others, and nothing back to him', async () => {
    const [anna, bert] = [await party.join('anna'), await party.join('bert')];
    const [annasEar, bertsEar] = [anna.listen(), bert.listen()];
    await anna.say(1000);
    const pcm = await next(bertsEar, 'anna', 2);
    expect(toneDb(pcm, 1000, 0, 2)).toBeCloseTo(PEAK_DB, 0);
    expect(longestGapMs(pcm)).toBe(0);
    expect(annasEar.frames('anna')).toBe(0);
    expect(statsOf(anna)).toMatchObject({ state: 'connected', unsent: 0, srtpProfile: 'AEAD_AES_128_GCM' });
    // Towards a lite agent the other side leads and chooses the path (RFC 8445).
    expect(party.sfu.client(party.place('anna'))).toMatchObject({ controlled: false, nominates: true });
    expect(party.sfu.violations).toEqual([]);
  });

  it('reaches five listeners without a gap, and three talkers are each heard with his own tone', async () => {
    const names = ['one', 'two', 'three', 'four', 'five'];
    const radio = await party.join('radio');
    const ears = await Promise.all(names.map(async (name) => (await party.join(name)).listen()));
    await radio.say(440);
    for (const pcm of await Promise.all(ears.map((ear) => next(ear, 'radio', 3)))) {
      expect(toneDb(pcm, 440, 0, 3)).toBeCloseTo(PEAK_DB, 0);
      expect(longestGapMs(pcm)).toBe(0);
    }
    const tones = { one: 600, two: 900, three: 1300 };
    for (const [name, hz] of Object.entries(tones)) await party.callers.get(name)!.say(hz);
    for (const [name, hz] of Object.entries(tones)) {
      const pcm = await next(ears[4]!, name, 1);
      for (const other of [440, ...Object.values(tones)])
        if (other === hz) expect(toneDb(pcm, other, 0, 1)).toBeCloseTo(PEAK_DB, 0);
        else expect(toneDb(pcm, other, 0, 1)).toBeLessThan(-50);
    }
  });

  it.each([10, 40, 60, 120])('takes packets of %i ms', async (packetMs) => {
    const [anna, bert] = [await party.join('anna'), await party.join('bert')];
    const ear = bert.listen();
    await anna.say(1000, { packetMs });
    const pcm = await next(ear, 'anna', 2);
    expect(toneDb(pcm, 1000, 0, 2)).toBeCloseTo(PEAK_DB, 0);
    expect(longestGapMs(pcm)).toBe(0);
  });

  it('is heard in stereo by who joins so, in mono by others', async () => {
    const [anna, bert, carl] = [await party.join('anna'), await party.join('bert', { stereo: true }), await party.join('carl')];
    const [wide, narrow] = [bert.listen(2), carl.listen()];
    await anna.say(600, { rightHz: 1300 });
    const [left, middle] = [await next(wide, 'anna', 1), await next(narrow, 'anna', 1)];
    const right = await next(wide, 'anna right', 1);
    const level = (pcm: Float32Array) => [600, 1300].map((hz) => Math.round(toneDb(pcm, hz, 0, 1) - PEAK_DB));
    expect(level(left)[0]).toBeCloseTo(0);
    expect(level(left)[1]).toBeLessThan(-30);
    expect(level(right)[0]).toBeLessThan(-30);
    expect(level(right)[1]).toBeCloseTo(0);
    // Half of either.
    expect(level(middle)).toEqual([-6, -6]);
  });

  it('asks who it is when packets come of somebody it was not told of', async () => {
    party.announces = false;
    const [anna, bert] = [await party.join('anna'), await party.join('bert')];
    const ear = bert.listen();
    await anna.say(1000);
    await ear.sounds('anna', 25);
    expect(ear.changes).toEqual(['joined anna']);
    expect(party.asked).toContainEqual([anna.info!.source]);
    expect(bert.told).toContainEqual({ type: 'participant.joined', participantId: 'anna' });
  });

  it('keeps its place without a word: silence flows', async () => {
    const [anna, bert] = [await party.join('anna'), await party.join('bert')];
    bert.listen();
    const client = party.sfu.client(party.place('anna'))!;
    const before = () => [...client.received.values()].reduce((sum, { stats }) => sum + stats.packets, 0);
    await party.play(4000);
    expect(before()).toBe(10);
    expect(anna.media.stats()).toMatchObject({ unsentPackets: 0 });
  });

  it('is muted and unmuted: by ourselves, and by an admin', async () => {
    const [anna, bert] = [await party.join('anna'), await party.join('bert')];
    const ear = bert.listen();
    await anna.say(1000);
    await ear.sounds('anna', 50);
    const quiet = async () => {
      await party.until(() =>
        ear.heard
          .get('anna')!
          .frames.slice(-25)
          .every((frame) => frame.every((x) => Math.abs(x) < 1e-3)),
      );
    };
    await anna.media.request({ type: 'self.set', muted: true });
    await quiet();
    await anna.media.request({ type: 'self.set', muted: false });
    await ear.sounds('anna', 50);
    party.sfu.allow(party.place('anna'), { audio: false });
    await quiet();
    party.sfu.allow(party.place('anna'), { audio: true });
    await ear.sounds('anna', 50);
    // Half as loud for everybody.
    anna.show({ volume: 0.5 });
    const pcm = await next(ear, 'anna', 1);
    expect(toneDb(pcm, 1000, 0.5, 1)).toBeCloseTo(PEAK_DB - 6, 0);
  });

  it('has a data channel, the stream 0, over which it says which videos it wants: none', async () => {
    await party.join('anna');
    const client = party.sfu.client(party.place('anna'))!;
    await party.arrival(() => client.constraints !== undefined);
    expect(client.channelOpen).toBe(true);
    expect(client.constraints).toEqual({ defaultConstraints: { maxHeight: 0 }, constraints: {}, onStageEndpoints: [] });
    expect(party.sfu.violations).toEqual([]);
  });

  it('is told when somebody leaves, and hears who comes back with another source', async () => {
    const [anna, bert] = [await party.join('anna'), await party.join('bert')];
    const ear = bert.listen();
    await anna.say(1000);
    await ear.sounds('anna', 25);
    await anna.join();
    await anna.connected(1);
    await next(ear, 'anna', 1);
    expect(ear.changes).toEqual(['joined anna', 'left anna', 'joined anna']);
    anna.leave();
    await party.until(() => ear.changes.at(-1) === 'left anna');
    expect(bert.told.filter(({ type }) => type !== 'transport.event' && type !== 'participant.speaking')).toEqual([
      { type: 'participant.joined', participantId: 'anna' },
      { type: 'participant.left', participantId: 'anna' },
    ]);
    expect(party.sfu.size).toBe(1);
  });
});

describe('a bad network', () => {
  it('is borne for 4 s without a new join', async () => {
    faults['bert'] = {};
    const [anna, bert] = [await party.join('anna'), await party.join('bert')];
    const ear = bert.listen();
    await anna.say(1000);
    await ear.sounds('anna', 50);
    faults['bert'].loss = 1;
    await party.play(4000);
    faults['bert'].loss = 0;
    const outage = ear.frames('anna') - 200;
    expect(longestGapMs(ear.pcm('anna', outage))).toBeGreaterThan(3000);
    const atUs = party.scheduler.nowUs();
    await ear.sounds('anna', 1);
    expect(party.scheduler.nowUs() - atUs).toBeLessThan(500_000);
    const pcm = await next(ear, 'anna', 2);
    expect(toneDb(pcm, 1000, 0, 2)).toBeCloseTo(PEAK_DB, 0);
    expect(longestGapMs(pcm)).toBe(0);
    const bad = bert.transportEvents.filter(({ type }) => type === 'network.lost' || type === 'transport.failed');
    expect(bad).toEqual([]);
  });

  it('that loses 20 % is still understood', async () => {
    faults['bert'] = { seed: 5 };
    const [anna, bert] = [await party.join('anna'), await party.join('bert')];
    const ear = bert.listen();
    faults['bert'].loss = 0.2;
    // With the copies in-band that voices are sent with.
    await anna.say(1000, { fec: true, packetLossPercent: 20, bitrate: 32_000, application: Application.Voip });
    const pcm = await next(ear, 'anna', 4);
    expect(toneDb(pcm, 1000, 0, 4)).toBeGreaterThan(PEAK_DB - 5);
    expect(longestGapMs(pcm)).toBeLessThanOrEqual(120);
    const { audio } = statsOf(bert).incoming[0]!;
    expect(audio.lost).toBeGreaterThan(20);
  });

  it('that delays by up to 200 ms and so reorders is borne without a long gap', async () => {
    faults['bert'] = { seed: 9 };
    const [anna, bert] = [await party.join('anna'), await party.join('bert')];
    const ear = bert.listen();
    faults['bert'].delayMs = 200;
    await anna.say(1000);
    await next(ear, 'anna', 3);
    const pcm = await next(ear, 'anna', 4);
    expect(toneDb(pcm, 1000, 0, 4)).toBeGreaterThan(PEAK_DB - 2);
    expect(longestGapMs(pcm)).toBeLessThanOrEqual(60);
    expect(statsOf(bert).incoming[0]!.reordered).toBeGreaterThan(50);
  });

  it('that loses a burst where the numbers go around ends nothing', async () => {
    faults['bert'] = {};
    const [anna, bert] = [await party.join('anna'), await party.join('bert')];
    const ear = bert.listen();
    // A second before they go around, 1.5 s are lost.
    party.sfu.client(party.place('bert'))!.firstSequence = 65_536 - 100;
    await anna.say(1000);
    await ear.sounds('anna', 25);
    await party.play(500);
    faults['bert'].loss = 1;
    await party.play(1500);
    faults['bert'].loss = 0;
    const pcm = await next(ear, 'anna', 2);
    expect(toneDb(pcm, 1000, 0, 2)).toBeCloseTo(PEAK_DB, 0);
    expect(longestGapMs(pcm)).toBe(0);
    expect(statsOf(bert).srtp).toMatchObject({ unauthentic: 0, replayed: 0 });
    expect(statsOf(bert).incoming[0]!.restarts).toBe(0);
  });
});

describe('a connection that fails', () => {
  const failure = async (caller: Caller) =>
    (await caller.event('transport.failed')) as { failure: { code: string; message: string } };

  it('says that UDP seems to be blocked when there is no path', async () => {
    party.sfu.mode = 'no-ice';
    const anna = party.caller('anna');
    await anna.join();
    expect((await failure(anna)).failure).toMatchObject({ code: 'ICE_TIMEOUT', retry: 'backoff' });
    expect(statsOf(anna)).toMatchObject({ state: 'closed' });
  });

  it('says that there was a path but no handshake', async () => {
    party.sfu.mode = 'no-dtls';
    const anna = party.caller('anna');
    await anna.join();
    await party.arrival(() => statsOf(anna).remoteAddress !== undefined);
    expect((await failure(anna)).failure).toMatchObject({ code: 'DTLS_TIMEOUT', retry: 'backoff' });
  });

  it('tells that nothing comes any more, and at last that it is over; a new join works', async () => {
    const anna = await party.join('anna');
    const bert = await party.join('bert');
    const ear = bert.listen();
    party.sfu.mode = 'no-ice';
    await anna.event('network.lost');
    expect((await failure(anna)).failure).toMatchObject({ code: 'PEER_SILENT' });
    expect(anna.transportEvents.map(({ type }) => type)).toEqual(['transport.connected', 'network.lost', 'transport.failed']);
    party.sfu.mode = 'open';
    const seen = anna.transportEvents.length;
    await anna.join();
    await anna.connected(seen);
    await bert.join();
    await bert.connected(seen);
    await anna.say(700);
    expect(toneDb(await next(ear, 'anna', 1), 700, 0, 1)).toBeCloseTo(PEAK_DB, 0);
  });

  it('tells at once when the server hangs up', async () => {
    const anna = await party.join('anna');
    party.sfu.client(party.place('anna'))!.hangUp();
    expect((await failure(anna)).failure).toMatchObject({ code: 'CALL_CONNECTION_LOST' });
  });

  it('with a source that somebody has already is refused; another one is taken', async () => {
    const anna = await party.join('anna');
    const bert = party.caller('bert');
    const taken = anna.info!.source;
    await expect(bert.join({ source: taken })).rejects.toThrowError('GROUPCALL_SSRC_DUPLICATE_MUCH');
    const { source } = await bert.join();
    await bert.connected();
    expect(source).not.toBe(taken);
  });
});
