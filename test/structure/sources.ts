import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One TypeScript file under src. */
export interface Source {
  /** Path inside src, with forward slashes: `media/av/decode.ts`. */
  readonly path: string;
  /** Its text. */
  readonly text: string;
}

const src = fileURLToPath(new URL('../../src', import.meta.url));

/** Every TypeScript file under src. */
export function readSources(): Source[] {
  return readdirSync(src, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return { path: relative(src, file).split(sep).join('/'), text: readFileSync(file, 'utf8') };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
