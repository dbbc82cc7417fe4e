import { createAudioFrame, frameSamples, type AudioFrame } from '../media/frame.js';

/** What a scripted input does on one tick. */
export type ScriptStep = 'frame' | 'none' | 'complete' | Error;

/**
 * Plays an audio input, tick by tick: fills `frame` and says so, gives nothing, completes or fails. After completing or failing it is
 * not asked again.
 */
export type AudioScript = (tick: number, frame: AudioFrame) => ScriptStep;

/** An input made by `marbles`, or by any function of your own. */
export interface ScriptedAudio {
  /** Makes the script for frames of so many samples. Called once for each rendering. */
  readonly script: (frameSamples: number) => AudioScript;
}

/**
 * What a test may give as an audio input:
 * - `'silence'`: silent stereo frames, for ever
 * - a Float32Array: mono samples, or an array of one or two: planes. Cut into frames, the last one filled up with zeros, then complete.
 * - a function of a sample's number and channel: that signal in stereo, for ever
 * - what `marbles` makes
 */
export type AudioInput =
  'silence' | Float32Array | readonly Float32Array[] | ((sample: number, channel: number) => number) | ScriptedAudio;

/** The script of any form of input. */
export function scriptOf(input: AudioInput, samples: number): AudioScript {
  if (input === 'silence') return () => 'frame';
  if (typeof input === 'function') return signalScript(input);
  if ('script' in input) return input.script(samples);
  return planesScript(input instanceof Float32Array ? [input] : input);
}

function signalScript(signal: (sample: number, channel: number) => number): AudioScript {
  return (tick, frame) => {
    const samples = frameSamples(frame);
    frame.planes.forEach((plane, c) => {
      for (let i = 0; i < samples; i++) plane[i] = signal(tick * samples + i, c);
    });
    frame.silent = false;
    return 'frame';
  };
}

function planesScript(planes: readonly Float32Array[]): AudioScript {
  return (tick, frame) => {
    const samples = frameSamples(frame);
    const start = tick * samples;
    if (start >= planes[0]!.length) return 'complete';
    frame.planes = createAudioFrame(planes.length, samples).planes;
    frame.silent = true;
    planes.forEach((plane, c) => {
      const part = plane.subarray(start, start + samples);
      frame.planes[c]!.set(part);
      if (part.some((x) => x !== 0)) frame.silent = false;
    });
    return 'frame';
  };
}
