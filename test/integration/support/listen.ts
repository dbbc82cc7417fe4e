import { createDecoder } from 'libopus-wasm';
import type { Packet } from '../../../src/media/packet.js';

/** What libopus, compiled anew, makes of packets: the first channel, cut by the encoder's lookahead of 312 samples. */
export async function decode(packets: readonly Packet[]): Promise<Float32Array> {
  using decoder = await createDecoder({ channels: 2 });
  const parts = packets.map(({ data }) => {
    const pcm = decoder.decodeFloat(data);
    return Float32Array.from({ length: pcm.length / 2 }, (_, i) => pcm[2 * i]!);
  });
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole.subarray(312);
}

/** How strong one frequency is from one second to another, as the peak level of a sine in decibels below full scale. */
export function toneDb(plane: Float32Array, hz: number, fromSec: number, toSec: number): number {
  const from = Math.round(fromSec * 48_000);
  const part = plane.subarray(from, Math.round(toSec * 48_000));
  let re = 0;
  let im = 0;
  part.forEach((x, i) => {
    const w = (2 * Math.PI * hz * (from + i)) / 48_000;
    re += x * Math.cos(w);
    im += x * Math.sin(w);
  });
  return 20 * Math.log10(Math.max(1e-9, (2 * Math.hypot(re, im)) / part.length));
}

/**
 * {@link toneDb} as most of each tenth of a second has it: what a jitter buffer stretches a little is as loud as it was, but no single sine
 * any more.
 */
export function usualToneDb(plane: Float32Array, hz: number, fromSec: number, toSec: number): number {
  const windows = Array.from({ length: Math.floor((toSec - fromSec) * 10) }, (_, n) => fromSec + n / 10);
  const levels = windows.map((sec) => toneDb(plane, hz, sec, sec + 0.1)).sort((a, b) => a - b);
  return levels[levels.length >> 1]!;
}

/** A sine as a signal. */
export function tone(hz: number, peak: number): (sample: number) => number {
  return (sample) => peak * Math.sin((2 * Math.PI * hz * sample) / 48_000);
}
