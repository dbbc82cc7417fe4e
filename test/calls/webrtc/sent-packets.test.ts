import { describe, expect, it } from 'vitest';
import { SentPackets } from '../../../src/calls/webrtc/sent-packets.js';

/** Adds packets of these lengths, each filled with its number; tells how many are remembered. */
function fill(sent: SentPackets, first: number, lengths: readonly number[]): void {
  lengths.forEach((length, n) => {
    const view = sent.add(first + n, length);
    expect(view.length).toBe(length);
    view.fill((first + n) & 0xff);
  });
}
function remembered(sent: SentPackets, next: number): number {
  let count = 0;
  for (let index = next - 1; ; index--, count++) {
    const packet = sent.get(index);
    if (!packet) return count;
    expect(
      packet.every((byte) => byte === (index & 0xff)),
      `packet ${index}`,
    ).toBe(true);
  }
}

describe('SentPackets', () => {
  it.each([
    ['small', () => 90],
    ['ordinary', (n: number) => 120 + ((n * 37) % 180)],
    ['those of video', (n: number) => (n % 7 === 0 ? 60 : 1200)],
    ['now small, now large', (n: number) => (n < 2000 ? 20 + (n % 5) : 1400 - (n % 300))],
  ])('remembers the last 512 packets, as they were: %s', (_name, lengthOf) => {
    const sent = new SentPackets();
    const lengths = Array.from({ length: 5000 }, (_, n) => lengthOf(n));
    for (let n = 0; n < 5000; n += 100) {
      fill(sent, 70_000 + n, lengths.slice(n, n + 100));
      expect(remembered(sent, 70_000 + n + 100)).toBe(Math.min(512, n + 100));
    }
    expect(sent.get(75_000)).toBeUndefined();
  });

  it('keeps to a megabyte, and to what is newest', () => {
    const sent = new SentPackets();
    fill(sent, 0, new Array<number>(600).fill(9000));
    expect(remembered(sent, 600)).toBe(116);
    expect(sent.add(600, 1_500_000).length).toBe(1_500_000);
  });

  it('forgets what another numbering sent', () => {
    const sent = new SentPackets();
    fill(sent, 5, [100, 100, 100]);
    fill(sent, 900, [100]);
    expect(remembered(sent, 901)).toBe(1);
    expect(sent.get(7)).toBeUndefined();
  });
});
