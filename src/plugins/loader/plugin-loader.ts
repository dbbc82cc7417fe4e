import { relative } from 'node:path';
import { satisfies, validRange } from 'semver';
import { voxError } from '../../errors.js';
import { nearestHint } from '../../graph/registry.js';
import { isPluginDefinition } from '../define-plugin.js';
import type { LoadedPlugin, PluginLoader, PluginRequest } from '../loader-types.js';
import type { PluginDefinition } from '../plugin-types.js';
import { runningVoxgraph, voxgraphVersion } from '../running-copy.js';
import { loadCompiler } from './compile.js';
import { locate, packageOf } from './locate.js';
import { importTree } from './module-tree.js';

/** What a loader knows. */
export interface PluginLoaderOptions {
  /** Plugins that are there without any file. */
  readonly builtin?: readonly PluginDefinition[];
  /** The folder that paths in errors are shown from. Default: the process's. */
  readonly cwd?: string;
}

/**
 * Imports plugins from local TypeScript and JavaScript files and from npm packages, on any Node that runs voxgraph. They get the running
 * `voxgraph`, and its `rxjs` and `zod` if they have none of their own.
 */
export function createPluginLoader(options: PluginLoaderOptions = {}): PluginLoader {
  const { builtin = [], cwd = process.cwd() } = options;
  const present = new Map<string, Promise<LoadedPlugin>>();
  const shown = (file: string): string => {
    const path = relative(cwd, file);
    return path.startsWith('..') ? file : path;
  };

  const importFile = async (file: string, onFile: (file: string) => void = () => {}): Promise<LoadedPlugin> => {
    const { root, manifest } = packageOf(file);
    const range = manifest?.peerDependencies?.['voxgraph'];
    const version = voxgraphVersion();
    if (typeof range === 'string' && validRange(range) && !satisfies(version, range, { includePrerelease: true }))
      throw voxError('PLUGIN_VOXGRAPH_VERSION', { package: manifest?.name ?? shown(file), range, version });
    const files = new Set([file]);
    const namespace = await importTree({
      entry: file,
      root,
      shown,
      given: new Map([['voxgraph', strict(await runningVoxgraph())]]),
      onFile: (read) => {
        files.add(read);
        onFile(read);
      },
    });
    return { definition: pluginIn(namespace, shown(file)), from: file, files: [...files] };
  };

  return {
    load: async (request) => {
      const own = request.from === undefined && builtin.find(({ name }) => name === request.name);
      if (own) return { definition: own, from: 'built-in', files: [] };
      const { resolveFrom } = await loadCompiler(shown);
      const file = locate(
        request,
        resolveFrom,
        builtin.map(({ name }) => name),
      );
      let loading = present.get(file);
      if (!loading) {
        loading = importFile(file);
        present.set(file, loading);
        // A file with a mistake is read again the next time.
        loading.catch(() => present.delete(file));
      }
      return named(await loading, request, shown);
    },
    reload: async (file, onFile) => {
      const loaded = await importFile(file, onFile);
      present.set(file, Promise.resolve(loaded));
      return loaded;
    },
  };
}

function named(loaded: LoadedPlugin, { name }: PluginRequest, shown: (file: string) => string): LoadedPlugin {
  const { definition, from } = loaded;
  if (name !== undefined && definition.name !== name)
    throw voxError('PLUGIN_NAME_DIFFERS', { name, plugin: definition.name, file: shown(from) });
  return loaded;
}

/** The plugin that a module exports. */
function pluginIn(namespace: object, file: string): PluginDefinition {
  const { default: exported, ...others } = namespace as { readonly [name: string]: unknown };
  if (isPluginDefinition(exported)) return exported;
  const other = Object.keys(others).find((name) => isPluginDefinition(others[name]));
  const reason =
    other !== undefined
      ? `it exports the plugin as "${other}", not as its default`
      : exported === undefined
        ? 'it has no default export'
        : `its default export is ${kindOf(exported)}, and not what definePlugin gives`;
  throw voxError('PLUGIN_NO_EXPORT', { reason }, { place: { file, line: 1, column: 1 } });
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : typeof value === 'function' ? 'a function' : `a ${typeof value}`;
}

/** A module that says which of its names was meant, where Node's own import would refuse the file. */
function strict(namespace: object): object {
  return new Proxy(namespace, {
    get: (target, name) => {
      if (typeof name === 'symbol' || name in target || ['__esModule', 'then', 'default', 'toJSON'].includes(name))
        return Reflect.get(target, name) as unknown;
      const hint = nearestHint(name, Object.keys(target));
      throw new SyntaxError(`voxgraph exports no "${name}"${hint.startsWith('. Did') ? hint : ''}`);
    },
  });
}
