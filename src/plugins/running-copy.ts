/**
 * The voxgraph that runs, for plugins that import it.
 * @module
 */
import { readFileSync } from 'node:fs';

let found: string | undefined;

/** The version of the voxgraph that runs. */
export function voxgraphVersion(): string {
  // The same way from src/plugins, dist/plugins and dist/bundle.
  found ??= (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;
  return found;
}

/**
 * The module `voxgraph` that runs. Loaded by a path made at run time: voxgraph imports the loader, not the loader voxgraph, and a bundler
 * must not pack a second copy.
 */
export function runningVoxgraph(): Promise<object> {
  const here = import.meta.url;
  const path = /\/bundle\/[^/]*$/.test(here) ? './index.js' : `../index.${here.endsWith('.ts') ? 'ts' : 'js'}`;
  return import(/* @vite-ignore */ new URL(path, here).href) as Promise<object>;
}
