import { describe, expect, it } from 'vitest';
import { Probing } from '../../../../src/calls/webrtc/congestion/probing.js';

const BYTES = 1250;
const SEC = 1e6;

/** Sends a train of so many packets at a rate over a link of another, and takes what is reported of it. */
function send(
  probing: Probing,
  { atUs = 10 * SEC, kbps = 750, linkKbps = 300, packets = 5, first = 65_533, lost = [] as number[], atOnce = false } = {},
): number | undefined {
  probing.begin(first & 0xffff, atUs);
  probing.end((first + packets - 1) & 0xffff);
  const takesUs = (rate: number) => (BYTES * 8000) / rate;
  for (let i = -2; i < packets + 2; i++) {
    const sentUs = atUs + i * takesUs(kbps);
    const arrivalUs = atOnce ? atUs : atUs + i * takesUs(Math.min(kbps, linkKbps));
    probing.reported((first + i) & 0xffff, sentUs, BYTES, lost.includes(i) ? undefined : arrivalUs);
  }
  return probing.found(280_000, atUs + 200_000);
}
const kbpsOf = (bps: number | undefined) => (bps === undefined ? undefined : Math.round(bps / 1000));

describe('a train of packets', () => {
  it('shows what the link carries, when it carries more', () => {
    expect(kbpsOf(send(new Probing()))).toBeUndefined();
    // Stretched by the link: a tenth is left to others.
    expect(kbpsOf(send(new Probing(), { linkKbps: 500 }))).toBe(450);
    // Not stretched: it may be any, but this is known.
    expect(kbpsOf(send(new Probing(), { linkKbps: 5000 }))).toBe(750);
  });

  it('says nothing when it is short, full of holes, or came all at once', () => {
    expect(send(new Probing(), { linkKbps: 5000, packets: 3 })).toBeUndefined();
    expect(send(new Probing(), { linkKbps: 5000, lost: [1, 3] })).toBeUndefined();
    expect(send(new Probing(), { linkKbps: 5000, atOnce: true })).toBeUndefined();
    expect(kbpsOf(send(new Probing(), { linkKbps: 5000, packets: 8, lost: [4] }))).toBeLessThan(750);
  });
});

describe('probes', () => {
  it('come every two to four seconds, at once behind one that found room, and not while the link is full', () => {
    const probing = new Probing();
    expect(probing.due(0)).toBe(false);
    expect(probing.due(2 * SEC)).toBe(true);
    send(probing, { atUs: 2 * SEC });
    expect(probing.due(4 * SEC)).toBe(false);
    expect(probing.due(4.3 * SEC)).toBe(true);
    send(probing, { atUs: 5 * SEC });
    expect(probing.due(9 * SEC)).toBe(false);
    expect(probing.due(9.3 * SEC)).toBe(true);
    expect(send(probing, { atUs: 10 * SEC, linkKbps: 5000 })).toBeDefined();
    expect(probing.due(10.3 * SEC)).toBe(true);
    probing.full(700_000, 11 * SEC);
    expect(probing.due(11.9 * SEC)).toBe(false);
    expect(probing.due(12.1 * SEC)).toBe(true);
  });

  it('are given up for a while where a link takes short trains only', () => {
    const probing = new Probing();
    probing.due(0);
    send(probing, { atUs: 10 * SEC, linkKbps: 5000 });
    probing.full(310_000, 12 * SEC);
    expect(probing.due(19 * SEC)).toBe(false);
    expect(probing.due(21 * SEC)).toBe(true);
    send(probing, { atUs: 21 * SEC, linkKbps: 5000 });
    probing.full(310_000, 22 * SEC);
    expect(probing.due(37 * SEC)).toBe(false);
    expect(probing.due(39 * SEC)).toBe(true);
  });

  it('of which nothing is heard do not stop the next', () => {
    const probing = new Probing();
    probing.due(0);
    probing.begin(7, 3 * SEC);
    expect(probing.due(3.5 * SEC)).toBe(false);
    expect(probing.due(4.5 * SEC)).toBe(false);
    expect(probing.due(7 * SEC)).toBe(true);
  });
});
