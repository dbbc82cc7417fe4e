// The last touch to the pages that TypeDoc wrote, and the check that every link in them leads somewhere.
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { PAGE_ROOT, SITE_ROOT } from './example-media.mjs';

const FONTS = ['inter', 'jetbrains-mono'];

/** Names of the pages in a folder. */
export function htmlFiles(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.html'))
    .sort((a, b) => (a < b ? -1 : 1));
}

/** What is wider than the page scrolls by itself, also by keyboard. */
function scrollable(html) {
  return html
    .replace(/<table>/g, '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>')
    .replace(/<\/table>/g, '</table></div>')
    .replace(/<pre>/g, '<pre tabindex="0">')
    .replace(/<figure class="graph( wide)?">/g, (tag) => tag.replace('>', ' tabindex="0">'));
}

/** Puts media and fonts into the site, and their places into its pages, wherever it will lie. */
export function finishPages(site) {
  const files = join(site.out, 'files');
  cpSync(site.media, files, { recursive: true });
  mkdirSync(join(files, 'fonts'), { recursive: true });
  for (const font of FONTS) {
    const from = join(site.root, `node_modules/@fontsource-variable/${font}/files/${font}-latin-wght-normal.woff2`);
    copyFileSync(from, join(files, 'fonts', `${font}.woff2`));
  }
  for (const name of htmlFiles(site.out)) {
    const path = join(site.out, name);
    const up = relative(dirname(path), site.out);
    const text = scrollable(readFileSync(path, 'utf8'))
      .replaceAll(SITE_ROOT, `${up === '' ? '.' : up}/files/`)
      .replaceAll(PAGE_ROOT, up === '' ? '' : `${up}/`);
    writeFileSync(path, text);
  }
}

/** @throws Error that names every link and every file of the site that does not exist. */
export function checkLinks(folder) {
  const pages = htmlFiles(folder);
  const texts = new Map(pages.map((name) => [join(folder, name), readFileSync(join(folder, name), 'utf8')]));
  const ids = new Map(
    [...texts].map(([path, text]) => [path, new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))]),
  );
  const dead = [];
  for (const [path, text] of texts)
    for (const [, link] of text.matchAll(/(?:href|src)="([^"]*)"/g)) {
      if (/^(?:[a-z]+:|#$|$)/.test(link)) continue;
      const [file, anchor] = link.replaceAll('&amp;', '&').split('#');
      const target = file === '' ? path : resolve(dirname(path), decodeURIComponent(file));
      const known = ids.get(target);
      const fine = existsSync(target) && (!anchor || !known || known.has(decodeURIComponent(anchor)));
      if (!fine) dead.push(`${relative(folder, path)}: ${link}`);
    }
  if (dead.length > 0) throw new Error(`these links of the site lead nowhere:\n${[...new Set(dead)].join('\n')}`);
}
