import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { formatProblem, VoxError } from '../../../src/errors.js';
import { loadConfig, type LoadedConfig } from '../../../src/plugins/config/load-config.js';
import { definePlugin } from '../../../src/plugins/define-plugin.js';
import { createPluginLoader } from '../../../src/plugins/loader/plugin-loader.js';

const statistics = definePlugin({
  name: 'statistics',
  version: '1.0.0',
  description: 'Counts.',
  config: z.strictObject({ everyMs: z.number().min(1).default(1000) }),
});
let dir: string;

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'voxgraph-config-')));
});
afterEach(() => rmSync(dir, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}

const load = (file?: string): Promise<LoadedConfig> =>
  loadConfig({
    cwd: dir,
    ...(file !== undefined && { file }),
    loader: createPluginLoader({ cwd: dir, builtin: { statistics: async () => statistics } }),
  });

async function problemsOf(file?: string): Promise<string[]> {
  try {
    await load(file);
    return [];
  } catch (error) {
    if (!(error instanceof VoxError)) throw error;
    return error.problems.map((found) => `${found.code} ${formatProblem(found)}`);
  }
}

const GREETER = `
import { definePlugin } from 'voxgraph';
export default definePlugin({ name: 'greeter', version: '1.0.0', description: 'Greets.' });`;

/** What of an installation a test compares. */
const shown = ({ installs }: LoadedConfig) =>
  installs.map(({ definition, from, ...rest }) => ({ name: definition.name, ...(from !== undefined && { from }), ...rest }));

describe('voxgraph.config', () => {
  it('need not be there', async () => {
    expect(await load()).toEqual({ installs: [], files: [] });
  });

  it('lists plugins by name, path, package and object, with what an installer decides', async () => {
    write({
      'plugins/greeter.ts': GREETER,
      'local.ts': GREETER.replace("'greeter'", "'local'"),
      'node_modules/@me/other/package.json': '{ "name": "@me/other", "exports": "./index.mjs" }',
      'node_modules/@me/other/index.mjs': GREETER.replace("'greeter'", "'mine'"),
      'voxgraph.config.ts': `
        import { defineConfig, type VoxgraphConfig } from 'voxgraph';
        import local from './local.js';
        const config: VoxgraphConfig = {
          dataDir: './data',
          plugins: ['statistics', { plugin: './plugins/greeter.ts', enabled: false, priority: 5 }, '@me/other', { plugin: local }],
        };
        export default defineConfig(config);`,
    });
    const config = await load();
    expect(config).toMatchObject({ file: join(dir, 'voxgraph.config.ts'), dataDir: join(dir, 'data') });
    expect(config.files).toEqual([join(dir, 'voxgraph.config.ts'), join(dir, 'local.ts')]);
    const rest = { enabled: true, priority: 0, config: {} };
    expect(shown(config)).toEqual([
      { name: 'statistics', from: 'built-in', ...rest },
      { name: 'greeter', from: join(dir, 'plugins/greeter.ts'), ...rest, enabled: false, priority: 5 },
      { name: 'mine', from: join(dir, 'node_modules/@me/other/index.mjs'), ...rest },
      { name: 'local', ...rest },
    ]);
  });

  it('may be JSON with comments, or JavaScript, or another file', async () => {
    write({ 'voxgraph.config.json': '{ // mine\n "plugins": [{ "plugin": "statistics", "config": { "everyMs": 5 } }], }' });
    expect(shown(await load())).toMatchObject([{ name: 'statistics', config: { everyMs: 5 } }]);
    write({ 'conf/other.mjs': 'export default { plugins: ["statistics"], dataDir: "d" };' });
    expect(await load('conf/other.mjs')).toMatchObject({ dataDir: join(dir, 'conf/d') });
  });

  it('is refused with every mistake and its place', async () => {
    write({
      'voxgraph.config.json': `{
  "plugin": [],
  "dataDir": 5,
  "plugins": [
    { "plugin": "statistics", "config": { "everyMs": 0, "evryMs": 1 } },
    { "plugin": "statistcs" },
    { "name": "statistics" },
    { "plugin": "./gone.ts", "priority": "high" },
    { "plugin": "./broken.ts" },
    { "plugin": "./gone.ts", "enabled": false },
    7
  ]
}`,
      'broken.ts': 'export default {',
    });
    expect(await problemsOf()).toEqual([
      'PLUGIN_SYNTAX broken.ts:1:17 Unexpected token.',
      'CONFIG_SHAPE voxgraph.config.json:2:3 "plugin" does not exist. Did you mean "plugins"?',
      'CONFIG_SHAPE voxgraph.config.json:3:14 "dataDir": must be a string, not 5.',
      'BAD_PLUGIN_OPTION voxgraph.config.json:5:54 setting "everyMs" of plugin "statistics": must be at least 1, not 0.',
      'UNKNOWN_PLUGIN_OPTION voxgraph.config.json:5:57 plugin "statistics" has no setting "evryMs". Did you mean "everyMs"?',
      'UNKNOWN_PLUGIN voxgraph.config.json:6:5 plugin "statistcs" is not installed. Did you mean "statistics"?',
      'CONFIG_SHAPE voxgraph.config.json:7:5 "plugins[2].plugin": it must be given.',
      'CONFIG_SHAPE voxgraph.config.json:7:7 "plugins[2].name" does not exist. There is: plugin, enabled, priority, config.',
      'CONFIG_SHAPE voxgraph.config.json:8:42 "plugins[3].priority": must be a number, not "high".',
      'CONFIG_SHAPE voxgraph.config.json:11:5 "plugins[6]": must be an object, not 7.',
    ]);
  });

  it.each<[string, Readonly<Record<string, string>>, string | undefined, string]>([
    [
      'a plugin that is not there',
      { 'voxgraph.config.json': '{ "plugins": ["./gone.ts"] }' },
      undefined,
      'PLUGIN_FILE_MISSING voxgraph.config.json:1:15 the plugin file ./gone.ts does not exist.',
    ],
    ['a file that is not there', {}, 'gone.ts', 'CONFIG_MISSING the config file gone.ts does not exist.'],
    [
      'two of them',
      { 'voxgraph.config.ts': '', 'voxgraph.config.json': '{}' },
      undefined,
      'CONFIG_TWICE voxgraph.config.ts and voxgraph.config.json are both here, and only one can count.',
    ],
    [
      'no export',
      { 'voxgraph.config.js': 'const a = 1;' },
      undefined,
      'CONFIG_SHAPE voxgraph.config.js:1:1 voxgraph.config.js has no default export',
    ],
    [
      'a mistake in its syntax',
      { 'voxgraph.config.ts': 'export default {' },
      undefined,
      'PLUGIN_SYNTAX voxgraph.config.ts:1:17 Unexpected token.',
    ],
    ['broken JSON', { 'voxgraph.config.json': '{ "plugins": [' }, undefined, 'GRAPH_SYNTAX voxgraph.config.json:1:14'],
    [
      'something else inside TypeScript',
      { 'voxgraph.config.ts': 'export default { plugins: [{ plugin: "statistics", config: { everyMs: 0 } }, { plugin: 3 }] };' },
      undefined,
      'BAD_PLUGIN_OPTION voxgraph.config.ts plugins[0].config.everyMs setting "everyMs" of plugin "statistics": must be at least 1, not 0.',
    ],
  ])('is refused: %s', async (_, files, file, expected) => {
    write(files);
    expect((await problemsOf(file)).join('\n')).toContain(expected);
  });
});
