import { Application, createDecoder, createEncoder, type EncoderOptions } from 'libopus-wasm';
import { createAudioFrame } from '../../../../src/media/frame.js';
import type { IncomingQuality } from '../../../../src/media/gateway.js';
import { JitterBuffer } from '../../../../src/calls/webrtc/jitter-buffer.js';
import type { JitterBufferOptions } from '../../../../src/calls/webrtc/jitter-stats.js';

/** mulberry32: the same numbers, 0…1, for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Sent {
  readonly payload: Uint8Array;
  readonly sequence: number;
  readonly timestamp: number;
  /** When it left, microseconds. */
  readonly sentUs: number;
}

/** Encodes `signal` in packets of `packetMs`, numbered from 0 with timestamp 1000. */
export async function encodeStream(
  signal: (sample: number) => number,
  seconds: number,
  options: EncoderOptions & { packetMs?: number } = {},
): Promise<Sent[]> {
  const { packetMs = 20, ...encoderOptions } = options;
  const frameSize = packetMs * 48;
  using encoder = await createEncoder({
    channels: 1,
    application: Application.Voip,
    bitrate: 32_000,
    frameSize,
    ...encoderOptions,
  });
  const pcm = new Float32Array(frameSize);
  const packets: Sent[] = [];
  for (let n = 0; n * frameSize < seconds * 48_000; n++) {
    for (let i = 0; i < frameSize; i++) pcm[i] = signal(n * frameSize + i);
    packets.push({
      payload: encoder.encodeFloat(pcm),
      sequence: 1000 + n,
      timestamp: (1000 + n * frameSize) >>> 0,
      sentUs: (n + 1) * packetMs * 1000,
    });
  }
  return packets;
}

export interface Arrival extends Sent {
  readonly arrivalUs: number;
}

export interface Played {
  readonly pcm: Float32Array;
  readonly qualities: IncomingQuality[];
  /** `delayMs` after each pull. */
  readonly delaysMs: number[];
  readonly buffer: JitterBuffer;
}

/** Plays arrivals through a jitter buffer in virtual time, pulling every 20 ms. */
export async function play(
  arrivals: readonly Arrival[],
  seconds: number,
  options: Partial<JitterBufferOptions> = {},
): Promise<Played> {
  let nowUs = 0;
  const channels = options.channels ?? 1;
  const buffer = new JitterBuffer({ participantId: 'p', nowUs: () => nowUs, ...options });
  buffer.attach(await createDecoder({ channels, sampleRate: 48_000 }));
  const sorted = [...arrivals].sort((a, b) => a.arrivalUs - b.arrivalUs);
  const frame = createAudioFrame(channels);
  const pulls = Math.floor(seconds * 50);
  const pcm = new Float32Array(pulls * 960);
  const qualities: IncomingQuality[] = [];
  const delaysMs: number[] = [];
  let next = 0;
  for (let n = 0; n < pulls; n++) {
    const pullUs = n * 20_000 + 7_000;
    for (; next < sorted.length && sorted[next]!.arrivalUs <= pullUs; next++) {
      const packet = sorted[next]!;
      nowUs = packet.arrivalUs;
      buffer.insert(packet.payload, packet.sequence, packet.timestamp);
    }
    nowUs = pullUs;
    qualities.push(buffer.pull(frame));
    pcm.set(frame.planes[0]!, n * 960);
    delaysMs.push(buffer.stats.delayMs);
  }
  return { pcm, qualities, delaysMs, buffer };
}

/** A 400 Hz tone at −12 dBFS. */
export const tone = (sample: number): number => 0.25 * Math.sin((2 * Math.PI * 400 * sample) / 48_000);

/** The largest step between neighbouring samples. */
export function largestStep(pcm: Float32Array, from = 0, to = pcm.length): number {
  let step = 0;
  for (let i = from + 1; i < to; i++) step = Math.max(step, Math.abs(pcm[i]! - pcm[i - 1]!));
  return step;
}

/** Level in dB of full scale (mean square). */
export function levelDb(pcm: Float32Array, from: number, to: number): number {
  let power = 0;
  for (let i = from; i < to; i++) power += pcm[i]! * pcm[i]!;
  return 10 * Math.log10(power / (to - from) + 1e-12);
}
