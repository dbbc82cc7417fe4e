import { createHmac, timingSafeEqual } from 'node:crypto';

const HEADER_BYTES = 20;
const COOKIE = 0x2112_a442;
const USERNAME = 0x0006;
const MESSAGE_INTEGRITY = 0x0008;
const INTEGRITY_BYTES = 20;
const BINDING_REQUEST = 0x0001;

/** Whether a datagram is STUN (RFC 8489, 6.3; RFC 7983). */
export function isStun(data: Buffer): boolean {
  return data.length >= HEADER_BYTES && data[0]! < 4 && data.readUInt32BE(4) === COOKIE;
}

/** Whether a STUN datagram is a request, which strangers can send unasked. */
export function isStunRequest(data: Buffer): boolean {
  return data.readUInt16BE(0) === BINDING_REQUEST;
}

/**
 * Whether a binding request was written by somebody who knows our ICE password (RFC 8445, 7.3; RFC 8489, 9.1.3). werift
 * answers and pairs every request, so this is asked first.
 *
 * @param localUfrag our user fragment: the part of USERNAME before the colon.
 * @param localPassword our ICE password.
 */
export function isAuthenticRequest(data: Buffer, localUfrag: string, localPassword: string): boolean {
  const end = HEADER_BYTES + data.readUInt16BE(2);
  if (end > data.length) return false;
  let named = false;
  for (let at = HEADER_BYTES; at + 4 <= end;) {
    const type = data.readUInt16BE(at);
    const length = data.readUInt16BE(at + 2);
    const value = at + 4;
    if (value + length > end) return false;
    if (type === USERNAME) {
      named = data.toString('utf8', value, value + length).split(':')[0] === localUfrag;
    } else if (type === MESSAGE_INTEGRITY) {
      if (!named || length !== INTEGRITY_BYTES) return false;
      // The HMAC covers a header whose length ends with this attribute.
      const header = Buffer.from(data.subarray(0, HEADER_BYTES));
      header.writeUInt16BE(value + length - HEADER_BYTES, 2);
      const expected = createHmac('sha1', localPassword).update(header).update(data.subarray(HEADER_BYTES, at)).digest();
      return timingSafeEqual(expected, data.subarray(value, value + length));
    }
    at = value + Math.ceil(length / 4) * 4;
  }
  return false;
}
