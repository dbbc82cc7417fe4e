import type { CodedSound } from './coded-sound.js';
import { createPlane } from './dsp/vector/plane-memory.js';
import { FRAME_SAMPLES, samplesToUs } from './format.js';

/**
 * One block of audio: planar Float32 at 48 kHz, one plane per channel, samples in −1…1 (louder is
 * allowed between nodes and limited at the mixers and encoders).
 *
 * **Frames are borrowed.** A node owns the frame it emits and writes into it again on its next tick; a
 * consumer may read it only while it is being delivered and never writes to it. Who needs it later copies it
 * (`copyAudioFrame`, or the `keep()` operator before `delay`, `bufferCount` and the like). This is what makes
 * a graph run without allocating.
 */
export interface AudioFrame {
  /** Tells audio from other kinds of frames. */
  readonly kind: 'audio';
  /** Presentation time in microseconds on the graph's clock; rises by the duration from frame to frame. */
  ptsUs: number;
  /**
   * One Float32Array per channel (1 = mono, 2 = left, right), all of the same length. They may be views of a larger buffer: who uses their
   * `buffer` says `byteOffset` too, and who sends one to a worker copies it first (`slice`).
   */
  planes: Float32Array[];
  /** True when every sample is 0, so that a node may skip its work. The planes do hold zeros. */
  silent: boolean;
  /**
   * Set while the frame is an Opus packet that nobody has decoded or changed. Its `planes` are then decoded when they are first read, and
   * its `silent` is false until that: who does not need the samples must not touch `planes`.
   */
  readonly coded?: CodedSound | undefined;
}

/** A new silent frame of `channels` planes with `samples` samples each (default: 960, 20 ms). */
export function createAudioFrame(channels: number, samples: number = FRAME_SAMPLES): AudioFrame {
  const planes: Float32Array[] = [];
  for (let c = 0; c < channels; c++) planes.push(createPlane(samples));
  return { kind: 'audio', ptsUs: 0, planes, silent: true };
}

/** The number of samples per channel of a frame. */
export function frameSamples(frame: AudioFrame): number {
  return frame.coded?.frameSamples ?? frame.planes[0]?.length ?? 0;
}

/** The number of channels of a frame; of a coded one without decoding it. */
export function frameChannels(frame: AudioFrame): number {
  return frame.coded?.frameChannels ?? frame.planes.length;
}

/** The duration of a frame in microseconds. */
export function frameDurationUs(frame: AudioFrame): number {
  return samplesToUs(frameSamples(frame));
}

/** Makes a frame silent: zeros in every plane (skipped when it is silent already). */
export function clearAudioFrame(frame: AudioFrame): void {
  if (frame.silent) return;
  for (const plane of frame.planes) plane.fill(0);
  frame.silent = true;
}

/**
 * Gives `frame` the wanted shape, keeping its planes when they fit already; new planes hold zeros.
 * Nodes call it on their own output frame when the input's channel count or length changes.
 */
export function shapeAudioFrame(frame: AudioFrame, channels: number, samples: number): void {
  if (frame.planes.length === channels && frameSamples(frame) === samples) return;
  frame.planes = createAudioFrame(channels, samples).planes;
  frame.silent = true;
}

/** Copies samples, time and silence of `from` into `to`, reshaping `to` where needed. Returns `to`. */
export function copyAudioFrame(from: AudioFrame, to: AudioFrame): AudioFrame {
  shapeAudioFrame(to, from.planes.length, frameSamples(from));
  to.ptsUs = from.ptsUs;
  if (from.silent) {
    clearAudioFrame(to);
    return to;
  }
  for (let c = 0; c < from.planes.length; c++) to.planes[c]!.set(from.planes[c]!);
  to.silent = false;
  return to;
}
