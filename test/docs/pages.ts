import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The checkout. */
export const ROOT = join(import.meta.dirname, '../..');

/** The pages for readers: README, CHANGELOG, docs, and the notes of the bench and the plugin template. */
export function pages(): string[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  return ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'bench/README.md', ...docs.sort()];
}

/** Text of a page. */
export function page(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** A block of code. */
export interface Block {
  readonly page: string;
  /** Its first line's number, from 1. */
  readonly line: number;
  /** What stands behind the fence. */
  readonly language: string;
  readonly code: string;
}

/** The fenced blocks of a page. */
export function blocksOf(path: string): Block[] {
  const text = page(path);
  return [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```/gm)].map(({ 2: language = '', 3: code = '', index }) => ({
    page: path,
    line: text.slice(0, index).split('\n').length + 1,
    language,
    code,
  }));
}

/** The text of a page without its code. */
export function proseOf(path: string): string {
  return page(path)
    .replace(/^( *)```\w*\n[\s\S]*?^\1```/gm, '')
    .replace(/`[^`\n]*`/g, '');
}
