import { describe, expect, it } from 'vitest';
import { builtinNodes } from '../../src/nodes/index.js';
import { z } from 'zod';
import { map } from 'rxjs';
import { defineNode } from '../../src/graph/define-node.js';
import { audio } from '../../src/graph/ports.js';
import type { AudioFrame } from '../../src/media/frame.js';
import { createAudioFrame } from '../../src/media/frame.js';
import { nodeContract, type NodeContractSettings } from '../../src/testing/index.js';
import { describeNodeContract } from './support/describe-node-contract.js';
import { fakeGateway } from './support/gateway.js';
import { splitGraph } from './support/split-graph.js';

const echoed = { nodes: { echo: { type: 'effect.echo', in: { audio: 'voice' } } }, out: 'echo' };

const settings: Readonly<Record<string, NodeContractSettings>> = {
  'effect.fade': { options: { fadeInMs: 150, curve: 's-curve' }, change: { curve: 'exponential' } },
  'effect.pan': { options: { pan: -0.7 }, change: { pan: 1 } },
  'effect.channel-mix': { change: { leftToLeft: -1, rightToLeft: 0.5, leftToRight: 1, rightToRight: 0 } },
  'effect.karaoke': { options: { level: 0.8 }, change: { level: 0.1, monoLevel: 0.2, filterBandHz: 800, filterWidthHz: 300 } },
  'effect.rotation': { options: { rotationHz: 2 }, change: { rotationHz: 0.5, depth: 0.2 } },
  'effect.distortion': { options: { driveDb: 6 }, change: { driveDb: 15, shape: 'hard', toneHz: 1000, levelDb: -12, mix: 0.7 } },
  'effect.chorus': { change: { voices: 6, delayMs: 50, depthMs: 8, mix: 1, frequencyHz: 3, spread: 0 } },
  'effect.vibrato': { options: { depth: 0.3 }, change: { depth: 1, frequencyHz: 11 } },
  'effect.tremolo': { options: { depth: 1 }, change: { depth: 0.3, frequencyHz: 20 } },
  'effect.equalizer': {
    options: { gainsDb: [6, 0, -6, 3], bands: [{ type: 'low-shelf', frequencyHz: 300, gainDb: 3 }] },
    change: { gainsDb: [0, 0, 0, -12], bands: [{ type: 'high-pass', frequencyHz: 500 }] },
  },
  'effect.lowpass': { change: { frequencyHz: 100, q: 1.5, order: 4 } },
  'effect.highpass': { change: { frequencyHz: 800, q: 1.5, order: 4 } },
  'effect.bandpass': { options: { order: 4 }, change: { frequencyHz: 300, q: 4, order: 2 } },
  'effect.ffmpeg': { options: { filter: 'aecho=0.8:0.9:33:0.5' }, change: { filter: 'volume=0.7,lowpass=f=3000' } },
  'effect.gain': { change: { gainDb: 6 } },
  'effect.compressor': {
    options: { thresholdDb: -30, ratio: 4 },
    change: { thresholdDb: -50, ratio: 20, attackMs: 1, kneeDb: 0, makeupDb: 12 },
  },
  'effect.gate': { options: { thresholdDb: -30 }, change: { thresholdDb: -6, holdMs: 0, attackMs: 1 } },
  'effect.limiter': { options: { ceilingDb: -14 }, change: { ceilingDb: -30, releaseMs: 5, truePeak: false } },
  'effect.loudness': { change: { targetLufs: -30, truePeakDb: -20 } },
  'effect.reverb': {
    options: { preDelayMs: 0, roomMeters: 3, mix: 0.5 },
    change: { roomMeters: 12, decaySec: 4, dampingHz: 2000, preDelayMs: 30, widthPercent: 20, mix: 0.9 },
  },
  // FFmpeg's afftdn works in blocks of 600 samples, and the queue behind it holds back what frames from 5 ms on need.
  'effect.denoise': { frameSizes: [480, 240], change: { reductionDb: 24, noiseFloorDb: -60 } },
  'effect.echo': { options: { delayMs: 33, feedback: 0.5 }, change: { delayMs: 60, decay: 0.9, dryDb: -3 } },
  'effect.pitch': { options: { semitones: 4 }, change: { semitones: -3, cents: 20 } },
  'effect.robot': { change: { mode: 'ring', carrierHz: 60, mix: 0.5 }, largestStep: 0.1 },
  'mix.duck': { change: { depthDb: -40, thresholdDb: -80, attackMs: 5 } },
  'mix.crossfade': { options: { position: 0.3 }, change: { position: 1, curve: 'linear' } },
  'mix.matrix': { change: { gainsDb: { in1: -20, in3: 6 }, routes: { in2: [[0.2, -0.7]] } }, largestStep: 0.09 },
  'mix.switch': { options: { mode: 'fade', fadeMs: 30 }, change: { select: 'in3' } },
  'flow.delay': { options: { delayMs: 13 }, change: { delayMs: 45 } },
  'flow.split': { options: echoed, subgraph: splitGraph(echoed) },
  'flow.fallback': { options: { silentAfterMs: 40 }, change: { fadeMs: 50 } },
  'source.noise': { change: { levelDb: -60 }, largestStep: 0.2 },
  'source.tone': { change: { frequencyHz: 600, levelDb: -6 } },
  'source.participants': { gateway: fakeGateway() },
  'encode.opus': { frameSizes: [] },
  'video.delay': { options: { delayMs: 50 } },
  'video.scale': { options: { width: 32, height: 80 } },
  'video.text': { options: { text: '50% quoted: ü' } },
  'video.ffmpeg': { options: { filter: '[in]split[a][b];[a]hflip[c];[b][c]hstack' } },
};

