import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../src/errors.js';
import { checkGraphText } from '../../../src/graph/load.js';
import { createRegistry } from '../../../src/graph/registry.js';
import { patchOptions } from '../../../src/graph/run/node-options.js';
import { ffmpeg } from '../../../src/nodes/effects/ffmpeg.js';
import { nullSink } from '../../../src/nodes/sinks/null.js';
import { tone } from '../../../src/nodes/sources/tone.js';
import { marbles, renderNode } from '../../../src/testing/index.js';
import { reference } from '../support/reference.js';
import { largestDifference, largestStep, noise, peakOf, sine } from '../support/signals.js';

const registry = createRegistry([ffmpeg, nullSink, tone]);

function problemsOf(filter: string): string[] {
  const text = `{ "version": 1, "nodes": {
  "tone": { "type": "source.tone" },
  "fx": { "type": "effect.ffmpeg", "in": { "audio": "tone" }, "options": { "filter": ${JSON.stringify(filter)} } },
  "out": { "type": "sink.null", "in": { "audio": "fx" } } } }`;
  return checkGraphText(text, 'radio.json', { registry }).problems.map(formatProblem);
}

describe('effect.ffmpeg', () => {
  it.each([
    ['aecho=1.0:1.0:7:0.3', 'echo-7ms-0.3'],
    ['volume=-7.5dB:precision=float', 'gain-7.5db'],
    ['tremolo=f=30:d=0.7', 'tremolo-30'],
  ])('is what the ffmpeg command does with %s', async (filter, name) => {
    const input = reference('input');
    const wanted = reference(name).subarray(0, input.length);
    const { outputs } = await renderNode(ffmpeg, { inputs: { audio: input }, options: { filter } });
    expect(peakOf(wanted)).toBeGreaterThan(0.1);
    expect(largestDifference(outputs.audio!.planes[0]!.subarray(0, input.length), wanted)).toBeLessThan(1e-6);
  });

  it('is found wrong before anything runs, with its place', () => {
    const at = 'radio.json:3:86 node "fx" (effect.ffmpeg): option "filter": ';
    expect(problemsOf('aecho=0.8:0.9:50:0.5')).toEqual([]);
    expect(problemsOf('aehco')).toEqual([`${at}FFmpeg has no filter "aehco". Did you mean "aecho"?`]);
    expect(problemsOf('scale=1:1')).toEqual([`${at}the filter "scale" is for pictures, not for sound.`]);
    expect(problemsOf('atempo=2')[0]).toMatch(/a chain cannot stand in a stream: it holds back more than 10 s/);
    expect(problemsOf('volume=foo=1,nosuch')).toHaveLength(2);
  });

  it('refuses a live change in the same words', () => {
    expect(() => patchOptions(ffmpeg, 'fx', { filter: 'anull' }, { filter: 'amovie=x' })).toThrow('it reads a file');
  });

  it('declares the delay that is there', async () => {
    const filter = 'asetnsamples=4096';
    expect(ffmpeg.latencyMs({ filter })).toBe(84);
    const input = noise(48_000);
    const { outputs } = await renderNode(ffmpeg, { inputs: { audio: input }, options: { filter } });
    const got = outputs.audio!.planes[0]!;
    expect(largestDifference(got.subarray(4032, 48_000), input.subarray(0, 48_000 - 4032))).toBeLessThan(1e-6);
  });

  it('fades to a new chain within 20 ms, with the past already in it', async () => {
    const input = sine(96_000, 200, 0.25);
    const { outputs, events } = await renderNode(ffmpeg, {
      inputs: { audio: input },
      options: { filter: 'volume=1' },
      optionChanges: [{ atMs: 1000, options: { filter: 'asetnsamples=1920,aecho=1:1:100:0.5' } }],
    });
    const got = outputs.audio!.planes[0]!;
    expect(largestDifference(got.subarray(0, 48_000), input.subarray(0, 48_000))).toBeLessThan(1e-6);
    expect(largestStep(got)).toBeLessThan(0.03);
    // From the end of the fade on, as if the new chain had been there for ever: the echo of the past included.
    const late = Math.round(ffmpeg.latencyMs({ filter: 'asetnsamples=1920,aecho=1:1:100:0.5' }) * 48);
    const wanted = input.map((_, i) => (input[i - late] ?? 0) + 0.5 * (input[i - late - 4800] ?? 0));
    expect(largestDifference(got.subarray(49_920, 90_000), wanted.subarray(49_920, 90_000))).toBeLessThan(1e-5);
    expect(events.filter(({ event }) => event.type === 'filter.opened')).toHaveLength(2);
  });

  it('keeps the old chain when the new one cannot be opened', async () => {
    const input = noise(48_000, 0.25);
    const { outputs, events } = await renderNode(ffmpeg, {
      inputs: { audio: input },
      options: { filter: 'volume=0.5:precision=double' },
      optionChanges: [{ atMs: 300, options: { filter: 'atempo=2' } }],
    });
    const failed = events.filter(({ event }) => event.type === 'filter.failed').map(({ event }) => event);
    expect(failed).toEqual([{ type: 'filter.failed', filter: 'atempo=2', reason: expect.stringContaining('10 s') }]);
    expect(
      largestDifference(
        outputs.audio!.planes[0]!.subarray(0, 48_000),
        input.map((x) => x / 2),
      ),
    ).toBeLessThan(1e-6);
  });

  it('takes the command "filter", and refuses what makes no sense', async () => {
    const { outputs, events } = await renderNode(ffmpeg, {
      inputs: { audio: () => 0.5 },
      options: { filter: 'volume=1' },
      commands: [
        { atMs: 100, command: { type: 'filter', target: 'volume', command: 'volume', argument: 0.5 } },
        { atMs: 200, command: { type: 'filter', target: 'volume', command: 'colour', argument: 'red' } },
        { atMs: 200, command: { type: 'play' } },
      ],
      durationMs: 400,
    });
    const got = outputs.audio!.planes[0]!;
    expect(got[4799]).toBeCloseTo(0.5, 6);
    expect(got[9600]).toBeCloseTo(0.25, 6);
    const refused = events.flatMap(({ event }) => (event.type === 'command.refused' ? [event.reason] : []));
    expect(refused).toEqual(['"volume" does not take "colour red"', 'it takes the command "filter" only']);
  });

  it('fails, so that its guard lets the input pass, when it cannot open its first chain', async () => {
    const { outputs } = await renderNode(ffmpeg, { inputs: { audio: noise(9600) }, options: { filter: 'amix' } });
    expect(String(outputs.audio!.end?.error)).toContain('left open');
  });

  it('follows its input between mono and stereo', async () => {
    const { outputs } = await renderNode(ffmpeg, {
      inputs: { audio: [noise(9600), noise(9600, 0.5, 2)] },
      options: { filter: 'volume=1:precision=double' },
    });
    expect(outputs.audio!.planes).toHaveLength(2);
    expect(largestDifference(outputs.audio!.planes[1]!.subarray(0, 9600), noise(9600, 0.5, 2))).toBeLessThan(1e-6);
  });

  it('sounds on through silence, and says truthfully when it is silent', async () => {
    const { outputs } = await renderNode(ffmpeg, {
      inputs: { audio: marbles('a' + '0'.repeat(40), { a: 0.5 }) },
      options: { filter: 'aecho=1:1:200:0.5' },
      durationMs: 800,
    });
    const loud = outputs.audio!.frames.filter((frame) => !frame.silent).map((frame) => frame.tick);
    expect(loud).toEqual([0, 10]);
  });
});
