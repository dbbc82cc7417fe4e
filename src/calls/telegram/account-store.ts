import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { reasonOf, voxError } from '../../errors.js';
import { writeWhole } from '../../media/whole-file.js';
import { ACCOUNT_NAME } from './address.js';

const shape = z.object({
  version: z.literal(1),
  /** Of the program, from https://my.telegram.org. */
  api: z.object({ id: z.number().int().positive(), hash: z.string().min(1) }),
  /** What makes a connection this account's; the secret in it. */
  keep: z.object({ dcId: z.number().int(), ip: z.string().min(1), key: z.string().min(1) }),
  user: z.object({ id: z.string(), name: z.string(), username: z.string().optional() }),
});

/** An account as its file holds it. Whoever reads it is signed in as that user: mode 0600, never printed, never in a log. */
export type StoredAccount = z.infer<typeof shape>;

/** The accounts of one folder, a file for each. */
export class AccountStore {
  readonly #folder: string;

  /** @param dataFolder where voxgraph keeps its data; the accounts lie in `telegram` in it. */
  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, 'telegram');
  }

  /** The names of the accounts there are, sorted. */
  names(): string[] {
    try {
      const files = readdirSync(this.#folder).filter((file) => file.endsWith('.json'));
      return files.map((file) => file.slice(0, -'.json'.length)).toSorted((a, b) => a.localeCompare(b));
    } catch {
      return [];
    }
  }

  /** Reads an account; undefined if there is none of this name. @throws VoxError `TELEGRAM_ACCOUNT_FILE`. */
  read(name: string): StoredAccount | undefined {
    const file = this.#file(name);
    try {
      // Copied by hand, such as from a backup, it may have become readable for others.
      if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
      return shape.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      // What is in it must not get into the sentence.
      const reason =
        error instanceof z.ZodError || error instanceof SyntaxError ? 'it does not hold an account' : reasonOf(error);
      throw voxError('TELEGRAM_ACCOUNT_FILE', { file, reason });
    }
  }

  /** Writes an account, as a whole or not at all. @throws VoxError `TELEGRAM_ACCOUNT_FILE`, `TELEGRAM_ACCOUNT_NAME`. */
  write(name: string, account: StoredAccount): void {
    const file = this.#file(name);
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeWhole(file, `${JSON.stringify(account, null, 2)}\n`, { mode: 0o600 });
    } catch (error) {
      throw voxError('TELEGRAM_ACCOUNT_FILE', { file, reason: reasonOf(error) });
    }
  }

  /** Forgets an account; true if there was one. */
  remove(name: string): boolean {
    const known = this.names().includes(name);
    rmSync(this.#file(name), { force: true });
    return known;
  }

  #file(name: string): string {
    if (!ACCOUNT_NAME.test(name)) throw voxError('TELEGRAM_ACCOUNT_NAME', { account: name });
    return join(this.#folder, `${name}.json`);
  }
}
