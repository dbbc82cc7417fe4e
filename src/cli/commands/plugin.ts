import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import { reasonOf, voxError } from '../../errors.js';
import { PLUGIN_NAME } from '../../plugins/define-plugin.js';
import { finish, type CliIo } from '../io.js';
import { checkoutFolder, packageManifest, templateFolder } from '../package-files.js';

/** The arguments of `voxgraph plugin new`. */
export interface PluginNewArgs {
  /** The plugin's name. */
  readonly name: string;
  /** The folder to make; default `voxgraph-plugin-NAME`. */
  readonly dir?: string;
}

/** What the template calls its plugin, in each of the ways names are written. */
const TEMPLATE = { kebab: 'my-plugin', camel: 'myPlugin', pascal: 'MyPlugin' };

/** Makes a package with a plugin, its tests and a graph. Exit code 0. @throws VoxError `USAGE`, `OUTPUT_UNWRITABLE`. */
export async function pluginNewCommand({ name, dir }: PluginNewArgs, io: CliIo): Promise<number> {
  if (!PLUGIN_NAME.test(name)) {
    const near = name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^[^a-z]+|-+$/g, '');
    const hint = PLUGIN_NAME.test(near) ? `, such as "${near}"` : ', such as "night-mode"';
    throw voxError('USAGE', { reason: `a plugin's name is small letters, digits and "-"${hint}, not "${name}"` });
  }
  const folder = dir ?? `voxgraph-plugin-${name}`;
  const target = resolve(io.cwd, folder);
  if (existsSync(target) && readdirSync(target).length > 0)
    throw voxError('USAGE', { reason: `the folder ${folder} is there already and not empty; name another one with --dir` });
  try {
    mkdirSync(target, { recursive: true });
    cpSync(templateFolder('plugin'), target, { recursive: true });
    // npm would take a real one for its own.
    renameSync(join(target, 'gitignore'), join(target, '.gitignore'));
    rename(target, name);
    useCheckout(target);
  } catch (error) {
    throw voxError('OUTPUT_UNWRITABLE', { path: folder, reason: reasonOf(error) });
  }
  const paint = pc.createColors(io.color);
  const shown = relative(io.cwd, target) || '.';
  io.stdout(
    `${paint.bold(shown)} holds the plugin "${name}", with a node, a reducer, a reaction, tests and a graph.\n\n` +
      `  cd ${shown}\n  npm install\n  npm test\n  npm start\n\n` +
      'src/index.ts is the place to begin; docs/plugin-guide.md leads through it, docs/plugins.md explains every part.\n',
  );
  return 0;
}

/** Gives every file, in its name and its text, the plugin's name, and the manifest the present versions. */
function rename(target: string, name: string): void {
  const camel = name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const pascal = camel[0]!.toUpperCase() + camel.slice(1);
  const { version, dependencies = {} } = packageManifest();
  const range = (packageName: string) => `^${dependencies[packageName] ?? ''}`;
  const words: readonly (readonly [string, string])[] = [
    [TEMPLATE.kebab, name],
    [TEMPLATE.camel, camel],
    [TEMPLATE.pascal, pascal],
    ['VOXGRAPH_RANGE', `^${version}`],
    ['RXJS_RANGE', range('rxjs')],
    ['ZOD_RANGE', range('zod')],
  ];
  const put = (text: string) => words.reduce((so, [from, to]) => so.replaceAll(from, to), text);
  for (const entry of readdirSync(target, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    writeFileSync(path, put(readFileSync(path, 'utf8')));
    const renamed = put(entry.name);
    if (renamed !== entry.name) renameSync(path, join(entry.parentPath, renamed));
  }
}

/** Whoever works in a checkout has a voxgraph that no registry has: the package takes that one while it is developed. */
function useCheckout(target: string): void {
  const checkout = checkoutFolder();
  if (checkout === undefined) return;
  const path = join(target, 'package.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as { devDependencies: Record<string, string> };
  const devDependencies = { ...manifest.devDependencies, voxgraph: `file:${relative(target, checkout).replaceAll(sep, '/')}` };
  writeFileSync(path, `${JSON.stringify({ ...manifest, devDependencies }, null, 2)}\n`);
}

/** Adds `voxgraph plugin` to the program. */
export function register(program: Command, io: CliIo): void {
  const plugin = program.command('plugin').summary('begin a plugin').description('What authors of plugins need.');
  plugin
    .command('new')
    .argument('<name>', 'what the plugin is called: small letters, digits and "-"')
    .description(
      'Make a package with a plugin that works: TypeScript, a node, a reducer, a reaction, tests, a graph that uses it.',
    )
    .option('--dir <folder>', 'the folder to make; default voxgraph-plugin-NAME')
    .addHelpText('after', '\nExample:\n  voxgraph plugin new night-mode\n')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout(text), writeErr: (text) => io.stderr(text) })
    .action((name: string, { dir }: { dir?: string }) =>
      finish(pluginNewCommand({ name, ...(dir !== undefined && { dir }) }, io)),
    );
}
