import { createHmac, timingSafeEqual } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { crc32 } from 'node:zlib';

const COOKIE = 0x2112_a442;
const HEADER = 20;
const USERNAME = 0x0006;
const INTEGRITY = 0x0008;
const XOR_ADDRESS = 0x0020;
const USE_CANDIDATE = 0x0025;
const FINGERPRINT = 0x8028;
const CONTROLLED = 0x8029;

/** A connectivity check of a client (RFC 8445, 7.3), read by a server of its own making: nothing of the product is used here. */
export interface BindingRequest {
  readonly transaction: Buffer;
  /** Our user fragment, which says whose client it is. */
  readonly ufrag: string;
  /** The client chose this pair. */
  readonly nominates: boolean;
  /** The client thinks that we lead, which a lite agent never does. */
  readonly controlled: boolean;
  /** Whether it was made with the password. */
  authentic(pwd: string): boolean;
}

/** Reads a binding request; undefined for anything else, however broken. */
export function readBinding(data: Buffer): BindingRequest | undefined {
  if (data.length < HEADER || data.readUInt16BE(0) !== 0x0001 || data.readUInt32BE(4) !== COOKIE) return undefined;
  const end = HEADER + data.readUInt16BE(2);
  if (end > data.length) return undefined;
  let username: string | undefined;
  let nominates = false;
  let controlled = false;
  let integrityAt = -1;
  for (let at = HEADER; at + 4 <= end;) {
    const type = data.readUInt16BE(at);
    const length = data.readUInt16BE(at + 2);
    if (at + 4 + length > end) return undefined;
    if (type === USERNAME) username = data.toString('utf8', at + 4, at + 4 + length);
    else if (type === USE_CANDIDATE) nominates = true;
    else if (type === CONTROLLED) controlled = true;
    else if (type === INTEGRITY && length === 20) {
      integrityAt = at;
      break;
    }
    at += 4 + Math.ceil(length / 4) * 4;
  }
  if (username === undefined || integrityAt < 0) return undefined;
  const [ufrag = ''] = username.split(':');
  return {
    transaction: Buffer.from(data.subarray(8, 20)),
    ufrag,
    nominates,
    controlled,
    authentic: (pwd) => {
      const head = Buffer.from(data.subarray(0, integrityAt));
      head.writeUInt16BE(integrityAt + 24 - HEADER, 2);
      const wanted = createHmac('sha1', pwd).update(head).digest();
      return timingSafeEqual(wanted, data.subarray(integrityAt + 4, integrityAt + 24));
    },
  };
}

/** A success response that tells the client its address (RFC 8489), with integrity and fingerprint. */
export function answerBinding(transaction: Buffer, pwd: string, address: string, port: number): Buffer {
  if (isIPv6(address)) throw new Error('the local SFU knows only IPv4');
  const xor = Buffer.alloc(12);
  xor.writeUInt16BE(XOR_ADDRESS, 0);
  xor.writeUInt16BE(8, 2);
  xor[5] = 1;
  xor.writeUInt16BE(port ^ (COOKIE >>> 16), 6);
  const ip = address.split('.').reduce((all, part) => all * 256 + Number(part), 0);
  xor.writeUInt32BE((ip ^ COOKIE) >>> 0, 8);
  const head = Buffer.alloc(HEADER);
  head.writeUInt16BE(0x0101, 0);
  head.writeUInt32BE(COOKIE, 4);
  transaction.copy(head, 8);
  let out = Buffer.concat([head, xor]);
  out.writeUInt16BE(out.length + 24 - HEADER, 2);
  const mac = createHmac('sha1', pwd).update(out).digest();
  out = Buffer.concat([out, Buffer.from([0, INTEGRITY, 0, 20]), mac]);
  out.writeUInt16BE(out.length + 8 - HEADER, 2);
  const print = Buffer.alloc(8);
  print.writeUInt16BE(FINGERPRINT, 0);
  print.writeUInt16BE(4, 2);
  print.writeUInt32BE((crc32(out) ^ 0x5354_554e) >>> 0, 4);
  return Buffer.concat([out, print]);
}
