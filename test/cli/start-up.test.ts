import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Observable, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bundle = pathToFileURL(join(root, 'dist/bundle/index.js')).href;

/** What the bundle's modules load, by the names Node has for its own modules, and by path. */
function loadedBy(entry: string): { builtins: string[]; files: string[] } {
  const script = `
    import { registerHooks } from 'node:module';
    const files = [];
    registerHooks({ load(url, context, next) { files.push(url); return next(url, context); } });
    await import(${JSON.stringify(entry)});
    console.log(JSON.stringify({ builtins: process.moduleLoadList, files }));`;
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' });
  return JSON.parse(out.trim().split('\n').at(-1)!) as { builtins: string[]; files: string[] };
}

describe('the bundle', () => {
  it('shares every class of rxjs with whoever imports it', async () => {
    const { createEngine } = (await import(bundle)) as typeof import('../../src/index.js');
    const engine = createEngine();
    expect(engine.events$).toBeInstanceOf(Observable);
    expect(engine.events$).toBeInstanceOf(Subject);
    await engine.close();
  });

  it('loads neither the network, nor what starts processes, nor unused parts of rxjs', () => {
    const { builtins, files } = loadedBy(bundle);
    const names = ['_http_client', 'https', 'tls', 'dns', 'undici', 'child_process', 'crypto'];
    for (const name of names) expect(builtins).not.toContain(`NativeModule ${name}`);
    expect(files.filter((file) => file.includes('/rxjs/')).length).toBeLessThan(80);
    expect(files.filter((file) => /\/node_modules\/(werift|telegram|big-integer)\//.test(file))).toEqual([]);
  });
});
