import { describe, expect, it } from 'vitest';
import type { Packet } from '../../../../src/media/packet.js';
import { Domain } from '../../../../src/graph/run/domain.js';
import { Outlet } from '../../../../src/graph/run/outlet.js';
import { PictureSwitch } from '../../../../src/graph/run/picture-switch.js';

const packet = (ms: number, side: number, key = false): Packet => ({
  kind: 'packet',
  codec: 'vp8',
  ptsUs: ms * 1000,
  durationUs: 40_000,
  key,
  data: new Uint8Array([side]),
});

function lab() {
  const domain = new Domain('d');
  const [from, to] = [new Outlet<Packet>(domain), new Outlet<Packet>(domain)];
  const seen: string[] = [];
  const target = {
    next: ({ ptsUs, data, key }: Packet) => void seen.push(`${ptsUs / 1000}${data[0] === 1 ? 'old' : 'new'}${key ? '!' : ''}`),
    complete: () => {},
  };
  const over = new PictureSwitch(from, to, target, domain);
  let tick = 0;
  const beats = (count: number) => {
    for (let i = 0; i < count; i++) domain.beat(tick++);
  };
  return { from, to, seen, over, beats };
}

describe('a change-over between two encoders of pictures', () => {
  it('waits for a key frame of the new one, and gives each picture once', () => {
    const { from, to, seen, over, beats } = lab();
    for (const ms of [0, 40, 80]) {
      from.next(packet(ms, 1));
      to.next(packet(ms, 2));
      beats(2);
    }
    expect(over.done).toBe(false);
    // The new one is two pictures behind.
    from.next(packet(120, 1));
    from.next(packet(160, 1));
    to.next(packet(120, 2, true));
    from.next(packet(200, 1));
    to.next(packet(160, 2));
    expect(seen).toEqual(['0old', '40old', '80old', '120new!', '160new']);
    expect(over.done).toBe(true);
  });

  it('goes back without leaving any out', () => {
    const { from, to, seen, over, beats } = lab();
    from.next(packet(0, 1));
    beats(1);
    over.revert();
    from.next(packet(40, 1));
    to.next(packet(40, 2, true));
    expect(seen).toEqual(['0old', '40old']);
  });

  it('is over at once when nothing comes from where it came', () => {
    const { to, seen, over, beats } = lab();
    beats(60);
    expect(over.done).toBe(true);
    to.next(packet(2400, 2, true));
    expect(seen).toEqual(['2400new!']);
  });
});
