import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { nearestHint } from '../../graph/registry.js';

/** Endings of files that a module may be, in the order they are tried for an import without one. */
export const MODULE_ENDINGS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json'];

/** TypeScript imports a file by the name it will have as JavaScript. */
const WRITTEN_AS: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
  '.jsx': ['.tsx'],
};

/** The file that an import of a path means: itself, its TypeScript, with an ending, or a folder's index. Undefined: there is none. */
export function localFile(path: string): string | undefined {
  if (isFile(path)) return path;
  const ending = extname(path);
  const stem = ending ? path.slice(0, -ending.length) : path;
  const candidates = [
    ...(WRITTEN_AS[ending] ?? []).map((other) => stem + other),
    ...MODULE_ENDINGS.map((other) => path + other),
    ...MODULE_ENDINGS.map((other) => join(path, `index${other}`)),
  ];
  return candidates.find(isFile);
}

/** Ends a sentence with the nearest name among a folder's modules, if one is near. */
export function fileHint(path: string): string {
  let names: string[];
  try {
    names = readdirSync(dirname(path));
  } catch {
    return '';
  }
  const hint = nearestHint(
    basename(path),
    names.filter((name) => MODULE_ENDINGS.includes(extname(name))),
  );
  return hint.startsWith('. Did') ? hint : '';
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
