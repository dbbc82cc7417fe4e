import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { page, pages, proseOf, ROOT } from './pages.js';

/** The anchors of a page, as GitHub makes them of its headings, and those it gives itself. */
function anchorsOf(path: string): Set<string> {
  const text = page(path).replace(/^( *)```\w*\n[\s\S]*?^\1```/gm, '');
  const seen = new Map<string, number>();
  const anchors = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!));
  for (const [, heading = ''] of text.matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    anchors.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return anchors;
}

describe.each(pages())('%s', (path) => {
  it('has links that lead somewhere', () => {
    const links = [...proseOf(path).matchAll(/\]\(<?([^)\s>]+)>?\)|(?:href|src)="([^"]+)"/g)].map(([, a, b]) => (a ?? b)!);
    const dead = links
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [file = '', anchor] = link.split('#');
        const target = file === '' ? path : normalize(join(dirname(path), file));
        if (!existsSync(join(ROOT, target))) return true;
        return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).has(decodeURIComponent(anchor));
      });
    expect(dead).toEqual([]);
  });
});
