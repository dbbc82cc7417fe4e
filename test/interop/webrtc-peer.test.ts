import { createEncoder } from 'libopus-wasm';
import { afterEach, describe, expect, it } from 'vitest';
import { createAudioFrame } from '../../src/media/frame.js';
import type { Packet } from '../../src/media/packet.js';
import { createPeer, type PeerOptions, type WebRtcPeer } from '../../src/calls/webrtc/peer.js';
import type { JitterBuffer } from '../../src/calls/webrtc/jitter-buffer.js';
import { createRealtimeScheduler, type Scheduler } from '../../src/time/index.js';
import { listen, offerer, speaker, toneOf, until } from '../calls/webrtc/support/libwebrtc.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

function scheduler(): Scheduler {
  const timers = createRealtimeScheduler();
  cleanups.push(() => timers.close());
  return timers;
}

async function peerOn(timers: Scheduler, options: Partial<PeerOptions> = {}): Promise<WebRtcPeer> {
  const peer = await createPeer({ timers, addresses: ['127.0.0.1'], ...options });
  cleanups.push(() => peer.close());
  return peer;
}

/** Sends a 1 kHz tone at −12 dBFS in 20 ms Opus packets. */
async function sendTone(timers: Scheduler, peer: WebRtcPeer): Promise<void> {
  const encoder = await createEncoder({ channels: 1, bitrate: 64_000, frameSize: 960 });
  cleanups.push(() => encoder.free());
  const pcm = new Float32Array(960);
  const packet: Packet = {
    kind: 'packet',
    codec: 'opus',
    ptsUs: 0,
    durationUs: 20_000,
    key: true,
    data: new Uint8Array(0),
    levelDbov: -15,
  };
  let at = 0;
  const ticker = timers.every({
    periodUs: 20_000,
    startUs: timers.nowUs(),
    maxBurst: 5,
    onTick: () => {
      for (let i = 0; i < 960; i++) pcm[i] = 0.25 * Math.sin((2 * Math.PI * 1000 * (at + i)) / 48_000);
      packet.ptsUs = (at * 1000) / 48;
      packet.data = encoder.encodeFloat(pcm);
      at += 960;
      peer.sendAudio(packet);
    },
  });
  cleanups.push(() => ticker.stop());
}

describe('a libwebrtc peer', () => {
  it('hears the tone we send, without loss', async () => {
    const timers = scheduler();
    const peer = await peerOn(timers);
    const { pc, sdp } = await offerer((pc) => pc.addTransceiver('audio', { direction: 'recvonly' }));
    cleanups.push(() => pc.close());
    const heard: Int16Array[] = [];
    pc.ontrack = (event) => {
      cleanups.push(
        listen(event.track, ({ samples, sampleRate }) => {
          if (sampleRate === 48_000) heard.push(samples.slice());
        }),
      );
    };
    const answer = await peer.answer(sdp);
    await pc.setRemoteDescription({ type: 'answer', sdp: answer });
    await until(() => peer.state.type === 'connected');
    await sendTone(timers, peer);
    await until(() => heard.length > 300);
    const last = Int16Array.from(heard.slice(-50).flatMap((block) => [...block]));
    const tone = toneOf(last, 1000);
    expect(tone.levelDb).toBeGreaterThan(-17);
    expect(tone.levelDb).toBeLessThan(-13);
    expect(tone.toneDb).toBeGreaterThan(tone.levelDb - 0.1);
    await until(() => peer.stats().sent?.lost !== undefined);
    expect(peer.stats().sent).toMatchObject({ lost: 0, fractionLost: 0 });
  });

  it('is heard', async () => {
    const timers = scheduler();
    const peer = await peerOn(timers);
    const { track, speak } = speaker();
    const { pc, sdp } = await offerer((pc) => pc.addTransceiver(track, { direction: 'sendonly' }));
    cleanups.push(
      () => pc.close(),
      () => track.stop(),
    );
    let audio: JitterBuffer | undefined;
    peer.incoming$.subscribe((change) => {
      if (change.type === 'started') audio = change.audio;
    });
    await pc.setRemoteDescription({ type: 'answer', sdp: await peer.answer(sdp) });
    await until(() => peer.state.type === 'connected');
    let at = 0;
    const pcm = new Int16Array(480);
    const ticker = timers.every({
      periodUs: 10_000,
      startUs: timers.nowUs(),
      maxBurst: 5,
      onTick: () => {
        for (let i = 0; i < 480; i++) pcm[i] = 8192 * Math.sin((2 * Math.PI * 1000 * (at + i)) / 48_000);
        at += 480;
        speak(pcm.slice());
      },
    });
    cleanups.push(() => ticker.stop());
    await until(() => audio !== undefined);
    const frame = createAudioFrame(1);
    const heard: number[] = [];
    const pull = timers.every({
      periodUs: 20_000,
      startUs: timers.nowUs(),
      maxBurst: 5,
      onTick: () => {
        if (audio!.pull(frame) !== 'silent') heard.push(...frame.planes[0]!);
      },
    });
    cleanups.push(() => pull.stop());
    await until(() => heard.length > 48_000 * 3);
    const tone = toneOf(Float32Array.from(heard.slice(-48_000)), 1000);
    expect(tone.levelDb).toBeGreaterThan(-17);
    expect(tone.levelDb).toBeLessThan(-13);
    expect(tone.toneDb).toBeGreaterThan(tone.levelDb - 0.1);
    expect(audio!.stats.lost).toBe(0);
  });
});
