import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, isAbsolute, join, parse, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { voxError } from '../../errors.js';
import { nearestHint } from '../../graph/registry.js';
import type { PluginRequest } from '../loader-types.js';
import type { ResolveFrom } from './compile.js';
import { fileHint, localFile } from './local-file.js';

/** What packages of plugins may be called: by the plugin's name alone, or behind this. */
export const PACKAGE_PREFIX = 'voxgraph-plugin-';

/** The file of a request: a path, or a package. @throws VoxError `PLUGIN_FILE_MISSING`, `UNKNOWN_PLUGIN`. */
export function locate(request: PluginRequest, resolveFrom: ResolveFrom, builtin: readonly string[]): string {
  const { name, from, baseDir } = request;
  const importer = join(resolve(baseDir), 'any.js');
  if (from !== undefined && isPath(from)) {
    const path = resolve(baseDir, from.startsWith('file:') ? fileURLToPath(from) : from);
    const file = localFile(path) ?? packageEntry(path, resolveFrom);
    if (file === undefined) throw voxError('PLUGIN_FILE_MISSING', { file: from, hint: fileHint(path) });
    return file;
  }
  const shown = from ?? name!;
  // With both, "from" is meant as it is written.
  const names = from !== undefined && name !== undefined ? [from] : [PACKAGE_PREFIX + shown, shown];
  for (const wanted of names) {
    const url = resolveFrom(wanted, importer);
    if (url !== undefined && !isBuiltin(wanted)) return url.startsWith('file:') ? fileURLToPath(url) : url;
  }
  throw voxError('UNKNOWN_PLUGIN', { plugin: shown, hint: nearestHint(shown, [...builtin, ...installedNear(baseDir)]) });
}

/** What counts as a path and not as a package: what begins like one, or ends like a module. */
export function isPath(from: string): boolean {
  return /^\.{1,2}([\\/]|$)|^file:|\.[cm]?[jt]s$/.test(from) || isAbsolute(from);
}

/** A package's manifest, as far as it matters here. */
export interface Manifest {
  /** Its name. */
  readonly name?: string;
  /** What it gives to importers. */
  readonly exports?: unknown;
  /** The same, as it was written before. */
  readonly main?: unknown;
  /** What it expects beside itself. */
  readonly peerDependencies?: Readonly<Record<string, unknown>>;
}

/** The nearest manifest above a file with its folder. Without one: the file's own folder. */
export function packageOf(file: string): { readonly root: string; readonly manifest: Manifest | undefined } {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = readManifest(folder);
    if (manifest) return { root: folder, manifest };
    if (folder === parse(folder).root || folder.endsWith('node_modules')) return { root: dirname(file), manifest: undefined };
  }
}

function readManifest(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

/** The main file of a folder with a manifest. */
function packageEntry(folder: string, resolveFrom: ResolveFrom): string | undefined {
  const manifest = readManifest(folder);
  if (!manifest) return undefined;
  // A package may import itself by its name, by its own rules.
  const url = manifest.exports && manifest.name ? resolveFrom(manifest.name, join(folder, 'any.js')) : undefined;
  if (url?.startsWith('file:')) return fileURLToPath(url);
  return typeof manifest.main === 'string' ? localFile(join(folder, manifest.main)) : undefined;
}

/** Names of the plugins whose packages lie in the folders that an import from here looks in. */
function installedNear(baseDir: string): string[] {
  const names: string[] = [];
  for (let folder = resolve(baseDir); ; folder = dirname(folder)) {
    const modules = join(folder, 'node_modules');
    if (existsSync(modules)) {
      const found = readdirSync(modules).filter((entry) => entry.startsWith(PACKAGE_PREFIX));
      names.push(...found.map((entry) => entry.slice(PACKAGE_PREFIX.length)));
    }
    if (folder === parse(folder).root) return [...new Set(names)];
  }
}
