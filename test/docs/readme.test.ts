import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawSvg } from '../../src/graph/draw-svg.js';
import { loadGraph } from '../../src/graph/load.js';
import { createRegistry } from '../../src/graph/registry.js';
import { builtinNodes } from '../../src/nodes/index.js';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

describe('README.md', () => {
  it('shows files as they are', () => {
    const shown = [...readme.matchAll(/<!-- file: (\S+) -->\s+```json\n([\s\S]*?)```/g)];
    expect(shown.map(([, path]) => path)).toEqual(['graphs/duck.json']);
    for (const [, path, text] of shown) expect(text).toBe(readFileSync(join(root, path!), 'utf8'));
  });

  it('runs commands that exist, on files that exist', () => {
    const commands = [...readme.matchAll(/voxgraph (run|render|check|graph|nodes|schema|\w+) /g)].map(([, name]) => name!);
    const folder = join(root, 'src/cli/commands');
    const known = readdirSync(folder).flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/\b(?:command|word)\('([a-z]+)'/g)].map(([, name]) => name!),
    );
    const named = commands.filter((name) => readme.includes(`\`voxgraph ${name} `));
    expect(named.length).toBeGreaterThan(4);
    for (const name of named) expect(known).toContain(name);
    for (const [path] of readme.matchAll(/graphs\/[a-z-]+\.json/g)) expect(existsSync(join(root, path))).toBe(true);
    const scripts = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }).scripts;
    for (const [, name] of readme.matchAll(/npm run ([\w:-]+)/g)) expect(Object.keys(scripts)).toContain(name);
  });
});

describe.each(['README.md', 'docs/writing-nodes.md', 'bench/README.md'])('links of %s', (page) => {
  it('lead somewhere', () => {
    const text = readFileSync(join(root, page), 'utf8');
    const broken = [...text.matchAll(/\]\(([^)#\s]+)/g)]
      .map(([, target]) => target!)
      .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(page), target)));
    expect(broken).toEqual([]);
  });
});

describe('docs/images', () => {
  const images = readdirSync(join(root, 'docs/images')).filter((name) => name.endsWith('.svg'));

  it('holds pictures of graphs', () => expect(images).toContain('duck.svg'));

  it.each(images)('%s is what `voxgraph graph --format svg` draws', (image) => {
    const registry = createRegistry(builtinNodes);
    const plan = loadGraph(join(root, 'graphs', image.replace(/\.svg$/, '.json')), { registry });
    expect(readFileSync(join(root, 'docs/images', image), 'utf8')).toBe(drawSvg(plan, registry));
  });
});
