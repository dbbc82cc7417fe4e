import { mediaLibrary, missingEncoders, type MediaLibrary } from '../media/av/about.js';
import { createOpusEncoder } from '../media/av/opus-encoder.js';
import { FRAME_SAMPLES, FRAME_US } from '../media/format.js';
import { createAudioFrame } from '../media/frame.js';
import { monotonicClock } from '../time/clock.js';
import type { LatenessSummary } from '../time/lateness.js';
import { createRealtimeScheduler } from '../time/realtime.js';

/** What `voxgraph doctor` finds out. */
export interface Examination {
  /** The media library. */
  readonly media: MediaLibrary;
  /** Encoders that graphs may ask for and that are missing. */
  readonly missing: readonly string[];
  /** How late 20 ms ticks are with nothing else to do. */
  readonly lateness: LatenessSummary;
  /** Encoding of 20 ms of stereo as Opus at complexity 10, in microseconds: the median and the slowest in twenty. */
  readonly opusUs: { readonly median: number; readonly slow: number };
  /** Radios (a file decoded, effects, Opus) that one core carries at 70 % load. */
  readonly callsPerCore: number;
}

/** Frames that are encoded: four seconds of music-like sound. */
const FRAMES = 200;

/** What decoding a file, two effects and sending add to the encoder's time, as a share of it: measured in bench W6. */
const OTHER_WORK = 0.55;

/** Load up to which ticks stay on time. */
const LOAD = 0.7;

/** Measures this machine; takes `seconds` of real time for the ticks. */
export async function examine(seconds = 2): Promise<Examination> {
  const lateness = await tickLateness(seconds);
  const opusUs = await opusSpeed();
  return {
    media: mediaLibrary(),
    missing: missingEncoders(['libopus', 'libvpx', 'libvpx-vp9', 'libx264', 'aac', 'libmp3lame', 'flac']),
    lateness,
    opusUs,
    callsPerCore: Math.max(1, Math.floor((FRAME_US * LOAD) / (opusUs.median * (1 + OTHER_WORK)))),
  };
}

async function tickLateness(seconds: number): Promise<LatenessSummary> {
  const scheduler = createRealtimeScheduler();
  const ticker = scheduler.every({ periodUs: FRAME_US, onTick: () => {} });
  await new Promise<void>((done) => scheduler.after(seconds * 1000, done));
  const { lateness } = ticker.stats();
  ticker.stop();
  scheduler.close();
  return lateness;
}

async function opusSpeed(): Promise<Examination['opusUs']> {
  const encoder = await createOpusEncoder({ bitrateKbps: 64 });
  const clock = monotonicClock();
  const frame = createAudioFrame(2);
  const times: number[] = [];
  for (let n = 0; n < FRAMES; n++) {
    frame.planes.forEach((plane, c) => fill(plane, n * FRAME_SAMPLES, c));
    const from = clock.nowUs();
    encoder.encodeLazily(frame, () => {});
    times.push(clock.nowUs() - from);
  }
  encoder.close();
  // The first ones warm the caches.
  const sorted = times.slice(FRAMES / 4).sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1]!, slow: sorted[Math.floor(sorted.length * 0.95)]! };
}

/** A chord with some noise: tones alone would be cheaper to encode than music is. */
function fill(plane: Float32Array, first: number, channel: number): void {
  for (let i = 0; i < plane.length; i++) {
    const n = first + i;
    let sample = 0.05 * Math.sin(n * 12.9898 + channel) * Math.sin(n * 78.233);
    for (const hz of [220, 277.2, 329.6, 440]) sample += 0.1 * Math.sin((2 * Math.PI * hz * (1 + channel * 0.003) * n) / 48_000);
    plane[i] = sample;
  }
}
