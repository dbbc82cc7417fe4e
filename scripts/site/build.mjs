// `npm run docs`: the site, out of docs/, the node types, their examples and the types. Nothing of it comes from the network.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorsPage } from './errors-page.mjs';
import { loadEngine } from './example-run.mjs';
import { checkLinks, finishPages, htmlFiles } from './finish.mjs';
import { graphsPage } from './graph-pages.mjs';
import { nodePages } from './node-pages.mjs';
import { homePage, prepareDocuments } from './prepare.mjs';
import { makePages } from './typedoc.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

async function charts() {
  const { chartOf } = await import(join(root, 'dist/machines/charts.js'));
  const { drawChartSvg } = await import(join(root, 'dist/machines/draw-svg.js'));
  return (name) => drawChartSvg(chartOf(name));
}

/** All that the site is made of; dist stands for src. */
const PARTS = ['dist/.build.json', 'docs', 'graphs', 'media', 'scripts/site', 'scripts/lib', 'typedoc.json', 'CHANGELOG.md'];
const STAMP = '.site.json';

/** Names, sizes and times of what the site is made of: a change to any changes it. */
function signature() {
  const files = PARTS.flatMap((part) => {
    const path = join(root, part);
    if (!statSync(path).isDirectory()) return [part];
    return readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(part, name));
  });
  const stamps = files
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => {
      const { size, mtimeMs } = statSync(join(root, name));
      return `${name} ${size} ${mtimeMs}`;
    });
  return JSON.stringify(stamps);
}

/** Builds the site if anything of it changed. @returns its folder */
export async function ensureSite(out = join(root, 'dist-docs')) {
  const wanted = signature();
  const stamp = join(out, STAMP);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return { out, fresh: true };
  const figures = await buildSite(out);
  writeFileSync(stamp, wanted);
  return { out, fresh: false, ...figures };
}

/** Builds the site. @returns figures about it */
async function buildSite(out) {
  process.chdir(root);
  const work = join(root, 'out', `site-${process.pid}`);
  const site = {
    root,
    work,
    docs: join(work, 'docs'),
    media: join(work, 'media'),
    out: join(work, 'site'),
    chartSvg: await charts(),
  };
  rmSync(work, { recursive: true, force: true });
  for (const folder of [site.docs, site.media]) mkdirSync(folder, { recursive: true });
  try {
    const engine = await loadEngine(root);
    const { pages, children, count } = await nodePages(site, engine);
    const { text, sounds } = await graphsPage(site, engine);
    pages.set('graphs.md', text);
    pages.set('errors.md', await errorsPage(root));
    const documents = prepareDocuments(site, pages, children);
    await makePages(site, homePage(site, sounds), documents);
    finishPages(site);
    checkLinks(site.out);
    rmSync(out, { recursive: true, force: true });
    renameSync(site.out, out);
    return { nodes: count, pages: htmlFiles(out).length };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const from = performance.now();
    const { fresh, nodes, pages } = await ensureSite(process.argv[2]);
    const seconds = ((performance.now() - from) / 1000).toFixed(0);
    console.log(
      fresh ? 'dist-docs is up to date.' : `dist-docs: ${pages} pages, ${nodes} node types with their examples (${seconds} s)`,
    );
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
