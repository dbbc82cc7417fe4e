import { randomBytes, randomInt } from 'node:crypto';
import { SrpQuestion } from '../mtproto/srp.js';
import type { AuthKey } from '../mtproto/session.js';
import type { Password } from '../world/model.js';

/** Sign-ins under way. */
export class SignIns {
  /** What programs are registered as. */
  readonly api: { readonly id: number; readonly hash: string };
  readonly #codes = new Map<string, { hash: string; code: string; expired: boolean }>();
  readonly #questions = new Map<bigint, SrpQuestion>();
  readonly tokens = new Map<string, { readonly key: AuthKey; expiresSec: number; acceptedBy?: bigint }>();

  constructor(api: { id: number; hash: string }) {
    this.api = api;
  }

  /** A new code for a phone; an earlier one is worth nothing then. */
  newCode(phone: string): { hash: string; code: string } {
    const made = { hash: randomBytes(8).toString('hex'), code: String(randomInt(10_000, 99_999)), expired: false };
    this.#codes.set(phone, made);
    return made;
  }

  codeOf(phone: string): { hash: string; code: string; expired: boolean } | undefined {
    return this.#codes.get(phone);
  }

  dropCode(phone: string): void {
    this.#codes.delete(phone);
  }

  ask(password: Password): SrpQuestion {
    const question = new SrpQuestion(password);
    this.#questions.set(question.id, question);
    return question;
  }

  /** Takes a question; it cannot be answered twice. */
  take(id: bigint): SrpQuestion | undefined {
    const question = this.#questions.get(id);
    this.#questions.delete(id);
    return question;
  }
}
