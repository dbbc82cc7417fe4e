import { createSocket } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type JitterBuffer, type WebRtcPeer } from '../../src/calls/webrtc/index.js';
import { listen, offerer, toneOf, until } from '../calls/webrtc/support/libwebrtc.js';
import { lossyNetwork, type NetworkFaults } from '../calls/webrtc/support/network.js';
import { Session } from '../calls/webrtc/support/session.js';

let session: Session;
beforeEach(() => void (session = new Session()));
afterEach(() => session.end());

/** Collects 48 kHz PCM of the first remote track. */
function hear(pc: RTCPeerConnection): Int16Array[] {
  const blocks: Int16Array[] = [];
  pc.ontrack = (event) => {
    session.onEnd(
      listen(event.track, ({ samples, sampleRate }) => {
        if (sampleRate === 48_000) blocks.push(samples.slice());
      }),
    );
  };
  return blocks;
}

async function incoming(peer: WebRtcPeer): Promise<JitterBuffer> {
  let audio: JitterBuffer | undefined;
  peer.incoming$.subscribe((change) => {
    if (change.type === 'started') audio = change.audio;
  });
  await until(() => audio !== undefined);
  return audio!;
}

const connected = (peer: WebRtcPeer): Promise<void> => until(() => peer.state.type === 'connected');

describe('a libwebrtc listener', () => {
  it('hears the tone we send, without loss', async () => {
    const peer = await session.peer();
    let blocks: Int16Array[] = [];
    await session.connect(peer, (pc) => {
      blocks = hear(pc);
      pc.addTransceiver('audio', { direction: 'recvonly' });
    });
    await connected(peer);
    await session.sendTone(peer);
    await until(() => blocks.length > 300);
    const tone = toneOf(Int16Array.from(blocks.slice(-50).flatMap((block) => [...block])), 1000);
    expect(tone.levelDb).toBeCloseTo(-15.05, 0);
    expect(tone.toneDb).toBeGreaterThan(tone.levelDb - 0.1);
    await until(() => peer.stats().sent?.rttMs !== undefined);
    expect(peer.stats()).toMatchObject({ state: 'connected', unsent: 0, sent: { lost: 0, fractionLost: 0 } });
    expect(peer.stats().sent!.rttMs).toBeGreaterThanOrEqual(0);
  });

  it('joins and hears through 5 % loss both ways', async () => {
    const network = lossyNetwork({ loss: 0.05, seed: 7 }, session.timers.after.bind(session.timers));
    const peer = await session.peer({ network });
    let blocks: Int16Array[] = [];
    await session.connect(peer, (pc) => {
      blocks = hear(pc);
      pc.addTransceiver('audio', { direction: 'recvonly' });
    });
    await connected(peer);
    await session.sendTone(peer);
    await until(() => (peer.stats().sent?.packets ?? 0) > 250 && peer.stats().sent?.lost !== undefined, 30_000);
    const tone = toneOf(Int16Array.from(blocks.slice(-200).flatMap((block) => [...block])), 1000);
    expect(tone.levelDb).toBeGreaterThan(-17);
    expect(network.dropped).toBeGreaterThan(5);
    expect(peer.stats().sent!.lost).toBeGreaterThan(0);
  });
});

it('the same packets reach several listeners', async () => {
  const peers = await Promise.all([1, 2, 3].map(() => session.peer()));
  for (const peer of peers) await session.connect(peer, (pc) => pc.addTransceiver('audio', { direction: 'recvonly' }));
  for (const peer of peers) await connected(peer);
  await session.sendTone(...peers);
  await until(() => peers.every((peer) => peer.stats().sent?.lost !== undefined));
  for (const peer of peers) expect(peer.stats()).toMatchObject({ unsent: 0, sent: { lost: 0 } });
  expect(new Set(peers.map((peer) => peer.ssrc)).size).toBe(3);
});

describe('a libwebrtc speaker', () => {
  it('is heard', async () => {
    const peer = await session.peer();
    await session.connect(peer, (pc) => pc.addTransceiver(session.speakTone(), { direction: 'sendonly' }));
    const audio = await incoming(peer);
    const heard = session.pull(audio);
    await until(() => heard.length > 48_000 * 3);
    const tone = toneOf(Float32Array.from(heard.slice(-24_000)), 1000);
    expect(tone.levelDb).toBeCloseTo(-15.05, 0);
    expect(audio.stats).toMatchObject({ lost: 0, late: 0, corrupt: 0, duplicates: 0 });
    expect(peer.stats().incoming[0]).toMatchObject({ lost: 0, reordered: 0 });
    expect(peer.stats().incoming[0]!.levelDbov).toBeLessThan(-5);
  });

  it('is heard through 5 % loss, doubled and reordered datagrams', async () => {
    const faults: NetworkFaults = { loss: 0.05, duplicate: 0.05, delayMs: 50, seed: 3 };
    const peer = await session.peer({ network: lossyNetwork(faults, session.timers.after.bind(session.timers)) });
    await session.connect(peer, (pc) => pc.addTransceiver(session.speakTone(), { direction: 'sendonly' }));
    const audio = await incoming(peer);
    const heard = session.pull(audio);
    await until(() => heard.length > 48_000 * 5, 30_000);
    const tone = toneOf(Float32Array.from(heard.slice(-48_000)), 1000);
    expect(tone.levelDb).toBeGreaterThan(-17.5);
    expect(tone.levelDb).toBeLessThan(-14);
    const { lost, received, concealedSamples, duplicates } = audio.stats;
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThan(received * 0.15);
    // The SRTP replay window takes the doubles out before the buffer sees them.
    expect(duplicates).toBe(0);
    expect(peer.stats().srtp!.replayed).toBeGreaterThan(0);
    expect(concealedSamples).toBeLessThan(audio.stats.playedSamples * 0.25);
  });

  it('can listen on the same connection', async () => {
    const peer = await session.peer({ participantId: 'anna' });
    let blocks: Int16Array[] = [];
    await session.connect(peer, (pc) => {
      blocks = hear(pc);
      pc.addTransceiver(session.speakTone(), { direction: 'sendrecv' });
    });
    await connected(peer);
    await session.sendTone(peer);
    const audio = await incoming(peer);
    const heard = session.pull(audio);
    await until(() => heard.length > 48_000 && blocks.length > 150);
    expect(audio.participantId).toBe('anna');
    expect(toneOf(Int16Array.from(blocks.slice(-20).flatMap((block) => [...block])), 1000).levelDb).toBeGreaterThan(-17);
  });
});

