import type { PluginDefinition } from './plugin-types.js';

/** A plugin that a graph file, or a config file, names. */
export interface PluginRequest {
  /** The name under `plugins` of a graph file: the plugin must have it. Without it `from` must be given, and any name is right. */
  readonly name?: string;
  /**
   * A package's name, or a path. Without it, or without `name`, the one that is given is looked for: a built-in plugin, the package
   * `voxgraph-plugin-…`, the package of that name; `from` alone may be a path too.
   */
  readonly from?: string;
  /** The folder that relative paths start from, and that packages are looked for from. */
  readonly baseDir: string;
}

/** A plugin's module as it was imported; nothing of it has run but the module's own top level. */
export interface LoadedPlugin {
  /** What it exports. */
  readonly definition: PluginDefinition;
  /** Where it was found: an absolute path, or `built-in`. */
  readonly from: string;
  /** The files of its own that were read, `from` among them; none of a built-in one. */
  readonly files: readonly string[];
}

/** Imports the modules of plugins. */
export interface PluginLoader {
  /**
   * Imports one; the same file is the same plugin until it is reloaded.
   * @throws VoxError `UNKNOWN_PLUGIN`, `PLUGIN_FILE_MISSING`, `PLUGIN_SYNTAX`, `PLUGIN_IMPORT_MISSING`, `PLUGIN_IMPORT_FAILED`,
   * `PLUGIN_NO_EXPORT`, `PLUGIN_NAME_DIFFERS`, `PLUGIN_VOXGRAPH_VERSION`, with the place in the file where there is one.
   */
  load(request: PluginRequest): Promise<LoadedPlugin>;
  /**
   * Imports one again, with all files of its own. After an error, as of {@link PluginLoader.load}, the earlier one still counts.
   *
   * @param from the file, as it was told.
   * @param onFile hears of each file that is read, also when it fails then: those are worth watching.
   */
  reload(from: string, onFile?: (file: string) => void): Promise<LoadedPlugin>;
  /** Those that were imported from files, each as it was last imported. */
  present(): readonly LoadedPlugin[];
}
