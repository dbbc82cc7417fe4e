import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isAddress } from '../media/net/url.js';

/** What an engine is to play by a name given in a folder: the file there if there is one; else the name, which it looks up where it is itself. */
export function sourceAt(src: string, cwd: string): string {
  const path = resolve(cwd, src);
  return !isAddress(src) && existsSync(path) ? path : src;
}
