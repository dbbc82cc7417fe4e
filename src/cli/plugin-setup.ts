import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Problem } from '../errors.js';
import { loadConfig, type LoadedConfig } from '../plugins/config/load-config.js';
import { createPluginLoader } from '../plugins/loader/plugin-loader.js';
import type { PluginLoader } from '../plugins/loader-types.js';
import { sqliteStorage, type SqliteStorage } from '../plugins/sqlite/sqlite-storage.js';
import type { CliIo } from './io.js';

/** What a command line says about plugins. */
export interface PluginArgs {
  /** The config file; default `voxgraph.config` in the present folder, if there is one. */
  readonly config?: string;
  /** Where plugins store; see {@link dataFolder}. */
  readonly data?: string;
}

/** What a command needs for plugins. */
export interface PluginSetup {
  /** Imports those that graphs name. */
  readonly loader: PluginLoader;
  /** Those of every graph. */
  readonly config: LoadedConfig;
}

/** Reads `voxgraph.config` and imports its plugins. @throws VoxError with everything that is wrong. */
export async function setUpPlugins(io: CliIo, { config: file }: PluginArgs): Promise<PluginSetup> {
  const loader = createPluginLoader({ cwd: io.cwd });
  const config = await loadConfig({ cwd: io.cwd, loader, ...(file !== undefined && { file }) });
  return { loader, config };
}

/** A storage in the data folder; nothing is made before a plugin stores something. */
export function openStorage(
  io: CliIo,
  args: PluginArgs,
  config: LoadedConfig,
  onProblem: (problem: Problem) => void,
): SqliteStorage {
  return sqliteStorage({ dir: dataFolder(io, args, config), onProblem });
}

/** The data folder: `--data`, the config's `dataDir`, `VOXGRAPH_DATA`, or the usual place of the user's programs. */
export function dataFolder(io: CliIo, { data }: PluginArgs, { dataDir }: LoadedConfig): string {
  if (data !== undefined) return resolve(io.cwd, data);
  const { VOXGRAPH_DATA, XDG_DATA_HOME } = process.env;
  return dataDir ?? (VOXGRAPH_DATA || join(XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'voxgraph'));
}

/** `--config`. */
export function withConfigOption(command: Command): Command {
  return command.option('--config <file>', 'plugins of every graph; default: voxgraph.config.ts, .js or .json, if it is there');
}
