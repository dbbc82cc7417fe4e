import { generatePrimeSync, randomBytes } from 'node:crypto';
import { decode, encode, Reader, type TlObject } from '../tl/codec.js';
import { SERVICE } from '../tl/schemas.js';
import { fromBig, ige, keyId, powMod, sha1, sha256, toBig } from './crypto.js';
import { DH_G, DH_G_BYTES, DH_PRIME, rsaOpen, TEST_KEY } from './keys.js';

/** An auth key that a client and this server made together. */
export interface NewKey {
  readonly id: bigint;
  readonly key: Buffer;
  /** The first salt of its sessions. */
  readonly salt: bigint;
  /** Set for a key that is thrown away soon and must be bound to a lasting one. */
  readonly expiresInSec?: number;
}

/** How a key exchange may misbehave. */
export interface ExchangeFaults {
  /** Leaves the zero bytes at the head of one in 256 keys, as Telegram does and gramjs does not. */
  readonly keepLeadingZeros?: boolean;
  readonly serverTimeSec: () => number;
}

/**
 * The server's side of the key exchange of one connection (https://core.telegram.org/mtproto/auth_key), with every check that the page asks of a
 * server. @throws Error for whatever a client does wrong.
 */
export class KeyExchange {
  readonly #faults: ExchangeFaults;
  #nonce: Buffer = Buffer.alloc(16);
  #serverNonce: Buffer = Buffer.alloc(16);
  #newNonce: Buffer = Buffer.alloc(32);
  #p = 0n;
  #q = 0n;
  #expiresInSec: number | undefined;
  #a: Buffer = Buffer.alloc(256);
  #step: 'pq' | 'dh' | 'client' | 'done' = 'pq';

  constructor(faults: ExchangeFaults) {
    this.#faults = faults;
  }

