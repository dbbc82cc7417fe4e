/**
 * What lies beside the program in its package. The same way leads there from src/cli, dist/cli and dist/bundle.
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** voxgraph's own manifest, as far as it matters here. */
export interface PackageManifest {
  /** Its version. */
  readonly version: string;
  /** With exact versions. */
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** voxgraph's own manifest. */
export function packageManifest(): PackageManifest {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as PackageManifest;
}

/** The folder of a template. */
export function templateFolder(name: 'plugin'): string {
  return fileURLToPath(new URL(`../../templates/${name}`, import.meta.url));
}

/** The folder of the checkout that this program runs from; undefined: it was installed as a package, which holds no sources. */
export function checkoutFolder(): string | undefined {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  return existsSync(new URL('../../src/index.ts', import.meta.url)) ? root : undefined;
}
