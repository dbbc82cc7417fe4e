import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, extname, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { reasonOf, VoxError, voxError, type SourcePlace } from '../../errors.js';
import { createRealtimeScheduler } from '../../time/realtime.js';
import type { Scheduler } from '../../time/scheduler.js';
import { timerWaker } from '../../time/timer-waker.js';
import { loadCompiler, type ModuleBody } from './compile.js';
import { fileHint, localFile } from './local-file.js';

/** Where a tree begins, and how it is shown. */
export interface TreeOptions {
  /** The first module. */
  readonly entry: string;
  /** The folder of its package: files in it, or outside of any `node_modules`, are its own; others are left to Node. */
  readonly root: string;
  /** What errors call a file. */
  readonly shown: (file: string) => string;
  /** Modules that are given instead of being looked for. */
  readonly given: ReadonlyMap<string, object>;
  /** Hears of each file as it is read, also of a tree that fails then. */
  readonly onFile: (file: string) => void;
  /** Whose time limits the import. Default: the machine's. */
  readonly scheduler?: Scheduler;
}

/** So long an import may take. */
const LIMIT_SEC = 10;

interface Module {
  readonly module: { exports: unknown };
  readonly importer: Module | undefined;
  done: Promise<unknown> | undefined;
}

const BODY = '(exports, require, module, __filename, __dirname, jitiImport) {';
const PREFIX = { async: `(async function ${BODY}`, sync: `(function ${BODY}` };

/**
 * Imports a module and its own files anew, whatever was imported before, so that a changed file counts. What lies in `node_modules` is
 * Node's, and is imported once.
 *
 * @returns the namespace of the first module.
 * @throws VoxError `PLUGIN_SYNTAX`, `PLUGIN_IMPORT_MISSING`, `PLUGIN_IMPORT_FAILED`, `PLUGIN_IMPORT_TIMEOUT`, with the place.
 */
export async function importTree(options: TreeOptions): Promise<object> {
  const tree = new ModuleTree(options, await loadCompiler(options.shown));
  // Its timer keeps the process alive: without one it would end, in the middle and as if all were well.
  const scheduler = options.scheduler ?? createRealtimeScheduler({ waker: timerWaker });
  let cancel = () => {};
  const limit = new Promise<never>((_, reject) => {
    const place = { file: options.shown(options.entry), line: 1, column: 1 };
    const late = () => reject(voxError('PLUGIN_IMPORT_TIMEOUT', { seconds: LIMIT_SEC }, { place }));
    cancel = scheduler.after(LIMIT_SEC * 1000, late);
  });
  try {
    return await Promise.race([tree.import(options.entry, undefined), limit]);
  } catch (error) {
    if (error instanceof VoxError) throw error;
    throw voxError('PLUGIN_IMPORT_FAILED', { reason: reasonOf(error) }, { place: tree.placeOf(error) });
  } finally {
    cancel();
    if (!options.scheduler) scheduler.close();
  }
}

/**
 * Where a name stands that is not defined. The stack says where the statement begins in what was compiled, which may be lines before:
 * `export default` is put behind what came before it.
 */
