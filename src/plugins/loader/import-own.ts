import { relative } from 'node:path';
import { satisfies, validRange } from 'semver';
import { voxError } from '../../errors.js';
import { nearestHint } from '../../graph/registry.js';
import { runningVoxgraph, voxgraphVersion } from '../running-copy.js';
import { packageOf } from './locate.js';
import { importTree } from './module-tree.js';

/** A module of a plugin's or a user's own, as it was imported. */
export interface OwnModule {
  /** What it exports. */
  readonly namespace: object;
  /** The files of its own that were read, itself among them. */
  readonly files: readonly string[];
}

/**
 * Imports a module with all files of its own anew; it gets the running voxgraph.
 *
 * @param onFile hears of each file that is read, also when it fails then.
 * @throws VoxError `PLUGIN_VOXGRAPH_VERSION` before any of its code runs, and as `importTree`.
 */
export async function importOwn(
  file: string,
  shown: (file: string) => string,
  onFile: (file: string) => void = () => {},
): Promise<OwnModule> {
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
  return { namespace, files: [...files] };
}

/** A file as errors call it: relative to a folder if it lies in it. */
export function shownFrom(cwd: string, file: string): string {
  const path = relative(cwd, file);
  return path.startsWith('..') ? file : path;
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
