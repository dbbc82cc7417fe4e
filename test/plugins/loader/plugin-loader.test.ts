import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { formatProblem, VoxError } from '../../../src/errors.js';
import { definePlugin } from '../../../src/plugins/define-plugin.js';
import { createPluginLoader } from '../../../src/plugins/loader/plugin-loader.js';
import type { PluginLoader, PluginRequest } from '../../../src/plugins/loader-types.js';

let dir: string;
let loader: PluginLoader;
const seen = globalThis as { seen?: Record<string, unknown> };

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'voxgraph-loader-')));
  loader = createPluginLoader({ cwd: dir });
  delete seen.seen;
});
afterEach(() => rmSync(dir, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}

const greeter = (description = 'Greets.', more = '') => `
import { definePlugin } from 'voxgraph';
${more}
export default definePlugin({ name: 'greeter', version: '1.0.0', description: ${JSON.stringify(description)} });
`;

/** What went wrong, as a user reads it. */
async function problemOf(request: Partial<PluginRequest>): Promise<string> {
  try {
    await loader.load({ baseDir: dir, ...request });
    return 'nothing';
  } catch (error) {
    if (!(error instanceof VoxError)) throw error;
    return `${error.code} ${error.problems.map(formatProblem).join('\n')}`;
  }
}

describe('a plugin of a local file', () => {
  it('is imported from TypeScript of every syntax, with its own files and the running copies of what all share', async () => {
    write({
      'package.json': '{ "type": "module" }',
      'plugins/greeter.ts': `
        import { readFileSync } from 'node:fs';
        import { definePlugin, VoxError, type Json } from 'voxgraph';
        import { Observable, of } from 'rxjs';
        import { map } from 'rxjs/operators';
        import { z } from 'zod';
        import { level } from './levels/level.js';
        import { Loudness } from './levels/loudness';
        import words from './words.json' with { type: 'json' };
        import plain from './plain.cjs';
        export { level };
        class Counter<T> { constructor(private readonly start: T, readonly step = 1) {} get() { return this.start; } }
        const file = await Promise.resolve(import.meta.filename);
        const later = await import('./levels/level.js');
        (globalThis as any).seen = {
          VoxError, Observable, z, level, same: later.level === level, loud: Loudness.Loud, words, plain, file,
          count: new Counter<number>(3).get(), read: typeof readFileSync, mapped: typeof of(1).pipe(map(String)),
        } satisfies Record<string, unknown>;
        const nothing: Json = null;
        export default definePlugin({ name: 'greeter', version: '1.0.0', description: words.text + String(nothing) });`,
      'plugins/levels/level.ts': 'export const level: { db: number } = { db: -3 };',
      'plugins/levels/loudness/index.ts': `export { level } from '../level.js'; export enum Loudness { Quiet, Loud }`,
      'plugins/words.json': '{ "text": "Greets." }',
      'plugins/plain.cjs': `const { seen } = require('./required.cjs'); module.exports = { seen };`,
      'plugins/required.cjs': `exports.seen = typeof require('voxgraph').definePlugin + typeof require('zod').z.string + require('node:path').sep;`,
    });
    const loaded = await loader.load({ name: 'greeter', from: './plugins/greeter.ts', baseDir: dir });
    expect(loaded.definition.description).toBe('Greets.null');
    expect(loaded.from).toBe(join(dir, 'plugins/greeter.ts'));
    expect(loaded.files.map((file) => file.slice(dir.length + 9)).sort()).toEqual([
      'greeter.ts',
      'levels/level.ts',
      'levels/loudness/index.ts',
      'plain.cjs',
      'required.cjs',
      'words.json',
    ]);
    expect(seen.seen).toMatchObject({
      same: true,
      level: { db: -3 },
      loud: 1,
      plain: { seen: 'functionfunction/' },
      file: join(dir, 'plugins/greeter.ts'),
      count: 3,
      read: 'function',
      mapped: 'object',
    });
    expect(seen.seen!['VoxError']).toBe(VoxError);
    expect(seen.seen!['Observable']).toBe(Observable);
    expect(seen.seen!['z']).toBe(z);
  });

  it.each(['greeter.js', 'greeter.mjs', 'greeter.mts'])('is imported from %s, with or without "type": "module"', async (file) => {
    write({ [file]: greeter() });
    expect((await loader.load({ from: `./${file}`, baseDir: dir })).definition.name).toBe('greeter');
    write({ 'package.json': '{ "type": "module" }' });
    expect((await loader.reload(join(dir, file))).definition.name).toBe('greeter');
  });

  it('is imported from CommonJS', async () => {
    write({
      'greeter.cjs': `const { definePlugin } = require('voxgraph');
        module.exports = definePlugin({ name: 'greeter', version: '1.0.0', description: 'Greets.' });`,
    });
    expect((await loader.load({ from: './greeter.cjs', baseDir: dir })).definition.name).toBe('greeter');
  });

  it('may import itself in a circle', async () => {
    write({
      'greeter.ts': greeter(
        'Greets.',
        `import { b } from './b.js'; export const a = 1; (globalThis as any).seen = { sum: b() };`,
      ),
      'b.ts': `import { a } from './greeter.js'; export const b = () => a;`,
    });
    await loader.load({ from: './greeter.ts', baseDir: dir });
    // As Node has it: when it is called, "a" is there.
    expect(seen.seen).toEqual({ sum: 1 });
  });

  it('is the same until it is reloaded; then all of it is read anew, and a failing one changes nothing', async () => {
    const request = { name: 'greeter', from: 'greeter.ts', baseDir: dir };
    const more = `import { text } from './text.js'; (globalThis as any).seen = { text };`;
    write({ 'greeter.ts': greeter('One.', more), 'text.js': `export const text = 'one';`, 'package.json': '{"type":"module"}' });
    const first = await loader.load(request);
    expect(await loader.load(request)).toBe(first);
    write({ 'text.js': `export const text = 'two';` });
    const second = await loader.reload(first.from);
    expect(seen.seen).toEqual({ text: 'two' });
    expect(second.definition).not.toBe(first.definition);
    expect(await loader.load(request)).toBe(second);
    write({ 'text.js': `export const text = ;` });
    const read: string[] = [];
    await expect(loader.reload(first.from, (file) => read.push(file))).rejects.toThrow('text.js:1:21');
    expect(read.sort()).toEqual([join(dir, 'greeter.ts'), join(dir, 'text.js')]);
    expect(await loader.load(request)).toBe(second);
  });
});

describe('a plugin of a package', () => {
  const manifest = (name: string, peer = '*') =>
    JSON.stringify({ name, version: '1.0.0', type: 'module', exports: './lib/index.js', peerDependencies: { voxgraph: peer } });

  it('is found by its name, behind voxgraph-plugin-, by "from", and as a folder', async () => {
    write({
      'node_modules/voxgraph-plugin-greeter/package.json': manifest('voxgraph-plugin-greeter'),
      'node_modules/voxgraph-plugin-greeter/lib/index.js': greeter('Prefixed.'),
      'node_modules/@me/greeter/package.json': manifest('@me/greeter'),
      'node_modules/@me/greeter/lib/index.js': greeter('Scoped.'),
      'greeter/package.json': manifest('greeter'),
      'greeter/lib/index.js': greeter('Folder.'),
      'deep/er/graph.json': '{}',
    });
    const described = async (request: Partial<PluginRequest>) =>
      (await loader.load({ name: 'greeter', baseDir: join(dir, 'deep/er'), ...request })).definition.description;
    expect(await described({})).toBe('Prefixed.');
    expect(await described({ from: '@me/greeter' })).toBe('Scoped.');
    expect(await described({ from: '../../greeter' })).toBe('Folder.');
  });

  it('gets the running voxgraph though it has another; its dependencies are its own', async () => {
    write({
      'node_modules/greeter/package.json': manifest('greeter'),
      'node_modules/greeter/lib/index.js': greeter(
        'Greets.',
        `import { VoxError } from 'voxgraph'; import dep, { count } from 'dep'; import * as rx from 'rxjs';
         globalThis.seen = { VoxError, dep, count, rx: rx.mine };`,
      ),
      'node_modules/greeter/node_modules/voxgraph/package.json': '{ "name": "voxgraph", "version": "0.0.1", "main": "index.js" }',
      'node_modules/greeter/node_modules/voxgraph/index.js': 'throw new Error("the wrong copy")',
      'node_modules/greeter/node_modules/rxjs/package.json': '{ "name": "rxjs", "main": "index.js" }',
      'node_modules/greeter/node_modules/rxjs/index.js': 'exports.mine = true;',
      'node_modules/dep/package.json': '{ "name": "dep", "type": "module", "exports": { "import": "./dep.js" } }',
      'node_modules/dep/dep.js':
        'globalThis.depCount = (globalThis.depCount ?? 0) + 1; export const count = globalThis.depCount; export default "dep";',
    });
    const { from, files } = await loader.load({ name: 'greeter', baseDir: dir });
    expect(files).toEqual([from]);
    expect(seen.seen).toEqual({ VoxError, dep: 'dep', count: 1, rx: true });
    await loader.reload(from);
    expect(seen.seen).toMatchObject({ count: 1 });
  });

  it('is followed through a link, as "npm link" makes it', async () => {
    write({ 'work/greeter/package.json': manifest('greeter'), 'work/greeter/lib/index.js': greeter('Linked.') });
    mkdirSync(join(dir, 'node_modules'));
    symlinkSync(join(dir, 'work/greeter'), join(dir, 'node_modules/greeter'));
    expect((await loader.load({ name: 'greeter', baseDir: dir })).definition.description).toBe('Linked.');
  });

  it('is refused before its code runs when it is made for another voxgraph', async () => {
    write({
      'node_modules/greeter/package.json': manifest('greeter', '^99.0.0'),
      'node_modules/greeter/lib/index.js': 'globalThis.seen = {}; export default 1;',
    });
    expect(await problemOf({ name: 'greeter' })).toMatch(
      /^PLUGIN_VOXGRAPH_VERSION the plugin of greeter is made for voxgraph \^99\.0\.0, and this is \d+\.\d+\.\d+\.$/,
    );
    expect(seen.seen).toBeUndefined();
  });
});

describe('a built-in plugin', () => {
  it('comes first by its name, and never by "from"', async () => {
    const builtin = definePlugin({ name: 'greeter', version: '2.0.0', description: 'Built in.' });
    loader = createPluginLoader({ cwd: dir, builtin: { greeter: async () => builtin } });
    write({
      'node_modules/greeter/package.json': '{ "name": "greeter", "main": "i.mjs" }',
      'node_modules/greeter/i.mjs': greeter(),
    });
    expect((await loader.load({ name: 'greeter', baseDir: dir })).definition).toBe(builtin);
    expect((await loader.load({ name: 'greeter', from: 'greeter', baseDir: dir })).definition.version).toBe('1.0.0');
  });
});

describe('what is wrong with a plugin', () => {
  it.each<[string, Partial<PluginRequest>, Readonly<Record<string, string>>, string]>([
    [
      'a package that is not there',
      { name: 'greter' },
      { 'node_modules/voxgraph-plugin-greeter/package.json': '{}' },
      'UNKNOWN_PLUGIN plugin "greter" is not installed. Did you mean "greeter"?',
    ],
    ['a package that only voxgraph itself has', { name: 'jiti' }, {}, 'UNKNOWN_PLUGIN plugin "jiti" is not installed.'],
    ['a name of Node itself', { name: 'events' }, {}, 'UNKNOWN_PLUGIN plugin "events" is not installed.'],
    [
      'a file that is not there',
      { from: './plugins/greter.ts' },
      { 'plugins/greeter.ts': '' },
      'PLUGIN_FILE_MISSING the plugin file ./plugins/greter.ts does not exist. Did you mean "greeter.ts"?',
    ],
    [
      'nothing in the file',
      { from: './a.ts' },
      { 'a.ts': '' },
      'PLUGIN_NO_EXPORT a.ts:1:1 this file is no plugin: it has no default export.',
    ],
    [
      'a named export',
      { from: './a.ts' },
      { 'a.ts': greeter().replace('default', 'const greeter =') },
      'PLUGIN_NO_EXPORT a.ts:1:1 this file is no plugin: it exports the plugin as "greeter", not as its default.',
    ],
    [
      'something else',
      { from: './a.ts' },
      { 'a.ts': 'export default { name: "greeter" };' },
      'PLUGIN_NO_EXPORT a.ts:1:1 this file is no plugin: its default export is an object, and not what definePlugin gives.',
    ],
    [
      'another name',
      { name: 'host', from: './a.ts' },
      { 'a.ts': greeter() },
      'PLUGIN_NAME_DIFFERS the plugin "host" is called "greeter" by its own file a.ts.',
    ],
    [
      'a mistake in the syntax',
      { from: './a.ts' },
      { 'a.ts': '\nexport const a = {\n  b: 1;\n};\n' },
      'PLUGIN_SYNTAX a.ts:3:7 Unexpected token, expected ",".',
    ],
    [
      'a mistake in a file that it imports',
      { from: './a.js' },
      { 'a.js': 'import "./lib/b.js";', 'lib/b.js': 'let x = 1;\nlet x = 2;' },
      `PLUGIN_SYNTAX lib/b.js:2:5 Identifier 'x' has already been declared.`,
    ],
    [
      'broken JSON',
      { from: './a.ts' },
      { 'a.ts': 'import "./b.json";', 'b.json': '{ a }' },
      'PLUGIN_SYNTAX b.json:1:1 Expected property name',
    ],
    [
      'an import that is not there',
      { from: './a.ts' },
      { 'a.ts': '\nimport { b } from "./lib/levl.js"; b();', 'lib/level.ts': '' },
      'PLUGIN_IMPORT_MISSING a.ts:2:20 the import "./lib/levl.js" cannot be found. Did you mean "level.ts"?',
    ],
    [
      'a package that is not there',
      { from: './a.ts' },
      { 'a.ts': 'import b from "no-such-package"; b();' },
      'PLUGIN_IMPORT_MISSING a.ts:1:16 the import "no-such-package" cannot be found.',
    ],
    [
      'a declaration that is wrong',
      { from: './a.ts' },
      { 'a.ts': greeter().replace("'1.0.0'", "'1'") },
      `PLUGIN_IMPORT_FAILED a.ts:4:28 the plugin throws while it is imported: definePlugin: plugin "greeter" needs a version of three numbers`,
    ],
    [
      'a name that voxgraph has not',
      { from: './a.ts' },
      { 'a.ts': greeter().replaceAll('definePlugin', 'definPlugin') },
      'PLUGIN_IMPORT_FAILED a.ts:4:15 the plugin throws while it is imported: voxgraph exports no "definPlugin". Did you mean "definePlugin"?',
    ],
    [
      'a name that is not defined',
      { from: './a.ts' },
      { 'a.ts': 'import { z } from "zod";\nconst a = z.definPlugin;\n\nexport default definPlugin({});' },
      'PLUGIN_IMPORT_FAILED a.ts:4:16 the plugin throws while it is imported: definPlugin is not defined.',
    ],
    [
      'something thrown deep inside',
      { from: './a.ts' },
      {
        'a.ts': 'interface A { a: 1 }\nimport { b } from "./b.js";\nb();',
        'b.ts': 'type B = 1;\n\nexport function b() {\n  throw new Error("boom");\n}',
      },
      'PLUGIN_IMPORT_FAILED b.ts:4:9 the plugin throws while it is imported: boom.',
    ],
    [
      'something thrown that is no error',
      { from: './a.ts' },
      { 'a.ts': 'throw "boom";' },
      'PLUGIN_IMPORT_FAILED a.ts:1:1 the plugin throws while it is imported: boom.',
    ],
  ])('is told with its place: %s', async (_, request, files, expected) => {
    write(files);
    expect(await problemOf(request)).toContain(expected);
  });
});
