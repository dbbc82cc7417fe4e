import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Whether something to play is an address rather than a file's name. */
export function isAddress(src: string): boolean {
  return /^\w+:\/\//.test(src);
}

/** What an engine is to play by a name given in a folder: the file there if there is one; else the name, which it looks up where it is itself. */
export function sourceAt(src: string, cwd: string): string {
  const path = resolve(cwd, src);
  return !isAddress(src) && existsSync(path) ? path : src;
}