describe('the end of a connection', () => {
  it('is noticed at once when the other side closes', async () => {
    const peer = await session.peer();
    const pc = await session.connect(peer, (pc) => pc.addTransceiver('audio', { direction: 'recvonly' }));
    await connected(peer);
    pc.close();
    await until(() => peer.state.type === 'closed', 3_000);
    expect(peer.state).toEqual({ type: 'closed', reason: 'peer-closed' });
  });

  it('is noticed within 10 s when the other side vanishes, and not before', async () => {
    const faults: NetworkFaults = {};
    const peer = await session.peer({ network: lossyNetwork(faults, session.timers.after.bind(session.timers)) });
    await session.connect(peer, (pc) => pc.addTransceiver('audio', { direction: 'recvonly' }));
    await connected(peer);
    await session.sendTone(peer);
    const startUs = session.timers.nowUs();
    await until(() => session.timers.nowUs() - startUs > 8_000_000, 20_000);
    expect(peer.state.type).toBe('connected');
    faults.loss = 1;
    const goneUs = session.timers.nowUs();
    await until(() => peer.state.type === 'closed', 20_000);
    expect(session.timers.nowUs() - goneUs).toBeLessThan(10_000_000);
    expect(peer.state).toMatchObject({ type: 'closed', reason: 'silent', problem: { code: 'PEER_SILENT' } });
  });

  it('is told to the other side when we close', async () => {
    const peer = await session.peer();
    const pc = await session.connect(peer, (pc) => pc.addTransceiver('audio', { direction: 'recvonly' }));
    await connected(peer);
    const transport = pc.getReceivers()[0]!.transport!;
    await until(() => transport.state === 'connected');
    await peer.close();
    await until(() => transport.state === 'closed', 3_000);
  });

  it('is not brought about by strangers', async () => {
    const peer = await session.peer();
    await session.connect(peer, (pc) => pc.addTransceiver('audio', { direction: 'recvonly' }));
    await connected(peer);
    const socket = createSocket('udp4');
    session.onEnd(() => socket.close());
    const [ours] = peer.localParams().candidates;
    const closeNotify = Buffer.from('15fefd000000000000000000020100', 'hex');
    const rtp = Buffer.concat([Buffer.from('806f00010000000100000002', 'hex'), Buffer.alloc(40)]);
    for (const data of [closeNotify, rtp, Buffer.from('80cb000100000002', 'hex')]) socket.send(data, ours!.port, ours!.ip);
    await session.sendTone(peer);
    await until(() => peer.stats().sent!.packets > 50);
    expect(peer.stats()).toMatchObject({ state: 'connected', srtp: { accepted: 0, unauthentic: 0 }, incoming: [] });
  });

  it('comes after 10 s without a path, with a reason', async () => {
    const peer = await session.peer({
      iceTimeoutMs: 300,
      network: lossyNetwork({ loss: 1 }, session.timers.after.bind(session.timers)),
    });
    const { pc, sdp } = await offerer((pc) => pc.addTransceiver('audio', { direction: 'recvonly' }));
    session.onEnd(() => pc.close());
    await peer.answer(sdp);
    await until(() => peer.state.type === 'closed');
    expect(peer.state).toMatchObject({ reason: 'ice-timeout', problem: { code: 'ICE_TIMEOUT' } });
  });

  it('gives all sockets and timers back, 50 times', async () => {
    const held = (): string[] => process.getActiveResourcesInfo().filter((name) => name === 'UDPWrap');
    const before = held().length;
    for (let i = 0; i < 50; i++) {
      const one = new Session();
      const peer = await one.peer();
      await one.connect(peer, (pc) => pc.addTransceiver('audio', { direction: 'recvonly' }));
      await connected(peer);
      await one.end();
      expect(peer.state).toEqual({ type: 'closed', reason: 'closed' });
    }
    await until(() => held().length <= before);
  });
});
