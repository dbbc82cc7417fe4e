import { describe, expect, it } from 'vitest';
import { Lateness } from '../../src/time/lateness.js';

describe('Lateness', () => {
  it('is all zero without samples', () => {
    expect(new Lateness().summary()).toEqual({ count: 0, meanUs: 0, p50Us: 0, p99Us: 0, maxUs: 0 });
  });

  it('is exact for one sample', () => {
    const lateness = new Lateness();
    lateness.record(123_457);
    expect(lateness.summary()).toEqual({ count: 1, meanUs: 123_457, p50Us: 123_457, p99Us: 123_457, maxUs: 123_457 });
  });

  it('never reports less than the sample, and at most 1/16 more, over the whole range', () => {
    for (let us = 1; us < 2 ** 31; us = Math.ceil(us * 1.07)) {
      const lateness = new Lateness();
      lateness.record(us);
      lateness.record(2 ** 40);
      const given = lateness.percentileUs(0.5);
      expect(given).toBeGreaterThanOrEqual(us);
      expect(given - us).toBeLessThanOrEqual(us / 16);
    }
  });

  it('separates the hundredth from the rest', () => {
    const lateness = new Lateness();
    for (let i = 0; i < 990; i++) lateness.record(10);
    for (let i = 0; i < 10; i++) lateness.record(5000);
    expect(lateness.percentileUs(0.99)).toBe(10);
    expect(lateness.percentileUs(0.991)).toBe(5000);
    expect(lateness.percentileUs(1)).toBe(5000);
    expect(lateness.summary().meanUs).toBeCloseTo(59.9, 6);
  });

  it('counts negative and NaN as 0 and what is beyond its range in the last bucket', () => {
    const lateness = new Lateness();
    lateness.record(-5);
    lateness.record(NaN);
    lateness.record(2 ** 45);
    expect(lateness.summary()).toMatchObject({ count: 3, p50Us: 0, p99Us: 2 ** 31 - 1, maxUs: 2 ** 45 });
  });

  it('forgets on reset', () => {
    const lateness = new Lateness();
    lateness.record(7);
    lateness.reset();
    expect(lateness.summary()).toEqual(new Lateness().summary());
  });
});
