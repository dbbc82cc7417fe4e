import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { dominantFrequencyHz, goertzelDb, rmsDb } from '../../src/media/dsp/measure.js';
import { createRealtimeScheduler } from '../../src/time/index.js';
import { RoomMedia } from '../../src/calls/room/index.js';
import { createEncoder } from 'libopus-wasm';
import { openStage, toneRoom, until, type Nodes, type Stage, type StageOptions } from '../browser/support/stage.js';
import { listen, offerer, speaker } from '../calls/webrtc/support/libwebrtc.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function open(options: StageOptions): Promise<Stage> {
  const stage = await openStage(options);
  cleanups.push(() => stage.close());
  return stage;
}

interface Guest {
  readonly pc: RTCPeerConnection;
  /** 48 kHz samples of what it hears, from the first packet on. */
  readonly heard: Int16Array[];
  /** Says goodbye by DELETE. */
  leave(): Promise<void>;
}

/** A libwebrtc peer that joins by WHIP or WHEP. */
async function join(
  stage: Stage,
  kind: 'whip' | 'whep',
  room: string,
  participant = '',
  track?: MediaStreamTrack,
): Promise<Guest> {
  const heard: Int16Array[] = [];
  let stop = (): void => {};
  const { pc, sdp } = await offerer((pc) => {
    pc.ontrack = (event) => {
      stop = listen(event.track, ({ samples, sampleRate }) => {
        if (sampleRate === 48_000) heard.push(samples.slice());
      });
    };
    pc.addTransceiver(track ?? 'audio', { direction: track ? 'sendonly' : 'recvonly' });
  });
  const query = participant && `?participant=${participant}`;
  const response = await fetch(`${stage.origin}/rooms/${room}/${kind}${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/sdp' },
    body: sdp,
  });
  if (response.status !== 201) throw new Error(await response.text());
  await pc.setRemoteDescription({ type: 'answer', sdp: await response.text() });
  let left = false;
  const leave = async (): Promise<void> => {
    if (left) return;
    left = true;
    await fetch(stage.origin + response.headers.get('location')!, { method: 'DELETE' });
    stop();
    pc.close();
  };
  cleanups.push(leave);
  return { pc, heard, leave };
}

/** The last `seconds` of what a guest heard, mono. */
function last(guest: Guest, seconds: number): Float32Array {
  const all = guest.heard.slice(-seconds * 100);
  return Float32Array.from(
    all.flatMap((block) => [...block.subarray(0, 480)]),
    (x) => x / 32_768,
  );
}

/** A steady tone at −12 dBFS, as a track. */
function voice(frequencyHz: number): MediaStreamTrack {
  const { track, speak } = speaker();
  const timers = createRealtimeScheduler();
  let at = 0;
  const ticker = timers.every({
    periodUs: 10_000,
    onTick: () => {
      speak(Int16Array.from({ length: 480 }, (_, i) => 8192 * Math.sin((2 * Math.PI * frequencyHz * (at + i)) / 48_000)));
      at += 480;
    },
  });
  cleanups.push(() => {
    ticker.stop();
    timers.close();
    track.stop();
  });
  return track;
}

const talk: Nodes = {
  people: { type: 'source.participants' },
  mix: { type: 'mix.sum', in: { audio: 'people' } },
  opus: { type: 'encode.opus', in: { audio: 'mix' }, options: { channels: 1 } },
  call: { type: 'sink.call', in: { audio: 'opus' } },
};

describe('an engine with rooms, heard by libwebrtc', () => {
  it('gives several listeners of several rooms each its own tone, and encodes once for all', async () => {
    const stage = await open({ rooms: { attic: toneRoom(700), cellar: toneRoom(1300, {}, -20) } });
    const attic = [await join(stage, 'whep', 'attic'), await join(stage, 'whep', 'attic'), await join(stage, 'whep', 'attic')];
    const cellar = [await join(stage, 'whep', 'cellar'), await join(stage, 'whep', 'cellar')];
    await until(() => [...attic, ...cellar].every((guest) => guest.heard.length > 250));
    for (const [guests, hz, db] of [
      [attic, 700, -12],
      [cellar, 1300, -20],
    ] as const) {
      for (const guest of guests) {
        const pcm = last(guest, 1);
        expect(Math.abs(dominantFrequencyHz(pcm, 48_000) - hz)).toBeLessThan(2);
        expect(Math.abs(goertzelDb(pcm, hz, 48_000) - db)).toBeLessThan(1);
        expect(Math.abs(rmsDb(pcm) - (db - 3))).toBeLessThan(1);
      }
    }
    expect(await stage.status('attic')).toMatchObject({ listeners: 3, speakers: 0, title: 'Graph of attic' });

    const { stats } = await stage.graphs['attic']!.stats();
    const { encoded } = stats.nodes['opus']!.counters as { encoded: number };
    const { unheardPackets, peers } = stage.media['attic']!.stats();
    const sent = peers.map((peer) => peer.sent!.packets);
    // Three listeners got packets of one encoder: far more were sent than were encoded, and nobody got more than there were.
    expect(sent).toHaveLength(3);
    expect(Math.max(...sent)).toBeLessThanOrEqual(encoded + 1);
    expect(Math.max(...sent) + unheardPackets).toBeLessThanOrEqual(encoded + 5);
    expect(sent.reduce((sum, n) => sum + n, 0)).toBeGreaterThan(encoded);
    for (const { sent: counters, unsent } of peers) {
      expect(counters!.lost ?? 0).toBe(0);
      expect(unsent).toBe(0);
    }
  });

  it('lets everybody hear the others but nobody himself', async () => {
    const stage = await open({ rooms: { lobby: talk } });
    const [anna, ben] = [await join(stage, 'whep', 'lobby', 'anna'), await join(stage, 'whep', 'lobby', 'ben')];
    const audience = await join(stage, 'whep', 'lobby');
    await join(stage, 'whip', 'lobby', 'anna', voice(500));
    await join(stage, 'whip', 'lobby', 'ben', voice(900));
    await until(async () => (await stage.status()).speakers === 2);
    const level = (guest: Guest, hz: number): number => goertzelDb(last(guest, 0.5), hz, 48_000);
    const hears = (guest: Guest, hz: number): boolean => level(guest, hz) > -18;
    const misses = (guest: Guest, hz: number): boolean => level(guest, hz) < -45;
    const figures = () => [anna, ben, audience].map((guest) => [level(guest, 500), level(guest, 900)]);
    await until(
      () =>
        misses(anna, 500) &&
        hears(anna, 900) &&
        hears(ben, 500) &&
        misses(ben, 900) &&
        hears(audience, 500) &&
        hears(audience, 900),
      30_000,
      figures,
    );
    // The graph runs the nodes between people and call once more for each of the two, and once for the audience.
    const { stats } = await stage.graphs['lobby']!.stats();
    expect(
      Object.keys(stats.nodes)
        .filter((name) => name.startsWith('opus'))
        .sort(),
    ).toEqual(['opus', 'opus@anna', 'opus@ben']);
  });

  it('lets a listener wait for a graph that is not there yet, and hear a second one after the first', async () => {
    const scheduler = createRealtimeScheduler();
    const media = new RoomMedia({ room: 'lobby' }, scheduler);
    cleanups.push(async () => {
      await media.close();
      scheduler.close();
    });
    const heard: Int16Array[] = [];
    const { pc, sdp } = await offerer((pc) => {
      pc.ontrack = (event) => cleanups.push(listen(event.track, ({ samples }) => heard.push(samples.slice())));
      pc.addTransceiver('audio', { direction: 'recvonly' });
    });
    cleanups.push(() => pc.close());
    const reply = (await media.request({ type: 'peer.offer', role: 'listen', sdp })) as { sdp: string };
    await pc.setRemoteDescription({ type: 'answer', sdp: reply.sdp });
    await until(() => media.stats().peers[0]?.state === 'connected');

    const encoder = await createEncoder({ channels: 1, bitrate: 64_000, frameSize: 960 });
    cleanups.push(() => encoder.free());
    const loud = (): boolean => {
      const pcm = Float32Array.from(
        heard.slice(-20).flatMap((block) => [...block]),
        (x) => x / 32_768,
      );
      return pcm.length > 0 && goertzelDb(pcm, 1000, 48_000) > -15;
    };
    // Two graphs, each with a clock of its own that begins at zero.
    for (let graph = 0; graph < 2; graph++) {
      let at = 0;
      const ticker = scheduler.every({
        periodUs: 20_000,
        onTick: () => {
          const pcm = Float32Array.from({ length: 960 }, (_, i) => 0.25 * Math.sin((2 * Math.PI * 1000 * (at + i)) / 48_000));
          const data = encoder.encodeFloat(pcm);
          media.gateway.sendAudio({
            kind: 'packet',
            codec: 'opus',
            ptsUs: (at / 48) * 1000,
            durationUs: 20_000,
            key: true,
            data,
          });
          at += 960;
        },
      });
      await until(() => loud() && at > 960 * 60);
      ticker.stop();
      heard.length = 0;
    }
  });
});

describe('fifty joins and leaves', () => {
  it('leave no socket, no timer, no member and no memory behind', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const stage = await open({ rooms: { lobby: talk } });
    const track = voice(600);
    const resources = (): Record<string, number> => {
      const counts: Record<string, number> = { UDPWrap: 0, Timeout: 0 };
      for (const name of process.getActiveResourcesInfo()) if (name in counts) counts[name]!++;
      return counts;
    };
    const round = async (n: number): Promise<void> => {
      const guest = n % 2 === 0 ? await join(stage, 'whep', 'lobby', 'anna') : await join(stage, 'whip', 'lobby', 'anna', track);
      await until(() => stage.media['lobby']!.stats().peers.some((peer) => peer.state === 'connected'));
      expect(resources()['UDPWrap']).toBe(1);
      // One in three just vanishes from our sight: its own close tells us.
      if (n % 3 === 0) guest.pc.close();
      await guest.leave();
      await until(() => stage.media['lobby']!.stats().peers.length === 0);
    };
    // What is loaded once and kept: decoders, the certificate, compiled code.
    for (let n = 0; n < 6; n++) await round(n);
    collect();
    const before: Record<string, number> & { heap: number; rss: number } = {
      ...resources(),
      heap: process.memoryUsage().heapUsed,
      rss: process.memoryUsage().rss,
    };
    for (let n = 0; n < 50; n++) await round(n);

    await until(
      () => resources()['UDPWrap']! <= before['UDPWrap']! && resources()['Timeout']! <= before['Timeout']! + 2,
      30_000,
      resources,
    );
    expect(resources()['UDPWrap']).toBe(0);
    expect(await stage.status()).toMatchObject({ listeners: 0, speakers: 0 });
    expect(stage.media['lobby']!.stats()).toMatchObject({ peers: [] });
    const { stats } = await stage.graphs['lobby']!.stats();
    expect(Object.keys(stats.nodes).sort()).toEqual(['call', 'mix', 'opus', 'people']);
    collect();
    const { heapUsed, rss } = process.memoryUsage();
    const MIB = 2 ** 20;
    expect((heapUsed - before.heap) / MIB).toBeLessThan(8);
    // libwebrtc lives in this process as well.
    expect((rss - before.rss) / MIB).toBeLessThan(150);
  });
});
