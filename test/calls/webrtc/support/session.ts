import { createEncoder } from 'libopus-wasm';
import { createAudioFrame } from '../../../../src/media/frame.js';
import type { Packet } from '../../../../src/media/packet.js';
import { createPeer, type JitterBuffer, type PeerOptions, type WebRtcPeer } from '../../../../src/calls/webrtc/index.js';
import { createRealtimeScheduler, type Scheduler } from '../../../../src/time/index.js';
import { offerer, speaker } from './libwebrtc.js';

/** Everything a test has opened, closed in reverse. */
export class Session {
  readonly timers: Scheduler = createRealtimeScheduler();
  readonly #cleanups: (() => unknown)[] = [() => this.timers.close()];

  onEnd(clean: () => unknown): void {
    this.#cleanups.push(clean);
  }

  async end(): Promise<void> {
    for (const clean of this.#cleanups.splice(0).reverse()) await clean();
  }

  /** One of our peers on loopback. */
  async peer(options: Partial<PeerOptions> = {}): Promise<WebRtcPeer> {
    const peer = await createPeer({ timers: this.timers, addresses: ['127.0.0.1'], ...options });
    this.onEnd(() => peer.close());
    return peer;
  }

  /** A libwebrtc peer that has got our answer. */
  async connect(peer: WebRtcPeer, prepare: (pc: RTCPeerConnection) => void): Promise<RTCPeerConnection> {
    const { pc, sdp } = await offerer(prepare);
    this.onEnd(() => pc.close());
    await pc.setRemoteDescription({ type: 'answer', sdp: await peer.answer(sdp) });
    return pc;
  }

  /** Sends a 1 kHz tone at −12 dBFS in 20 ms Opus packets to all `peers`. */
  async sendTone(...peers: WebRtcPeer[]): Promise<void> {
    const encoder = await createEncoder({ channels: 1, bitrate: 64_000, frameSize: 960 });
    const pcm = new Float32Array(960);
    const packet: Packet = {
      kind: 'packet',
      codec: 'opus',
      ptsUs: 0,
      durationUs: 20_000,
      key: true,
      data: pcm as never,
      levelDbov: -15,
    };
    let at = 0;
    this.every(20_000, () => {
      for (let i = 0; i < 960; i++) pcm[i] = 0.25 * Math.sin((2 * Math.PI * 1000 * (at + i)) / 48_000);
      packet.ptsUs = (at * 1000) / 48;
      packet.data = encoder.encodeFloat(pcm);
      at += 960;
      for (const peer of peers) peer.sendAudio(packet);
    });
    this.onEnd(() => encoder.free());
  }

  /** A libwebrtc track that speaks a 1 kHz tone at −12 dBFS. */
  speakTone(): MediaStreamTrack {
    const { track, speak } = speaker();
    let at = 0;
    this.onEnd(() => track.stop());
    this.every(10_000, () => {
      const pcm = new Int16Array(480);
      for (let i = 0; i < 480; i++) pcm[i] = 8192 * Math.sin((2 * Math.PI * 1000 * (at + i)) / 48_000);
      at += 480;
      speak(pcm);
    });
    return track;
  }

  /** Pulls every 20 ms and collects what is not silent. */
  pull(audio: JitterBuffer): number[] {
    const frame = createAudioFrame(1);
    const heard: number[] = [];
    this.every(20_000, () => {
      if (audio.pull(frame) !== 'silent') for (const sample of frame.planes[0]!) heard.push(sample);
    });
    return heard;
  }

  /** Ticks until the session ends. */
  every(periodUs: number, onTick: () => void): void {
    const ticker = this.timers.every({ periodUs, onTick });
    this.#cleanups.push(() => ticker.stop());
  }
}
