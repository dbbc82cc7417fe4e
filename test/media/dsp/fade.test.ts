import { describe, expect, it } from 'vitest';
import { Fade } from '../../../src/media/dsp/fade.js';

describe('Fade', () => {
  it('goes in a straight line, and arrives exactly', () => {
    const fade = new Fade(0.25);
    fade.to(0.75, 100);
    for (const k of [1, 37, 50, 99, 100, 101]) expect(fade.at(k)).toBeCloseTo(0.25 + 0.5 * Math.min(1, k / 100), 12);
    fade.advance(100);
    expect([fade.settled, fade.value, fade.target]).toEqual([true, 0.75, 0.75]);
  });

  it('with equal power: the powers of a rise and a fall add up to 1 all the way', () => {
    const [rise, fall] = [new Fade(0), new Fade(1)];
    rise.to(1, 480, 'equal-power');
    fall.to(0, 480, 'equal-power');
    for (let k = 0; k <= 480; k++) expect(rise.at(k) ** 2 + fall.at(k) ** 2).toBeCloseTo(1, 12);
  });

  it('may be changed under way, with either curve, and goes on from where it is', () => {
    for (const curve of ['linear', 'equal-power'] as const) {
      const fade = new Fade(0);
      fade.to(1, 100, curve);
      fade.advance(30);
      const before = fade.value;
      fade.to(0, 50, curve);
      expect(fade.value).toBe(before);
      expect(Math.abs(fade.at(1) - before)).toBeLessThan(0.05);
      expect(fade.at(50)).toBe(0);
    }
  });

  it('gives the same whatever the frame size, and takes the same target for no change', () => {
    const [whole, parts] = [new Fade(0), new Fade(0)];
    whole.to(1, 960, 'equal-power');
    parts.to(1, 960, 'equal-power');
    for (let i = 0; i < 10; i++) {
      expect(parts.at(1)).toBe(whole.at(96 * i + 1));
      parts.advance(96);
      parts.to(1, 5);
    }
    expect(parts.value).toBe(1);
  });
});
