import { voxError } from '../../errors.js';
import { BUILTIN_PLUGINS } from '../builtin/index.js';
import { isPluginDefinition } from '../define-plugin.js';
import type { LoadedPlugin, PluginLoader, PluginRequest } from '../loader-types.js';
import type { PluginDefinition } from '../plugin-types.js';
import { loadCompiler } from './compile.js';
import { importOwn, shownFrom } from './import-own.js';
import { locate } from './locate.js';

/** What a loader knows. */
export interface PluginLoaderOptions {
  /** Plugins that are there without any file, by name: each is fetched once it is asked for. Default: those that come with voxgraph. */
  readonly builtin?: Readonly<Record<string, () => Promise<PluginDefinition>>>;
  /** The folder that paths in errors are shown from. Default: the process's. */
  readonly cwd?: string;
}

/**
 * Imports plugins from local TypeScript and JavaScript files and from npm packages, on any Node that runs voxgraph. They get the running
 * `voxgraph`, and its `rxjs` and `zod` if they have none of their own.
 */
export function createPluginLoader(options: PluginLoaderOptions = {}): PluginLoader {
  const { builtin = BUILTIN_PLUGINS, cwd = process.cwd() } = options;
  const present = new Map<string, LoadedPlugin>();
  const underWay = new Map<string, Promise<LoadedPlugin>>();
  const shown = (file: string): string => shownFrom(cwd, file);

  const importFile = async (file: string, onFile: (file: string) => void = () => {}): Promise<LoadedPlugin> => {
    const { namespace, files } = await importOwn(file, shown, onFile);
    return { definition: pluginIn(namespace, shown(file)), from: file, files };
  };

  return {
    load: async (request) => {
      const wanted = request.from === undefined || request.name === undefined ? (request.from ?? request.name) : undefined;
      const own = wanted !== undefined && Object.hasOwn(builtin, wanted) ? builtin[wanted] : undefined;
      if (own) return { definition: await own(), from: 'built-in', files: [] };
      const { resolveFrom } = await loadCompiler(shown);
      const file = locate(request, resolveFrom, Object.keys(builtin));
      const found = present.get(file);
      if (found) return named(found, request, shown);
      let loading = underWay.get(file);
      if (!loading) {
        loading = importFile(file).finally(() => underWay.delete(file));
        underWay.set(file, loading);
      }
      const loaded = await loading;
      present.set(file, loaded);
      return named(loaded, request, shown);
    },
    reload: async (file, onFile) => {
      const loaded = await importFile(file, onFile);
      present.set(file, loaded);
      return loaded;
    },
    present: () => [...present.values()],
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