// These have tests of their own: they need a file, or packets.
const apart = new Set([
  'source.image',
  'source.file',
  'source.playlist',
  'source.device',
  'source.process',
  'source.push',
  'source.url',
  'sink.file',
  'sink.call',
]);

for (const definition of builtinNodes) {
  if (!apart.has(definition.type)) describeNodeContract(definition, settings[definition.type]);
}

describe('builtinNodes', () => {
  it('holds every type once, with a described, defaulted or required set of options', () => {
    const types = builtinNodes.map(({ type }) => type);
    expect(new Set(types).size).toBe(types.length);
    for (const { type, options, summary } of builtinNodes) {
      expect(summary, type).toMatch(/^[A-Z].*\.$/);
      const schema = z.toJSONSchema(options, { io: 'input' }) as { properties?: Record<string, { description?: string }> };
      for (const [name, property] of Object.entries(schema.properties ?? {})) {
        expect(property.description, `${type}.${name}`).toMatch(/\.$/);
      }
    }
  });

  it('names only options that exist as fixed or file options', () => {
    for (const { type, options, fixedOptions, fileOptions } of builtinNodes) {
      const known = Object.keys((options as z.ZodObject).shape);
      for (const name of [...fixedOptions, ...fileOptions]) expect(known, type).toContain(name);
    }
  });
});

describe('nodeContract', () => {
  const nodeOf = (work: (frame: AudioFrame) => AudioFrame) =>
    defineNode({
      type: 'test.node',
      summary: 'A node that breaks a rule.',
      inputs: { audio: audio('In.') },
      outputs: { audio: audio('Out.') },
      options: z.strictObject({}),
      create: ({ inputs }) => ({ audio: inputs.audio.pipe(map(work)) }),
    });
  const broken = async (work: (frame: AudioFrame) => AudioFrame): Promise<string[]> => {
    const reasons: string[] = [];
    for (const { run } of nodeContract(nodeOf(work))) await run().catch((reason: Error) => reasons.push(reason.message));
    return reasons;
  };

  it('finds nothing wrong with a node that passes frames on', async () => {
    expect(await broken((frame) => frame)).toEqual([]);
  });

  it('finds a node that writes to its input', async () => {
    const reasons = await broken((frame) => {
      frame.planes[0]![0] = 0.125;
      return frame;
    });
    expect(reasons.join()).toContain('wrote to a borrowed input frame');
  });

  it('finds a node that keeps a borrowed frame', async () => {
    let before: AudioFrame | undefined;
    const reasons = await broken((frame) => {
      const given = before ?? frame;
      before = frame;
      return given;
    });
    expect(reasons.join()).toContain('reads a borrowed input frame after its tick');
  });

  it('finds sound in a frame marked silent, and sound made of silence', async () => {
    const buzzing = createAudioFrame(1);
    const marked = await broken((frame) => ({ ...buzzing, ptsUs: frame.ptsUs, planes: [new Float32Array(960).fill(0.5)] }));
    expect(marked.join()).toContain('says it is silent, but holds sound');
    const unmarked = await broken((frame) => ({ ...frame, silent: false }));
    expect(unmarked.join()).toContain('is not marked silent');
  });

  it('finds a state that depends on frames rather than samples', async () => {
    let count = 0;
    const reasons = await broken((frame) => {
      const gain = 1 + (count++ % 2);
      return { ...frame, planes: frame.planes.map((plane) => plane.map((x) => x * gain)) };
    });
    expect(reasons.join()).toContain('differs by frame size');
  });

  it('finds times that do not rise', async () => {
    expect((await broken((frame) => ({ ...frame, ptsUs: 0 }))).join()).toContain('has ptsUs 0');
  });
});
