import { voxError } from '../../errors.js';

/** Most who are remembered; the oldest are forgotten. */
const MOST = 10_000;

/** Those who were removed from a room and may not come back yet: by id, and by network where that counts too. */
export class Removals {
  readonly #room: string;
  readonly #nowUs: () => number;
  readonly #until = new Map<string, { readonly untilUs: number; readonly reason: string | undefined }>();

  /** @param nowUs the clock, in microseconds. */
  constructor(room: string, nowUs: () => number) {
    this.#room = room;
    this.#nowUs = nowUs;
  }

  /** Keeps somebody out for a time. */
  add(who: string, banMs: number, reason: string | undefined): void {
    this.#until.delete(who);
    if (banMs <= 0) return;
    this.#until.set(who, { untilUs: this.#nowUs() + banMs * 1000, reason });
    if (this.#until.size > MOST) this.#until.delete(this.#until.keys().next().value!);
  }

  /** @throws VoxError `REMOVED_FROM_CALL` with the reason when he may not come in yet. */
  check(who: string): void {
    const found = this.#until.get(who);
    if (!found) return;
    const leftUs = found.untilUs - this.#nowUs();
    if (leftUs <= 0) return void this.#until.delete(who);
    const reason = found.reason === undefined ? '' : `: ${found.reason}`;
    throw voxError('REMOVED_FROM_CALL', { room: this.#room, reason, seconds: Math.ceil(leftUs / 1_000_000) });
  }
}
