import type { PluginDefinition } from './plugin-types.js';

/** A plugin that a graph file, or a config file, names. */
export interface PluginRequest {
  /** The name under `plugins`. */
  readonly name: string;
  /** A package's name, or a path; default: looked for by the name. */
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
}

/** Imports the modules of plugins. */
export interface PluginLoader {
  /**
   * Imports one.
   * @throws VoxError `UNKNOWN_PLUGIN` when there is none, `PLUGIN_LOAD_FAILED` when its module throws or exports something else.
   */
  load(request: PluginRequest): Promise<LoadedPlugin>;
}
