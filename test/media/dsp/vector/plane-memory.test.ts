import { afterEach, describe, expect, it } from 'vitest';
import { createPlane, placeOf, vectorMemory } from '../../../../src/media/dsp/vector/plane-memory.js';
import { vectorUnit as unit } from '../../../../src/media/dsp/vector/vector-unit.js';

const ramp = (plane: Float32Array, step: number): Float32Array => plane.map((_, i) => Math.fround(i * step));

/** Every operation with a result, on operands that lie where they lie. */
const operations = {
  scale: (): void => unit.scale(960, 0.3),
  mix: (): void => unit.mix(960, 0.9, -0.4),
  multiply: (): void => unit.multiply(960),
};

describe('a plane of a frame', () => {
  it('lies in the memory of the vector unit, is empty, and overlaps no other', () => {
    const planes = Array.from({ length: 20 }, () => createPlane(960));
    for (const plane of planes) {
      expect(plane.buffer).toBe(vectorMemory.buffer);
      expect(plane.every((sample) => sample === 0)).toBe(true);
    }
    planes.forEach((plane, i) => plane.fill(i + 1));
    planes.forEach((plane, i) => expect(plane.every((sample) => sample === i + 1)).toBe(true));
    expect(placeOf(planes[0]!, 0)).toBe(planes[0]!.byteOffset);
    expect(placeOf(planes[0]!, 5)).toBe(planes[0]!.byteOffset + 20);
  });

  it('of another length is an ordinary array', () => {
    const plane = createPlane(480);
    expect(plane).toHaveLength(480);
    expect(plane.buffer.byteLength).toBe(1920);
    expect(placeOf(plane, 0)).toBe(0);
  });

  it('is an ordinary array when there is no more room, and works the same', () => {
    const planes = Array.from({ length: 2100 }, () => createPlane(960));
    const last = planes.at(-1)!;
    expect(last.buffer).not.toBe(vectorMemory.buffer);
    expect(last).toHaveLength(960);
  });
});

describe('an operation on planes', () => {
  const outs = { inside: () => createPlane(960), outside: () => new Float32Array(960) };
  const here = createPlane(960);
  const there = new Float32Array(960);
  here.set(ramp(here, 0.001));
  there.set(ramp(there, -0.0007));
  // Others' results must not depend on what a test left behind.
  afterEach(() => unit.store(new Float32Array(960), 0, 960));

  it.each(Object.keys(operations) as (keyof typeof operations)[])('%s gives the same wherever they lie', (name) => {
    const results = [here, there.map((x) => x)].flatMap((second) =>
      Object.values(outs).map((make) => {
        second.set(there);
        const first = createPlane(960);
        first.set(ramp(first, 0.001));
        const out = make();
        unit.loadA(first, 0, 960);
        unit.loadB(second, 0, 960);
        unit.into(out, 0, 960);
        operations[name]();
        unit.store(out, 0, 960);
        expect(first).toEqual(ramp(first, 0.001));
        return Array.from(out);
      }),
    );
    for (const result of results) expect(result).toEqual(results[0]);
  });

  it('may write to its own operand', () => {
    const plane = createPlane(960);
    plane.set(ramp(plane, 0.001));
    const wanted = plane.map((x) => x * 2);
    unit.loadA(plane, 0, 960);
    unit.into(plane, 0, 960);
    unit.scale(960, 2);
    unit.store(plane, 0, 960);
    expect(plane).toEqual(wanted);
  });

  it('of a length that is no multiple of four leaves what follows alone', () => {
    const plane = createPlane(960);
    const out = createPlane(960);
    plane.fill(0.5);
    out.fill(7);
    unit.loadA(plane, 0, 5);
    unit.into(out, 0, 5);
    unit.scale(5, 1);
    unit.store(out, 0, 5);
    expect(Array.from(out.subarray(0, 7))).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 7, 7]);
  });

  it('tells damage in the memory as elsewhere', () => {
    const plane = createPlane(960);
    plane[959] = NaN;
    unit.loadA(plane, 0, 960);
    expect(unit.finite(960)).toBe(false);
    unit.loadA(plane, 0, 956);
    expect(unit.finite(956)).toBe(true);
    unit.loadA(plane, 956, 4);
    expect(unit.within(4, 1)).toBe(false);
  });
});
