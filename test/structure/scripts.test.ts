import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const scripts = fileURLToPath(new URL('../../scripts', import.meta.url));
const require = createRequire(import.meta.url);
const { startArgs } = require('../../scripts/lib/start-args.cjs') as {
  startArgs(words: string[], cwd: string, radio: string): string[];
};
const { countTests, countSteps } = require('../../scripts/lib/results.cjs') as {
  countTests(report: unknown, exitCode: number): { passed: number; failed: number };
  countSteps(steps: unknown, exitCode: number): { passed: number; failed: number };
};
const { isRecent } = require('../../scripts/lib/node.cjs') as { isRecent(version: string): boolean };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'voxgraph-scripts-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('arguments of npm start', () => {
  const args = (...words: string[]): string[] => startArgs(words, folder, 'radio.json');

  it('plays the radio graph when nothing is given', () => {
    expect(args()).toEqual(['run', 'radio.json']);
  });

  it('makes a music file a param, with its whole path', () => {
    writeFileSync(join(folder, 'song.mp3'), '');
    expect(args('song.mp3')).toEqual(['run', 'radio.json', '--param', `music=${join(folder, 'song.mp3')}`]);
  });

  it('takes no value of an option for music', () => {
    expect(args('--port', '9000', '--call', 'room:x')).toEqual(['run', 'radio.json', '--port', '9000', '--call', 'room:x']);
    writeFileSync(join(folder, 'a.ogg'), '');
    expect(args('--open', 'a.ogg')).toEqual(['run', 'radio.json', '--param', `music=${join(folder, 'a.ogg')}`, '--open']);
    expect(args('--port=9000', 'a.ogg')).toContain(`music=${join(folder, 'a.ogg')}`);
  });

  it('runs a graph that is named, and passes an address as it is', () => {
    expect(args('mine.json', 'https://radio.example/live')).toEqual([
      'run',
      'mine.json',
      '--param',
      'music=https://radio.example/live',
    ]);
  });

  it('says plainly what is wrong, with exit code 2', () => {
    expect(() => args('nope.mp3')).toThrow(
      expect.objectContaining({ message: 'The music file nope.mp3 does not exist. Check the path.', exit: 2 }),
    );
    expect(() => args('9000')).toThrow('Options stand after "--": npm start -- --port 9000.');
    expect(() => args('.')).toThrow('. is a folder. Give one music file.');
    expect(() => args('a.json', 'b.json')).toThrow('Give one graph file');
  });
});

describe('the count of .ci/run', () => {
  const file = (status: string, ...tests: string[]) => ({
    status,
    assertionResults: tests.map((result) => ({ status: result })),
  });

  it('adds test files that could not be loaded to the failed tests', () => {
    const testResults = [file('passed', 'passed', 'passed'), file('failed', 'passed', 'failed'), file('failed')];
    expect(countTests({ numPassedTests: 3, numFailedTests: 1, testResults }, 1)).toEqual({ passed: 3, failed: 2 });
  });

  it('never calls a failed run passed', () => {
    expect(countTests(undefined, 0)).toEqual({ passed: 0, failed: 1 });
    expect(countTests({ numPassedTests: 5, numFailedTests: 0, testResults: [] }, 1)).toEqual({ passed: 5, failed: 1 });
    expect(countSteps(undefined, 0)).toEqual({ passed: 0, failed: 1 });
    expect(countSteps([{ passed: true }], 1)).toEqual({ passed: 1, failed: 1 });
  });

  it('counts steps', () => {
    expect(countSteps([{ passed: true }, { passed: false }], 1)).toEqual({ passed: 1, failed: 1 });
    expect(countSteps([{ passed: true }], 0)).toEqual({ passed: 1, failed: 0 });
  });
});

it('knows which Node is recent enough', () => {
  expect(['v20.20.2', 'v22.12.0', 'v22.13.0', 'v24.1.0'].map(isRecent)).toEqual([false, false, true, true]);
});

describe('the setup lock', () => {
  const exited = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('exit', resolve));
  const worker = (name: string) => `
    const fs = require('fs');
    const { withLock } = require(${JSON.stringify(join(scripts, 'lib/lock.cjs'))});
    withLock(() => {
      fs.appendFileSync('log', 'in ');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      fs.appendFileSync('log', 'out ');
    }, ${JSON.stringify(name)});`;
  const start = (code: string) => spawn(process.execPath, ['-e', code], { cwd: folder, stdio: 'ignore' });

  it('lets one in at a time, and is gone afterwards', async () => {
    const children = [0, 1, 2].map(() => start(worker('lock')));
    expect(await Promise.all(children.map(exited))).toEqual([0, 0, 0]);
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('in out in out in out ');
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });

  it('does not wait for an owner that is gone', async () => {
    writeFileSync(join(folder, 'lock'), '999999999 1');
    expect(await exited(start(worker('lock')))).toBe(0);
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('in out ');
  });
});

describe('a child of run-child', () => {
  const parentCode = `
    const { runChild } = require(${JSON.stringify(join(scripts, 'lib/run-child.cjs'))});
    runChild(process.execPath, ['child.cjs']).then((code) => { process.exitCode = code; });`;
  const childCode = `
    const fs = require('fs');
    let stop;
    process.on('SIGINT', () => {
      fs.appendFileSync('log', 'SIGINT ');
      stop ??= setTimeout(() => process.exit(7), 100);
    });
    setInterval(() => {}, 1000);
    fs.writeFileSync('log', 'ready ');`;

  it('gets Ctrl-C once though npm repeats it, and its exit code is passed on', async () => {
    writeFileSync(join(folder, 'child.cjs'), childCode);
    writeFileSync(join(folder, 'parent.cjs'), parentCode);
    const parent = spawn(process.execPath, ['parent.cjs'], { cwd: folder, stdio: 'ignore' });
    const code = new Promise<number | null>((resolve) => parent.once('exit', resolve));
    await vi.waitFor(() => expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('ready '), { timeout: 20_000 });
    parent.kill('SIGINT');
    parent.kill('SIGINT');
    expect(await code).toBe(7);
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('ready SIGINT ');
  });
});