function missingName(error: unknown, source: string): Pick<SourcePlace, 'line' | 'column'> | undefined {
  const name = error instanceof ReferenceError ? /^([\w$]+) is not defined$/.exec(error.message)?.[1] : undefined;
  if (name === undefined) return undefined;
  const at = new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}(?![\\w$])`).exec(source)?.index;
  if (at === undefined) return undefined;
  const before = source.slice(0, at).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

class ModuleTree {
  readonly #options: TreeOptions;
  readonly #compiler: Awaited<ReturnType<typeof loadCompiler>>;
  readonly #modules = new Map<string, Module>();
  readonly #sources = new Map<string, string>();

  constructor(options: TreeOptions, compiler: Awaited<ReturnType<typeof loadCompiler>>) {
    this.#options = options;
    this.#compiler = compiler;
  }

  async import(file: string, importer: Module | undefined): Promise<object> {
    const known = this.#modules.get(file);
    if (known) {
      // A circle sees what is there already; anyone else waits until all of it is.
      if (!isAbove(known, importer)) await known.done;
      return namespaceOf(known.module.exports);
    }
    const made = this.#begin(file, importer);
    if (extname(file) === '.json') made.module.exports = this.#json(file);
    else made.done = Promise.resolve(this.#run(file, made, 'async'));
    await made.done;
    return namespaceOf(made.module.exports);
  }

  /** The first line of a thrown error's stack that lies in one of these files. */
  placeOf(error: unknown): SourcePlace {
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    for (const [, path = '', line, column] of stack.matchAll(
      /(?:at (?:async )?|\()(?:file:\/\/)?([^()\s][^()]*?):(\d+):(\d+)\)?$/gm,
    )) {
      const source = this.#sources.get(path);
      if (source !== undefined)
        return {
          file: this.#options.shown(path),
          ...(missingName(error, source) ?? { line: Number(line), column: Number(column) }),
        };
    }
    return { file: this.#options.shown(this.#options.entry), line: 1, column: 1 };
  }

  #begin(file: string, importer: Module | undefined): Module {
    const made: Module = { module: { exports: {} }, importer, done: undefined };
    this.#modules.set(file, made);
    return made;
  }

  #read(file: string): string {
    this.#options.onFile(file);
    const source = readFileSync(file, 'utf8');
    this.#sources.set(file, source);
    return source;
  }

  #json(file: string): unknown {
    try {
      return JSON.parse(this.#read(file));
    } catch (error) {
      throw voxError(
        'PLUGIN_SYNTAX',
        { reason: reasonOf(error) },
        { place: { file: this.#options.shown(file), line: 1, column: 1 } },
      );
    }
  }

  #run(file: string, made: Module, how: 'async' | 'sync'): unknown {
    const code = this.#compiler.compile(this.#read(file).replace(/^#!/, '//'), file, how);
    const prefix = PREFIX[how];
    const { runInThisContext } = process.getBuiltinModule('node:vm');
    const body = runInThisContext(`${prefix}${code}\n})`, { filename: file, columnOffset: -prefix.length }) as ModuleBody;
    const { module } = made;
    return body(
      module.exports as object,
      (specifier) => this.#require(specifier, file, made),
      module,
      file,
      dirname(file),
      (specifier) => this.#importFrom(specifier, file, made),
    );
  }

  async #importFrom(specifier: string, file: string, importer: Module): Promise<object> {
    if (isBuiltin(specifier)) return (await import(/* @vite-ignore */ specifier)) as object;
    const given = this.#options.given.get(specifier);
    if (given) return given;
    const found = this.#find(specifier, file);
    if (found.own) return this.import(found.path, importer);
    return (await import(/* @vite-ignore */ pathToFileURL(found.path).href)) as object;
  }

  #require(specifier: string, file: string, importer: Module): unknown {
    const native = createRequire(file);
    if (isBuiltin(specifier)) return native(specifier) as unknown;
    const given = this.#options.given.get(specifier);
    if (given) return given;
    const found = this.#find(specifier, file);
    if (!found.own) return native(found.path) as unknown;
    const known = this.#modules.get(found.path);
    if (known) return known.module.exports;
    const made = this.#begin(found.path, importer);
    if (extname(found.path) === '.json') made.module.exports = this.#json(found.path);
    else this.#run(found.path, made, 'sync');
    return made.module.exports;
  }

  #find(specifier: string, file: string): { readonly path: string; readonly own: boolean } {
    let path: string | undefined;
    let hint = '';
    if (/^(\.{1,2}(\/|$)|\/|file:)/.test(specifier)) {
      const wanted = specifier.startsWith('file:') ? fileURLToPath(specifier) : resolve(dirname(file), specifier);
      path = localFile(wanted);
      hint = fileHint(wanted);
    } else {
      let url = this.#compiler.resolveFrom(specifier, file);
      // Those that every plugin needs: without its own it gets ours.
      if (/^(rxjs|zod)(\/|$)/.test(specifier)) url ??= this.#compiler.resolveFrom(specifier, fileURLToPath(import.meta.url));
      path = url?.startsWith('file:') ? fileURLToPath(url) : url;
    }
    if (path === undefined) throw this.#missing(specifier, file, hint);
    return { path, own: this.#isOwn(path) };
  }

  #isOwn(path: string): boolean {
    const { root } = this.#options;
    const inside = path.startsWith(root + sep) ? path.slice(root.length) : path;
    return !inside.includes(`${sep}node_modules${sep}`) && /\.(json|[cm]?[jt]sx?)$/.test(path);
  }

  #missing(specifier: string, file: string, hint: string): VoxError {
    const lines = (this.#sources.get(file) ?? '').split('\n');
    const index = lines.findIndex((line) => line.includes(`'${specifier}'`) || line.includes(`"${specifier}"`));
    const column = Math.max(0, lines[index]?.indexOf(specifier) ?? 0);
    const place = { file: this.#options.shown(file), line: Math.max(0, index) + 1, column: column + 1 };
    return voxError('PLUGIN_IMPORT_MISSING', { specifier, hint }, { place });
  }
}

function isAbove(module: Module, from: Module | undefined): boolean {
  for (let at = from; at; at = at.importer) if (at === module) return true;
  return false;
}

/** A module's exports as an importer sees them: of a CommonJS module the whole is also the default. */
function namespaceOf(exports: unknown): object {
  const whole = typeof exports === 'object' || typeof exports === 'function' ? exports : undefined;
  const none = whole && typeof exports === 'object' && Object.keys(whole).length === 0;
  return (whole && '__esModule' in whole) || none ? whole : { ...whole, default: exports };
}
