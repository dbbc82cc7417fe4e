import { voxError } from '../../errors.js';
import type { ApiHost } from '../api-host.js';

/** Settings of plugins that name a file or folder: what they write there may hold what anybody said. */
const NAMES_FILE = /^(file|path|folder|dir|directory)$/i;

/** The settings of a config that name files, each with its value. */
export function filesIn(config: Readonly<Record<string, unknown>>): [name: string, value: unknown][] {
  return Object.entries(config).filter(([name, value]) => NAMES_FILE.test(name) && value !== undefined);
}

/** Refuses a config that came over HTTP and names another file than the plugin has now. @throws VoxError `TEXT_FORBIDDEN`. */
export function checkSentConfig({ engine }: Pick<ApiHost, 'engine'>, plugin: string, config: unknown): void {
  if (typeof config !== 'object' || config === null) return;
  const present = engine.plugins().find(({ key, name }) => key === plugin || name === plugin)?.config ?? {};
  for (const [name, value] of filesIn(config as Readonly<Record<string, unknown>>)) {
    if (value !== present[name]) throw voxError('TEXT_FORBIDDEN', { what: `another "${name}" of the plugin "${plugin}"` });
  }
}
