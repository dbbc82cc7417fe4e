import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { voxgraph } from '../../src/cli/program.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { npmCommand, npmEnvironment } = createRequire(import.meta.url)('../../scripts/lib/node.cjs') as {
  npmCommand(): string[];
  npmEnvironment(): NodeJS.ProcessEnv;
};

let dir: string;

beforeAll(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'voxgraph-new-')));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function inProcess(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const io = {
    stdout: (text: string) => void (out += text),
    stderr: (text: string) => void (err += text),
    cwd: dir,
    color: false,
  };
  return { code: await voxgraph(['plugin', 'new', ...args], io), out, err };
}

/** Every file of a folder with its text. */
function filesIn(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1), readFileSync(path, 'utf8')];
    }),
  );
}

/** The packed voxgraph and what it needs, as npm would lay them, without a network. */
function install(): void {
  const [npm = 'npm', ...before] = npmCommand();
  const packed = execFileSync(npm, [...before, 'pack', '--ignore-scripts', '--silent', '--pack-destination', dir], {
    cwd: ROOT,
    env: npmEnvironment(),
    encoding: 'utf8',
  });
  const modules = join(dir, 'node_modules');
  mkdirSync(join(modules, 'voxgraph'), { recursive: true });
  execFileSync('tar', [
    '-xzf',
    join(dir, packed.trim().split('\n').at(-1)!),
    '-C',
    join(modules, 'voxgraph'),
    '--strip-components=1',
  ]);
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
}

interface VitestReport {
  readonly testResults?: readonly {
    readonly message: string;
    readonly assertionResults: readonly { fullName: string; status: string; failureMessages: readonly string[] }[];
  }[];
}

describe('voxgraph plugin new', () => {
  it('makes a package that is named after the plugin throughout', async () => {
    const { code, out } = await inProcess('night-mode2', '--dir', 'here');
    expect(code).toBe(0);
    expect(out).toContain('  cd here\n  npm install\n  npm test\n  npm start\n');
    const files = filesIn(join(dir, 'here'));
    expect(Object.keys(files).sort()).toEqual([
      '.gitignore',
      'README.md',
      'graphs/night-mode2.json',
      'graphs/night-mode2.test.json',
      'package.json',
      'src/index.ts',
      'src/swell.ts',
      'test/night-mode2.test.ts',
      'tsconfig.build.json',
      'tsconfig.json',
    ]);
    for (const text of Object.values(files)) expect(text).not.toMatch(/my-?plugin|_RANGE/i);
    const { version, dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      version: string;
      dependencies: Record<string, string>;
    };
    expect(JSON.parse(files['package.json']!)).toMatchObject({
      name: 'voxgraph-plugin-night-mode2',
      peerDependencies: { voxgraph: `^${version}`, rxjs: `^${dependencies['rxjs']}`, zod: `^${dependencies['zod']}` },
      // Of this checkout, so that `npm install` needs none that is published.
      devDependencies: { voxgraph: `file:${relative(join(dir, 'here'), ROOT)}` },
    });
    expect(files['test/night-mode2.test.ts']).toContain("import nightMode2, { type NightMode2State } from '../src/index.js';");
  });

  it('refuses names that no plugin can have, and folders that hold something', async () => {
    expect(await inProcess('Night Mode')).toMatchObject({
      code: 2,
      err: expect.stringContaining(
        'a plugin\'s name is small letters, digits and "-", such as "night-mode", not "Night Mode"',
      ) as string,
    });
    mkdirSync(join(dir, 'full'));
    writeFileSync(join(dir, 'full', 'thesis.txt'), '');
    const { code, err } = await inProcess('night', '--dir', 'full');
    expect({ code, err }).toMatchObject({
      code: 2,
      err: expect.stringContaining('the folder full is there already and not empty') as string,
    });
    expect(readdirSync(join(dir, 'full'))).toEqual(['thesis.txt']);
    expect(await inProcess('night', '--dir', join('full', 'thesis.txt', 'night'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot be written: ') as string,
    });
  });

  it('works with the packed voxgraph: its tests pass, its types are right, its graph is', () => {
    install();
    const cli = join(dir, 'node_modules', 'voxgraph', 'bin', 'voxgraph.js');
    const run = (cwd: string, ...args: string[]) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, args, {
        cwd,
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: '1' },
      });
      return { status, text: stdout + stderr };
    };
    expect(run(dir, cli, 'plugin', 'new', 'night-mode')).toMatchObject({ status: 0 });
    const made = join(dir, 'voxgraph-plugin-night-mode');
    expect(existsSync(made)).toBe(true);
    expect(readFileSync(join(made, 'package.json'), 'utf8')).not.toContain('file:');
    const report = join(dir, 'report.json');
    const vitest = run(made, join(dir, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=json', `--outputFile=${report}`);
    const { testResults = [] } = JSON.parse(existsSync(report) ? readFileSync(report, 'utf8') : '{}') as VitestReport;
    const results = testResults.flatMap(({ message, assertionResults }) => [
      ...(message ? [{ fullName: 'the file', status: 'failed', failureMessages: [message] }] : []),
      ...assertionResults,
    ]);
    expect(results.filter(({ status }) => status !== 'passed')).toEqual([]);
    expect(vitest, vitest.text).toMatchObject({ status: 0 });
    expect(results.length).toBeGreaterThan(15);
    const tsc = run(made, join(dir, 'node_modules/typescript/bin/tsc'), '--noEmit');
    expect(tsc, tsc.text).toMatchObject({ status: 0 });
    const check = run(made, cli, 'check', 'graphs/night-mode.json', '--strict');
    expect(check).toMatchObject({ status: 0 });
    const graphTest = run(made, cli, 'test', 'graphs');
    expect(graphTest, graphTest.text).toMatchObject({ status: 0 });
    // As npm would ship it: JavaScript in dist.
    expect(run(made, join(dir, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json')).toMatchObject({ status: 0 });
    symlinkSync(made, join(dir, 'node_modules', 'voxgraph-plugin-night-mode'));
    writeFileSync(join(dir, 'voxgraph.config.mjs'), `export default { plugins: ['night-mode'] };`);
    const nodes = run(dir, cli, 'nodes', 'night-mode.swell');
    expect(nodes.text).toContain('Make a signal rise and fall in loudness.');
  }, 120_000);
});