  /** Answers one request, both in their bare form; a key comes with the last answer. */
  handle(body: Buffer): { answer: Buffer; made?: NewKey } {
    const request = decode(SERVICE, body);
    switch (request._) {
      case 'ReqPqMulti':
        return { answer: this.#resPq(request) };
      case 'ReqDHParams':
        return { answer: this.#dhParams(request) };
      case 'SetClientDHParams':
        return this.#clientParams(request);
      default:
        throw new Error(`${request._} without an auth key`);
    }
  }

  #resPq({ nonce }: TlObject): Buffer {
    this.#nonce = nonce as Buffer;
    this.#serverNonce = randomBytes(16);
    // Smaller than the real ones, which take a client two seconds to find.
    const [a, b] = [generatePrimeSync(25, { bigint: true }), generatePrimeSync(24, { bigint: true })];
    [this.#p, this.#q] = a < b ? [a, b] : [b, a];
    this.#step = 'dh';
    return encode(SERVICE, {
      _: 'ResPQ',
      nonce,
      serverNonce: this.#serverNonce,
      pq: fromBig(a * b),
      serverPublicKeyFingerprints: [TEST_KEY.fingerprint],
    });
  }

  #dhParams(request: TlObject): Buffer {
    this.#check(request, 'dh');
    if (toBig(request['p'] as Buffer) !== this.#p || toBig(request['q'] as Buffer) !== this.#q)
      throw new Error('wrong factors of pq');
    if (request['publicKeyFingerprint'] !== TEST_KEY.fingerprint) throw new Error('an unknown RSA key');
    const inner = this.#openInner(request['encryptedData'] as Buffer);
    this.#check(inner, 'dh');
    if (toBig(inner['pq'] as Buffer) !== this.#p * this.#q) throw new Error('another pq inside');
    this.#newNonce = inner['newNonce'] as Buffer;
    this.#expiresInSec = inner['expiresIn'] as number | undefined;
    this.#a = randomBytes(256);
    const answer = encode(SERVICE, {
      _: 'ServerDHInnerData',
      nonce: this.#nonce,
      serverNonce: this.#serverNonce,
      g: DH_G,
      dhPrime: DH_PRIME,
      gA: powMod(DH_G_BYTES, this.#a, DH_PRIME),
      serverTime: this.#faults.serverTimeSec(),
    });
    const hashed = Buffer.concat([sha1(answer), answer]);
    const padded = Buffer.concat([hashed, randomBytes((16 - (hashed.length % 16)) % 16)]);
    const { key, iv } = this.#temporaryKeys();
    this.#step = 'client';
    return encode(SERVICE, {
      _: 'ServerDHParamsOk',
      nonce: this.#nonce,
      serverNonce: this.#serverNonce,
      encryptedAnswer: ige('encrypt', padded, key, iv),
    });
  }

  /** RSA_PAD backwards: a temporary AES key hidden by the digest of what it closed. */
  #openInner(encrypted: Buffer): TlObject {
    if (encrypted.length !== 256) throw new Error(`${encrypted.length} bytes of RSA`);
    const opened = rsaOpen(encrypted);
    const aes = opened.subarray(32);
    const mask = sha256(aes);
    const key = Buffer.from(opened.subarray(0, 32).map((byte, i) => byte ^ mask[i]!));
    const plain = ige('decrypt', aes, key, Buffer.alloc(32));
    const padded = Buffer.from(plain.subarray(0, 192)).reverse();
    if (!sha256(key, padded).equals(plain.subarray(192))) throw new Error('RSA_PAD: a wrong digest');
    return new Reader(SERVICE, padded).object('P_Q_inner_data');
  }

  #clientParams(request: TlObject): { answer: Buffer; made: NewKey } {
    this.#check(request, 'client');
    const { key, iv } = this.#temporaryKeys();
    const encrypted = request['encryptedData'] as Buffer;
    if (encrypted.length % 16 !== 0) throw new Error('no whole blocks');
    const plain = ige('decrypt', encrypted, key, iv);
    const reader = new Reader(SERVICE, plain.subarray(20));
    const inner = reader.object('Client_DH_Inner_Data');
    if (!sha1(plain.subarray(20, 20 + reader.at)).equals(plain.subarray(0, 20)))
      throw new Error('client data with a wrong digest');
    if (plain.length - 20 - reader.at > 15) throw new Error('more padding than a block');
    this.#check(inner, 'client');
    const gB = inner['gB'] as Buffer;
    const value = toBig(gB);
    // https://core.telegram.org/mtproto/security_guidelines: 2^1984 away from both ends.
    const margin = 1n << 1984n;
    if (value < margin || value > toBig(DH_PRIME) - margin) throw new Error('g_b is out of range');
    const whole = powMod(gB, this.#a, DH_PRIME);
    const authKey = this.#faults.keepLeadingZeros ? whole : whole.subarray(whole.findIndex((byte) => byte !== 0));
    this.#step = 'done';
    const auxiliary = sha1(authKey).subarray(0, 8);
    const salt = Buffer.from(this.#newNonce.subarray(0, 8).map((byte, i) => byte ^ this.#serverNonce[i]!)).readBigInt64LE();
    return {
      answer: encode(SERVICE, {
        _: 'DhGenOk',
        nonce: this.#nonce,
        serverNonce: this.#serverNonce,
        newNonceHash1: sha1(this.#newNonce, Buffer.from([1]), auxiliary).subarray(4),
      }),
      made: {
        id: keyId(authKey),
        key: authKey,
        salt,
        ...(this.#expiresInSec !== undefined && { expiresInSec: this.#expiresInSec }),
      },
    };
  }

  #check(object: TlObject, step: string): void {
    if (this.#step !== step) throw new Error(`${object._} out of turn`);
    if (!(object['nonce'] as Buffer).equals(this.#nonce)) throw new Error(`${object._}: another nonce`);
    if (!(object['serverNonce'] as Buffer).equals(this.#serverNonce)) throw new Error(`${object._}: another server nonce`);
  }

  #temporaryKeys(): { key: Buffer; iv: Buffer } {
    const [n, s] = [this.#newNonce, this.#serverNonce];
    const [ns, sn, nn] = [sha1(n, s), sha1(s, n), sha1(n, n)];
    return {
      key: Buffer.concat([ns, sn.subarray(0, 12)]),
      iv: Buffer.concat([sn.subarray(12, 20), nn, n.subarray(0, 4)]),
    };
  }
}
