// Brings the pages of docs/ into the form that TypeDoc takes them in, beside those that are made.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PAGE_ROOT, SITE_ROOT } from './example-media.mjs';
import { allPages, CONTENTS } from './contents.mjs';

/** Markdown with a front matter that gives it a title and the pages under it. */
function withHead(text, title, children) {
  const list = children.length > 0 ? ['children:', ...children.map((child) => `  - ./${child}`)] : [];
  return ['---', `title: ${JSON.stringify(title)}`, ...list, '---', '', text].join('\n');
}

/** Charts are drawn in the site, where Markdown has their source. */
function drawCharts(text, site) {
  return text.replace(/<!-- generated: (\w+) chart -->\s*```mermaid\n[\s\S]*?```/g, (_, name) => {
    const path = `machines/${name}.svg`;
    mkdirSync(join(site.media, 'machines'), { recursive: true });
    writeFileSync(join(site.media, path), site.chartSvg(name));
    return `<figure class="graph wide"><img src="${SITE_ROOT}${path}" alt="The states of ${name}" loading="lazy"></figure>`;
  });
}

/** Links that lead out of docs/ lead to their pages in the site; pictures lie beside its media. */
function relink(text, file, site) {
  const up = '../'.repeat(file.split('/').length - 1);
  return text
    .replace(/\]\((?:\.\.\/)*graphs\/([\w-]+)\.json\)/g, (_, name) => `](${up}graphs.md#${name})`)
    .replace(/\]\((?:\.\.\/)*(README)\.md(#[\w-]+)?\)/g, () => `](${up}start.md)`)
    .replace(/!\[([^\]]*)\]\((?:\.\.\/)*images\/([\w./-]+)\)/g, (_, alt, image) => {
      mkdirSync(dirname(join(site.media, 'images', image)), { recursive: true });
      copyFileSync(join(site.root, 'docs/images', image), join(site.media, 'images', image));
      return `<img class="shot" src="${SITE_ROOT}images/${image}" alt="${alt}" loading="lazy">`;
    });
}

/** Links to files that are no pages. */
function linkFiles(text, file, present, site) {
  return text.replace(/(?<!!)\[([^\]]*)\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)/g, (whole, label, target) => {
    const path = join(dirname(file), target);
    if (present.has(path)) return whole;
    const from = join(site.root, 'docs', path);
    // Files to take away, such as a dashboard, lie in the site; what is of the checkout is named alone.
    if (!path.startsWith('examples/') || !existsSync(from)) return label;
    const to = join(site.media, path);
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(from, to);
    return `[${label}](${SITE_ROOT}${path})`;
  });
}

/** The decisions, as pages under one that lists them. */
function decisionPages(site) {
  const folder = join(site.root, 'docs/decisions');
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort();
  const pages = files.map((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const title = /^# (?:\d+[.:]? ?)?(.+)$/m.exec(text)?.[1] ?? name;
    return { file: `decisions/${name}`, title: `${Number(name.slice(0, 4))} ${title}`, text };
  });
  const list = pages.map(({ file, title }) => `- [${title.replace(/^(\d+) /, '$1. ')}](${file})`);
  return { index: ['# Decisions', '', 'Why things are as they are.', '', ...list].join('\n'), pages };
}

/**
 * Writes all documents into `site.docs`.
 *
 * @param made pages that were made, by file name
 * @param nodeChildren the pages under `nodes.md`
 * @returns the documents at the top, in order
 */
export function prepareDocuments(site, made, nodeChildren) {
  const decisions = decisionPages(site);
  const changelog = readFileSync(join(site.root, 'CHANGELOG.md'), 'utf8').replace(/\]\(docs\//g, '](');
  const texts = new Map([...made, ['decisions.md', decisions.index], ['changelog.md', changelog]]);
  for (const { file, text } of decisions.pages) texts.set(file, text);
  const written = (folder) => readdirSync(join(site.root, 'docs', folder)).filter((name) => name.endsWith('.md'));
  const known = new Set(allPages().map(({ file }) => file));
  for (const file of [...written('.'), ...written('plugins').map((name) => `plugins/${name}`)]) {
    if (!known.has(file)) throw new Error(`docs/${file} has no place in the site: give it one in scripts/site/contents.mjs`);
    if (!texts.has(file)) texts.set(file, readFileSync(join(site.root, 'docs', file), 'utf8'));
  }
  const under = (page) =>
    page.file === 'nodes.md' ? nodeChildren : page.file === 'decisions.md' ? decisions.pages : (page.pages ?? []);
  const present = new Set(texts.keys());
  const write = (page) => {
    const text = texts.get(page.file);
    if (text === undefined) throw new Error(`docs/${page.file} does not exist, but the contents of the site name it`);
    const children = under(page);
    children.forEach(write);
    const body = linkFiles(relink(drawCharts(text, site), page.file, site), page.file, present, site);
    const path = join(site.docs, page.file);
    mkdirSync(dirname(path), { recursive: true });
    const from = dirname(page.file);
    const names = children.map(({ file }) => (from === '.' ? file : file.slice(from.length + 1)));
    writeFileSync(path, withHead(body, page.title, names));
  };
  CONTENTS.forEach(write);
  return CONTENTS.map(({ file }) => join(site.docs, file));
}

/** The page that the site begins with. */
export function homePage(site, sounds) {
  const path = join(site.root, 'scripts/site/home.md');
  if (!existsSync(path)) throw new Error(`${basename(path)} does not exist`);
  const text = readFileSync(path, 'utf8')
    .replace('<!-- sound -->', sounds.get('duck').join('\n'))
    .replace('<!-- graph -->', readFileSync(join(site.root, 'graphs/duck.json'), 'utf8').trim());
  const target = join(site.docs, 'home.md');
  writeFileSync(target, text.replaceAll('"site:', `"${SITE_ROOT}`).replaceAll('"page:', `"${PAGE_ROOT}`));
  return target;
}
