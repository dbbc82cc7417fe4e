import { z } from 'zod';
import { isPluginDefinition } from '../define-plugin.js';
import type { InstallOptions, PluginDefinition } from '../plugin-types.js';

/** One plugin in `voxgraph.config`. */
export interface ConfigPlugin extends InstallOptions {
  /** A name of a built-in one, a package, a path beside the config file, or the plugin itself. */
  readonly plugin: string | PluginDefinition;
}

/** What `voxgraph.config.ts`, `.js` or `.json` holds. */
export interface VoxgraphConfig {
  /** Plugins of every graph that this voxgraph runs. */
  readonly plugins?: readonly (string | PluginDefinition | ConfigPlugin)[];
  /** Where plugins keep what they store; relative to the config file. */
  readonly dataDir?: string;
}

/**
 * Gives a config its type; nothing else.
 *
 * @example `export default defineConfig({ plugins: ['statistics', './my-plugin.ts'] });`
 */
export function defineConfig(config: VoxgraphConfig): VoxgraphConfig {
  return config;
}

const reference = z.string().min(1);
const definition = z.custom<PluginDefinition>(isPluginDefinition, 'must be a plugin or the name of one');

/** An entry, once a plugin or a name alone is written out. */
export const configEntry = z.strictObject({
  plugin: z.union([reference, definition]),
  enabled: z.boolean().default(true),
  priority: z.number().default(0),
  config: z.record(z.string(), z.unknown()).default({}),
});

/** The whole, but for what its entries hold. */
export const configFile = z.strictObject({
  $schema: z.string().optional(),
  plugins: z.array(z.unknown()).default([]),
  dataDir: z.string().min(1).optional(),
});
