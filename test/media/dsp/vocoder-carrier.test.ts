import { describe, expect, it } from 'vitest';
import { carrierOf, VOCODER_BANDS } from '../../../src/media/dsp/vocoder-carrier.js';

describe('carrierOf', () => {
  it('gives vocoders of one pitch the very same tables, and forgets those of long ago', () => {
    const first = carrierOf(100);
    expect(carrierOf(100)).toBe(first);
    // The same whole number of samples.
    expect(carrierOf(100.05)).toBe(first);
    for (let hz = 200; hz <= 900; hz += 50) carrierOf(hz);
    expect(carrierOf(100)).not.toBe(first);
    expect(carrierOf(100)).toEqual(first);
  });

  it('keeps one in use', () => {
    const first = carrierOf(110);
    for (let hz = 200; hz <= 900; hz += 50) {
      carrierOf(hz);
      expect(carrierOf(110)).toBe(first);
    }
  });

  it.each([20, 100, 1000])('has a period of %d Hz and no offset in every band', (hz) => {
    const carrier = carrierOf(hz);
    expect(carrier).toHaveLength(VOCODER_BANDS);
    for (const table of carrier) {
      expect(table).toHaveLength(48_000 / hz);
      expect(Math.abs(table.reduce((sum, x) => sum + x, 0) / table.length)).toBeLessThan(1e-3);
    }
  });
});
