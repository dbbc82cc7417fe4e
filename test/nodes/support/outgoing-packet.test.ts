import { describe, expect, test } from 'vitest';
import { OutgoingPacket } from '../../../src/nodes/support/outgoing-packet.js';

describe('the packet of an encoder node', () => {
  test('makes bytes only when they are read, and has none of its encoder afterwards', () => {
    let made = 0;
    const native = {};
    const encoded = {
      get data() {
        made++;
        return Uint8Array.of(1, 2, 3);
      },
      native,
    };
    const packet = new OutgoingPacket();
    packet.lend(encoded);
    expect(packet.native).toBe(native);
    expect(made).toBe(0);
    expect([...packet.data]).toEqual([1, 2, 3]);
    expect(made).toBe(1);
    packet.takeBack();
    expect(packet.native).toBeUndefined();
    expect(packet.data).toHaveLength(0);
  });

  test('gives a copy its bytes, and not what the encoder takes back', () => {
    const packet = new OutgoingPacket();
    packet.lend({ data: Uint8Array.of(7), native: {} });
    const copy = { ...packet };
    packet.takeBack();
    expect(copy).toEqual({
      kind: 'packet',
      codec: 'opus',
      ptsUs: 0,
      durationUs: 0,
      key: true,
      levelDbov: -127,
      data: Uint8Array.of(7),
    });
    expect('native' in copy).toBe(false);
  });

  test('carries bytes of its own too', () => {
    const packet = new OutgoingPacket();
    packet.data = Uint8Array.of(9);
    expect([...packet.data]).toEqual([9]);
    expect(packet.native).toBeUndefined();
  });
});
