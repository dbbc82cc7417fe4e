import { describe, expect, it } from 'vitest';
import { openAudioFile } from '../../../src/media/av/index.js';
import { LoudnessMeter } from '../../../src/media/dsp/loudness-meter.js';
import { createAudioFrame } from '../../../src/media/frame.js';
import { noise, sine } from '../../nodes/support/signals.js';

/** A stereo 1 kHz tone in sections of [level in dBFS, seconds], as in the EBU's test signals. */
function tones(...sections: readonly (readonly [number, number])[]): Float32Array {
  const lengths = sections.map(([, seconds]) => Math.round(seconds * 48_000));
  const plane = sine(
    lengths.reduce((sum, n) => sum + n, 0),
    1000,
    1,
  );
  let at = 0;
  sections.forEach(([levelDb], k) => {
    const factor = 10 ** (levelDb / 20);
    for (const end = at + lengths[k]!; at < end; at++) plane[at] = plane[at]! * factor;
  });
  return plane;
}

function measure(plane: Float32Array, each?: (meter: LoudnessMeter, seconds: number) => void): LoudnessMeter {
  const meter = new LoudnessMeter();
  for (let at = 0; at < plane.length; at += 4800) {
    const part = plane.subarray(at, at + 4800);
    meter.push([part, part]);
    each?.(meter, (at + 4800) / 48_000);
  }
  return meter;
}

const repeat = (times: number, ...sections: readonly (readonly [number, number])[]) =>
  Array.from({ length: times }, () => sections).flat();

describe('LoudnessMeter', () => {
  // EBU Tech 3341 (2016), table 1. All with a tolerance of 0.1 LU.
  it.each([
    ['1: a steady tone', [[-23, 20]], -23],
    ['2: a quieter one', [[-33, 20]], -33],
    [
      '3: quiet ends, which the relative gate leaves out',
      [
        [-36, 10],
        [-23, 60],
        [-36, 10],
      ],
      -23,
    ],
    [
      '4: also silence, which the absolute gate leaves out',
      [
        [-72, 10],
        [-36, 10],
        [-23, 60],
        [-36, 10],
        [-72, 10],
      ],
      -23,
    ],
    [
      '5: three levels that all count',
      [
        [-26, 20],
        [-20, 20.1],
        [-26, 20],
      ],
      -23,
    ],
  ] as const)('case %s', (_, sections, lufs) => {
    expect(Math.abs(measure(tones(...sections)).integratedLufs() - lufs)).toBeLessThan(0.1);
  });

  it('cases 1, 9 and 12: momentary and short-term loudness', () => {
    const steady = measure(tones([-23, 20]));
    expect(Math.abs(steady.momentaryLufs + 23)).toBeLessThan(0.1);
    expect(Math.abs(steady.shortTermLufs + 23)).toBeLessThan(0.1);
    expect(Math.abs(steady.maxMomentaryLufs + 23)).toBeLessThan(0.1);
    measure(tones(...repeat(5, [-20, 1.34], [-30, 1.66])), (meter, seconds) => {
      if (seconds >= 3) expect(Math.abs(meter.shortTermLufs + 23)).toBeLessThan(0.1);
    });
    measure(tones(...repeat(25, [-20, 0.18], [-30, 0.22])), (meter, seconds) => {
      if (seconds >= 1) expect(Math.abs(meter.momentaryLufs + 23)).toBeLessThan(0.1);
    });
  });

  // EBU Tech 3342 (2016), table 1. Tolerance 1 LU.
  it.each([
    [
      1,
      [
        [-20, 20],
        [-30, 20],
      ],
      10,
    ],
    [
      2,
      [
        [-20, 20],
        [-15, 20],
      ],
      5,
    ],
    [
      3,
      [
        [-40, 20],
        [-20, 20],
      ],
      20,
    ],
    [
      4,
      [
        [-50, 20],
        [-35, 20],
        [-20, 20],
        [-35, 20],
        [-50, 20],
      ],
      15,
    ],
  ] as const)('case %i of Tech 3342: loudness range', (_, sections, rangeLu) => {
    expect(Math.abs(measure(tones(...sections)).rangeLu() - rangeLu)).toBeLessThan(1);
  });

  // ffmpeg -i <file> -af ebur128=peak=true:dualmono=true -f null -    (FFmpeg 5.1.7)
  it.each([
    ['tune.opus', -16.5, 1.7],
    ['voice.opus', -18.5, 7.1],
  ])("%s is as loud as FFmpeg's ebur128 says", async (name, lufs, rangeLu) => {
    const reader = await openAudioFile(new URL(`../../../media/${name}`, import.meta.url).pathname);
    const meter = new LoudnessMeter();
    const frame = createAudioFrame(reader.channels);
    for (let n = reader.read(frame); n > 0; n = reader.read(frame)) meter.push(frame.planes, n);
    reader.close();
    expect(Math.abs(meter.integratedLufs() - lufs)).toBeLessThan(0.1);
    expect(Math.abs(meter.rangeLu() - rangeLu)).toBeLessThan(0.1);
  });

  it('hears mono as two equal channels', () => {
    const plane = noise(96_000, 0.3);
    const [mono, stereo] = [new LoudnessMeter(), new LoudnessMeter()];
    mono.push([plane]);
    stereo.push([plane, plane]);
    expect(mono.integratedLufs()).toBeCloseTo(stereo.integratedLufs(), 9);
  });

  it('does not depend on how the signal is cut', () => {
    const plane = noise(96_000, 0.3);
    const [whole, cut] = [new LoudnessMeter(), new LoudnessMeter()];
    whole.push([plane]);
    for (let at = 0; at < plane.length; at += 777) cut.push([plane.subarray(at, at + 777)]);
    expect(cut.integratedLufs()).toBeCloseTo(whole.integratedLufs(), 9);
  });

  it('says −Infinity for silence and nothing, and something for what is shorter than a block', () => {
    expect(new LoudnessMeter().integratedLufs()).toBe(-Infinity);
    expect(measure(new Float32Array(96_000)).integratedLufs()).toBe(-Infinity);
    expect(measure(new Float32Array(96_000)).rangeLu()).toBe(0);
    expect(measure(tones([-23, 0.33])).integratedLufs()).toBeCloseTo(-23, 0);
  });

  it('is not spoilt by what is not a number', () => {
    const plane = tones([-23, 20]);
    plane[100_000] = NaN;
    plane[200_000] = Infinity;
    expect(Math.abs(measure(plane).integratedLufs() + 23)).toBeLessThan(0.2);
  });
});
