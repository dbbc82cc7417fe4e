import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { COMMANDS } from '../../src/events/command.js';
import { readBack } from '../graphs/render-graph.js';

const root = join(import.meta.dirname, '../..');
// Inside the project, so that packages are found and the examples run against src; git ignores it.
const examples = join(root, 'out', `examples-${process.pid}`);
const cwd = process.cwd();

/** The code that follows `<!-- example: name -->` in a page. */
function example(page: string, name: string): string {
  const text = readFileSync(join(root, page), 'utf8');
  const found = new RegExp(`<!-- example: ${name} -->\\s+\`\`\`ts\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1];
  if (found === undefined) throw new Error(`${page} has no example "${name}"`);
  return found;
}

/** Writes an example where it compiles and runs; returns its path. */
function place(page: string, name: string): string {
  const path = join(examples, `${name}.ts`);
  const source = (entry: string) => `from '${join(root, 'src', entry)}'`;
  const code = example(page, name)
    .replace("from 'voxgraph'", source('index.js'))
    .replace("from 'voxgraph/testing'", source('testing/index.js'));
  writeFileSync(path, code);
  return path;
}

function typeErrors(path: string): string[] {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (name) => ts.sys.readFile(name)).config as {
    compilerOptions: object;
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram([path], { ...options, rootDir: root, noEmit: true, incremental: false });
  const source = program.getSourceFile(path);
  const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  return found.map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
}

async function run(path: string): Promise<unknown[][]> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    await import(/* @vite-ignore */ path);
    return log.mock.calls;
  } finally {
    log.mockRestore();
  }
}

beforeAll(() => {
  mkdirSync(examples, { recursive: true });
});

afterAll(() => {
  process.chdir(cwd);
  rmSync(examples, { recursive: true, force: true });
});

describe('the examples in docs/plugins.md', () => {
  it('compile', () => {
    for (const name of ['greeter', 'install']) expect(typeErrors(place('docs/plugins.md', name))).toEqual([]);
  }, 60_000);

  it('do what they say', async () => {
    expect(await run(place('docs/plugins.md', 'install'))).toEqual([[2], [{ count: 2 }]]);
  });

  it('name every command', () => {
    const page = readFileSync(join(root, 'docs/plugins.md'), 'utf8');
    expect(Object.keys(COMMANDS).filter((type) => !page.includes(`\`${type}`))).toEqual([]);
  });
});

describe('the example in README.md', () => {
  it('compiles', () => expect(typeErrors(place('README.md', 'library'))).toEqual([]), 60_000);

  it('does what it says', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'voxgraph-readme-'));
    try {
      symlinkSync(join(root, 'media'), join(folder, 'media'));
      process.chdir(folder);
      const printed = await run(place('README.md', 'library'));
      expect(printed).toEqual([[Float32Array.of(0, 0.5, 0.5)], ['finished']]);
      const { planes } = await readBack(join(folder, 'crushed.flac'));
      expect(planes[0]!.length).toBe(5 * 48_000);
      expect(planes[0]!.every((x) => Math.abs(x * 16 - Math.round(x * 16)) < 0.01)).toBe(true);
      expect(planes[0]!.some((x) => x !== 0)).toBe(true);
    } finally {
      process.chdir(cwd);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('the example in docs/writing-nodes.md', () => {
  it('compiles', () => expect(typeErrors(place('docs/writing-nodes.md', 'tremolo'))).toEqual([]), 60_000);

  it('does what it says', async () => {
    expect(await run(place('docs/writing-nodes.md', 'tremolo'))).toEqual([['0.00', '0.50']]);
  });

  it('has one with pictures, which compiles and does what it says', async () => {
    const path = place('docs/writing-nodes.md', 'every-other');
    expect(typeErrors(path)).toEqual([]);
    expect(await run(path)).toEqual([['100 102 104 106 108']]);
  }, 60_000);
});

describe('the example in docs/plugin-operators.md', () => {
  it('compiles', () => expect(typeErrors(place('docs/plugin-operators.md', 'tremor'))).toEqual([]), 60_000);

  it('does what it says', async () => {
    expect(await run(place('docs/plugin-operators.md', 'tremor'))).toEqual([['0.25', '0.00', 0]]);
  });
});

describe('the examples in docs/plugin-kit.md', () => {
  it('compile', () => {
    expect(typeErrors(place('docs/plugin-kit.md', 'config'))).toEqual([]);
    expect(typeErrors(place('docs/plugin-kit.md', 'test-plugin'))).toEqual([]);
  }, 60_000);

  it('do what they say', async () => {
    expect(await run(place('docs/plugin-kit.md', 'test-plugin'))).toEqual([[{ greeted: 1 }], [{ greeted: 1 }]]);
  });
});
