import { map } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineNode, type NodeDefinition } from '../../src/graph/define-node.js';
import { audio } from '../../src/graph/ports.js';
import { makeTempDir, sine, writeWav } from '../support/media-fixtures.js';
import { fakeCall } from './support/call.js';
import { decode, tone, toneDb } from './support/listen.js';
import { beats, curtain, offline, onStage } from './support/stage.js';

const temp = makeTempDir();
afterAll(() => temp.remove());

/** An effect of a plugin's that throws on some ticks. */
function fragile(throws: (call: number) => boolean): NodeDefinition {
  let calls = 0;
  return defineNode({
    type: 'test.fragile',
    summary: 'Throw now and then.',
    inputs: { audio: audio('In.') },
    outputs: { audio: audio('Out.') },
    options: z.strictObject({}),
    create: ({ inputs }) => ({
      audio: inputs.audio.pipe(
        map((frame) => {
          if (throws(calls++)) throw new Error('a plugin went wrong');
          return frame;
        }),
      ),
    }),
  });
}

/** Gives NaN for one frame. */
const poison = defineNode({
  type: 'test.poison',
  summary: 'Give NaN for one frame.',
  inputs: { audio: audio('In.') },
  outputs: { audio: audio('Out.') },
  options: z.strictObject({}),
  create: ({ inputs }) => {
    let calls = 0;
    return {
      audio: inputs.audio.pipe(
        map((frame) => {
          if (calls++ !== 20) return frame;
          return {
            ...frame,
            planes: frame.planes.map((plane) => plane.map((x, i) => (i % 7 === 0 ? NaN : i % 7 === 1 ? Infinity : x))),
          };
        }),
      ),
    };
  },
});

const tune = writeWav(temp.path('tune.wav'), sine(440, 0.3), 48_000, { channels: 2 });
const radio = {
  music: { type: 'source.file', options: { src: tune, loop: true } },
  broken: { type: 'test.fragile', in: { audio: 'music' } },
  jingle: { type: 'source.tone', options: { frequencyHz: 1000, levelDb: -20 } },
  mix: { type: 'mix.sum', in: { audio: ['broken', 'jingle'] } },
  opus: { type: 'encode.opus', in: { audio: 'mix' } },
  call: { type: 'sink.call', in: { audio: 'opus' } },
};

describe('a node that throws in a radio', () => {
  it.each([
    ['once', (call: number) => call === 40],
    ['now and then', (call: number) => call % 10 === 9],
    ['always', () => true],
  ])('%s: everybody else goes on, and the music with them', async (often, throws) => {
    const call = fakeCall();
    const stage = await onStage({ nodes: radio, gateway: call, extra: [fragile(throws)], debug: false });
    beats(stage, 150);
    const packets = call.sent.get('')!;
    expect(packets).toHaveLength(150);
    packets.forEach(({ ptsUs }, k) => expect(ptsUs).toBe(20_000 * k));
    const sound = await decode(packets);
    for (let at = 0.1; at < 2.8; at += 0.3) {
      expect(toneDb(sound, 440, at, at + 0.25)).toBeCloseTo(20 * Math.log10(0.3), 0);
      expect(toneDb(sound, 1000, at, at + 0.25)).toBeCloseTo(-20, 0);
    }
    const { nodes } = stage.run.stats();
    for (const [id, stats] of Object.entries(nodes)) {
      if (id !== 'broken') expect(stats).toMatchObject({ state: 'running', faults: 0 });
    }
    expect(nodes['broken']!.state).toBe(often === 'always' ? 'bypassed' : 'running');
    expect(nodes['broken']!.faults).toBeGreaterThan(0);
    expect(nodes['mix']!.counters).toEqual({});
    await curtain(stage);
  });
});

describe('NaN from a node of somebody else', () => {
  it.each([
    ['effect.echo', { feedback: 0.9, delayMs: 40 }],
    ['effect.echo', { delayMs: 40 }],
    ['effect.gain', { gainDb: -3 }],
    ['effect.robot', {}],
    ['mix.sum', {}],
    ['mix.duck', {}],
  ])('is forgotten by %s %o', async (type, options) => {
    const input = type === 'mix.duck' ? { bed: 'poison', voice: 'poison' } : { audio: 'poison' };
    const stage = await onStage({
      nodes: {
        tone: { type: 'test.signal', options: { name: 'tone', channels: 2 } },
        poison: { type: 'test.poison', in: { audio: 'tone' } },
        node: { type, in: input, options },
        ear: { type: 'test.ear', in: { audio: 'node' } },
      },
      signals: { tone: tone(300, 0.2) },
      extra: [poison],
      debug: false,
    });
    beats(stage, 100);
    const { frames } = stage.ear();
    expect(frames).toHaveLength(100);
    // The echo repeats at most what it heard, and that is 40 ms on.
    for (const planes of frames.slice(24)) for (const plane of planes) expect(plane.every(Number.isFinite)).toBe(true);
    expect(frames.at(-1)![0]!.some((x) => Math.abs(x) > 0.01)).toBe(true);
    await curtain(stage);
  });

  it('does not reach an encoder', async () => {
    const call = fakeCall();
    await offline({
      nodes: {
        tone: { type: 'test.signal', options: { name: 'tone', channels: 2 } },
        poison: { type: 'test.poison', in: { audio: 'tone' } },
        opus: { type: 'encode.opus', in: { audio: 'poison' } },
        call: { type: 'sink.call', in: { audio: 'opus' } },
      },
      signals: { tone: tone(300, 0.2) },
      extra: [poison],
      gateway: call,
      debug: false,
      durationUs: 2_000_000,
    });
    const sound = await decode(call.sent.get('')!);
    expect(sound.every(Number.isFinite)).toBe(true);
    expect(toneDb(sound, 300, 0.6, 1.9)).toBeCloseTo(20 * Math.log10(0.2), 0);
    for (const { levelDbov } of call.sent.get('')!) expect(Number.isInteger(levelDbov)).toBe(true);
  });
});
