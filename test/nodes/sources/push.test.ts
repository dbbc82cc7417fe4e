import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { push } from '../../../src/nodes/sources/push.js';
import { pushChannel } from '../../../src/nodes/support/push-channels.js';
import { beats, curtain, onStage } from '../../integration/support/stage.js';
import { renderNode } from '../../../src/testing/index.js';
import { largestStep, noise, peakOf, sine } from '../support/signals.js';

const graph = (options: object) => ({
  mic: { type: 'source.push', options: { name: 'mic', channels: 1, inputChannels: 1, format: 'f32le', ...options } },
  ear: { type: 'test.ear', in: { audio: 'mic' } },
});
const tune = noise(9600, 0.4);

describe('source.push', () => {
  it.each([1, 7, 480, 960, 5000])('gives what is pushed in chunks of %i samples, sample by sample', async (size) => {
    const stage = await onStage({ nodes: graph({}) });
    const mic = pushChannel('mic');
    for (let at = 0; at < tune.length; at += size) expect(mic.push(tune.subarray(at, at + size)).dropped).toBe(0);
    expect(mic.push(new Float32Array(0))).toEqual({ receivers: 1, queuedMs: 200, dropped: 0 });
    mic.end();
    beats(stage, 12);
    const heard = stage.ear().plane();
    // It fades in over 5 ms.
    expect(heard.subarray(240)).toEqual(tune.subarray(240));
    expect(stage.told('mic')).toEqual(['stream.started', 'stream.ended']);
    expect(stage.node('mic').counters).toEqual({});
    await curtain(stage);
    expect(mic.push(tune).receivers).toBe(0);
  });

  it('takes bytes that are cut within a sample, 16-bit samples, and two channels', async () => {
    const stage = await onStage({ nodes: graph({ format: 's16le', inputChannels: 2, channels: 2 }) });
    const samples = new Int16Array(4 * 960).map((_, i) => (i % 2 ? -8192 : 16_384));
    const bytes = new Uint8Array(samples.buffer);
    for (let at = 0; at < bytes.length; at += 333) pushChannel('mic').push(bytes.subarray(at, at + 333));
    beats(stage, 2);
    expect(stage.ear().plane(0).at(-1)).toBe(0.5);
    expect(stage.ear().plane(1).at(-1)).toBe(-0.25);
    await curtain(stage);
  });

  it('converts other sample rates', async () => {
    const stage = await onStage({ nodes: graph({ sampleRateHz: 16_000 }) });
    const tone = Float32Array.from({ length: 8000 }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 440 * i) / 16_000));
    pushChannel('mic').push(tone);
    pushChannel('mic').end();
    beats(stage, 40);
    const heard = stage.ear().plane();
    const wanted = sine(24_000, 440, 0.5);
    const middle = heard.subarray(2400, 21_600).map((x, i) => x - wanted[2400 + i]!);
    expect(peakOf(middle)).toBeLessThan(0.01);
    await curtain(stage);
  });

  it('waits until enough has come, and gives silence without a click when it runs dry', async () => {
    const stage = await onStage({ nodes: graph({ startMs: 60 }) });
    const mic = pushChannel('mic');
    const tone = sine(9600, 200, 0.3);
    mic.push(tone.subarray(0, 2000));
    beats(stage, 3);
    expect(peakOf(stage.ear().plane())).toBe(0);
    mic.push(tone.subarray(2000, 4000));
    beats(stage, 7);
    mic.push(tone.subarray(4000));
    beats(stage, 4);
    const heard = stage.ear().plane();
    expect(peakOf(heard)).toBeGreaterThan(0.29);
    expect(largestStep(heard)).toBeLessThan(0.02);
    expect(stage.node('mic').counters).toEqual({ underruns: 1 });
    await curtain(stage);
  });

  it.each([2880, 2881, 3839])(
    'gives no click when it runs dry behind %i samples, at the edge of a frame or within it',
    async (count) => {
      const stage = await onStage({ nodes: graph({ startMs: 20 }) });
      pushChannel('mic').push(sine(count, 170, 0.3));
      beats(stage, 6);
      const heard = stage.ear().plane();
      expect(largestStep(heard)).toBeLessThan(0.01);
      expect(heard.subarray(count + 480).every((x) => x === 0)).toBe(true);
      expect(stage.node('mic').counters).toEqual({ underruns: 1 });
      await curtain(stage);
    },
  );

  it.each([
    ['drop-oldest', 4800],
    ['drop-newest', 0],
  ])('keeps its bound and counts what it drops: %s', async (overflow, from) => {
    const stage = await onStage({ nodes: graph({ bufferMs: 100, overflow }) });
    expect(pushChannel('mic').push(tune)).toEqual({ receivers: 1, queuedMs: 100, dropped: 4800 });
    beats(stage, 5);
    expect(stage.ear().plane().subarray(240)).toEqual(tune.subarray(from + 240, from + 4800));
    expect(stage.node('mic').counters).toEqual({ dropped: 4800 });
    await curtain(stage);
  });

  it('makes time wait offline, so that nothing is dropped or missing', async () => {
    const done$ = new Subject<void>();
    const rendering = renderNode(push, { options: { name: 'mic', channels: 1, inputChannels: 1, format: 'f32le' } });
    const mic = pushChannel('mic');
    for (let at = 0; at < tune.length; at += 500) {
      await new Promise((next) => setImmediate(next));
      mic.push(tune.subarray(at, at + 500));
    }
    mic.end();
    done$.complete();
    const { outputs, counters } = await rendering;
    expect(outputs.audio!.planes[0]!.subarray(240)).toEqual(tune.subarray(240));
    expect(counters).toEqual({});
  });
});
