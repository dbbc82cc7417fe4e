// Joins dist/**/*.js and most of what it imports into a few files under dist/bundle: a program of hundreds of small modules
// takes a third of a second to load, this one a tenth. Run by build.cjs.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const target = join(dist, 'bundle');

/**
 * Left where npm puts them: rxjs, because its users must share one copy with us; what is native, and what is loaded only for
 * rooms or for plugin files; vitest, which only an author's tests have.
 */
const OUTSIDE = ['rxjs', 'node-av', 'libopus-wasm', 'fastify', 'werift', 'jiti', 'vitest'];

/** The packages that a bundle holds, as folders. */
function packagesIn(output) {
  const folders = new Set();
  for (const chunk of output) {
    for (const id of chunk.moduleIds ?? []) {
      const found = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)/.exec(id);
      if (found) folders.add(found[1]);
    }
  }
  return [...folders].sort((a, b) => a.localeCompare(b));
}

function licenceOf(folder) {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} has no licence file, so it may not be put into the bundle.`);
  return `## ${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}

rmSync(target, { recursive: true, force: true });
const build = await rolldown({
  input: {
    index: join(dist, 'index.js'),
    testing: join(dist, 'testing', 'index.js'),
    main: join(dist, 'cli', 'main.js'),
  },
  platform: 'node',
  resolve: { mainFields: ['module', 'main'] },
  external: (id) => OUTSIDE.some((name) => id === name || id.startsWith(`${name}/`)),
  logLevel: 'warn',
});
const { output } = await build.write({ dir: target, format: 'esm', sourcemap: true, chunkFileNames: '[name].js' });
cpSync(join(root, 'src', 'calls', 'room', 'page'), join(target, 'page'), { recursive: true });
// Who imports the bundle by its path, as the benchmarks do, finds its types.
writeFileSync(join(target, 'index.d.ts'), "export * from '../index.js';\n");
writeFileSync(join(target, 'testing.d.ts'), "export * from '../testing/index.js';\n");
const licences = packagesIn(output).map(licenceOf);
writeFileSync(join(target, 'LICENCES.md'), `# What this folder contains besides voxgraph's own source\n\n${licences.join('\n')}`);
