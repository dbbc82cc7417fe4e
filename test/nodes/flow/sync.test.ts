import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { NodeContext, NodeEvent, Tick } from '../../../src/graph/context.js';
import { copyAudioFrame, createAudioFrame, type AudioFrame } from '../../../src/media/frame.js';
import { sync } from '../../../src/nodes/flow/sync.js';
import { drawMarbles, marbles, renderNode } from '../../../src/testing/index.js';
import { largestDifference, largestStep, noise, sine } from '../support/signals.js';

/** Two inputs whose frames carry times of their own, which `renderNode` does not let a test choose. */
function bench(options = {}) {
  const settle$ = new Subject<Tick>();
  const inputs = { in1: new Subject<AudioFrame>(), in2: new Subject<AudioFrame>() };
  const events: NodeEvent[] = [];
  const counters: Record<string, number> = {};
  const values = sync.options.parse(options);
  const ctx = {
    settle$,
    emit: (event: NodeEvent) => void events.push(event),
    count: (name: string) => void (counters[name] = (counters[name] ?? 0) + 1),
    defer: () => {},
  } as unknown as NodeContext;
  const options$ = new Subject<unknown>();
  const outputs = sync.create({ inputs, options$, options: values, ctx }) as Record<string, Subject<AudioFrame>>;
  options$.next(values);
  const given: Record<string, AudioFrame[]> = { out1: [], out2: [] };
  for (const name of ['out1', 'out2'])
    outputs[name]!.subscribe((frame) => given[name]!.push(copyAudioFrame(frame, createAudioFrame(frame.planes.length))));
  const frame = (samples: Float32Array, ptsUs: number): AudioFrame => ({
    kind: 'audio',
    ptsUs,
    planes: [samples],
    silent: false,
  });
  return {
    events,
    counters,
    options$,
    /** One tick: samples and time of each input; undefined for one that gives nothing. */
    tick(first: [Float32Array, number] | undefined, second: [Float32Array, number] | undefined) {
      if (first) inputs.in1.next(frame(...first));
      if (second) inputs.in2.next(frame(...second));
      settle$.next({ index: 0, ptsUs: 0 });
    },
    samples: (name: string) => Float32Array.from(given[name]!.flatMap(({ planes }) => [...planes[0]!])),
    times: (name: string) => given[name]!.map(({ ptsUs }) => ptsUs),
  };
}

const part = (signal: Float32Array, tick: number) => signal.slice(tick * 960, (tick + 1) * 960);

describe('flow.sync', () => {
  it('passes streams of the same times as they are', () => {
    const a = noise(4800, 0.5, 1);
    const b = noise(4800, 0.5, 2);
    const { tick, samples, counters } = bench();
    for (let t = 0; t < 5; t++) tick([part(a, t), t * 20_000], [part(b, t), t * 20_000]);
    expect(largestDifference(samples('out1'), a)).toBe(0);
    expect(largestDifference(samples('out2'), b)).toBe(0);
    expect(counters).toEqual({});
  });

  it('holds back the one that is ahead, to the sample, so that what was made together leaves together', () => {
    const signal = noise(48_000, 0.5, 3);
    // in1 gives the same signal 47 ms (2256 samples) earlier than in2 does, and says so.
    const aheadUs = 47_000;
    const early = signal.subarray(2256);
    const { tick, samples, times, counters, events } = bench();
    for (let t = 0; t < 20; t++) tick([part(early, t), t * 20_000 + aheadUs], [part(signal, t), t * 20_000]);
    // After the crossfade of 10 ms, and once it has given what it held.
    const from = 3 * 960;
    expect(largestDifference(samples('out1').subarray(from), samples('out2').subarray(from))).toBe(0);
    expect(times('out1')).toEqual(times('out2'));
    expect(times('out1')).toEqual(Array.from({ length: 20 }, (_, t) => t * 20_000));
    expect(counters).toEqual({ corrected: 1 });
    expect(events).toEqual([{ type: 'sync.corrected', input: 'in1', heldMs: 47 }]);
  });

  it('follows a drift in steps of the tolerance, counts each, and does not click', () => {
    const tone = sine(96_000, 200, 0.4);
    const { tick, samples, counters } = bench({ toleranceMs: 5 });
    // in2 drifts ahead by 1 ms every tick: after 30 ticks it is 30 ms ahead.
    for (let t = 0; t < 31; t++) tick([part(tone, t), t * 20_000], [part(tone, t), t * 21_000]);
    expect(counters).toEqual({ corrected: 5 });
    expect(largestStep(samples('out2'))).toBeLessThan(2 * 0.4 * ((2 * Math.PI * 200) / 48_000) + 0.8 / 480);
  });

  it('leaves alone what is further ahead than it may hold back, and tells it once', () => {
    const signal = noise(9600, 0.5, 4);
    const { tick, samples, counters, events } = bench({ maxMs: 100 });
    for (let t = 0; t < 10; t++) tick([part(signal, t), t * 20_000 + 500_000], [part(signal, t), t * 20_000]);
    expect(events).toEqual([{ type: 'sync.lost', input: 'in1', aheadMs: 500 }]);
    expect(counters).toEqual({});
    expect(largestDifference(samples('out1'), signal)).toBe(0);
  });

  it('gives silence for one that misses a tick, and keeps what it held', () => {
    const a = noise(4800, 0.5, 5);
    const { tick, samples, counters } = bench();
    for (let t = 0; t < 5; t++) tick([part(a, t), t * 20_000], t === 2 ? undefined : [part(a, t), t * 20_000]);
    expect(samples('out2')).toHaveLength(4800);
    expect(
      samples('out2')
        .subarray(1920, 2880)
        .every((x) => x === 0),
    ).toBe(true);
    expect(counters).toEqual({ underruns: 1 });
  });

  it('ends unwired outputs at once and the others when all inputs have ended', async () => {
    const { outputs } = await renderNode(sync, { inputs: { in1: marbles('aa|'), in3: marbles('bbbb|') } });
    expect(drawMarbles(outputs.out2!)).toBe('|');
    expect(drawMarbles(outputs.out3!)).toBe('bbbb|');
    expect(outputs.out1!.end).toEqual({ tick: 4 });
  });
});
