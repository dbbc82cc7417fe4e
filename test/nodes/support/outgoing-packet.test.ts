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

  test('is measured once, and only for who reads its level', () => {
    let measured = 0;
    const packet = new OutgoingPacket(() => {
      measured++;
      return -23;
    });
    packet.lend({ data: Uint8Array.of(7), native: {} });
    expect(measured).toBe(0);
    expect([packet.levelDbov, packet.levelDbov]).toEqual([-23, -23]);
    expect({ ...packet }.levelDbov).toBe(-23);
    expect(measured).toBe(1);
    packet.takeBack();
    packet.lend({ data: Uint8Array.of(8), native: {} });
    packet.takeBack();
    expect(packet.levelDbov).toBe(-127);
    expect(measured).toBe(1);
  });

  test('carries bytes of its own too', () => {
    const packet = new OutgoingPacket();
    packet.data = Uint8Array.of(9);
    expect([...packet.data]).toEqual([9]);
    expect(packet.native).toBeUndefined();
  });
});
