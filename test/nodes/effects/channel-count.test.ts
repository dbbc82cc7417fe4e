import { describe, expect, it } from 'vitest';
import type { NodeDefinition } from '../../../src/graph/define-node.js';
import { bandpass } from '../../../src/nodes/effects/bandpass.js';
import { channelMix } from '../../../src/nodes/effects/channel-mix.js';
import { chorus } from '../../../src/nodes/effects/chorus.js';
import { distortion } from '../../../src/nodes/effects/distortion.js';
import { equalizer } from '../../../src/nodes/effects/equalizer.js';
import { fade } from '../../../src/nodes/effects/fade.js';
import { highpass } from '../../../src/nodes/effects/highpass.js';
import { karaoke } from '../../../src/nodes/effects/karaoke.js';
import { lowpass } from '../../../src/nodes/effects/lowpass.js';
import { pan } from '../../../src/nodes/effects/pan.js';
import { rotation } from '../../../src/nodes/effects/rotation.js';
import { tremolo } from '../../../src/nodes/effects/tremolo.js';
import { vibrato } from '../../../src/nodes/effects/vibrato.js';
import { renderNode } from '../../../src/testing/index.js';
import { largestDifference, largestStep } from '../support/signals.js';

/** A sine of 200 Hz with `before` channels for ten ticks, then with the other number. */
const changing = (before: number) => ({
  script: () => (tick: number, frame: { planes: Float32Array[]; silent: boolean }) => {
    const sine = () =>
      Float32Array.from({ length: 960 }, (_, i) => 0.25 * Math.sin((2 * Math.PI * 200 * (tick * 960 + i)) / 48_000));
    frame.planes = Array.from({ length: tick < 10 ? before : 3 - before }, sine);
    frame.silent = false;
    return tick < 20 ? ('frame' as const) : ('complete' as const);
  },
});

const keeps: [NodeDefinition, Record<string, unknown>][] = [
  [equalizer, { gainsDb: [0, 0, 0, 6, 6, 6] }],
  [lowpass, { frequencyHz: 200, order: 4 }],
  [highpass, { frequencyHz: 200, q: 2 }],
  [bandpass, { frequencyHz: 300, order: 4 }],
  [tremolo, {}],
  [vibrato, { depth: 1 }],
  // Left and right waver together, so that they are the same.
  [chorus, { spread: 0 }],
  [distortion, { driveDb: 10 }],
  [karaoke, {}],
  [fade, { fadeInMs: 300 }],
];

describe.each(keeps)('$type goes on as it was when the channel count changes:', (node, options) => {
  it.each([1, 2])('from %i', async (before) => {
    const { outputs } = await renderNode(node, { inputs: { audio: changing(before) }, options });
    const { frames } = outputs.audio!;
    expect(frames.map((frame) => frame.planes.length)).toEqual(
      Array.from({ length: 20 }, (_, tick) => (tick < 10 ? before : 3 - before)),
    );
    const steady = await renderNode(node, {
      inputs: { audio: (i: number) => 0.25 * Math.sin((2 * Math.PI * 200 * i) / 48_000) },
      options,
      durationMs: 400,
    });
    const [wanted] = steady.outputs.audio!.planes as [Float32Array];
    for (const { tick, planes } of frames)
      for (const plane of planes)
        expect(largestDifference(plane, wanted.subarray(tick * 960, (tick + 1) * 960))).toBeLessThan(1e-6);
  });
});

describe.each<[NodeDefinition, Record<string, unknown>]>([
  [channelMix, { leftToLeft: 0.5, rightToLeft: 0.5 }],
  [pan, { pan: -0.5 }],
  [rotation, { rotationHz: 2 }],
])('$type gives stereo whatever comes:', (node, options) => {
  it.each([1, 2])('from %i', async (before) => {
    const { outputs } = await renderNode(node, { inputs: { audio: changing(before) }, options });
    expect(outputs.audio!.frames.every((frame) => frame.planes.length === 2)).toBe(true);
    for (const plane of outputs.audio!.planes) {
      expect(largestStep(plane.subarray(0, 9600))).toBeLessThan(0.015);
      expect(largestStep(plane.subarray(9600))).toBeLessThan(0.015);
    }
  });
});
