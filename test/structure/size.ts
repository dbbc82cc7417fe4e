import type { Source } from './sources.js';

/** Lines past which a file must be split. */
export const MOST_LINES = 400;
/** Lines past which it is worth thinking again. */
export const THINK_AGAIN_LINES = 300;

// The error table is a list that grows by rows; splitting it would hide codes from each other.
const EXEMPT = new Set(['errors.ts']);

function lines(text: string): number {
  return text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

/** The files with more lines than `most`, longest first, as `src/<file>: <n> lines`. */
export function longFiles(sources: readonly Source[], most: number): string[] {
  return sources
    .filter(({ path }) => !EXEMPT.has(path) && !path.endsWith('.generated.ts'))
    .map((source) => ({ path: source.path, count: lines(source.text) }))
    .filter((file) => file.count > most)
    .sort((a, b) => b.count - a.count)
    .map((file) => `src/${file.path}: ${file.count} lines`);
}
