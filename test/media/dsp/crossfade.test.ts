import { expect, it } from 'vitest';
import { crossfade } from '../../../src/media/dsp/crossfade.js';

it('crossfade goes from one signal to another, or to and from silence', () => {
  const from = Float32Array.of(1, 1, 1, 1);
  const to = Float32Array.of(2, 2, 2, 2);
  const out = new Float32Array(4);
  crossfade(from, to, out);
  expect([...out]).toEqual([1.25, 1.5, 1.75, 2]);
  crossfade(from, undefined, out);
  expect([...out]).toEqual([0.75, 0.5, 0.25, 0]);
  crossfade(undefined, to, out);
  expect([...out]).toEqual([0.5, 1, 1.5, 2]);
});
