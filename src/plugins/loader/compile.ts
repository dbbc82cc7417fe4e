import { join, parse } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Jiti } from 'jiti';
import { voxError } from '../../errors.js';

/** What a compiled module is called with. `importModule` gives the namespace of a module. */
export type ModuleBody = (
  exports: object,
  require: (specifier: string) => unknown,
  module: { exports: unknown },
  filename: string,
  dirname: string,
  importModule: (specifier: string) => Promise<unknown>,
) => unknown;

/** Turns TypeScript or JavaScript into the text of a function of {@link ModuleBody}'s arguments, line by line. */
export type Compile = (source: string, file: string, how: 'async' | 'sync') => string;

/** Of `resolveFrom`. */
export type ResolveFrom = (specifier: string, importer: string) => string | undefined;

let jiti: Promise<Jiti> | undefined;

/** Loaded on first use: most graphs have no plugin files, and it is large. */
function loadJiti(): Promise<Jiti> {
  jiti ??= import('jiti').then(({ createJiti }) =>
    // No cache on disk: whoever may write to it would write programs that we run. And of no place: what it does not find from the
    // importer it looks for from its own.
    createJiti(join(parse(process.cwd()).root, 'nowhere.js'), {
      fsCache: false,
      moduleCache: false,
      interopDefault: false,
      alias: {},
      tsconfigPaths: false,
    }),
  );
  return jiti;
}

/**
 * jiti as a compiler and as a resolver of packages. Its own module loader is not used: it hands JavaScript modules to Node, which keeps the
 * first version of a file for ever.
 *
 * @param shown what errors call a file.
 */
export async function loadCompiler(shown: (file: string) => string): Promise<{ compile: Compile; resolveFrom: ResolveFrom }> {
  const loaded = await loadJiti();
  return {
    compile: (source, file, how) => {
      const code = loaded.transform({
        source,
        filename: file,
        ts: /\.[cm]?tsx?$/.test(file),
        async: how === 'async',
        retainLines: true,
        interopDefault: false,
      });
      const failed = /^exports\.__JITI_ERROR__ = (\{.*\})/s.exec(code);
      if (failed) {
        const { line = 1, column = 0, message } = JSON.parse(failed[1]!) as { line?: number; column?: number; message: string };
        throw voxError('PLUGIN_SYNTAX', { reason: message.trim() }, { place: { file: shown(file), line, column: column + 1 } });
      }
      return code;
    },
    resolveFrom: (specifier, importer) => loaded.esmResolve(specifier, { parentURL: pathToFileURL(importer).href, try: true }),
  };
}
