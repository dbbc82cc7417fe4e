import { describe, expect, test } from 'vitest';
import { openFilterChain, openFilterChainSync } from '../../../src/media/av/filter-chain.js';
import { largestDifference, noise } from '../../nodes/support/signals.js';

/** Sends a signal through in frames of `length`, and gives back what came out of the first channel. */
function through(chain: ReturnType<typeof openFilterChainSync>, input: Float32Array, length = 960): Float32Array {
  const out = new Float32Array(input.length);
  const planes = Array.from({ length: chain.channelsOut }, () => new Float32Array(length));
  for (let at = 0; at + length <= input.length; at += length) {
    chain.run([input.subarray(at, at + length)], planes, length);
    out.set(planes[0]!, at);
  }
  return out;
}

describe('a filter chain', () => {
  test('gives as many samples as it takes, late by what it says, whatever blocks its filters work in', async () => {
    for (const [text, delay] of [
      ['anull', 0],
      ['asetnsamples=4096', 4032],
      ['asetnsamples=1000:p=0', undefined],
      ['[in]asplit[a][b];[a]asetnsamples=1024[c];[b]anull[d];[c][d]amix=weights=1 0:normalize=0', undefined],
    ] as const) {
      const chain = await openFilterChain(text, 1);
      if (delay !== undefined) expect(chain.delaySamples).toBe(delay);
      const input = noise(96_000);
      const out = through(chain, input);
      const late = chain.delaySamples;
      expect(largestDifference(out.subarray(late), input.subarray(0, input.length - late)), text).toBeLessThan(1e-6);
      expect(chain.missedSamples).toBe(0);
      chain.close();
    }
  });

  test('keeps its state over any frame size', () => {
    const input = noise(48_000);
    const outs = [960, 480, 96].map((length) => {
      const chain = openFilterChainSync('aecho=0.8:0.9:33:0.5,lowpass=f=2000', 1);
      const out = through(chain, input, length);
      chain.close();
      return out;
    });
    expect(largestDifference(outs[1]!, outs[0]!)).toBeLessThan(1e-6);
    expect(largestDifference(outs[2]!, outs[0]!)).toBeLessThan(1e-6);
  });

  test('gives the rest at its end', () => {
    const chain = openFilterChainSync('asetnsamples=4096:p=0', 1);
    const input = noise(9600);
    through(chain, input);
    let rest = 0;
    chain.finish((_, count) => (rest += count));
    expect(rest).toBe(chain.delaySamples);
    chain.close();
  });

  test('changes channels as its filters do, and mixes many down to two', () => {
    for (const [text, channels] of [
      ['pan=stereo|c0=c0|c1=c0', 2],
      ['pan=mono|c0=c0', 1],
      ['aformat=channel_layouts=5.1', 2],
    ] as const) {
      const chain = openFilterChainSync(text, 1);
      expect(chain.channelsOut, text).toBe(channels);
      chain.close();
    }
  });

  test('takes commands, and says what it cannot take', () => {
    const chain = openFilterChainSync('volume=1', 1);
    const ones = new Float32Array(960).fill(0.5);
    const out = [new Float32Array(960)];
    expect(chain.command('volume', 'volume', '0.5')).toBeUndefined();
    chain.run([ones], out, 960);
    expect(out[0]![959]).toBeCloseTo(0.25, 5);
    expect(chain.command('aecho', 'delays', '5')).toBe('the chain has no filter "aecho"');
    expect(chain.command('volume', 'colour', 'red')).toBe('"volume" does not take "colour red"');
    chain.close();
  });

  test('lets no NaN into its filters', () => {
    const chain = openFilterChainSync('lowpass=f=500', 1);
    const input = noise(9600);
    input[100] = NaN;
    input[2000] = Infinity;
    expect(through(chain, input).every(Number.isFinite)).toBe(true);
    chain.close();
  });

  test('is opened and closed many times, also twice and after a failure, without growing', async () => {
    const open = async () => {
      const chain = await openFilterChain('aecho=0.8:0.9:900:0.5', 2);
      through(chain, noise(960));
      chain.close();
      chain.close();
      await expect(openFilterChain('amix', 1)).rejects.toThrow('left open');
    };
    for (let i = 0; i < 20; i++) await open();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 200; i++) await open();
    // 200 leaked echo lines of 900 ms would be 70 MB.
    expect(process.memoryUsage().rss - before).toBeLessThan(40e6);
  });
});
