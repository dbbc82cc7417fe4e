import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readGuide, type GuideStep } from './guide.js';

const ROOT = join(import.meta.dirname, '../..');
const { npmCommand, npmEnvironment } = createRequire(import.meta.url)('../../scripts/lib/node.cjs') as {
  npmCommand(): string[];
  npmEnvironment(): NodeJS.ProcessEnv;
};
const dir = realpathSync(mkdtempSync(join(tmpdir(), 'voxgraph-guide-')));
afterAll(() => {
  follower.child?.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

/** What npm would install, without a network: packages of the checkout, and voxgraph itself. */
const modules = join(dir, 'node_modules');
const bin = (name: string) => join(ROOT, 'node_modules', name);

/** Follows the guide as a reader would. What is a command of npm is what npm would run, and `voxgraph` the one of the checkout. */
class Follower {
  cwd = dir;
  child: ChildProcess | undefined;
  /** Where the engine that was started answers. */
  url = '';
  printed = '';
  #heard = (): void => {};

  run(line: string): { status: number | null; text: string } {
    const [program = '', ...args] = split(line);
    if (program === 'mkdir') return this.#done(() => mkdirSync(join(this.cwd, args[0]!)));
    if (program === 'cd') return this.#done(() => (this.cwd = join(this.cwd, args[0]!)));
    if (program === 'voxgraph') return this.#voxgraph(args);
    if (line === 'npm install') return { status: 0, text: '' };
    if (line === 'npm test') return this.#node(bin('vitest/vitest.mjs'), 'run');
    if (line === 'npm run check')
      return this.#all(
        () => this.#node(bin('typescript/bin/tsc'), '--noEmit'),
        () => this.#voxgraph(['check', 'graphs/night-mode.json']),
        () => this.#voxgraph(['test', 'graphs']),
      );
    if (line === 'npm pack')
      return this.#all(
        () => this.#node(bin('typescript/bin/tsc'), '-p', 'tsconfig.build.json'),
        () => this.#spawn(npmCommand()[0] ?? 'npm', [...npmCommand().slice(1), 'pack', '--ignore-scripts'], npmEnvironment()),
      );
    if (program === 'npm' && args[0] === 'install') return this.#install(args[1]!);
    throw new Error(`the guide has a command that its test does not know: ${line}`);
  }

  /** Starts something that goes on; resolves once it has printed that. */
  async start(line: string, prints: readonly string[]): Promise<void> {
    const [, ...args] = split(line);
    this.printed = '';
    this.child = spawn(process.execPath, [join(ROOT, 'bin/voxgraph.js'), ...args, '--port', '0'], {
      cwd: this.cwd,
      env: { ...process.env, NO_COLOR: '1', VOXGRAPH_DATA: join(dir, 'data') },
    });
    const hear = (text: unknown) => {
      this.printed += String(text);
      this.#heard();
    };
    this.child.stdout!.on('data', hear);
    this.child.stderr!.on('data', hear);
    for (const text of prints) await this.until(text);
    await this.until('Ctrl-C stops.');
    this.url = /http:\S+/.exec(this.printed)![0];
  }

  /** Resolves once what was started has printed that; how long it takes is nobody's business. */
  until(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#heard = () => {
        if (this.printed.includes(text)) resolve();
      };
      this.child!.once('exit', () => reject(new Error(`it ended before it printed "${text}":\n${this.printed}`)));
      this.#heard();
    });
  }

  /** Of a file without a package: those of a package are checked by its own command. */
  typeErrors(file: string): string {
    const strict = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--skipLibCheck'];
    return this.#node(bin('typescript/bin/tsc'), ...strict, file).text;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child!.once('exit', resolve));
    this.child!.kill('SIGINT');
    await ended;
    expect(this.child!.exitCode).toBe(0);
    this.child = undefined;
  }

  #voxgraph(args: readonly string[]) {
    const asks = ['tell', 'plugins', 'say'].includes(args[0]!) && this.child ? ['--url', this.url] : [];
    return this.#node(join(ROOT, 'bin/voxgraph.js'), ...args, ...asks);
  }

  #install(tarball: string) {
    const to = join(this.cwd, 'node_modules', 'voxgraph-plugin-night-mode');
    mkdirSync(to, { recursive: true });
    return this.#spawn('tar', ['-xzf', join(this.cwd, tarball), '-C', to, '--strip-components=1']);
  }

  #node(...args: string[]) {
    return this.#spawn(process.execPath, args);
  }

  #spawn(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd: this.cwd,
      encoding: 'utf8',
      env: { ...env, NO_COLOR: '1' },
    });
    return { status, text: stdout + stderr };
  }

  #done(work: () => unknown) {
    work();
    return { status: 0, text: '' };
  }

  #all(...work: (() => { status: number | null; text: string })[]) {
    let text = '';
    for (const one of work) {
      const done = one();
      text += done.text;
      if (done.status !== 0) return { status: done.status, text };
    }
    return { status: 0, text };
  }
}

/** Words, and what is in single quotes as one. */
function split(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);
}

const follower = new Follower();

async function follow(step: GuideStep): Promise<void> {
  switch (step.type) {
    case 'file': {
      const path = join(follower.cwd, step.path);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, step.text);
      if (step.path === 'hello.ts') expect(follower.typeErrors(step.path)).toBe('');
      return;
    }
    case 'run':
      for (const { line, prints } of step.commands) {
        const { status, text } = follower.run(line);
        expect(status, `$ ${line}\n${text}`).toBe(0);
        for (const wanted of prints) expect(text, `$ ${line}`).toContain(wanted);
      }
      return;
    case 'fails':
      for (const { line } of step.commands) expect(follower.run(line).status, line).toBe(1);
      return;
    case 'start':
      return follower.start(step.commands[0]!.line, step.commands[0]!.prints);
    case 'until':
      return follower.until(step.prints);
    case 'stop':
      return follower.stop();
  }
}

it('docs/plugin-guide.md holds from its first line to its last', { timeout: 300_000 }, async () => {
  mkdirSync(modules);
  symlinkSync(ROOT, join(modules, 'voxgraph'));
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (!name.startsWith('.') && name !== 'voxgraph') symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  const steps = readGuide(join(ROOT, 'docs/plugin-guide.md'));
  expect(steps.length).toBeGreaterThan(20);
  for (const step of steps) await follow(step);
});
