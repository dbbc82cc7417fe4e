// Joins dist/**/*.js and most of what it imports into a few files under dist/bundle: a program of hundreds of small modules
// takes a third of a second to load, this one a tenth. Run by build.cjs.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { writeLicences } from './lib/licences.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const target = join(dist, 'bundle');

/**
 * Left where npm puts them: rxjs, because its users must share one copy with us; what is loaded only for
 * rooms, for Telegram or for plugin files; vitest, which only an author's tests have.
 */
const OUTSIDE = [
  'libopus-wasm',
  'fastify',
  '@fastify/rate-limit',
  'prom-client',
  '@statelyai/inspect',
  'werift',
  'telegram',
  'jiti',
  'vitest',
];

/**
 * Of rxjs only the modules that are used, each of which is the very one that `rxjs` itself gives: all two hundred take 50 ms to load.
 * They are asked for by `require` and their path, which takes a third less time than to import them, and are in the same cache.
 */
function rxjsParts() {
  const index = readFileSync(join(root, 'node_modules/rxjs/dist/esm/index.js'), 'utf8');
  const parts = [...index.matchAll(/^export \{ (.+) \} from '\.\/(internal\/.+)';$/gm)];
  const namesOf = new Map();
  for (const [, names, file] of parts) {
    const id = `\0rxjs/${file}`;
    namesOf.set(id, [...(namesOf.get(id) ?? []), ...names.split(', ')]);
  }
  const loader = '\0rxjs-loader';
  return {
    name: 'rxjs-parts',
    resolveId(id) {
      if (id === 'rxjs') return { id: '\0rxjs', moduleSideEffects: false };
      if (id.startsWith('\0rxjs')) return { id, moduleSideEffects: false };
      return undefined;
    },
    load(id) {
      if (id === '\0rxjs') return parts.map(([, names, file]) => `export { ${names} } from '\0rxjs/${file}';`).join('\n');
      if (id === loader) {
        return `import { createRequire } from 'node:module';
          const require = createRequire(import.meta.url);
          const folder = require.resolve('rxjs').slice(0, -'index.js'.length);
          export const part = (path) => require(folder + path + '.js');`;
      }
      const names = namesOf.get(id);
      if (!names) return undefined;
      const exported = names.map((name) => name.replace(/^(\w+) as (\w+)$/, '$1: $2'));
      return `import { part } from '${loader}';\nexport const { ${exported.join(', ')} } = part('${id.slice('\0rxjs/'.length)}');`;
    },
  };
}

/** node-av looks for its native part from where it lies itself, also when its JavaScript is in the bundle. */
const nativeFromPackage = {
  name: 'native-from-package',
  transform(code, id) {
    if (!/node-av[\\/]dist[\\/]lib[\\/]binding\.js$/.test(id)) return undefined;
    return { code: code.replaceAll('import.meta.url', "import.meta.resolve('node-av/lib')"), map: null };
  },
};

/** Commander needs it for commands that are programs of their own, of which there are none; it takes 3 ms to load. */
const processesWhenUsed = {
  name: 'processes-when-used',
  transform(code, id) {
    if (!/commander[\\/]lib[\\/]command\.js$/.test(id)) return undefined;
    const early = "const childProcess = require('node:child_process');";
    if (!code.includes(early)) throw new Error('commander asks for processes in another way now');
    const late = "const childProcess = { spawn: (...args) => process.getBuiltinModule('node:child_process').spawn(...args) };";
    return { code: code.replace(early, late), map: null };
  },
};

const entries = {
  index: join(dist, 'index.js'),
  testing: join(dist, 'testing', 'index.js'),
  main: join(dist, 'cli', 'main.js'),
};

/** Modules that the command and the library both load at once: one file of them loads faster than twenty. */
const core = new Set();
const coreFinder = {
  name: 'core-finder',
  buildEnd() {
    const reached = (id, found = new Set()) => {
      if (found.has(id)) return found;
      found.add(id);
      for (const next of this.getModuleInfo(id)?.importedIds ?? []) reached(next, found);
      return found;
    };
    const library = reached(entries.index);
    for (const id of reached(entries.main)) if (library.has(id)) core.add(id);
  },
};

rmSync(target, { recursive: true, force: true });
const build = await rolldown({
  input: entries,
  platform: 'node',
  resolve: { mainFields: ['module', 'main'] },
  plugins: [rxjsParts(), nativeFromPackage, processesWhenUsed, coreFinder],
  external: (id) => OUTSIDE.some((name) => id === name || id.startsWith(`${name}/`)),
  logLevel: 'warn',
});
const { output } = await build.write({
  dir: target,
  format: 'esm',
  sourcemap: true,
  comments: { jsdoc: false },
  chunkFileNames: '[name].js',
  codeSplitting: { groups: [{ name: 'core', test: (id) => core.has(id) }] },
});
cpSync(join(root, 'src', 'calls', 'room', 'page'), join(target, 'page'), { recursive: true });
// Who imports the bundle by its path, as the benchmarks do, finds its types.
writeFileSync(join(target, 'index.d.ts'), "export * from '../index.js';\n");
writeFileSync(join(target, 'testing.d.ts'), "export * from '../testing/index.js';\n");
writeLicences(output, join(target, 'LICENCES.md'));
