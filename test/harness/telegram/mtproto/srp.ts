import { createHash, pbkdf2Sync, randomBytes } from 'node:crypto';
import { fromBig, powMod, sha256, toBig } from './crypto.js';
import { DH_G, DH_PRIME } from './keys.js';
import type { Password } from '../world/model.js';

// Two-step verification (https://core.telegram.org/api/srp), written from that page.

const p = toBig(DH_PRIME);
const gBytes = fromBig(BigInt(DH_G), 256);

function salted(data: Buffer, salt: Buffer): Buffer {
  return sha256(salt, data, salt);
}

function secretOf(password: string, salt1: Buffer, salt2: Buffer): Buffer {
  const first = salted(salted(Buffer.from(password), salt1), salt2);
  return salted(pbkdf2Sync(first, salt1, 100_000, 64, 'sha512'), salt2);
}

/** What the server keeps of a password. */
export function makePassword(password: string, hint: string): Password {
  const [salt1, salt2] = [randomBytes(40), randomBytes(16)];
  return { salt1, salt2, hint, verifier: powMod(fromBig(BigInt(DH_G)), secretOf(password, salt1, salt2), DH_PRIME) };
}

/** One question for a password: good for one answer. */
export class SrpQuestion {
  readonly id = randomBytes(8).readBigInt64LE();
  readonly #password: Password;
  readonly #b = randomBytes(256);
  readonly B: Buffer;

  constructor(password: Password) {
    this.#password = password;
    const k = toBig(sha256(DH_PRIME, gBytes));
    const gb = toBig(powMod(fromBig(BigInt(DH_G)), this.#b, DH_PRIME));
    this.B = fromBig((k * toBig(password.verifier) + gb) % p, 256);
  }

  /** Whether somebody who knows the password gave this answer. */
  accepts(A: Buffer, M1: Buffer): boolean {
    const a = toBig(A);
    if (A.length !== 256 || a <= 1n || a >= p - 1n) return false;
    const { salt1, salt2, verifier } = this.#password;
    const u = sha256(A, this.B);
    const base = fromBig((a * toBig(powMod(verifier, u, DH_PRIME))) % p, 256);
    const K = sha256(powMod(base, this.#b, DH_PRIME));
    const [hp, hg] = [sha256(DH_PRIME), sha256(gBytes)];
    const mixed = Buffer.from(hp.map((byte, i) => byte ^ hg[i]!));
    const wanted = createHash('sha256')
      .update(Buffer.concat([mixed, sha256(salt1), sha256(salt2), A, this.B, K]))
      .digest();
    return wanted.equals(M1);
  }
}
