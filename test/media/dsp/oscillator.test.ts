import { describe, expect, it } from 'vitest';
import { Oscillator } from '../../../src/media/dsp/oscillator.js';

describe('a steady sine', () => {
  it.each([0, 50, 997.3, 12_000, 23_999])('of %f Hz is what single samples are, after a minute too', (hz) => {
    const fast = new Oscillator();
    const slow = new Oscillator();
    const out = new Float32Array(960);
    let largest = 0;
    for (let frame = 0; frame < 3000; frame++) {
      fast.sines(hz, out);
      if (frame % 500 !== 0 && frame !== 2999) {
        slow.skip(960, hz);
        continue;
      }
      for (const x of out) largest = Math.max(largest, Math.abs(x - slow.next('sine', hz)));
    }
    expect(largest).toBeLessThan(1e-6);
  });
});
